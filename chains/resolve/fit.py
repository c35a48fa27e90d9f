"""How well a figure fits an item: its period, its statement, the part of the company, its unit."""

from __future__ import annotations

import re

from chains.formulas.expression import FiscalPeriod, Item
from chains.measures.phrasing import KIND_WORDS, content_words
from chains.resolve.bound import said
from chains.resolve.facts import ConceptFacts
from chains.resolve.scope import PRIMARY, Scope
from ingest.schema import Figure, Statement

_RATIO_WORDS = frozenset({"rate", "percentage", "percent", "margin", "ratio", "yield", "%", "proportion"})


def period_fit(
    facts: ConceptFacts, figure: Figure, period: FiscalPeriod, scope: Scope, item: Item
) -> tuple[float, str]:
    """How well a figure's period is the wanted one, 0 for not at all; and a note where it is another length."""
    instant = facts.instant(item.concept) if item.concept else None
    if figure.period is None:
        if figure.fiscal_year == period.year and figure.fiscal_quarter == period.quarter:
            return 0.8, ""
        return 0.0, ""
    months = figure.period.months
    if instant is False and figure.period.instant:
        return 0.0, ""
    if instant is True and not figure.period.instant:
        # A note's column may say "2022" only: then a balance at the year's end looks like a year.
        loose = figure.statement is Statement.NOTE and figure.fiscal_year == period.year and months >= 11
        return (0.7 if loose and period.quarter is None else 0.0), ""
    end = scope.calendar.end_of(period)
    by_date = end is not None and abs((figure.period.end - end).days) <= (12 if period.quarter is None else 16)
    by_name = figure.fiscal_year == period.year
    if period.quarter is None:
        right_length = figure.period.instant or 11 <= months <= 13
        if not right_length or figure.fiscal_quarter not in (None, 4):
            return 0.0, ""
        if by_name and (figure.fiscal_quarter is None or by_date):
            return 1.0 if by_date or end is None else 0.9, ""
        return (0.85 if by_date and figure.fiscal_year is None else 0.0), ""
    same_quarter = by_name and (
        figure.fiscal_quarter == period.quarter
        or (period.quarter == 4 and figure.fiscal_quarter is None and figure.period.instant)
    )
    if not same_quarter and not (by_date and figure.fiscal_year is None):
        return 0.0, ""
    if figure.period.instant:
        return 1.0, ""
    wanted = scope.months or 3
    if abs(months - wanted) <= (0 if wanted < 12 else 1):
        return 1.0, ""
    if scope.months is None and months == 3 * period.quarter:
        return 0.75, f"{said(item)} for {period} is printed for the year to date only"
    return 0.0, ""


def statement_fit(facts: ConceptFacts, figure: Figure, item: Item, scope: Scope) -> float:
    """How well the statement that a figure stands in is the one that the item belongs to or the question names."""
    wanted = (item.statement,) if item.statement else scope.statements
    homes = facts.statements(item.concept) if item.concept else ()
    home = homes[0] if homes else None
    if wanted and figure.statement in wanted:
        return 1.0 if home is None or figure.statement == home else 0.85
    if figure.statement == home:
        # A question may name a statement that does not print the item; its home is the next best place.
        return 0.95 if home not in wanted else 0.8
    if not homes and not wanted and figure.statement in PRIMARY:
        return 0.9
    if figure.statement in PRIMARY:
        return 0.75 if not wanted or figure.statement in homes else 0.5
    if not homes and not wanted:
        return 0.85
    return 0.5 if figure.statement in homes else 0.4


def part_fit(part: str, item: Item) -> float:
    """1 for the whole company or the part that the phrase names, 0 for another part."""
    if not part:
        return 1.0
    # "Net sales" over the parts of "sales" names no other part.
    named = frozenset(content_words(part)) - KIND_WORDS - {"net", "total"}
    asked = frozenset(content_words(f"{item.phrase} {item.member}"))
    if named and named <= asked:
        return 1.0
    return 0.5 if named & asked else 0.0


def unit_fits(facts: ConceptFacts, figure: Figure, item: Item) -> bool:
    """Whether a figure is in a unit that the item can have."""
    if item.concept is None:
        words = frozenset(re.findall(r"[a-z%]+", item.phrase.lower()))
        if words & _RATIO_WORDS and not words & {"per", "shares"}:
            return figure.unit in ("percent", "pure", "")
        # "Grooming net sales" are an amount: a column of their changes in percent is none.
        return figure.unit != "percent" or facts.unit_named(item.phrase) not in ("currency", "shares", "per_share")
    unit = facts.unit(item.concept) if item.concept else ""
    if not unit or not figure.unit:
        return True
    if unit == "per_share":
        return "/share" in figure.unit
    if unit == "currency":
        return len(figure.unit) == 3 and figure.unit.isupper()
    return figure.unit in (unit, "pure") if unit != "shares" else figure.unit == "shares"
