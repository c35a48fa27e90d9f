"""Two adapters on the same rows: is one better than the other, or is it chance?

Two paired tests. McNemar's exact test asks whether one is right more often where just one of them is right. The paired
bootstrap gives an interval for the difference of macro-F1, drawing texts and not rows: rows of one headline, one for
each company in it, stand or fall together.

Sources: McNemar, Psychometrika 12, 1947 (exact form: the binomial test of the discordant pairs); Dietterich,
"Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms", Neural Computation 10,
1998; Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004 (paired bootstrap).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.labels import LABELS
from adapters.training.metrics import score
from adapters.training.resampling import interval, resampled_sums

RESAMPLES = 2000
SIGNIFICANT = 0.05

Ints = NDArray[np.int64]
_CLASSES, _OUTCOMES = len(LABELS), len(LABELS) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A new adapter against the current one on the same n rows, by the measure that decides for their task.

    `difference` is the new one's measure minus the current one's, and `low` to `high` its 95 % interval; `wins` counts
    the rows that only the new one gets right, `losses` those that only the current one does, `p_value` is McNemar's,
    two-sided. A task's own comparison adds its measures and says them.
    """

    n: int
    difference: float
    low: float
    high: float
    wins: int
    losses: int
    p_value: float

    @property
    def significantly_worse(self) -> bool:
        """By either test: the interval lies below 0, or the rows it loses outnumber those it wins beyond chance."""
        return self.high < 0 or (self.losses > self.wins and self.p_value < SIGNIFICANT)

    @property
    def significantly_better(self) -> bool:
        """By the interval of the measure, with no sign against it from the other test."""
        return self.low > 0 and not self.significantly_worse

    @property
    def better(self) -> bool:
        """Whether the measure rises at all."""
        return self.difference > 0

    def record(self) -> dict[str, Any]:
        """The comparison as plain data."""
        rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return {**rounded, "significantly_better": self.significantly_better}

    def tests(self) -> str:
        """The difference with what the two tests say of it, for a sentence."""
        return (
            f"({self.difference:+.4f}, 95 % interval {self.low:+.4f} to {self.high:+.4f}), {self.wins} rows won and "
            f"{self.losses} lost (McNemar p = {self.p_value:.3g})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Paired):
    """Two classifiers on n rows of a number of texts, decided by macro-F1. Shares are fractions of 1."""

    texts: int
    current_macro_f1: float
    new_macro_f1: float
    current_accuracy: float
    new_accuracy: float

    def __str__(self) -> str:
        return (
            f"macro-F1 {self.new_macro_f1:.4f} against {self.current_macro_f1:.4f} {self.tests()}, {self.n} rows of "
            f"{self.texts} texts"
        )


def compare(
    truth: Sequence[str],
    current: Sequence[str | None],
    new: Sequence[str | None],
    texts: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Compare two classifiers' labels of the same n rows, n > 0. A prediction of None is wrong.

    `texts` are the rows' texts, which are drawn together; without them each row is a text of its own.
    """
    if not len(truth) == len(current) == len(new) == len(truth if texts is None else texts) or not len(truth):
        raise ValueError(f"{len(truth)} labels, {len(current)} and {len(new)} predictions; expected as many of each")
    labels, before, after = (_numbers(column) for column in (truth, current, new))
    groups = np.unique(np.arange(len(truth)) if texts is None else np.array(texts), return_inverse=True)[1]
    features = np.concatenate([_cells(labels, before), _cells(labels, after)], axis=1)
    shape = (-1, 2, _CLASSES, _OUTCOMES)
    scores = score(features.sum(axis=0).reshape(shape)[0])
    drawn = score(resampled_sums(features, groups, resamples=resamples, seed=seed).reshape(shape)).macro_f1
    low, high = interval(drawn[:, 1] - drawn[:, 0]) or (0.0, 0.0)
    wins, losses = (
        int(((after == labels) & (before != labels)).sum()),
        int(((before == labels) & (after != labels)).sum()),
    )
    macro, accuracy = scores.macro_f1, scores.accuracy
    return Comparison(
        n=len(truth),
        texts=int(groups.max()) + 1,
        current_macro_f1=float(macro[0]),
        new_macro_f1=float(macro[1]),
        current_accuracy=float(accuracy[0]),
        new_accuracy=float(accuracy[1]),
        difference=float(macro[1] - macro[0]),
        low=low,
        high=high,
        wins=wins,
        losses=losses,
        p_value=mcnemar(wins, losses),
    )


def mcnemar(wins: int, losses: int) -> float:
    """The two-sided exact p-value of McNemar's test: how often a fair coin is at least as uneven. 1 without any."""
    tosses, fewer = wins + losses, min(wins, losses)
    if wins == losses:
        return 1.0
    logs = [_log_binomial(tosses, hits) - tosses * math.log(2) for hits in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(math.exp(log) for log in logs))


def _log_binomial(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _numbers(labels: Sequence[str | None]) -> Ints:
    """Labels as class numbers; what is none of LABELS is the number behind them."""
    known = {label: number for number, label in enumerate(LABELS)}
    return np.array([known.get(label or "", _CLASSES) for label in labels], dtype=np.int64)


def _cells(truth: Ints, predicted: Ints) -> NDArray[np.float64]:
    """Each row's cell of the confusion matrix, (n, classes * outcomes), as ones and zeros."""
    cells = np.zeros((len(truth), _CLASSES * _OUTCOMES))
    cells[np.arange(len(truth)), truth * _OUTCOMES + predicted] = 1
    return cells
