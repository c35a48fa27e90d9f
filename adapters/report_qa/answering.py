"""Report QA of an adapter on its base, ready to be asked.

    model = open_report_qa(Path("my-adapter"), home=Path("~/.finagent").expanduser())
    model.answer([Evidence("What were net sales in 2019?", (("", "2019"), ("Net sales", "1,452")))])

A BERT base runs on OpenVINO and the decoder in numpy, so nothing of torch is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from adapters.card import Card
from adapters.errors import AdapterFilesError, EngineError
from adapters.report_qa.forms import Answered, Evidence, Kind, Solution
from adapters.report_qa.programs import program_text, said_value, texts_of, value_of_solution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.bases import Base
    from adapters.report_qa.decoder import Decoder
    from adapters.report_qa.generated import GeneratedQaModel
    from adapters.report_qa.layout import Layout, Reader
    from adapters.report_qa.search import Found

TASK = "report-qa"
CHUNK = 64
"""Questions that are laid out and encoded together: batches are full, and memory stays flat."""
_VERSION = 1  # part of an engine's name in the cache
_TOKENS = 512  # a batch of the encoder: the chunks of one question are shared out among the cores
_HALVES = re.compile("[\ud800-\udfff]")
_CACHED = 50_000  # texts whose tokens are kept: the cells of a report come again with each question


class Located(Protocol):
    """An adapter that was found and checked, such as `adapters.store.Installed`."""

    @property
    def directory(self) -> Path: ...

    @property
    def card(self) -> Card: ...


def open_report_qa(
    adapter: Located | Path,
    *,
    home: Path,
    threads: int | None = None,
    engine: str = "auto",
    device: str | None = None,
    download: bool = False,
) -> ReportQaModel | GeneratedQaModel:
    """The report-QA adapter in a directory, on its base.

    `engine` is "auto" or what its kind of model runs on: "openvino" for an encoder, "torch" (on `device`) for a model
    that writes; `threads` limits the cores used. What is built is kept under `home`/cache. Only a
    `hub:` base with `download` uses the network.

    Raises:
        AdapterFilesError: the adapter is broken, of another task, or was made for another base.
        BaseModelError: its base is not there.
        EngineError: the engine or device is not to be had, or the cache cannot be written.
    """
    from adapters.files import check_adapter, check_base
    from adapters.serving.encoders import builds_without_torch

    directory = adapter if isinstance(adapter, Path) else adapter.directory
    card = check_adapter(directory)
    if card.task != TASK:
        raise AdapterFilesError(f"the adapter {card.name} is for the task {card.task}; expected one for {TASK}")
    if card.kind != "encoder":
        from adapters.report_qa.generated import GeneratedQaModel

        if engine not in ("auto", "torch"):
            raise EngineError(f"the adapter {card.name} writes its answers, on the engine torch alone; not {engine}")
        base = check_base(card, home=home, download=download)
        return GeneratedQaModel(directory, card, base, threads=threads, device=device)
    if engine not in ("auto", "openvino") or device not in (None, "cpu"):
        said = f"the engine {engine}" if engine not in ("auto", "openvino") else f"the device {device}"
        raise EngineError(f"report QA does not run on {said}; use the engine openvino on the CPU")
    base = check_base(card, home=home, download=download)
    if not builds_without_torch(base):
        raise EngineError(
            f"the adapter {card.name} is for {base.name}, a {card.kind} of the type {card.base.model_type}, which "
            "report QA does not run; expected one on a BERT encoder or on a model that writes"
        )
    return ReportQaModel(directory, card, base, home=home, threads=threads)


class ReportQaModel:
    """An adapter that answers questions from evidence. May be used from several threads.

    `name` is the adapter's, `engine` what it runs on.
    """

    engine = "openvino"

    def __init__(self, directory: Path, card: Card, base: Base, *, home: Path, threads: int | None = None) -> None:
        from adapters.engine.compiled import Batching, Engine
        from adapters.engine.graph import build_states
        from adapters.engine.kept import prune
        from adapters.engine.tokens import open_tokenizer
        from adapters.engine.weights import read_config
        from adapters.report_qa.decoder import Decoder
        from adapters.report_qa.layout import LEAST_WINDOW
        from adapters.serving.encoders import engine_name

        self.name, self.card, self.base = card.name, card, base
        config = read_config(base.directory)
        window = min(card.input.max_length, config.tokens)
        if window < LEAST_WINDOW:
            raise AdapterFilesError(
                f"the adapter {card.name} reads {window} tokens; expected {LEAST_WINDOW} or more, as `finagent train "
                "report-qa` makes it"
            )
        weights = _weights(directory, base, config.width)
        name = engine_name(base, card, "float32", engine=f"states-{_VERSION}")
        cache = home / "cache"
        built = (cache / "engines" / name).exists()
        self._engine = Engine(
            name,
            lambda: build_states(weights, config),
            cache=cache,
            eight_bit=False,
            threads=threads,
            batching=Batching(_TOKENS, 16),
            what=f"engine of the adapter {card.name}",
        )
        self._engine.load()
        if not built:
            prune(cache, card.name, keep=name)
        heads = {key.removeprefix("head."): value for key, value in weights.items() if key.startswith("head.")}
        self._decoder: Decoder = Decoder(heads)
        tokenizer = open_tokenizer(base.directory / "tokenizer.json", 1 << 20)
        self._reader: Reader = open_reader(tokenizer, window)

    def answer(self, evidences: Sequence[Evidence], on_progress: Callable[[int], None] | None = None) -> list[Answered]:
        """The answer to each question, in their order. `on_progress` is told how many are done.

        Evidence without anything to point to is refused. Nothing that is said is not printed in the evidence or the
        question, or computed from it. The earlier questions of a conversation are answered first, in their order,
        unless the evidence says what answered them.
        """
        done: list[Answered] = []
        for start in range(0, len(evidences), CHUNK):
            for layout, found in self._solve(evidences[start : start + CHUNK]):
                done.append(answer_of(layout, found, self.card.calibration))
                if on_progress:
                    on_progress(len(done))
        return done

    def solve(self, evidence: Evidence) -> tuple[Layout, list[Found]]:
        """The layout of a question and all solutions that the search ended with, the likeliest first."""
        return self._solve([evidence])[0]

    def _solve(self, evidences: Sequence[Evidence]) -> list[tuple[Layout, list[Found]]]:
        """The layout of each question with its solutions. All turns are encoded together: no answer changes a token."""
        from adapters.report_qa.turns import open_turns, turn_of

        asked = [[*(turn_of(one, number) for number in open_turns(one)), one] for one in evidences]
        layouts = [self._reader.read(one) for turns in asked for one in turns]
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


def answer_of(layout: Layout, found: Sequence[Found], calibration: Mapping[str, float]) -> Answered:
    """The likeliest solution over a layout as an answer, with the confidence that a card's weights give it."""
    from adapters.report_qa.confidence import confidence

    solution, candidates = found[0].solution, layout.candidates
    refused = solution.kind is Kind.REFUSAL
    return Answered(
        solution,
        confidence(found, layout, calibration),
        None if refused else value_of_solution(solution, candidates),
        None if refused else said_value(solution, candidates),
        texts_of(solution, layout.evidence, candidates),
        program_text(solution, candidates),
        candidates,
        layout.left_out,
    )


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


def _weights(directory: Path, base: Base, width: int) -> dict[str, Any]:
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
