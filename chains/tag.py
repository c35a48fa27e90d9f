"""Sentiment of news as a typed component: from a text, perhaps with an entity, to a `Sentiment`.

`build_tagger` gives a LangChain runnable with invoke, batch, abatch, stream and callbacks; `Tagger` is the same without
LangChain. Many texts go through the engine together, so `batch` is better than one call a text.

    model = open_sentiment(directory, home=home)
    build_tagger(model).invoke({"text": "Siemens won the order that Alstom lost.", "entity": "Alstom"})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol

from adapters.labels import LABELS
from chains.errors import TagError

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.runnables import Runnable
    from numpy.typing import NDArray

Label = Literal["negative", "neutral", "positive", "abstain"]
CHUNK = 8192
"""Texts that `Tagger.tag_each` takes at a time."""


class Model(Protocol):
    """What gives probabilities (n, 3) in the order of LABELS, such as `adapters.sentiment.SentimentModel`."""

    @property
    def name(self) -> str: ...

    def probabilities(
        self, texts: Sequence[str], entities: Sequence[str | None] | None = None
    ) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Item:
    """A text to tag. With `entity`, how the text looks for that company, product or market; else as a whole."""

    text: str
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The sentiment of one text. `confidence` is the probability of the likeliest label, a fraction of 1.

    `sentiment` is that label, or "abstain" where its probability is below what was asked for.
    """

    text: str
    entity: str | None
    sentiment: Label
    confidence: float
    p_negative: float
    p_neutral: float
    p_positive: float

    def record(self) -> dict[str, Any]:
        """The fields of `finagent tag`, ready for JSON."""
        return {
            "sentiment": self.sentiment,
            "confidence": self.confidence,
            "p_negative": self.p_negative,
            "p_neutral": self.p_neutral,
            "p_positive": self.p_positive,
        }


Given = str | Item | Mapping[str, Any]
"""What can be tagged: a text, an `Item`, or a mapping with `text` and perhaps `entity`."""


def read_item(given: Given) -> Item:
    """The item in what a caller passes.

    Raises:
        TagError: there is no text in it, or the entity is no text.
    """
    text: Any = given
    entity: Any = None
    if isinstance(given, Item):
        text, entity = given.text, given.entity
    elif isinstance(given, Mapping):
        text, entity = given.get("text"), given.get("entity")
    if not isinstance(text, str) or not text.strip():
        said = "it is empty" if isinstance(text, str) else f"it is {type(text).__name__}"
        raise TagError(f"there is no text to tag ({said}); pass a text, an Item, or a mapping with 'text'")
    if entity is not None and not isinstance(entity, str):
        raise TagError(f"the entity is {type(entity).__name__}; expected a name, or None for the text as a whole")
    return Item(text, entity or None)


class Tagger:
    """Tags texts with one adapter. Safe to use from several threads.

    `min_confidence` is a fraction of 1: what is less sure is marked "abstain".
    """

    def __init__(self, model: Model, *, min_confidence: float = 0.0) -> None:
        if not 0 <= min_confidence <= 1:
            raise TagError(f"min_confidence is {min_confidence}; expected a fraction from 0 to 1")
        self._model, self._least = model, min_confidence

    @property
    def name(self) -> str:
        """The adapter's name."""
        return self._model.name

    def tag(self, items: Sequence[Given]) -> list[Sentiment]:
        """The sentiment of each item, in their order. Raises TagError where one of them holds no text."""
        read = [read_item(item) for item in items]
        if not read:
            return []
        rows = self._model.probabilities([item.text for item in read], [item.entity for item in read])
        return [self._tagged(item, row) for item, row in zip(read, rows.tolist(), strict=True)]

    def tag_each(self, items: Iterable[Given], *, size: int = CHUNK) -> Iterator[Sentiment]:
        """The sentiment of each item of a stream of any length, `size` at a time, in constant memory."""
        coming = iter(items)
        while chunk := list(islice(coming, size)):
            yield from self.tag(chunk)

    def _tagged(self, item: Item, row: Sequence[float]) -> Sentiment:
        best = max(range(len(LABELS)), key=row.__getitem__)
        label: Any = LABELS[best] if row[best] >= self._least else "abstain"
        negative, neutral, positive = row
        return Sentiment(item.text, item.entity, label, row[best], negative, neutral, positive)


def build_tagger(model: Model, *, min_confidence: float = 0.0) -> Runnable[Given, Sentiment]:
    """A LangChain runnable that tags: invoke, batch, abatch, stream, callbacks, and `|` with others.

    `batch` and `abatch` give all texts to the engine at once, and with `return_exceptions` an item without a text costs
    only itself.
    """
    from chains.tag_runnable import TagRunnable

    return TagRunnable(Tagger(model, min_confidence=min_confidence))
