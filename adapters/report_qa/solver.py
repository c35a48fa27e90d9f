"""The network of a report-QA adapter on an encoder: from questions over evidence to the solutions of its search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.card import Card
from adapters.errors import AdapterFilesError, EngineError
from adapters.report_qa.forms import Evidence, Solution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.bases import Base
    from adapters.engine.graph import Calibration
    from adapters.report_qa.decoder import Decoder
    from adapters.report_qa.layout import Layout, Reader
    from adapters.report_qa.search import Found

_TOKENS = 512  # a batch of the encoder: the chunks of one question are shared out among the cores
_HALVES = re.compile("[\ud800-\udfff]")
_CACHED = 50_000  # texts whose tokens are kept: the cells of a report come again with each question


class Solver:
    """The network of an adapter over layouts of questions: an encoder on OpenVINO, in 8 bits with a `calibration`, and
    a decoder in numpy. What is built of the encoder is kept under the name `engine` in the directory `cache`.

    Raises:
        AdapterFilesError: the adapter does not fit the base, or reads too few tokens.
        CacheError: the engine cannot be built or kept.
    """

    def __init__(
        self,
        directory: Path,
        card: Card,
        base: Base,
        *,
        engine: str,
        calibration: Calibration | None,
        cache: Path,
        threads: int | None = None,
    ) -> None:
        from adapters.engine.compiled import Batching, Engine
        from adapters.engine.graph import build_states
        from adapters.engine.tokens import open_tokenizer
        from adapters.engine.weights import read_config
        from adapters.report_qa.decoder import Decoder
        from adapters.report_qa.layout import LEAST_WINDOW

        config = read_config(base.directory)
        window = min(card.input.max_length, config.tokens)
        if window < LEAST_WINDOW:
            raise AdapterFilesError(
                f"the adapter {card.name} reads {window} tokens; expected {LEAST_WINDOW} or more, as `finagent train "
                "report-qa` makes it"
            )
        weights = read_all_weights(directory, base, config.width)
        self._engine = Engine(
            engine,
            lambda: build_states(weights, config, calibration),
            cache=cache,
            eight_bit=calibration is not None,
            threads=threads,
            batching=Batching(_TOKENS, 16),
            what=f"engine of the adapter {card.name}",
        )
        self._engine.load()
        heads = {key.removeprefix("head."): value for key, value in weights.items() if key.startswith("head.")}
        self._decoder: Decoder = Decoder(heads)
        self.reader: Reader = open_reader(open_tokenizer(base.directory / "tokenizer.json", 1 << 20), window)

    def solve(self, evidences: Sequence[Evidence]) -> list[tuple[Layout, list[Found]]]:
        """The layout of each question with its solutions. All turns are encoded together: no answer changes a token."""
        from adapters.report_qa.turns import open_turns, turn_of

        asked = [[*(turn_of(one, number) for number in open_turns(one)), one] for one in evidences]
        layouts = [self.reader.read(one) for turns in asked for one in turns]
        read = iter(zip(layouts, self._states(layouts), strict=True))
        return [in_turn(self._decoder, islice(read, len(turns))) for turns in asked]

    def _states(self, layouts: Sequence[Layout]) -> list[NDArray[np.float32]]:
        """The encoder's last layer over each layout's chunks (chunks, tokens, width)."""
        import numpy as np

        chunks = [chunk for layout in layouts for chunk in layout.chunks]
        firsts = [first for layout in layouts for first in layout.firsts]
        states = self._engine.states(chunks, firsts)
        made, place = [], 0
        for layout in layouts:
            own = states[place : place + len(layout.chunks)]
            place += len(own)
            hidden = np.zeros((len(own), max(map(len, own)), own[0].shape[1]), dtype=np.float32)
            for row, state in enumerate(own):
                hidden[row, : len(state)] = state
            made.append(hidden)
        return made


def in_turn(decoder: Decoder, turns: Iterable[tuple[Layout, NDArray[np.float32]]]) -> tuple[Layout, list[Found]]:
    """The last of the turns of a conversation, one or more in their order, and its solutions.

    Each is a layout with the encoder's last layer over it; it is decoded with the best solutions of those before it.
    """
    from adapters.report_qa.search import decode
    from adapters.report_qa.turns import told

    answers: list[Solution] = []
    for layout, hidden in turns:
        known = layout.informed(told(layout.evidence, answers)) if answers else layout
        found = decode(decoder, hidden, known)
        answers.append(found[0].solution)
    return known, found


def open_reader(tokenizer: Any, window: int) -> Reader:
    """The reader of layouts over a `tokenizers.Tokenizer` of the BERT kind, in chunks of `window` tokens.

    Raises:
        EngineError: the tokenizer has no [CLS] and [SEP].
    """
    from adapters.report_qa.layout import Reader

    special = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if None in special:
        raise EngineError("the base's tokenizer has no [CLS] and [SEP]; expected that of a BERT encoder")

    @lru_cache(_CACHED)
    def tokenise(text: str) -> tuple[list[int], list[tuple[int, int]]]:
        # half of a surrogate pair is no character that a tokenizer takes; another unknown one keeps the places
        made = tokenizer.encode(_HALVES.sub("\ufffd", text), add_special_tokens=False)
        return list(made.ids), list(made.offsets)

    return Reader(tokenise, special, window)


def read_all_weights(directory: Path, base: Base, width: int) -> dict[str, Any]:
    """The base's weights with the adapter merged in, and the head's, by their names.

    Raises:
        AdapterFilesError: the adapter is no plain LoRA, its head is another version's, or a weight is no number.
    """
    from adapters.engine.merge import merged
    from adapters.engine.weights import read_weights
    from adapters.files import WEIGHTS, check_numbers
    from adapters.report_qa.decoder import shapes

    weights = merged(read_weights(base.directory), directory)
    expected = {f"head.{name}": shape for name, shape in shapes(width).items()}
    if weights is None or any(name not in weights or weights[name].shape != expected[name] for name in expected):
        raise AdapterFilesError(
            f"{directory}: holds no plain LoRA with the report-QA head of this version; expected an adapter that "
            "`finagent train report-qa` made, train it again"
        )
    check_numbers(directory / WEIGHTS)
    return weights
