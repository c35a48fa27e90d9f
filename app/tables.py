"""What was ingested, the documents of a library, replayed answers: as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from chains.answers.verify import Verified
    from ingest.checks import CheckResult
    from ingest.ledger import Stored
    from ingest.pipeline import IngestResult

_MOST = 8
"""Broken checks that are shown of one document; `documents show` shows all."""


def show_ingested(results: Sequence[IngestResult], library: str) -> None:
    """One row a document, then what failed, what was odd and what does not tie."""
    console = Console(highlight=False)
    table = _table("document", "status", "pages", "passages", "figures", "ties", "broken", "seconds")
    for result in results:
        ties = sum(check.ok for check in result.checks)
        table.add_row(
            Text(result.document or Path(result.path).name),
            Text(result.status, style="red" if result.status == "failed" else ""),
            f"{result.pages:,}",
            f"{result.passages:,}",
            f"{result.figures:,}",
            f"{ties:,}" if result.checks else "",
            f"{len(result.checks) - ties:,}" if result.checks else "",
            f"{result.seconds:.1f}" if result.seconds else "",
        )
    console.print(table)
    for result in results:
        name = result.document or result.path
        if result.error:
            _line(console, result.error if name in result.error else f"{name}: {result.error}", "red")
        for warning in result.warnings:
            _line(console, f"{name}: {warning}", "yellow")
        show_broken(console, name, result.checks, _MOST)
    counts = {
        status: sum(r.status == status for r in results) for status in ("added", "updated", "unchanged", "failed")
    }
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing to do"
    _line(console, f"Library {library}: {said}.")


def show_broken(console: Console, name: str, checks: Iterable[CheckResult], most: int | None = None) -> None:
    """The checks that do not tie, one a line."""
    broken = [check for check in checks if not check.ok]
    for check in broken[:most]:
        _line(console, f"{name}: {check.message}", "yellow")
    if most is not None and len(broken) > most:
        _line(console, f"{name}: {len(broken) - most} more do not tie; `finagent documents show {name}` lists them")


def show_documents(stored: Sequence[Stored]) -> None:
    """One row a document, in 80 characters where its name is not long: a company's name is cut where it must be."""
    table = _table("document", "company", "form", "fiscal", "period end", "pages", "figures")
    for one in stored:
        d = one.document
        fiscal = "" if d.fiscal_year is None else f"FY{d.fiscal_year}"
        quarter = f" Q{d.fiscal_quarter}" if d.fiscal_quarter else ""
        table.add_row(
            Text(d.name), Text(d.company, no_wrap=True, overflow="ellipsis"), d.form,
            fiscal + quarter, str(d.period_end or ""), f"{d.pages:,}", f"{one.figures:,}",
        )  # fmt: skip
    Console(highlight=False).print(table)


def show_document(one: Stored, tables: Sequence[tuple[str, str, int, int]], checks: Sequence[CheckResult]) -> None:
    """Everything known of one document: identity, statements with page and figures, and its checks."""
    console, d = Console(highlight=False), one.document
    facts = {
        "document": d.name, "company": d.company, "also known as": ", ".join(d.aliases), "form": d.form,
        "fiscal year": d.fiscal_year, "fiscal quarter": d.fiscal_quarter, "period end": d.period_end, "filed": d.filed,
        "currency": d.currency, "language": d.language, "industry": d.industry, "pages": d.pages,
        "passages": one.passages, "figures": one.figures, "file": d.path, "SHA-256": d.sha256,
    }  # fmt: skip
    for name, value in facts.items():
        if value not in (None, ""):
            _line(console, f"{name:>15}  {value}")
    if tables:
        shown = _table("statement", "page", "figures", "caption")
        for statement, caption, page, figures in tables:
            shown.add_row(statement, str(page), f"{figures:,}", Text(caption))
        console.print(shown)
    ties = sum(check.ok for check in checks)
    _line(console, f"{ties} checks tie, {len(checks) - ties} do not.")
    show_broken(console, d.name, checks)
    for warning in one.warnings:
        _line(console, f"{d.name}: {warning}", "yellow")


def show_verified(results: Sequence[Verified]) -> None:
    """One line for each answer that did not come out the same, then the counts."""
    console = Console(highlight=False)
    for result in results:
        if not result.ok:
            _line(console, f"{result.id}: {result.message}", "red")
    counts: dict[str, int] = {}
    for result in results:
        counts[result.verdict.value] = counts.get(result.verdict.value, 0) + 1
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    compared = sum(result.replayed is not None for result in results)
    number = "answers" if compared == len(results) else f"answers, {compared} of them"
    _line(console, f"{len(results)} {number} replayed: {said or 'none'}.")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = column in ("page", "pages", "passages", "figures", "ties", "broken", "seconds")
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=column not in ("company", "caption"),  # a name is copied into the next call
            min_width=10 if column == "company" else None,
        )
    return table


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
