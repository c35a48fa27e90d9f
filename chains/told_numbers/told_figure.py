"""A number that a sentence tells, as a figure that an answer can cite."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from ingest.schema import Document, Figure, Source, Statement

if TYPE_CHECKING:
    from chains.formulas.expression import FiscalPeriod
    from chains.told_numbers.number_sentences import Line


class Printed(Protocol):
    """A number as a sentence prints it: where it begins, its value and its scale."""

    @property
    def start(self) -> int: ...

    @property
    def printed(self) -> str: ...

    @property
    def value(self) -> Decimal: ...

    @property
    def scale(self) -> int: ...


def told_figure(
    number: Printed, line: Line, document: Document, period: FiscalPeriod | None, *, unit: str, currency: str
) -> Figure:
    """The number as a figure of `period`, else of the document's own; its caption is the sentence."""
    passage = line.passage
    return Figure(
        id=f"{passage.id}.n{number.start}",
        document=document.name,
        page=passage.page,
        label=passage.section,
        path=(),
        printed=number.printed,
        value=number.value,
        scale=number.scale,
        unit=unit,
        currency=currency,
        period=None,
        fiscal_year=period.year if period else document.fiscal_year,
        fiscal_quarter=period.quarter if period else document.fiscal_quarter,
        statement=Statement.NOTE,
        table="",
        caption=line.text,
        headers=(),
        source=Source.TEXT,
    )
