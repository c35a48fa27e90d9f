"""The measures of a classifier, from its confusion matrix and from how sure it was.

All of them are functions of counts and sums, so that a bootstrap (resampling.py) computes a thousand of each at once:
what comes first in every shape, `...`, is the resamples.

Conventions, as scikit-learn has them: a class that is never predicted has precision 0, one that has no rows recall 0.
Its F1 is 2 tp / (2 tp + fp + fn), so a class that is predicted though no row has it has F1 0 and counts in the macro
mean; one that neither a row nor a prediction has has no F1 (NaN) and is left out of that mean. A prediction that is no
label (unparsed, abstained) is wrong, and a false positive of no class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS = 15  # of equal width, as in Guo et al. 2017
LEAST = 1e-7
"""A probability counts as this at least in the log-likelihood: one float32 zero must not make it infinite."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of confusion matrices (..., classes, outcomes): each a number, or (classes,) a class."""

    accuracy: Floats
    macro_f1: Floats
    weighted_f1: Floats
    precision: Floats
    recall: Floats
    f1: Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose confidence is in (low, high]: how many, their mean confidence, and the share that is right."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The largest share of rows that can be labelled with a target accuracy, the surest first.

    `threshold` is the confidence from which on a row is labelled; None, with coverage 0, where no threshold reaches
    the target.
    """

    target: float
    coverage: float
    accuracy: float | None
    threshold: float | None


def count_confusion(truth: Ints, predicted: Ints, classes: int) -> Ints:
    """Counts (classes, classes + 1) of class numbers (n,): truth down, prediction across; the last column is no label.

    A prediction outside 0 .. classes - 1 is no label.
    """
    outcome = np.where((predicted >= 0) & (predicted < classes), predicted, classes)
    cells = np.bincount(truth * (classes + 1) + outcome, minlength=classes * (classes + 1))
    return cells.reshape(classes, classes + 1).astype(np.int64)


def score(confusion: ArrayLike) -> Scores:
    """The measures of counts (..., classes, outcomes), the first outcomes being the classes. None is left out."""
    counts = np.asarray(confusion, dtype=np.float64)
    classes = counts.shape[-2]
    right = np.diagonal(counts[..., :classes], axis1=-2, axis2=-1)
    support, predicted = counts.sum(axis=-1), counts[..., :classes].sum(axis=-2)
    f1 = _share(2 * right, support + predicted, np.nan)
    rows = support.sum(axis=-1)
    known = ~np.isnan(f1)
    return Scores(
        accuracy=_share(right.sum(axis=-1), rows, np.nan),
        macro_f1=_share(np.where(known, f1, 0).sum(axis=-1), known.sum(axis=-1), np.nan),
        weighted_f1=_share((np.where(known, f1, 0) * support).sum(axis=-1), rows, np.nan),
        precision=_share(right, predicted, 0.0),
        recall=_share(right, support, 0.0),
        f1=f1,
    )


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of equal width over rows (n,): how sure the model was, and how often it was right (reliability diagram)."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    sure = _share(np.bincount(place, weights=confidence, minlength=bins), counts, np.nan)
    correct = _share(np.bincount(place, weights=right, minlength=bins), counts, np.nan)
    return tuple(
        Bin(
            float(edges[i]),
            float(edges[i + 1]),
            int(counts[i]),
            float(sure[i]) if counts[i] else None,
            float(correct[i]) if counts[i] else None,
        )
        for i in range(bins)
    )


def calibration_error(bins: tuple[Bin, ...]) -> float | None:
    """The expected calibration error: the mean gap between confidence and accuracy, over rows.

    Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017, equation 3. None without rows.
    """
    rows = sum(one.n for one in bins)
    gaps = (
        one.n * abs(one.accuracy - one.confidence)
        for one in bins
        if one.accuracy is not None and one.confidence is not None
    )
    return sum(gaps) / rows if rows else None


def brier_scores(probabilities: Floats, truth: Ints) -> Floats:
    """The Brier score (n,) of each row, summed over the classes: 0 is best, 2 is worst (Brier 1950)."""
    gaps: Floats = probabilities.copy()
    gaps[np.arange(len(truth)), truth] -= 1
    return np.asarray((gaps**2).sum(axis=1), dtype=np.float64)


def log_losses(probabilities: Floats, truth: Ints) -> Floats:
    """The negative log-likelihood (n,) of each row's label, in nats."""
    return np.asarray(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], LEAST)), dtype=np.float64)


def coverage_curve(confidence: Floats, right: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Thresholds from the surest down, and the coverage and the accuracy of the rows that reach each.

    Rows without a confidence (NaN) are never labelled and count in the whole. Rows that are equally sure go together.
    """
    order = np.argsort(-np.nan_to_num(confidence, nan=-1.0), kind="stable")
    order = order[: len(order) - int(np.isnan(confidence).sum())]
    sure, correct = confidence[order], right[order].cumsum()
    last = np.append(sure[1:] != sure[:-1], True) if len(sure) else np.zeros(0, dtype=bool)
    taken = np.arange(1, len(sure) + 1)[last]
    return sure[last], taken / max(1, len(confidence)), correct[last] / taken


def coverage_at(curve: tuple[Floats, Floats, Floats], target: float) -> Coverage:
    """The point of a coverage curve that labels most rows with `target` accuracy among them."""
    thresholds, coverage, accuracy = curve
    reached = np.flatnonzero(accuracy >= target - 1e-12)
    if not len(reached):
        return Coverage(target, 0.0, None, None)
    best = reached[-1]
    threshold = np.floor(thresholds[best] * 1e6) / 1e6  # down: rounded up it would leave out the row that it comes from
    return Coverage(target, float(coverage[best]), float(accuracy[best]), float(threshold))


def _share(part: ArrayLike, whole: ArrayLike, empty: float) -> Floats:
    """part / whole, and `empty` where there is no whole."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1), empty), dtype=np.float64)
