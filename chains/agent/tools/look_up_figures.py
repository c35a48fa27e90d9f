"""The tool that looks up figures as printed, with their ids for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chains.agent.tools.holdings import Holdings
from chains.answers.answer import quote_of
from chains.answers.explain import figure as plain_figure
from chains.errors import ChainError
from chains.formulas.expression import FiscalPeriod
from chains.measures.vocabulary import default_names
from chains.resolve.scope import PRIMARY
from chains.resolve.shelf import Shelf
from chains.tool_making import Called, artifact_of, make_tool
from ingest.schema import Document, Figure

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NAME = "look_up_figures"
MOST = 50
"""Figures of one call."""
_DOCUMENTS = 20  # the newest ones that are looked through where neither company nor document is named
_LIKE = 0.6  # least likeness of a label to what is looked for
_ROWS = 12  # lines of a document whose labels are looked at


def figures_tool(holdings: Holdings) -> BaseTool:
    """`look_up_figures`: the figures of a line item as printed. Its artifact's `figures` has cells and values."""
    from pydantic import BaseModel, Field

    shelf = Shelf(holdings.library.ledger)

    class LookUpFigures(BaseModel):
        """The arguments."""

        item: str = Field(min_length=1, max_length=300, description="The line item, such as revenue or total debt.")
        company: str | None = Field(default=None, description="The company; leave it out for all.")
        period: str | None = Field(
            default=None,
            description="The fiscal year or quarter, such as FY2024 or Q3 2025; left out: all that is printed.",
        )
        document: str | None = Field(default=None, description="The one document to look in, by its name.")
        limit: int = Field(default=10, ge=1, le=MOST, description=f"How many figures are wanted, 1 to {MOST}.")

    def call(
        item: str, company: str | None = None, period: str | None = None, document: str | None = None, limit: int = 10
    ) -> Called:
        documents = holdings.documents(company, document)[:_DOCUMENTS]
        found: list[Figure] = []
        for held in documents:
            wanted = _wanted(holdings, held, period)
            found += [f for f in _figures(shelf, held, item) if wanted is None or _of(f) in wanted]
        found.sort(key=_first)
        unique = list({(f.document, f.label, f.segment, f.headers, f.value): f for f in reversed(found)}.values())[::-1]
        shown = unique[:limit]
        cited = [{"document": f.document, "page": f.page, "quote": quote_of(f), "figure": f.id} for f in shown]
        lines = [_line(f) for f in shown]
        if len(unique) > limit:
            lines.append(f"and {len(unique) - limit} more; name a period or a document")
        if not lines:
            when = f" for {period}" if period else ""
            raise ChainError(
                f"no figure {item[:80]!r}{when} is in {_said(documents)}; try a line item as reports print it"
            )
        return "\n".join(lines), artifact_of(NAME, citations=cited, figures=[plain_figure(f) for f in shown])

    return make_tool(
        call,
        name=NAME,
        description="Looks up the figures of a line item as the reports print them, with the id of each (for "
        "compute_program), its value, unit, period, document and page; for one company, period or document.",
        arguments=LookUpFigures,
        expected=f"item, a line item, and perhaps a company, a period, a document and a limit of 1 to {MOST}",
    )


def _figures(shelf: Shelf, document: Document, item: str) -> list[Figure]:
    """The figures of a document for a line item: by its concept, else by the words of its label."""
    sheet = shelf.sheet(document)
    named = default_names().concept(item)
    figures = list(sheet.by_concept.get(named[0], ())) if named else []
    figures += sheet.labelled(item)
    if not figures:
        figures = [f for score, row in sheet.similar(item, _ROWS) if score >= _LIKE for f in row]
    return list({f.id: f for f in figures}.values())


def _wanted(holdings: Holdings, document: Document, period: str | None) -> set[FiscalPeriod] | None:
    if not period:
        return None
    owner = next((c for c in holdings.directory().companies if document in c.documents), None)
    return set(holdings.periods(period, owner)) if owner is not None else None


def _of(figure: Figure) -> FiscalPeriod | None:
    return FiscalPeriod(figure.fiscal_year, figure.fiscal_quarter) if figure.fiscal_year is not None else None


def _first(figure: Figure) -> tuple[bool, bool, int, str]:
    """What comes first: whole companies, primary statements, the newest period."""
    end = -figure.period.end.toordinal() if figure.period else 0
    return bool(figure.segment), figure.statement not in PRIMARY, end, figure.id


def _line(figure: Figure) -> str:
    end = f", to {figure.period.end:%Y-%m-%d}" if figure.period else ""
    part = f" ({figure.segment})" if figure.segment else ""
    place = f"{figure.document}, page {figure.page}"
    return f"{figure.id}: {quote_of(figure)}{part} ({figure.unit or 'no unit'}{end}; {place})"


def _said(documents: list[Document]) -> str:
    names = ", ".join(d.name for d in documents[:5])
    return f"{names}{' and others' if len(documents) > 5 else ''}" if names else "the library"
