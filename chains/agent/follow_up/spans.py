"""A year named after something over several years: which end of the span it is, or that this is not said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.agent.follow_up.reading import Said
from chains.formulas.expression import FiscalPeriod

_FROM = re.compile(
    r"\b(?:from|since|starting(?:\s+(?:in|with|from))?)\s+(?:the\s+)?(?:fiscal\s+|FY\s*)?(?:year\s+)?$", re.I
)
_TO = re.compile(
    r"\b(?:to|until|till|through|up\s+to|ending(?:\s+(?:in|with))?)\s+(?:the\s+)?(?:fiscal\s+|FY\s*)?(?:year\s+)?$",
    re.I,
)
OPEN = (
    "whether the years {first} to {last} are to move as a whole, or only one of them is to be exchanged, is not said; "
    "name the first and the last year"
)


def other_end(said: Said, before: Sequence[FiscalPeriod]) -> tuple[FiscalPeriod, FiscalPeriod] | None:
    """The first and the last year where a turn exchanges one of them in words: "since 2019", "to 2022"."""
    year, ends = _year(said), _ends(before)
    if year is None or ends is None:
        return None
    lead = said.core[: said.asked.mentions[0].start]
    first, last = ends
    if _FROM.search(lead) is not None and year < last.year:
        return FiscalPeriod(year), last
    if _TO.search(lead) is not None and year > first.year:
        return first, FiscalPeriod(year)
    return None


def open_span(said: Said, before: Sequence[FiscalPeriod]) -> str:
    """Why the time that a turn names is not known, after something over more than a year; "" where it is known.

    What is computed of two years in a row is of two years in a row again.
    """
    ends = _ends(before)
    if ends is None or ends[1].year - ends[0].year < 2:
        return ""
    moves = said.shift is not None and said.shift.years and not said.asked.mentions
    return OPEN.format(first=ends[0], last=ends[1]) if moves or _year(said) is not None else ""


def _year(said: Said) -> int | None:
    """The one fiscal year that a turn names, and nothing else of a time."""
    if len(said.asked.mentions) != 1 or said.asked.years:
        return None
    one = said.asked.mentions[0]
    return one.year if one.quarter is None and one.months is None and not one.shift else None


def _ends(before: Sequence[FiscalPeriod]) -> tuple[FiscalPeriod, FiscalPeriod] | None:
    if len(before) < 2 or any(p.quarter is not None for p in before):
        return None
    ordered = sorted(before, key=lambda p: p.year)
    return ordered[0], ordered[-1]
