"""Dates and fiscal periods in printed text, and a company's own fiscal calendar.

A fiscal year is the company's: a year that ends in January 2023 may be its fiscal 2022 or 2023. The document
says which (`Document.fiscal_year` with `period_end`); every other date is named by the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.schema import Document, Period

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(?P<y>(?:19|20)\d\d)\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?,?\s+(?P<y2>(?:19|20)\d\d)\b"
    r"|\b(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)\b"
    r"|\b(?P<m4>\d{1,2})/(?P<d4>\d{1,2})/(?P<y4>(?:19|20)?\d\d)\b",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})\b(?!\s*,?\s*(?:19|20)\d\d)", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b(?P<m>{_MONTH})\.?,?\s+(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,$-])(?:FY\s?'?)?((?:19|20)\d\d)(?![\d,]|\.\d)", re.IGNORECASE)
# 52- and 53-week years end up to this many days from the nominal date.
_SLACK = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class FiscalName:
    """A fiscal year, and the quarter of it (None for the whole year or its end)."""

    year: int
    quarter: int | None = None


def find_dates(text: str) -> Iterator[tuple[date, int, int]]:
    """All full dates of `text` with their start and end offsets; impossible ones (February 30) are skipped."""
    for match in _DATE.finditer(text):
        groups = {key: value for key, value in match.groupdict().items() if value}
        parts = {key[0]: value for key, value in groups.items()}
        month = MONTHS[parts["m"].lower()] if parts["m"].lower() in MONTHS else int(parts["m"])
        year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
        try:
            yield date(year, month, int(parts["d"])), match.start(), match.end()
        except ValueError:
            continue


def find_month_day(text: str) -> tuple[int, int] | None:
    """The first month and day without a year ("Years ended December 31,")."""
    match = _MONTH_DAY.search(text)
    if not match or not 1 <= int(match["d"]) <= 31:
        return None
    return MONTHS[match["m"].lower()], int(match["d"])


def find_month_year(text: str) -> date | None:
    """The last day of the first "December 2018" of `text`."""
    match = _MONTH_YEAR.search(text)
    return end_of_month(int(match["y"]), MONTHS[match["m"].lower()]) if match else None


def find_years(text: str) -> list[int]:
    """Bare years in `text`, in order, those of full dates included."""
    return [int(year) for year in _YEAR.findall(text)]


def end_of_month(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


def nominal_date(year: int, month: int, day: int) -> date:
    """That date, or the month's last day where the month is shorter."""
    return min(end_of_month(year, month), date(year, month, min(day, 28)) + timedelta(days=day - min(day, 28)))


def shift_months(end: date, months: int) -> date:
    """`end` moved by whole months; a month's last day stays one."""
    index = end.year * 12 + end.month - 1 + months
    year, month = divmod(index, 12)
    last = end_of_month(end.year, end.month) == end
    return end_of_month(year, month + 1) if last else nominal_date(year, month + 1, end.day)


class FiscalCalendar:
    """Names dates by a company's own fiscal years, learnt from one of its documents.

    `stated` are the period ends that the document's tables state: a year of 52 weeks begins where the one
    before it is stated to end, or on the weekday that all of them share.
    """

    def __init__(self, document: Document, stated: Iterable[date] = ()) -> None:
        self.stated = sorted(set(stated))
        weekdays = {day.weekday() for day in self.stated}
        self.weekday = weekdays.pop() if len(weekdays) == 1 and len(self.stated) > 1 else None
        end = document.period_end
        month, day = document.fiscal_year_end or ((end.month, end.day) if end else (12, 31))
        self.month, self.day = month, day
        self.document = document
        # Fiscal 2022 may end in calendar 2023: `offset` is then -1.
        self.offset = 0
        if document.fiscal_year and end:
            self.offset = document.fiscal_year - self.year_end(end).year
            if abs(self.offset) > 1:
                self.offset = 0

    def year_end(self, day: date) -> date:
        """The nominal end of the fiscal year that `day` falls in."""
        end = nominal_date(day.year, self.month, self.day)
        if end + _SLACK < day:
            return nominal_date(day.year + 1, self.month, self.day)
        before = nominal_date(day.year - 1, self.month, self.day)
        return before if before + _SLACK >= day else end

    def name(self, day: date) -> FiscalName:
        """The fiscal year of an instant or a period's end, and its quarter unless it is the year's end."""
        end = self.year_end(day)
        away = round((end - day).days / 30.4375)
        quarter = None if away <= 0 else (12 - away + 2) // 3
        return FiscalName(end.year + self.offset, quarter)

    def duration(self, end: date, months: int) -> Period:
        """The `months` that end on `end`; 13 and 52 weeks count as the months that they stand for."""
        before = shift_months(end, -months)
        near = [day for day in self.stated if abs((day - before).days) <= _SLACK.days and day != end]
        if near:
            before = min(near, key=lambda day: abs((day - before).days))
        elif self.weekday is not None and end.weekday() == self.weekday:
            before += timedelta(days=(self.weekday - before.weekday() + 3) % 7 - 3)
        return Period(end, before + timedelta(days=1))

    def end_of_year(self, fiscal_year: int) -> date:
        """When a fiscal year ends: exactly for the document's own year, nominally for others."""
        document = self.document
        if document.period_end and document.fiscal_year == fiscal_year and document.fiscal_quarter is None:
            return document.period_end
        return nominal_date(fiscal_year - self.offset, self.month, self.day)
