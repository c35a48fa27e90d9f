"""What a model answers to the rows of a file: its answers, how long each took, and which rows it was not trained on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.card import Card, text_id
from adapters.errors import DataError
from adapters.report_qa.forms import Answered, Evidence, Example
from adapters.training.report_qa.evaluate import ReportQaReport, evaluate_report_qa
from adapters.training.report_qa.scoring import is_scored
from adapters.training.starts import was_trained_on

AT_ONCE = 16
"""Questions that are asked together; the seconds of one are its share of theirs."""


class Answerer(Protocol):
    """What answers questions: `adapters.report_qa.answering.ReportQaModel`."""

    def answer(self, evidences: Sequence[Evidence], on_progress: Callable[[int], None] | None = None) -> list[Answered]:
        """One answer for each evidence, in their order."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows that were asked, the answer to each and the seconds that each took."""

    rows: Sequence[Example]
    answered: Sequence[Answered]
    seconds: Sequence[float]

    def evaluated(self, perplexity: float | None = None) -> ReportQaReport | None:
        """The answers compared with those of the rows that state one; None where no row does."""
        kept = [place for place, row in enumerate(self.rows) if is_scored(row)]
        if not kept:
            return None
        return evaluate_report_qa(
            [self.rows[place] for place in kept],
            [self.answered[place] for place in kept],
            [self.seconds[place] for place in kept],
            perplexity=perplexity,
        )


def predict(
    model: Answerer,
    rows: Sequence[Example],
    on_progress: Callable[[int], None] | None = None,
    *,
    at_once: int = AT_ONCE,
) -> Answers:
    """Ask a model each row's question. `on_progress` is told how many are done.

    Raises:
        DataError: the model gives more or fewer answers than it was asked questions.
    """
    answered: list[Answered] = []
    seconds: list[float] = []
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        began = time.perf_counter()
        found = model.answer([row.evidence for row in some])
        if len(found) != len(some):
            raise DataError(f"the model gave {len(found)} answers to {len(some)} questions; expected one for each")
        seconds += [(time.perf_counter() - began) / len(some)] * len(some)
        answered += found
        if on_progress is not None:
            on_progress(start + len(some))
    return Answers(rows, answered, seconds)


def held_out(rows: Sequence[Example], card: Card) -> list[Example]:
    """The rows whose page the card of an adapter names as held out of its training."""
    ids = frozenset(card.split.validation_ids) if card.split else frozenset()
    return [row for row in rows if text_id(row.page) in ids]


def trained_pages(rows: Sequence[Example], files: Iterable[str], card: Card) -> int:
    """How many pages of the rows the adapter was trained on; `files` are the SHA-256 of the rows' files.

    They are counted where it was trained on one of the files or on what one is a part of: see `was_trained_on`.
    """
    return len({text_id(page) for page in trained_on(rows, files, card)})


def trained_on(rows: Sequence[Example], files: Iterable[str], card: Card) -> set[str]:
    """The pages of the rows that the adapter was trained on, as `trained_pages` counts them."""
    pages = {row.page: text_id(row.page) for row in rows}
    held = frozenset(card.split.validation_ids) if card.split else frozenset()
    if not any(was_trained_on(sha256, pages.values(), card) for sha256 in files):
        return set()
    return {page for page, known in pages.items() if known not in held}
