"""Where to look for a figure: the documents of a question, and in which order they are read for a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chains.formulas.expression import FiscalPeriod
from chains.questions.fiscal_calendar import Calendar, is_periodic
from ingest.schema import Document, Figure, Statement

PRIMARY = (Statement.INCOME, Statement.BALANCE, Statement.CASH_FLOW, Statement.COMPREHENSIVE_INCOME, Statement.EQUITY)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: the documents, best first for the question, the calendar, and the wanted statements.

    `anchor` is the period whose filing all periods of one calculation are read from where it holds them, so that a
    change is measured on one basis. `as_of` prefers the newest filing up to that date (`date.max` for the latest).
    `told` is a number that was answered before without a line item: what is looked for here is that number, and `sure`
    how sure it is.
    """

    documents: tuple[Document, ...]
    calendar: Calendar
    statements: tuple[Statement, ...] = ()
    anchor: FiscalPeriod | None = None
    months: int | None = None
    as_of: date | None = None
    only: bool = False
    told: Figure | None = None
    sure: float = 0.9


def newer(documents: Sequence[Document], shown: Document) -> list[Document]:
    """The documents of the same form that cover a later period and may compare with it, the next one first."""
    end = shown.period_end
    if end is None:
        return []
    later = [d for d in documents if d.period_end and 0 < (d.period_end - end).days < 1200 and d.form == shown.form]
    return sorted(later, key=lambda d: d.period_end or date.min)


def is_own(document: Document, period: FiscalPeriod) -> bool:
    """Whether a document is the periodic report of that very period."""
    return is_periodic(document) and (document.fiscal_year, document.fiscal_quarter) == (period.year, period.quarter)


def names_of(documents: Sequence[Document]) -> str:
    """The names of the first three documents, as a refusal lists them."""
    names = [d.name for d in documents[:3]]
    return ", ".join(names) + (" and others" if len(documents) > 3 else "")


def order_documents(scope: Scope, period: FiscalPeriod) -> tuple[Document, ...]:
    """The documents that may hold a period, best first: the anchor's, the period's own, then newer, then older ones."""
    if scope.only:
        return scope.documents
    end = scope.calendar.end_of(period)

    def rank(document: Document) -> tuple[int, int, str]:
        report = is_periodic(document)
        if scope.as_of is not None:
            ended = document.period_end or date.min
            return (0 if report and ended <= scope.as_of else 1, -ended.toordinal(), document.name)
        if scope.anchor is not None and is_own(document, scope.anchor):
            return (0, 0, document.name)
        if is_own(document, period):
            return (1, 0, document.name)
        if document.fiscal_year is None:
            return (9, 0, document.name)
        ahead = document.fiscal_year - period.year
        if not report:
            return (7, abs(ahead), document.name)
        annual = document.fiscal_quarter is None
        if ahead < 0:
            return (8, -ahead, document.name)
        if period.quarter is None and not annual:
            return (5, ahead, document.name)
        if period.quarter is not None and annual:
            return (6, ahead, document.name)
        return (2, ahead, document.name)

    held = [d for d in scope.documents if end is None or d.period_end is None or (d.period_end - end).days >= -20]
    ordered = sorted(held, key=rank)
    return tuple(d for d in ordered if rank(d)[0] < 8 and (d.fiscal_year is None or d.fiscal_year - period.year <= 4))[
        :4
    ]
