"""Evaluation of sentiment labels against the truth: how good, how sure, and how far the numbers can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adapters.errors import DataError
from adapters.labels import LABELS, parse_label
from adapters.training import metrics
from adapters.training.metrics import Bin, Coverage, Floats, Ints
from adapters.training.resampling import RESAMPLES, interval, resampled_sums

ABSTAIN = "abstain"
NO_LABEL = "none"
"""The column of the confusion matrix for predictions that are no label."""
TARGETS = (0.90, 0.95, 0.99)
"""The accuracies at which coverage is stated."""

_UNPARSED, _ABSTAINED = -1, -2


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One label: fractions of 1, its rows (`support`) and its predictions. `f1` is None where it has neither."""

    label: str
    precision: float
    recall: float
    f1: float | None
    support: int
    predicted: int


@dataclass(frozen=True, slots=True)
class SentimentReport:
    """What an evaluation found. Measures are fractions of 1; None is a measure that needs probabilities.

    Unparsed and abstained predictions are wrong in `accuracy` and the F1s. `confusion[truth][prediction]` counts rows;
    `intervals` holds 95 % bootstrap intervals. ECE has none, since every resample of it is biased upwards.
    """

    n: int
    texts: int
    accuracy: float
    macro_f1: float
    weighted_f1: float
    ece: float | None
    brier: float | None
    nll: float | None
    per_class: tuple[ClassScores, ...]
    confusion: Mapping[str, Mapping[str, int]]
    intervals: Mapping[str, tuple[float, float]]
    reliability: tuple[Bin, ...]
    coverage: tuple[Coverage, ...]
    unparsed: int
    abstained: int
    remarks: tuple[str, ...]
    curve: tuple[Floats, Floats, Floats] | None = field(default=None, repr=False, compare=False)
    """Threshold, coverage and accuracy from the surest row on; for plots, and not in `record`."""

    def record(self) -> dict[str, Any]:
        """The report as plain data for JSON, numbers to six places."""
        from dataclasses import asdict, fields

        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "curve"}
        kept["per_class"] = {one.label: asdict(one) for one in self.per_class}
        for scores in kept["per_class"].values():
            del scores["label"]
        for name in ("reliability", "coverage"):
            kept[name] = [asdict(one) for one in kept[name]]
        plain: dict[str, Any] = rounded(kept)
        return plain


def evaluate_sentiment(
    labels: Sequence[str],
    *,
    probabilities: ArrayLike | None = None,
    predictions: Sequence[str | None] | None = None,
    texts: Sequence[str] | None = None,
    min_confidence: float = 0.0,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> SentimentReport:
    """Compare predictions with the true `labels` (n,), names among LABELS.

    `probabilities` (n, 3) are in the order of LABELS; a row with NaN is a prediction that could not be parsed.
    `predictions` are what a model or a file says, as words: what is no label counts as wrong, never as neutral, and
    "abstain" as abstained. Without them the likeliest label is the prediction. One whose probability is below
    `min_confidence` is abstained. `texts` say which rows belong together in the bootstrap; without them each stands
    alone. `seed` makes the intervals repeatable.

    Raises:
        DataError: there are no rows, a label is not known, or the parts have different lengths.
    """
    truth = _class_numbers(labels)
    rows = _probabilities(probabilities, len(truth))
    if rows is None and predictions is None:
        raise DataError("nothing to evaluate; expected probabilities, predictions or both")
    for name, part in (("predictions", predictions), ("texts", texts)):
        if part is not None and len(part) != len(truth):
            raise DataError(f"{len(part)} {name} for {len(truth)} labels; expected one for each")
    predicted = _predicted(rows, predictions, min_confidence)
    groups = _groups(texts, len(truth))
    confusion = metrics.count_confusion(truth, predicted, len(LABELS))
    scores = metrics.score(confusion)
    sure = _Certainty.of(rows, truth, predicted)
    return SentimentReport(
        n=len(truth),
        texts=int(groups.max()) + 1,
        accuracy=float(scores.accuracy),
        macro_f1=float(scores.macro_f1),
        weighted_f1=float(scores.weighted_f1),
        ece=metrics.calibration_error(sure.bins),
        brier=sure.brier,
        nll=sure.nll,
        per_class=tuple(
            ClassScores(
                label,
                float(scores.precision[i]),
                float(scores.recall[i]),
                None if np.isnan(scores.f1[i]) else float(scores.f1[i]),
                int(confusion[i].sum()),
                int(confusion[:, i].sum()),
            )
            for i, label in enumerate(LABELS)
        ),
        confusion={
            label: dict(zip((*LABELS, NO_LABEL), map(int, row), strict=True))
            for label, row in zip(LABELS, confusion, strict=True)
        },
        intervals=_intervals(truth, predicted, groups, resamples, seed),
        reliability=sure.bins,
        coverage=tuple(metrics.coverage_at(sure.curve, target) for target in TARGETS) if sure.curve else (),
        unparsed=int((predicted == _UNPARSED).sum()),
        abstained=int((predicted == _ABSTAINED).sum()),
        remarks=tuple(_remarks(confusion, predicted, int(groups.max()) + 1)),
        curve=sure.curve,
    )


def predicted_labels(
    probabilities: ArrayLike, predictions: Sequence[str | None] | None = None, min_confidence: float = 0.0
) -> list[str | None]:
    """What `evaluate_sentiment` takes for the prediction of each row: a label, "abstain", or None if unparsed."""
    rows = np.asarray(probabilities, dtype=np.float64)
    names = {_UNPARSED: None, _ABSTAINED: ABSTAIN, **dict(enumerate(LABELS))}
    return [names[int(number)] for number in _predicted(rows, predictions, min_confidence)]


def parse_written(text: str, words: Mapping[str, str]) -> str | None:
    """The label that a generating model wrote, or None where it is none; `words` are those of the adapter's card."""
    said = text.strip().strip("\"'.").casefold()
    return next((label for label, word in words.items() if word.casefold() == said), parse_label(text))


@dataclass(frozen=True, slots=True)
class _Certainty:
    """What the probabilities of the rows that have them say; empty without."""

    bins: tuple[Bin, ...] = ()
    brier: float | None = None
    nll: float | None = None
    curve: tuple[Floats, Floats, Floats] | None = None

    @classmethod
    def of(cls, rows: Floats | None, truth: Ints, predicted: Ints) -> _Certainty:
        known = np.zeros(0, dtype=bool) if rows is None else ~np.isnan(rows).any(axis=1)
        if rows is None or not known.any():
            return cls()
        # How sure the model is of what it predicts. An abstained row keeps its likeliest label here; one that is
        # unparsed has a likeliest label too where a generating model was scored, and is wrong all the same.
        label = np.where(predicted >= 0, predicted, np.nan_to_num(rows).argmax(axis=1))
        confidence = np.where(known, rows[np.arange(len(rows)), label], np.nan)
        right = known & (label == truth) & (predicted != _UNPARSED)
        return cls(
            metrics.reliability(confidence[known], right[known]),
            float(metrics.brier_scores(rows[known], truth[known]).mean()),
            float(metrics.log_losses(rows[known], truth[known]).mean()),
            metrics.coverage_curve(confidence, right),
        )


def _class_numbers(labels: Sequence[str]) -> Ints:
    numbers = {label: number for number, label in enumerate(LABELS)}
    unknown = sorted({str(label)[:40] for label in labels if label not in numbers})
    if unknown or not len(labels):
        found = ", ".join(unknown[:5]) or "no row"
        raise DataError(f"the true labels hold {found}; expected {', '.join(LABELS)}")
    return np.array([numbers[label] for label in labels], dtype=np.int64)


def _probabilities(probabilities: ArrayLike | None, n: int) -> Floats | None:
    if probabilities is None:
        return None
    rows = np.asarray(probabilities, dtype=np.float64)
    if rows.shape != (n, len(LABELS)):
        raise DataError(f"probabilities {rows.shape} for {n} labels; expected {(n, len(LABELS))}")
    wrong = (rows < 0) | (rows > 1 + 1e-4)
    wrong_sum = ~np.isnan(rows).any(axis=1) & (np.abs(rows.sum(axis=1) - 1) > 1e-2)
    if wrong.any() or wrong_sum.any():
        raise DataError("a row of the probabilities does not sum to 1; expected probabilities, not logits")
    return rows


def _predicted(rows: Floats | None, predictions: Sequence[str | None] | None, least: float) -> Ints:
    """Class numbers (n,); below zero what is no label."""
    if predictions is not None:
        predicted = np.array([_number(word) for word in predictions], dtype=np.int64)
    else:
        assert rows is not None
        predicted = np.where(np.isnan(rows).any(axis=1), _UNPARSED, np.nan_to_num(rows).argmax(axis=1))
    if rows is None or not least:
        return predicted
    confidence = np.nan_to_num(rows)[np.arange(len(rows)), np.maximum(predicted, 0)]
    return np.where((predicted >= 0) & (confidence < least), _ABSTAINED, predicted).astype(np.int64)


def _number(word: str | None) -> int:
    if word is not None and str(word).strip().lower() == ABSTAIN:
        return _ABSTAINED
    label = parse_label(word)
    return _UNPARSED if label is None else LABELS.index(label)


def _groups(texts: Sequence[str] | None, n: int) -> Ints:
    """The number of each row's text; case and spaces do not make another text of it."""
    if texts is None:
        return np.arange(n)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(" ".join(text.casefold().split()), len(numbers)) for text in texts])


def _intervals(truth: Ints, predicted: Ints, groups: Ints, resamples: int, seed: int) -> dict[str, tuple[float, float]]:
    outcome = np.where(predicted >= 0, predicted, len(LABELS))
    cells = np.zeros((len(truth), len(LABELS) * (len(LABELS) + 1)))
    cells[np.arange(len(truth)), truth * (len(LABELS) + 1) + outcome] = 1
    drawn = resampled_sums(cells, groups, resamples=resamples, seed=seed)
    scores = metrics.score(drawn.reshape(len(drawn), len(LABELS), len(LABELS) + 1))
    values = {"accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "weighted_f1": scores.weighted_f1}
    values |= {f"f1_{label}": scores.f1[:, i] for i, label in enumerate(LABELS)}
    found = {name: interval(measure) for name, measure in values.items()}
    return {name: limits for name, limits in found.items() if limits is not None}


def _remarks(confusion: NDArray[np.int64], predicted: Ints, texts: int) -> list[str]:
    support, named = confusion.sum(axis=1), confusion[:, : len(LABELS)].sum(axis=0)
    remarks = []
    if confusion.trace() == confusion.sum():
        # Clopper and Pearson's one-sided bound where all of n are right.
        least = 0.05 ** (1 / texts)
        remarks.append(
            f"every prediction is right, so no resample differs; a sample of {texts:,} shows {least:.1%} at least"
        )
    present = [label for label, rows in zip(LABELS, support, strict=True) if rows]
    if len(present) == 1:
        remarks.append(f"every row is {present[0]}: accuracy is its recall, and macro-F1 says little")
    for label, rows, times in zip(LABELS, support, named, strict=True):
        if not rows and times:
            said = "prediction is" if times == 1 else "predictions are"
            remarks.append(f"no row is {label}, but {times:,} {said}: its F1 is 0 and counts in the macro mean")
        elif not rows:
            remarks.append(f"neither a row nor a prediction is {label}: it has no F1 and is left out of the macro mean")
    unparsed = int((predicted == _UNPARSED).sum())
    if unparsed:
        remarks.append(f"{unparsed:,} predictions could not be parsed as a label: they count as wrong")
    abstained = int((predicted == _ABSTAINED).sum())
    if abstained:
        remarks.append(f"{abstained:,} rows were not labelled (abstain): they count as wrong in accuracy and F1")
    return remarks


def rounded(value: Any) -> Any:
    """Plain data with its floating-point numbers to six places."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value
