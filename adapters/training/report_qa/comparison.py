"""Two report-QA adapters on the same questions: is one better than the other, or is it chance?

The tests are those of `adapters.comparison`, of exact match: the bootstrap draws whole pages, for questions that are
asked of one page stand or fall together, and McNemar's test counts who alone is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from adapters.card import Card
from adapters.comparison import RESAMPLES, Paired, mcnemar
from adapters.promotion import LEAST_ROWS, Trial, too_few, trial_of
from adapters.report_qa.forms import Answered, Example
from adapters.training.report_qa.predictions import Answerer, predict, trained_on
from adapters.training.report_qa.rows import Read
from adapters.training.report_qa.scoring import is_scored, score_row
from adapters.training.resampling import interval, resampled_sums

_FEW_PAGES = 10
"""Fewer pages drawn again and again say little of pages that are not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QaComparison(Paired):
    """Two adapters on n questions of a number of pages, decided by exact match. Shares are fractions of 1.

    Execution accuracy is of the questions whose answer is a number, or yes or no; None where there is none.
    """

    pages: int
    current_exact_match: float
    new_exact_match: float
    current_f1: float
    new_f1: float
    current_execution_accuracy: float | None
    new_execution_accuracy: float | None

    def __str__(self) -> str:
        return (
            f"exact match {self.new_exact_match:.4f} against {self.current_exact_match:.4f} {self.tests()}, {self.n} "
            f"questions on {self.pages} pages"
        )


def try_adapters(
    rows: Sequence[Example],
    remarks: Sequence[str],
    current: Card,
    new: Card,
    open_model: Callable[[Card], Answerer],
    on_progress: Callable[[int], None] | None = None,
) -> Trial:
    """Compare two adapters on the rows and remarks of `held_out`. `open_model` is called for one after the other.

    `on_progress` is told how many of the 2 n answers there are.
    """
    said: dict[str, Sequence[Answered]] = {}
    for place, (which, card) in enumerate((("new", new), ("current", current))):  # what may not open is opened first

        def told(done: int, before: int = place * len(rows)) -> None:
            if on_progress is not None:
                on_progress(before + done)

        said[which] = predict(open_model(card), rows, told).answered
    found = compare(rows, said["current"], said["new"])
    few = f"the questions are asked of {found.pages} pages only: the interval says little of other pages"
    return trial_of(found, [*remarks, *[few] * (found.pages < _FEW_PAGES)])


def compare(
    rows: Sequence[Example],
    current: Sequence[Answered],
    new: Sequence[Answered],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> QaComparison:
    """Compare two adapters' answers to the same n questions, n > 0, each of which states an answer (`is_scored`)."""
    if not len(rows) == len(current) == len(new) or not len(rows):
        raise ValueError(f"{len(rows)} questions, {len(current)} and {len(new)} answers; expected as many of each")
    before, after = ([score_row(row, one) for row, one in zip(rows, said, strict=True)] for said in (current, new))
    exact = np.array([[one.exact_match for one in scores] for scores in (before, after)])
    groups = np.unique(np.array([row.page for row in rows]), return_inverse=True)[1].astype(np.int64)
    features = np.stack([exact[1] - exact[0], np.ones(len(rows))], axis=1)
    drawn = resampled_sums(features, groups, resamples=resamples, seed=seed)
    low, high = interval(drawn[:, 0] / drawn[:, 1]) or (0.0, 0.0)
    pairs = [(one.right, other.right) for one, other in zip(before, after, strict=True)]
    wins, losses = pairs.count((False, True)), pairs.count((True, False))
    executed = [[one.executed for one in scores if one.executed is not None] for scores in (before, after)]
    return QaComparison(
        n=len(rows),
        pages=int(groups.max()) + 1,
        current_exact_match=float(exact[0].mean()),
        new_exact_match=float(exact[1].mean()),
        current_f1=float(np.mean([one.f1 for one in before])),
        new_f1=float(np.mean([one.f1 for one in after])),
        current_execution_accuracy=float(np.mean(executed[0])) if executed[0] else None,
        new_execution_accuracy=float(np.mean(executed[1])) if executed[1] else None,
        difference=float((exact[1] - exact[0]).mean()),
        low=low,
        high=high,
        wins=wins,
        losses=losses,
        p_value=mcnemar(wins, losses),
    )


def held_out(reads: Sequence[Read], cards: Sequence[Card]) -> tuple[list[Example], list[str]]:
    """The questions on pages that none of the adapters is known to have been trained on, and remarks on the others.

    `reads` are files, each read by itself; a question that two of them ask of the same evidence counts once. A card
    knows its training files, whole or cut anew, and the pages that were held out of them. Of other files nothing is
    known, and their questions are kept.

    Raises:
        PromotionError: too few questions are left.
    """
    first: dict[tuple[object, ...], Example] = {}
    for row in (row for read in reads for row in read.examples if is_scored(row)):
        first.setdefault((row.evidence, row.gold, row.scale), row)
    kept, remarks = list(first.values()), []
    for card in cards:
        trained: set[str] = set()
        for read in reads:
            trained |= trained_on(read.examples, [source.sha256 for source in read.sources], card)
        left = [row for row in kept if row.page not in trained]
        if len(left) < len(kept):
            remarks.append(
                f"{len(kept) - len(left)} questions are left out: {card.name} was trained on their pages, or its card "
                "does not say which pages of the file were held out"
            )
        elif not card.data:
            remarks.append(f"the card of {card.name} does not say what it was trained on: some pages may be among it")
        kept = left
    if len(kept) < LEAST_ROWS:
        raise too_few(remarks, len(kept), "questions", f"{LEAST_ROWS} questions")
    return kept, remarks
