"""An evaluation as a folder of files: numbers for programs, tables for a spreadsheet, pictures for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from adapters.disk import write_whole
from adapters.errors import DataError
from adapters.training.evaluate import SentimentReport
from adapters.training.plots import plot_confusion, plot_coverage, plot_reliability

_POINTS = 1000  # of the coverage curve that are written


def write_report(report: SentimentReport, directory: Path, record: Mapping[str, Any] | None = None) -> list[Path]:
    """Write metrics.json, per_class.csv, confusion.csv and .png, and with probabilities reliability.png, coverage.csv
    and .png into `directory`, which is made. Other files in it stay. Returns what was written.

    `record` is what metrics.json holds instead of the report's own record: the record and what the caller adds.

    Raises:
        DataError: `directory` is a file.
        OSError: it cannot be written to.
    """
    if directory.exists() and not directory.is_dir():
        raise DataError(f"{directory} is a file; expected a folder for the report, or the name of a new one")
    directory.mkdir(parents=True, exist_ok=True)
    made = report.record() if record is None else record
    write_whole(directory / "metrics.json", json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    written = [directory / "metrics.json"]

    def table(name: str, head: list[str], rows: Iterable[Iterable[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([head, *rows])
        write_whole(directory / name, text.getvalue())
        written.append(directory / name)

    shares = ("precision", "recall", "f1")
    table(
        "per_class.csv",
        ["label", *shares, "f1_low", "f1_high", "support", "predicted"],
        (
            [
                one.label,
                *(_number(getattr(one, name)) for name in shares),
                *(_number(limit) for limit in report.intervals.get(f"f1_{one.label}", (None, None))),
                one.support,
                one.predicted,
            ]
            for one in report.per_class
        ),
    )
    columns = list(next(iter(report.confusion.values())))
    rows = ([label, *row.values()] for label, row in report.confusion.items())
    table("confusion.csv", ["true \\ predicted", *columns], rows)
    written.append(directory / "confusion.png")
    plot_confusion(report.confusion, written[-1])
    if report.curve is not None:
        written.append(directory / "reliability.png")
        plot_reliability(report.reliability, written[-1], error=report.ece)
        thresholds, coverage, accuracy = report.curve
        kept = np.unique(np.linspace(0, len(coverage) - 1, min(len(coverage), _POINTS)).astype(np.int64))
        points = ([_number(float(part[i])) for part in (coverage, accuracy, thresholds)] for i in kept)
        table("coverage.csv", ["coverage", "accuracy", "threshold"], points)
        written.append(directory / "coverage.png")
        plot_coverage(report.curve, report.coverage, written[-1])
    return written


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
