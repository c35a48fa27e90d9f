"""An evaluation on the terminal, and its predictions as a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.labels import LABELS
from app.errors import CallError

if TYPE_CHECKING:
    from adapters.training.data import Labelled
    from adapters.training.evaluate import SentimentReport
    from adapters.training.predictions import Predictions

SUFFIXES = (".jsonl", ".csv")
_MEASURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "ece": "calibration error (ECE)",
    "brier": "Brier score (0 to 2)",
    "nll": "log loss (nats)",
    "perplexity": "perplexity",
}


def check_targets(
    predictions: Path | None, report: Path | None, data: Path, suffixes: Sequence[str] = SUFFIXES
) -> None:
    """Raise CallError where `--predictions` or `--report` cannot be written: better to know before the model runs."""
    if predictions is not None:
        if predictions.suffix.lower() not in suffixes:
            raise CallError(f"--predictions {predictions}: expected a name that ends in {' or '.join(suffixes)}")
        if predictions.is_dir():
            raise CallError(f"--predictions {predictions}: is a folder; expected the name of a file to write")
        if not predictions.parent.is_dir():
            raise CallError(f"--predictions {predictions}: there is no folder {predictions.parent}; create it first")
        if predictions.exists() and data.exists() and predictions.samefile(data):
            raise CallError(
                f"--predictions {predictions}: is the data; name another file, nothing of yours is replaced"
            )
    if report is not None and report.exists() and not report.is_dir():
        raise CallError(f"--report {report}: is a file; expected a folder, which is made where it is not there")


def evaluation_record(
    given: Mapping[str, Any],
    read: Labelled,
    said: Predictions,
    result: SentimentReport,
    remarks: Sequence[str],
    *,
    trained: bool,
) -> dict[str, Any]:
    """What `--json` prints and metrics.json holds; `given` names data, adapter and engine.

    `trained` says whether the adapter was trained on the rows that were measured.
    """
    measured = result.record()
    return {
        "task": "sentiment",
        **given,
        **measured,
        "remarks": [*remarks, *result.remarks],
        "perplexity": said.perplexity,
        "entity_rows": sum(row.entity is not None for row in said.rows),
        "skipped_rows": len(read.problems),
        "duplicates": len(read.duplicates),
        "contradictions": len(read.contradictions),
        "trained_on_data": trained,
        "seconds": round(said.seconds, 3),
        "rows_per_second": round(len(said.rows) / said.seconds, 1) if said.seconds else None,
    }


def write_predictions(path: Path, said: Predictions, min_confidence: float) -> None:
    """Write rows with what was said of them as JSONL or CSV, by the suffix of `path`: whole or not at all.

    The prediction is null, in CSV empty, where what a model wrote is no label; `written` is what it wrote.
    """
    from app.files import whole_file

    records = []
    predicted = said.labels(min_confidence)
    for number, (row, label, each) in enumerate(zip(said.rows, predicted, said.probabilities.tolist(), strict=True)):
        numbers = [round(value, 6) for value in each]
        sure = numbers[LABELS.index(label)] if label in LABELS else max(numbers)
        record: dict[str, Any] = {"text": printable(row.text), "entity": printable(row.entity), "label": row.label}
        record |= {"prediction": label, "confidence": sure}
        record |= {f"p_{name}": value for name, value in zip(LABELS, numbers, strict=True)}
        if said.written is not None:
            record["written"] = printable(said.written[number])
        records.append(record)
    with whole_file(path, "--predictions") as file:
        if path.suffix.lower() == ".csv":
            writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
        else:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def printable(text: str | None) -> str | None:
    """The text without halves of surrogate pairs, which JSON may escape and no file can hold."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def show_evaluation(report: SentimentReport, record: Mapping[str, Any]) -> None:
    """The measures with their intervals, a table by label, the confusion matrix, coverage and remarks."""
    console = Console(highlight=False)
    rows = f"{report.n:,} rows" if report.texts == report.n else f"{report.n:,} rows of {report.texts:,} texts"
    speed = f"{record['seconds']:.1f} s, {record['rows_per_second']:,.0f} rows/s"
    say(console, f"{record['adapter']} ({record['engine']}) on {record['data']}: {rows}, {speed}\n")
    table = new_table("measure", "value", "95 % interval")
    for name, said in _MEASURES.items():
        if record.get(name) is not None:
            table.add_row(said, f"{record[name]:.4f}", limits_text(report.intervals.get(name)))
    console.print(table)
    table = new_table("label", "precision", "recall", "F1", "95 % interval", "rows", "predicted")
    for one in report.per_class:
        f1 = "" if one.f1 is None else f"{one.f1:.4f}"
        limits = limits_text(report.intervals.get(f"f1_{one.label}"))
        table.add_row(
            one.label, f"{one.precision:.4f}", f"{one.recall:.4f}", f1, limits, f"{one.support:,}", f"{one.predicted:,}"
        )
    say(console, "")
    console.print(table)
    columns = list(next(iter(report.confusion.values())))
    columns = [name for name in columns if name in report.confusion or any(r[name] for r in report.confusion.values())]
    table = new_table("true \\ predicted", *columns)
    for label, counts in report.confusion.items():
        table.add_row(label, *(f"{counts[name]:,}" for name in columns))
    say(console, "")
    console.print(table)
    say(console, "")
    for at in report.coverage:
        if at.threshold is None:
            say(console, f"No confidence labels rows with {at.target:.0%} accuracy.")
        else:
            say(
                console,
                f"{at.coverage:.1%} of the rows can be labelled with {at.target:.0%} accuracy: "
                f"those with a confidence from {at.threshold:.4f} on.",
            )
    for remark in record["remarks"]:
        say(console, f"Note: {remark}.", "yellow")


def limits_text(limits: tuple[float, float] | None) -> str:
    """An interval as a table shows it; empty where there is none."""
    return "" if limits is None else f"{limits[0]:.4f} to {limits[1]:.4f}"


def new_table(first: str, *others: str) -> Table:
    """A table without lines: words in the first column, numbers in the others."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def say(console: Console, text: str, style: str = "") -> None:
    """Print one line as it is, however long."""
    console.print(Text(text, style=style), soft_wrap=True)
