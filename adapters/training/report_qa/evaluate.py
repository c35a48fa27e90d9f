"""Evaluation of report-QA answers: how many are right, how well the model knows which, and how long they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.errors import DataError
from adapters.report_qa.forms import Answered, Example
from adapters.training import metrics
from adapters.training.evaluate import rounded
from adapters.training.metrics import Bin, Coverage, Floats
from adapters.training.report_qa.prose import bleu
from adapters.training.report_qa.scoring import RowScore, is_scored, score_row
from adapters.training.resampling import RESAMPLES, interval, resampled_sums

TARGETS = (0.80, 0.90, 0.95)
"""The accuracies at which coverage is stated."""

_MOST_POINTS = 100

_MEASURES: Mapping[str, Callable[[RowScore], float | bool | None]] = {
    "execution_accuracy": lambda row: row.executed,
    "exact_match": lambda row: row.exact_match,
    "f1": lambda row: row.f1,
    "aligned_f1": lambda row: row.aligned_f1,
    "refused": lambda row: row.refused,
    "program_accuracy": lambda row: row.program,
    "scale_accuracy": lambda row: row.scale,
    "rouge_l": lambda row: row.rouge_l,
}
"""What is a mean over rows; None is a row that it leaves out."""


@dataclass(frozen=True, slots=True)
class PartScores:
    """The rows of one answer type or one place: how many, and their measures as in ReportQaReport."""

    n: int
    execution_accuracy: float | None
    exact_match: float
    f1: float
    refused: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only from `threshold` on: the share of rows that are answered, and the share of those that is wrong."""

    threshold: float
    coverage: float
    error: float


@dataclass(frozen=True, slots=True)
class ReportQaReport:
    """What an evaluation found over the n rows that state an answer. Measures are fractions of 1.

    `execution_accuracy` is over the `n_numeric` rows with a number, or yes or no, as the answer; `program_accuracy`
    over the `n_programs` rows with a known program; `scale_accuracy` over rows of data with scales; `bleu` and
    `rouge_l` over the `n_words` rows whose answer is words. Each is None where there is no such row. Refused rows are
    wrong in all of them, unless the data says that nothing answers the question. `f1` joins several spans as TAT-QA's
    script does, `aligned_f1` pairs them.

    `risk_coverage` goes from the surest answer to the last (of many points every nth), and `risk_coverage_area` is the
    mean error over it (AURC: Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", 2017): the
    lower, the better the confidence tells right from wrong. `brier` (0 to 1) and `ece` compare the confidence of the
    answered rows with whether they are right. `perplexity` is given by models that generate. Seconds are of one
    question. `intervals` are 95 % bootstrap intervals, for which whole pages are drawn.
    """

    n: int
    pages: int
    execution_accuracy: float | None
    exact_match: float
    f1: float
    refused: float
    aligned_f1: float
    program_accuracy: float | None
    scale_accuracy: float | None
    bleu: float | None
    rouge_l: float | None
    perplexity: float | None
    n_numeric: int
    n_programs: int
    n_words: int
    by_type: Mapping[str, PartScores]
    by_source: Mapping[str, PartScores]
    intervals: Mapping[str, tuple[float, float]]
    risk_coverage: tuple[RiskPoint, ...]
    risk_coverage_area: float | None
    coverage: tuple[Coverage, ...]
    brier: float | None
    ece: float | None
    reliability: tuple[Bin, ...]
    median_seconds: float | None
    p95_seconds: float | None
    remarks: tuple[str, ...]
    rows: tuple[RowScore, ...] = field(default=(), repr=False, compare=False)
    """The score of each row, in their order; not in `record`."""

    def record(self) -> dict[str, Any]:
        """The report as plain data for JSON, numbers to six places."""
        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "rows"}
        for name in ("by_type", "by_source"):
            kept[name] = {key: asdict(part) for key, part in kept[name].items()}
        for name in ("risk_coverage", "coverage", "reliability"):
            kept[name] = [asdict(one) for one in kept[name]]
        plain: dict[str, Any] = rounded(kept)
        return plain


def evaluate_report_qa(
    examples: Sequence[Example],
    answered: Sequence[Answered],
    seconds: Sequence[float] = (),
    *,
    perplexity: float | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> ReportQaReport:
    """Compare the answers to n examples with what the data says. `seconds` are those of each question, if measured.

    `seed` makes the intervals repeatable.

    Raises:
        DataError: there are no examples, one states no answer, the numbers differ, or a confidence is no probability.
    """
    if len(examples) != len(answered) or not examples:
        raise DataError(
            f"{len(answered)} answers for {len(examples)} questions; expected one for each, and one at least"
        )
    unscored = [one.id for one in examples if not is_scored(one)]
    if unscored:
        raise DataError(f"{len(unscored)} questions have no answer to compare with, such as {unscored[0][:80]}")
    wrong = [one.confidence for one in answered if not 0 <= one.confidence <= 1]
    if wrong:
        raise DataError(f"a confidence of {wrong[0]}; expected probabilities from 0 to 1")
    rows = tuple(score_row(example, said) for example, said in zip(examples, answered, strict=True))
    values = _values(rows)
    means = {name: _mean(values[:, column]) for column, name in enumerate(_MEASURES)}
    groups = np.unique(np.array([one.page for one in examples]), return_inverse=True)[1].astype(np.int64)
    sure = _Certainty.of(rows, np.array([one.confidence for one in answered], dtype=np.float64))
    texts = [row.words for row in rows if row.words is not None]
    times = np.asarray(seconds, dtype=np.float64)
    return ReportQaReport(
        n=len(rows),
        pages=int(groups.max()) + 1,
        execution_accuracy=means["execution_accuracy"],
        exact_match=means["exact_match"] or 0.0,
        f1=means["f1"] or 0.0,
        refused=means["refused"] or 0.0,
        aligned_f1=means["aligned_f1"] or 0.0,
        program_accuracy=means["program_accuracy"],
        scale_accuracy=means["scale_accuracy"],
        bleu=bleu([said for said, _ in texts], [gold for _, gold in texts]),
        rouge_l=means["rouge_l"],
        perplexity=perplexity,
        n_numeric=sum(row.executed is not None for row in rows),
        n_programs=sum(row.program is not None for row in rows),
        n_words=len(texts),
        by_type=_parts(rows, lambda row: row.answer_type),
        by_source=_parts(rows, lambda row: row.answer_from),
        intervals=_intervals(values, groups, resamples, seed),
        risk_coverage=sure.points,
        risk_coverage_area=sure.area,
        coverage=sure.coverage,
        brier=sure.brier,
        ece=metrics.calibration_error(sure.bins),
        reliability=sure.bins,
        median_seconds=float(np.median(times)) if len(times) else None,
        p95_seconds=float(np.quantile(times, 0.95)) if len(times) else None,
        remarks=tuple(_remarks(rows)),
        rows=rows,
    )


@dataclass(frozen=True, slots=True)
class _Certainty:
    """What the confidence of the answered rows says; empty where every row is refused."""

    points: tuple[RiskPoint, ...] = ()
    area: float | None = None
    coverage: tuple[Coverage, ...] = ()
    brier: float | None = None
    bins: tuple[Bin, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[RowScore], confidence: Floats) -> _Certainty:
        right = np.array([row.right for row in rows])
        answered = np.array([not row.refused for row in rows])
        if not answered.any():
            return cls()
        curve = metrics.coverage_curve(np.where(answered, confidence, np.nan), right)
        thresholds, coverage, accuracy = curve
        # Rows that are equally sure go together: each point stands for the rows that it adds.
        area = float(((1 - accuracy) * np.diff(coverage, prepend=0.0)).sum() / coverage[-1])
        kept = np.unique(np.linspace(0, len(coverage) - 1, min(len(coverage), _MOST_POINTS)).round().astype(np.int64))
        gaps = confidence[answered] - right[answered]
        return cls(
            tuple(RiskPoint(float(thresholds[i]), float(coverage[i]), float(1 - accuracy[i])) for i in kept),
            area,
            tuple(metrics.coverage_at(curve, target) for target in TARGETS),
            float((gaps**2).mean()),
            metrics.reliability(confidence[answered], right[answered]),
        )


def _values(rows: Sequence[RowScore]) -> Floats:
    """Each row's measures (n, measures); NaN where one does not apply."""
    found = [[_number(measure(row)) for measure in _MEASURES.values()] for row in rows]
    return np.array(found, dtype=np.float64)


def _number(value: float | bool | None) -> float:
    return np.nan if value is None else float(value)


def _mean(column: Floats) -> float | None:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else None


def _intervals(values: Floats, groups: NDArray[np.int64], resamples: int, seed: int) -> dict[str, tuple[float, float]]:
    """The interval of each measure that has rows: a mean is a sum over the rows it applies to, by their number."""
    known = ~np.isnan(values)
    sums = resampled_sums(
        np.concatenate([np.nan_to_num(values), known], axis=1), groups, resamples=resamples, seed=seed
    )
    found = {}
    for column, name in enumerate(_MEASURES):
        total, count = sums[:, column], sums[:, column + len(_MEASURES)]
        limits = interval(np.where(count > 0, total / np.maximum(count, 1), np.nan))
        if limits is not None:
            found[name] = limits
    return found


def _parts(rows: Sequence[RowScore], name: Callable[[RowScore], str]) -> dict[str, PartScores]:
    """The rows by a name that they have, the most frequent first; those without are left out."""
    named: dict[str, list[RowScore]] = {}
    for row in rows:
        if name(row):
            named.setdefault(name(row), []).append(row)
    return {
        key: PartScores(
            len(some),
            _mean(np.array([_number(row.executed) for row in some])),
            float(np.mean([row.exact_match for row in some])),
            float(np.mean([row.f1 for row in some])),
            float(np.mean([row.refused for row in some])),
        )
        for key, some in sorted(named.items(), key=lambda item: -len(item[1]))
    }


def _remarks(rows: Sequence[RowScore]) -> list[str]:
    remarks = []
    if all(row.refused for row in rows):
        remarks.append("every question was refused, so nothing can be said of the confidence")
    if all(row.executed is None for row in rows):
        remarks.append("no row has a number as its answer, so there is no execution accuracy")
    return remarks
