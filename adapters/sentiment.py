"""Sentiment of texts and of entities in them: an adapter on its base, ready to be asked.

    model = open_sentiment(Path("my-adapter"), home=Path("~/.finagent").expanduser())
    model.probabilities(["Profit fell."], ["Siemens"])  # (1, 3): negative, neutral, positive

The bundled base runs without torch (see `adapters.serving.encoders`); what generates runs on torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapters.card import Card
from adapters.errors import AdapterError, AdapterFilesError, EngineError
from adapters.inputs import segments
from adapters.labels import LABELS

if TYPE_CHECKING:
    from adapters.bases import Base
    from adapters.engine.compiled import Matrix
    from adapters.serving.encoders import EncoderModel
    from adapters.serving.words import WordModel

ENGINES = ("auto", "openvino", "onnx", "torch")
CHUNK = 8192
"""Texts that are tokenised and sorted by length at once: enough to fill batches, and memory stays flat."""


class Located(Protocol):
    """An adapter that was found and checked, such as `adapters.store.Installed`."""

    @property
    def directory(self) -> Path: ...

    @property
    def card(self) -> Card: ...


def open_sentiment(
    adapter: Located | Path,
    *,
    home: Path,
    engine: str = "auto",
    threads: int | None = None,
    device: str | None = None,
    download: bool = False,
    precision: str = "auto",
) -> SentimentModel:
    """The sentiment adapter in a directory, on its base.

    `engine` is "openvino", "onnx", "torch", or "auto" for the fastest one that keeps the labels; `device` ("cpu",
    "cuda", "mps") is torch's; `precision` "int8", "float32" or "auto"; `threads` limits the cores used. What is built
    is kept under `home`/cache. Only a `hub:` base with `download` uses the network.

    Raises:
        AdapterFilesError: the adapter is broken, of another task, or was made for another base.
        BaseModelError: its base is not there.
        EngineError: the engine, device or precision is not to be had, or the cache cannot be written.
    """
    from adapters.files import check_adapter, check_base

    if engine not in ENGINES:
        raise EngineError(f"unknown engine {engine[:40]!r}; expected {', '.join(ENGINES)}")
    if precision not in ("auto", "int8", "float32"):
        raise EngineError(f"unknown precision {precision[:40]!r}; expected auto, int8 or float32")
    directory = adapter if isinstance(adapter, Path) else adapter.directory
    card = check_adapter(directory)
    if card.task != "sentiment":
        raise AdapterFilesError(f"the adapter {card.name} is for the task {card.task}; expected one for sentiment")
    base = check_base(card, home=home, download=download)
    on_torch = device not in (None, "cpu")
    if on_torch and engine not in ("auto", "torch"):
        raise EngineError(f"the engine {engine} runs on the CPU; use the engine torch for the device {device}")
    chosen = "torch" if engine == "auto" and (on_torch or _torch_only(directory, card)) else engine
    if card.kind != "encoder":
        return SentimentModel(card, base, _open_words(directory, base, card, chosen, threads, device))
    return SentimentModel(card, base, _open_encoder(directory, base, card, chosen, home, threads, device, precision))


class SentimentModel:
    """An adapter that gives the sentiment of texts. May be used from several threads.

    `name` is the adapter's, `engine` what it runs on ("openvino", "onnx", "torch"), `precision` "int8" or "float32".
    """

    def __init__(self, card: Card, base: Base, model: EncoderModel | WordModel) -> None:
        self.card, self.base = card, base
        self.name = card.name
        self.engine, self.precision = model.engine, model.precision
        self._model = model
        self._order = [card.labels.index(label) for label in LABELS]

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> Matrix:
        """The probability of each of `adapters.labels.LABELS`, (n, 3) float32, for n texts in their order.

        `entities` names for each text the one whose sentiment is asked for; None, or a None in it, asks for that of
        the whole text. The card's temperature is applied. A text that occurs again costs nothing.

        Raises:
            EngineError: the engine gives no numbers (weights that hold NaN).
        """
        import numpy as np

        scaled = self.logits(texts, entities) / np.float32(self.card.temperature)
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)

    def logits(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> Matrix:
        """As `probabilities`, before temperature and softmax; of a generating model the words' log-likelihoods."""
        import numpy as np

        if entities is not None and len(entities) != len(texts):
            raise ValueError(f"{len(texts)} texts and {len(entities)} entities; expected one of each")
        found = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        for start in range(0, len(texts), CHUNK):
            part = slice(start, start + CHUNK)
            named = entities[part] if entities is not None else [None] * len(texts[part])
            places: dict[tuple[str, str | None], int] = {}
            where = [places.setdefault(pair, len(places)) for pair in zip(texts[part], named, strict=True)]
            found[part] = self._model.scores(self._pairs(places))[where]
        if not np.isfinite(found).all():
            raise EngineError(
                f"the adapter {self.name} gives no numbers on the engine {self.engine}; its training broke down, or it "
                "needs another base: evaluate it with `finagent eval`"
            )
        return found[:, self._order]

    def written(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> list[str]:
        """What a generating model writes for each text, greedily: to be read as a label, or to be counted wrong.

        Raises:
            AdapterError: the adapter's model does not generate.
        """
        from adapters.serving.words import WordModel

        if not isinstance(self._model, WordModel):
            raise AdapterError(f"the adapter {self.name} is an encoder and writes no text; ask for its probabilities")
        named = entities if entities is not None else [None] * len(texts)
        return self._model.written(list(zip(texts, named, strict=True)))

    def perplexity(self, texts: Sequence[str], entities: Sequence[str | None] | None, labels: Sequence[str]) -> float:
        """The perplexity of a generating model on the words of the true labels: exp of its loss per token, 1 is best.

        Raises:
            AdapterError: the adapter's model does not generate, or there are no texts.
        """
        import math

        from adapters.serving.words import WordModel

        if not isinstance(self._model, WordModel) or not texts:
            raise AdapterError(f"the adapter {self.name} has no perplexity here; expected a generating model and texts")
        named = entities if entities is not None else [None] * len(texts)
        numbers = [self.card.labels.index(label) for label in labels]
        total, tokens = self._model.loss(list(zip(texts, named, strict=True)), numbers)
        return math.exp(min(700.0, total / tokens))  # beyond it no float, and no model either

    def _pairs(self, places: dict[tuple[str, str | None], int]) -> list[tuple[str, str | None]]:
        """What the model takes: an encoder two segments, a generating model the text and the entity for its prompt."""
        if self.card.kind != "encoder":
            return list(places)
        return [segments(text, entity, self.card.input) for text, entity in places]


def _torch_only(directory: Path, card: Card) -> bool:
    """Whether only torch can run the adapter: a model that generates, or a method that cannot be merged."""
    from adapters.files import CONFIG, read_config
    from adapters.serving.models import PROMPTING

    return card.kind != "encoder" or read_config(directory / CONFIG)["peft_type"] in PROMPTING


def _open_words(
    directory: Path, base: Base, card: Card, engine: str, threads: int | None, device: str | None
) -> WordModel:
    from adapters.serving.models import load_model, load_tokenizer, on_device
    from adapters.serving.words import WordModel

    if engine != "torch":
        raise EngineError(f"the adapter {card.name} generates text, which the engine {engine} does not; use torch")
    tokenizer = load_tokenizer(base, directory)
    model = on_device(load_model(directory, base, card), device, threads)
    return WordModel(model, tokenizer, card.kind, card.labels, card.input)


def _open_encoder(
    directory: Path,
    base: Base,
    card: Card,
    engine: str,
    home: Path,
    threads: int | None,
    device: str | None,
    precision: str,
) -> EncoderModel:
    from adapters.serving.encoders import builds_without_torch, open_encoder

    if card.input.entity == "prompt":
        raise AdapterFilesError(
            f"the adapter {card.name} is an encoder with a prompt as its input; expected pair or mask"
        )

    def opened(name: str) -> EncoderModel:
        return open_encoder(
            directory,
            base,
            card,
            engine=name,
            home=home,
            threads=threads,
            device=device,
            precision=precision,
        )

    if engine != "auto":
        return opened(engine)
    try:
        return opened("openvino")
    except EngineError:
        if builds_without_torch(base):
            raise
        return opened("torch")  # a family that OpenVINO cannot convert
