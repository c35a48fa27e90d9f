"""What a column's headings mean: its period, what it is restricted to, whether it is restated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from ingest.calendar import (
    MONTHS,
    FiscalCalendar,
    find_dates,
    find_month_day,
    find_month_year,
    find_years,
    nominal_date,
    shift_months,
)
from ingest.patterns import patterns_of, read_table
from ingest.schema import Period, Statement

_MONTH_NAME = re.compile(rf"\b(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?\s*\d{{0,2}}\b", re.IGNORECASE)
_BARE_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,])")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@dataclass(frozen=True, slots=True)
class _Words:
    yearly: re.Pattern[str]
    quarterly: re.Pattern[str]
    quarter: re.Pattern[str]
    ordinal: re.Pattern[str]
    instant: re.Pattern[str]
    change: re.Pattern[str]
    restated: re.Pattern[str]
    neutral: re.Pattern[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    length: re.Pattern[str]
    lengths: dict[str, int]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = read_table("column_periods.toml")
    lengths: dict[str, int] = data["lengths"]
    spelled = "|".join(sorted(lengths, key=len, reverse=True))
    length = re.compile(rf"\b(?P<n>\d{{1,2}}|{spelled})[\s-]+(?P<u>months?|weeks?)\b", re.IGNORECASE)
    return _Words(**patterns_of(data), length=length, lengths=lengths)


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """A column's period (None where its headings name none), fiscal name, restriction and state.

    `segment` is what the headings say beyond period and unit ("Commercial Airplanes", "% change").
    """

    period: Period | None
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    segment: str = ""
    restated: bool = False


def read_column(
    headers: tuple[str, ...], context: str, statement: Statement, calendar: FiscalCalendar
) -> ColumnMeaning:
    """Interpret a column's headings, with the table's stub and caption as `context` for what they leave out."""
    text = " ".join(headers)
    segment = restriction(text)
    restated = bool(_words().restated.search(text))
    if _is_change(headers):
        years = find_years(text)
        year = years[0] if years else None
        if year is None:
            end, named = _end("", context, calendar)
            year = named or (calendar.name(end).year if end else None)
        return ColumnMeaning(None, year, None, segment or text, restated)
    end, named_year = _end(text, context, calendar)
    quarter = _quarter(text) or _ordinal(text, context)
    if end is None:
        return ColumnMeaning(None, None, None, segment, restated)
    months = _months(text) or (3 if quarter else 0)
    if not months and statement is not Statement.BALANCE:
        months = _months(context)
    if quarter and named_year:
        fiscal_end = calendar.end_of_year(named_year)
        end = _quarter_end(fiscal_end, quarter)
    instant = _is_instant(text, context, statement, months)
    period = Period(end) if instant else calendar.duration(end, months or 12)
    name = calendar.name(end)
    year = named_year if named_year else name.year
    which = quarter or (name.quarter if not named_year or _has_day(text, context) else None)
    if not instant and (months or 12) >= 11:
        which = None
    elif not instant and months == 3 and which is None:
        which = 4
    return ColumnMeaning(period, year, which, segment, restated)


def at_boundary(meaning: ColumnMeaning, label: str, calendar: FiscalCalendar) -> ColumnMeaning:
    """The instant that a roll-forward's opening or closing row stands for in a column of a duration."""
    period = meaning.period
    if period is None or period.start is None:
        return meaning
    if _words().opening.search(label):
        day = period.start - timedelta(days=1)
    elif _words().closing.search(label):
        day = period.end
    else:
        return meaning
    name = calendar.name(day)
    if day == period.end:
        return replace(meaning, period=Period(day))
    return replace(meaning, period=Period(day), fiscal_year=name.year, fiscal_quarter=name.quarter)


def _end(text: str, context: str, calendar: FiscalCalendar) -> tuple[date | None, int | None]:
    """The date that a column's period ends on, and the fiscal year where the heading names just a year."""
    dates = list(find_dates(text))
    if dates:
        return dates[-1][0], None
    years = find_years(text)
    if years:
        month_year = find_month_year(text)
        if month_year:
            return month_year, None
        day = find_month_day(text) or find_month_day(context)
        if day and (day[0] != calendar.month or abs(day[1] - calendar.day) > 12):
            return nominal_date(years[-1], *day), None
        return calendar.end_of_year(years[-1]), years[-1]
    in_context = {found for found, _, _ in find_dates(context)}
    if len(in_context) == 1:
        return in_context.pop(), None
    context_years = set(find_years(context))
    if len(context_years) == 1 and not in_context:
        year = context_years.pop()
        return calendar.end_of_year(year), year
    return None, None


def _has_day(text: str, context: str) -> bool:
    return bool(find_month_day(text) or (find_years(text) and find_month_day(context)))


def _is_change(headers: tuple[str, ...]) -> bool:
    """Whether a column holds changes: the innermost heading that names a year or a change decides."""
    for header in reversed(headers):
        if _words().change.search(header):
            return True
        if find_years(header):
            return False
    return False


def _months(text: str) -> int:
    words = _words()
    match = words.length.search(text)
    if match:
        number = words.lengths.get(match["n"].lower()) or int(match["n"])
        return number if match["u"].lower().startswith("month") else round(number * 12 / 52)
    if words.quarterly.search(text):
        return 3
    return 12 if words.yearly.search(text) else 0


def _quarter(text: str) -> int | None:
    match = _words().quarter.search(text)
    if not match:
        return None
    found = next(group for group in match.groups() if group).lower()
    return _ORDINALS.get(found) or int(found)


def _ordinal(text: str, context: str) -> int | None:
    """The quarter of a column headed "4th" alone, under a title that speaks of quarters."""
    match = _words().ordinal.search(text)
    return int(match[1]) if match and re.search(r"\bquarter", context, re.IGNORECASE) else None


def _quarter_end(fiscal_end: date, quarter: int) -> date:
    return shift_months(fiscal_end, -3 * (4 - quarter))


def _is_instant(text: str, context: str, statement: Statement, months: int) -> bool:
    if statement is Statement.BALANCE:
        return True
    if statement in (Statement.INCOME, Statement.CASH_FLOW, Statement.COMPREHENSIVE_INCOME) or _months(text):
        return False
    if _words().instant.search(text):
        return True
    if months:
        return False
    return bool(_words().instant.search(context)) or (bool(list(find_dates(text))) and not months)


def restriction(text: str) -> str:
    """What a heading says beyond period and unit: "Three Months Ended March 31 Net Sales" gives "Net Sales"."""
    spans = [(start, end) for _, start, end in find_dates(text)]
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    for pattern in (_words().length, _BARE_YEAR, _MONTH_NAME, _words().neutral):
        text = pattern.sub(" ", text)
    text = " ".join(text.split()).strip(" -–—/&")
    return text if re.search(r"[A-Za-z%]", text) else ""
