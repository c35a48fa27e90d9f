"""An evaluation of report QA on the terminal, and its answers as a file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from app.evaluations import limits_text, new_table, printable, say

if TYPE_CHECKING:
    from adapters.report_qa.forms import Answered
    from adapters.training.report_qa.evaluate import PartScores, ReportQaReport
    from adapters.training.report_qa.predictions import Answers
    from adapters.training.report_qa.rows import Read

SUFFIXES = (".jsonl",)
_MOST_PARTS = 12
_MEASURES = {
    "execution_accuracy": "execution accuracy",
    "exact_match": "exact match",
    "f1": "F1",
    "aligned_f1": "F1, span by span",
    "program_accuracy": "program accuracy",
    "scale_accuracy": "scale accuracy",
    "refused": "refused",
    "bleu": "BLEU-4 of words",
    "rouge_l": "ROUGE-L of words",
    "risk_coverage_area": "error over coverage (AURC)",
    "brier": "Brier score (0 to 1)",
    "ece": "calibration error (ECE)",
    "perplexity": "perplexity",
}
_COUNTS = {"exact_match": "n", "f1": "n", "aligned_f1": "n", "refused": "n"} | {
    "execution_accuracy": "n_numeric",
    "program_accuracy": "n_programs",
    "bleu": "n_words",
    "rouge_l": "n_words",
}
_UNMEASURED = ("execution_accuracy", "exact_match", "f1", "refused")


def evaluation_record(
    given: Mapping[str, Any], read: Read, said: Answers, result: ReportQaReport | None, remarks: Sequence[str]
) -> dict[str, Any]:
    """What `--json` prints; `given` names data, adapter and engine. Without a result the measures are null."""
    measured = {"n": 0, **dict.fromkeys(_UNMEASURED), "remarks": []} if result is None else result.record()
    for name in ("by_type", "by_source"):  # named by the data, which may hold what no terminal can show
        measured[name] = {printable(key): part for key, part in measured.get(name, {}).items()}
    seconds, asked = sum(said.seconds), len(said.rows)
    return {
        "task": "report-qa",
        **given,
        **measured,
        "remarks": [*remarks, *measured["remarks"]],
        "asked": asked,
        "without_answer": asked - measured["n"],
        "skipped_rows": len(read.problems),
        "duplicates": read.duplicates,
        "seconds": round(seconds, 3),
        "questions_per_second": round(asked / seconds, 2) if seconds else None,
    }


def write_answers(path: Path, said: Answers, result: ReportQaReport | None) -> None:
    """Write each row's question and answer as JSONL, whole or not at all.

    `answer` is the number as said in `scale`, the texts of spans, yes or no, or null for a refusal; `value` the number
    with percentages as fractions, true or false for a comparison. `gold` and `gold_scale` are the data's, and `right`
    is null where it states no answer.
    """
    from adapters.training.report_qa.scoring import is_scored
    from app.files import whole_file

    right = iter([row.right for row in result.rows] if result else [])
    with whole_file(path, "--predictions") as file:
        for row, one in zip(said.rows, said.answered, strict=True):
            record = {
                "id": printable(row.id),
                "question": printable(row.evidence.question),
                "kind": one.solution.kind.value,
                "answer": _answer(one),
                "value": _plain(one.value),
                "scale": one.solution.scale,
                "program": printable(one.program),
                "confidence": round(one.confidence, 6),
                "gold": _plain(row.gold),
                "gold_scale": row.scale,
                "right": next(right) if is_scored(row) else None,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def show_evaluation(result: ReportQaReport | None, record: Mapping[str, Any]) -> None:
    """The measures with their intervals, tables by answer type and place, coverage, waiting time and remarks."""
    console = Console(highlight=False)
    asked = "1 question" if record["asked"] == 1 else f"{record['asked']:,} questions"
    speed = f"{record['seconds']:.1f} s" if record["seconds"] else "no time"
    say(console, f"{record['adapter']} ({record['engine']}) on {record['data']}: {asked}, {speed}\n")
    if result is not None:
        _show_measures(console, result, record)
        for title, parts in (("answer type", result.by_type), ("answer from", result.by_source)):
            if parts:
                say(console, "")
                _show_parts(console, title, parts)
        say(console, "")
        for at in result.coverage:
            if at.threshold is None:
                say(console, f"No confidence answers questions with {at.target:.0%} right.")
            else:
                say(
                    console,
                    f"{at.coverage:.1%} of the questions can be answered with {at.target:.0%} right: those with a "
                    f"confidence from {at.threshold:.4f} on.",
                )
        if result.median_seconds is not None and result.p95_seconds is not None:
            say(
                console,
                f"A question took {result.median_seconds:.3f} s at the median, {result.p95_seconds:.3f} s at p95.",
            )
    for remark in record["remarks"]:
        say(console, f"Note: {remark}.", "yellow")


def _show_measures(console: Console, result: ReportQaReport, record: Mapping[str, Any]) -> None:
    table = new_table("measure", "value", "95 % interval", "questions")
    for name, words in _MEASURES.items():
        if record.get(name) is not None:
            limits = limits_text(result.intervals.get(name))
            count = f"{record[_COUNTS[name]]:,}" if name in _COUNTS else ""
            table.add_row(words, f"{record[name]:.4f}", limits, count)
    console.print(table)


def _show_parts(console: Console, title: str, parts: Mapping[str, PartScores]) -> None:
    table = new_table(title, "execution", "exact match", "F1", "refused", "questions")
    for name, part in list(parts.items())[:_MOST_PARTS]:
        executed = "" if part.execution_accuracy is None else f"{part.execution_accuracy:.4f}"
        numbers = (f"{value:.4f}" for value in (part.exact_match, part.f1, part.refused))
        table.add_row(Text(printable(name[:40]) or ""), executed, *numbers, f"{part.n:,}")
    console.print(table)
    if len(parts) > _MOST_PARTS:
        say(console, f"and {len(parts) - _MOST_PARTS:,} more, which --json shows")


def _answer(said: Answered) -> Any:
    from adapters.training.report_qa.scoring import answer_parts

    parts = [_plain(("no", "yes")[part] if isinstance(part, bool) else part) for part in answer_parts(said)]
    if not parts or said.solution.kind == "refusal":
        return None
    return parts[0] if len(parts) == 1 else parts


def _plain(value: Decimal | bool | str | Sequence[str] | None) -> Any:
    """A value as JSON has it: whole numbers as such, others as floating-point; null where there is none in JSON."""
    if isinstance(value, Decimal):
        number = float(value)
        if not math.isfinite(number):
            return None
        return int(value) if value == value.to_integral_value() and abs(number) < 1e15 else number
    if value is None or isinstance(value, bool):
        return value
    return printable(value) if isinstance(value, str) else [printable(one) for one in value]
