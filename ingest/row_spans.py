"""Rows that are spans of time, "January 1-31, 2018" or "Oct. 30, 2022 through Nov. 26, 2022", and their totals.

Tables of share repurchases print one row a month; their columns say nothing of when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from ingest.calendar import FiscalCalendar, find_years
from ingest.column_periods import ColumnMeaning, read_column
from ingest.schema import Period, Row, Statement

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_SPAN = re.compile(
    rf"^(?:total:?\s+)?(?:for\s+)?(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})(?:,?\s+(?P<y1>20\d\d|19\d\d))?"
    rf"\s*(?:-|–|—|to|through|thru)\s*(?:(?P<m2>{_MONTH})\s+)?(?P<d2>\d{{1,2}}),?\s+(?P<y2>20\d\d|19\d\d)\W*$",
    re.I,
)
_TOTAL = re.compile(r"^totals?\b", re.I)
_QUARTER = re.compile(
    r"^totals?\b.*\b(?:first|second|third|fourth)\s+(?:fiscal\s+)?quarter\b|^totals?\b.*\bQ[1-4]\b", re.I
)
_FEW = 2


def row_spans(rows: Sequence[Row], calendar: FiscalCalendar) -> list[ColumnMeaning | None]:
    """What time each row is of, for rows labelled with a span of days and for the totals of several of them."""
    spans = [_span(row.label) for row in rows]
    if sum(span is not None for span in spans) < _FEW:
        return [None] * len(rows)
    meanings: list[ColumnMeaning | None] = []
    for number, (row, span) in enumerate(zip(rows, spans, strict=True)):
        if span is None and _QUARTER.search(row.label) and find_years(row.label):
            meanings.append(read_column((row.label,), "", Statement.NOTE, calendar))
            continue
        if span is None and _TOTAL.match(row.label):
            above = [s for r, s in zip(rows[:number], spans[:number], strict=True) if s and not _TOTAL.match(r.label)]
            span = Period(max(s.end for s in above), min(s.start or s.end for s in above)) if above else None
        meanings.append(_named(span, calendar) if span is not None else None)
    return meanings


def _named(span: Period, calendar: FiscalCalendar) -> ColumnMeaning:
    name = calendar.name(span.end)
    return ColumnMeaning(span, name.year, None if span.months >= 11 else name.quarter or 4)


def _span(label: str) -> Period | None:
    match = _SPAN.match(label.strip())
    if match is None:
        return None
    first = _month(match["m1"])
    last = _month(match["m2"]) if match["m2"] else first
    year = int(match["y2"])
    try:
        end = date(year, last, int(match["d2"]))
        start = date(int(match["y1"] or year - (first > last)), first, int(match["d1"]))
    except ValueError:
        return None
    return Period(end, start) if timedelta(0) < end - start < timedelta(days=380) else None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1
