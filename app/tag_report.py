"""What a tagging run did, in words and as a record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import show_error

if TYPE_CHECKING:
    from app.rows.forms import Rows
    from app.tagging import Model, Outcome
    from chains.news.news_summary import NewsSummary


@dataclass(frozen=True, slots=True)
class Report:
    """A run that has ended. `kept_aside` says whether the lines that are no rows went into a file of their own."""

    source: str
    output: str
    rows: Rows
    outcome: Outcome
    model: Model
    seconds: float
    summary: NewsSummary | None
    folder: Path | None
    kept_aside: bool

    def say_remarks(self) -> None:
        """What was odd, on standard error."""
        source, outcome, rows = self.source, self.outcome, self.rows
        for remark in outcome.remarks:
            show_error(f"{source}, {remark}")
        if outcome.remarked > len(outcome.remarks):
            show_error(f"{source}: {outcome.remarked - len(outcome.remarks):,} more such lines")
        if outcome.rejected:
            where = f"; they are in {self.output}.rejected" if self.kept_aside else ""
            show_error(f"{source}: {outcome.rejected:,} lines are no rows and were left out{where}")
        if outcome.odd_entities:
            show_error(
                f"{source}: {outcome.odd_entities:,} rows name no single text as their entity and were tagged as a "
                "whole; give each entity a row of its own"
            )
        if rows.fallbacks:
            show_error(
                f"{source}: {rows.fallbacks:,} lines are not {rows.encoding} and were read as cp1252; "
                "--encoding names another"
            )
        if self.summary is not None:
            self._say_of_summary(self.summary)

    def sentence(self) -> str:
        """What was done."""
        outcome = self.outcome
        counts = ", ".join(f"{count:,} {label}" for label, count in sorted(outcome.labels.items())) or "none tagged"
        empty = f", {outcome.empty:,} without a text (left empty)" if outcome.empty else ""
        resumed = f", {outcome.resumed:,} of them kept from the stopped run" if outcome.resumed else ""
        speed = f" ({outcome.rows_per_second:,.0f} rows/s)" if outcome.rows > outcome.resumed else ""
        several = "s" * (outcome.rows != 1)
        return f"{outcome.rows:,} row{several} in {self.seconds:.1f} s{speed}{resumed}: {counts}{empty}"

    def record(self) -> dict[str, Any]:
        """What `--json` prints."""
        from adapters.labels import LABELS

        outcome, model = self.outcome, self.model
        record: dict[str, Any] = {
            "input": self.source,
            "output": self.output,
            "rows": outcome.rows,
            "tagged": outcome.tagged,
            "abstained": outcome.abstained,
            "empty": outcome.empty,
            "rejected": outcome.rejected,
            "odd_lines": outcome.remarked - outcome.rejected,
            "odd_entities": outcome.odd_entities,
            "other_encoding": self.rows.fallbacks,
            "resumed": outcome.resumed,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(outcome.rows_per_second, 1),
            "counts": {label: outcome.labels[label] for label in LABELS},
            "adapter": model.name,
            "engine": model.engine,
            "precision": model.precision,
        }
        if self.summary is not None:
            record["summary"] = {
                "folder": str(self.folder),
                "by": list(self.summary.kinds),
                "unread_dates": self.summary.unread,
                "ambiguous_dates": _ambiguous(self.summary),
                "without": self.summary.without,
            }
        return record

    def _say_of_summary(self, summary: NewsSummary) -> None:
        from chains.news.news_summary import KINDS

        missing = [kind for kind in KINDS if kind not in summary.kinds]
        if missing:
            options = ", ".join(f"--{kind}-column" for kind in missing)
            show_error(f"--summary: no column for {', '.join(missing)}; {options} would name one")
        if summary.unread:
            show_error(f"--summary: {summary.unread:,} rows have a date that cannot be read; see --date-format")
        if ambiguous := _ambiguous(summary):
            show_error(
                f"--summary: {ambiguous:,} rows have a date that may be month first or day first; "
                "--date-format %m/%d/%Y or %d/%m/%Y settles it"
            )


def _ambiguous(summary: NewsSummary) -> int:
    return summary.days()[1] if "date" in summary.kinds else 0
