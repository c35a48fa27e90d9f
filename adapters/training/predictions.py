"""What an adapter says of labelled rows: the rows that are measured, and its predictions for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.card import Card, text_id
from adapters.training.data import Example, Labelled
from adapters.training.evaluate import SentimentReport, evaluate_sentiment, parse_written, predicted_labels
from adapters.training.starts import was_trained_on

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.sentiment import SentimentModel

_AT_ONCE, _WRITTEN_AT_ONCE = 2048, 64  # rows between two reports of progress; generating is slow


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of n rows: (n, 3) probabilities in the order of LABELS, and how long it took.

    Of a model that generates also the texts that it wrote, the labels that they are (None where they are none), which
    are its predictions, and its perplexity on the true labels' words.
    """

    rows: Sequence[Example]
    probabilities: NDArray[np.floating[Any]]
    seconds: float
    written: list[str] | None = None
    parsed: list[str | None] | None = None
    perplexity: float | None = None

    def labels(self, min_confidence: float = 0.0) -> list[str | None]:
        """The prediction of each row: a label, "abstain", or None where it could not be parsed."""
        return predicted_labels(self.probabilities, self.parsed, min_confidence)

    def evaluated(self, min_confidence: float = 0.0) -> SentimentReport:
        """The predictions compared with the rows' labels; rows of one text stay together in the intervals."""
        return evaluate_sentiment(
            [row.label for row in self.rows],
            probabilities=self.probabilities,
            predictions=self.parsed,
            texts=[row.text for row in self.rows],
            min_confidence=min_confidence,
        )


def predict(
    model: SentimentModel, rows: Sequence[Example], on_progress: Callable[[int], None] | None = None
) -> Predictions:
    """Ask a model about each row, its entity included. `on_progress` is told how many rows are done.

    Raises:
        EngineError: the engine gives no numbers.
    """
    import numpy as np

    generates = model.card.kind != "encoder"
    at_once = _WRITTEN_AT_ONCE if generates else _AT_ONCE
    parts: list[NDArray[np.float32]] = []
    written: list[str] = []
    started = time.perf_counter()
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        texts, entities = [row.text for row in some], [row.entity for row in some]
        parts.append(model.probabilities(texts, entities))
        if generates:
            written += model.written(texts, entities)
        if on_progress is not None:
            on_progress(start + len(some))
    seconds = time.perf_counter() - started
    found = np.concatenate(parts) if parts else np.zeros((0, 3), dtype=np.float32)
    if not generates:
        return Predictions(rows, found, seconds)
    parsed = [parse_written(text, model.card.input.words) for text in written]
    confused = model.perplexity([row.text for row in rows], [row.entity for row in rows], [row.label for row in rows])
    return Predictions(rows, found, seconds, written, parsed, confused)


def file_rows(read: Labelled) -> list[Example]:
    """The rows as they stand in their files. Training leaves out those that repeat or contradict; a test does not."""
    order = {source.path.name: number for number, source in enumerate(read.sources)}
    every = {(one.source, one.line): one for one in (*read.examples, *read.duplicates, *read.contradictions)}
    return sorted(every.values(), key=lambda one: (order.get(one.source, 0), one.line))


def held_out(rows: Sequence[Example], card: Card) -> list[Example]:
    """The rows whose text the card of an adapter names as held out of its training."""
    ids = frozenset(card.split.validation_ids) if card.split else frozenset()
    return [row for row in rows if text_id(row.text) in ids]


def trained_on(read: Labelled, card: Card) -> bool:
    """Whether the adapter was trained on one of the files, or on what one is a part of; see `was_trained_on`."""
    texts = {text_id(row.text) for row in file_rows(read)}
    return any(was_trained_on(source.sha256, texts, card) for source in read.sources)
