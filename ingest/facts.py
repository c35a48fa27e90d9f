"""Tagged facts to figures: taken as tagged, with their contexts, units, decimals and dimensions."""

from __future__ import annotations

import re
from decimal import Decimal

from ingest.calendar import FiscalCalendar
from ingest.concepts import Concepts
from ingest.schema import Document, Figure, Source, Statement, TaggedFact

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def fact_figure(
    fact: TaggedFact, ordinal: int, document: Document, calendar: FiscalCalendar, concepts: Concepts
) -> Figure | None:
    """A figure for a numeric fact; None for one without a value (nil) or that is text."""
    if fact.value is None or fact.unit is None:
        return None
    concept = concept_of(fact, concepts)
    known = concepts.get(concept) if concept else None
    statement = known.statement if known else Statement.NOTE
    unit, currency = unit_of(fact.unit)
    year, quarter = fiscal_name(fact, calendar)
    return Figure(
        id=f"{document.name}.x{ordinal}",
        document=document.name,
        page=fact.page,
        label=fact.label or spoken(fact.concept),
        path=(),
        printed=fact.text,
        value=fact.value,
        scale=0,
        unit=unit,
        currency=currency,
        period=fact.period,
        fiscal_year=year,
        fiscal_quarter=quarter,
        statement=statement if not fact.dimensions else Statement.NOTE,
        table="",
        caption="",
        headers=(),
        concept=concept,
        segment=segment_of(fact),
        source=Source.XBRL,
        decimals=fact.decimals,
    )


def concept_of(fact: TaggedFact, concepts: Concepts) -> str:
    """The canonical concept of a fact's tag, or the tag's own name where the table of concepts has none."""
    found = concepts.by_tag(fact.concept)
    return found.key if found else fact.concept.rpartition(":")[2]


def unit_of(unit: str) -> tuple[str, str]:
    """An XBRL unit ("USD", "USD/shares", "shares", "pure") as (unit, currency)."""
    plain = unit.rpartition(":")[2] if "/" not in unit else unit
    top, _, bottom = plain.partition("/")
    top = top.rpartition(":")[2]
    if bottom and "share" in bottom.lower():
        return f"{top}/share", top
    if re.fullmatch(r"[A-Z]{3}", top):
        return top, top
    return top.lower(), ""


def fiscal_name(fact: TaggedFact, calendar: FiscalCalendar) -> tuple[int | None, int | None]:
    """The fiscal year and quarter of a fact's period; a duration of a year or more has no quarter."""
    if fact.period is None:
        return None, None
    name = calendar.name(fact.period.end)
    months = fact.period.months
    if months >= 11:
        return name.year, None
    if months and name.quarter is None:
        return name.year, 4
    return name.year, name.quarter


def segment_of(fact: TaggedFact) -> str:
    """The members that narrow a fact down, in words."""
    return ", ".join(spoken(member.removesuffix("Member")) for _, member in fact.dimensions)


def spoken(name: str) -> str:
    """`us-gaap:AccountsPayableCurrent` as "Accounts payable current"."""
    words = _CAMEL.sub(" ", name.rpartition(":")[2]).split()
    return " ".join([words[0], *(w if w.isupper() and len(w) > 1 else w.lower() for w in words[1:])]) if words else name


def as_decimal(value: Decimal) -> Decimal:
    """Without an exponent or zeros at the end, so that it prints as people write it."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
