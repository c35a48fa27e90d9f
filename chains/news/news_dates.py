"""Days of news: dates as wires, feeds and exports write them.

A date such as 03/04/2024 is March in the United States and April elsewhere. It is settled by the other dates of the
same file (13/04/2024 can only be read one way); where they settle nothing it stays unread, unless a format is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

_WORDED = (  # strptime formats of dates with the month in letters; commas, dots and ordinals are taken out before
    "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y", "%d %b %y", "%b %d %y",
    "%Y %b %d", "%Y %B %d", "%Y-%b-%d",
)  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s,].*)?", re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s_-]?(?:\d{4}|\d{6})(?:\.\d+)?Z?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[T\s,].*)?", re.DOTALL)  # day first wherever it is used
_NUMERIC = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})(?:[T\s,].*)?", re.DOTALL)
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{13}|\d{16}|\d{19}")
_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_TIME = re.compile(r"[\s,]+(?:at\s+)?\d{1,2}:\d{2}.*$", re.IGNORECASE | re.DOTALL)
_CLOCK = re.compile(  # a time that comes first
    r"^\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s+(?:gmt|utc|[ecmp][sd]?t))?(?:\s+on)?[\s,]+", re.IGNORECASE
)
_SEPT = re.compile(r"\bsept\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1700, 2200


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A date of two numbers that may both be a month: `first` and `second` as written."""

    first: int
    second: int
    year: int


@dataclass(frozen=True, slots=True)
class Ordered:
    """A date that can only be read one way, and tells which: day first or month first."""

    day: date
    day_first: bool


Read = date | Ambiguous | Ordered | None


class DateReader:
    """Reads dates to days. A stamp with a time zone counts on the day that it is there; an epoch on that of UTC."""

    def __init__(self, form: str | None = None) -> None:
        """`form` is a strptime format that all dates must have, such as %d/%m/%Y."""
        self._form = form
        self._text = lru_cache(maxsize=1 << 14)(self._of_text)

    def read(self, value: Any) -> Read:
        """The day of a value; Ambiguous where it may be two; None where it is no date."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, datetime):
            return value.date() if value == value else None  # pandas has a time that is none
        if isinstance(value, date):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return self._text(str(value)) if self._form is None else None

    def _of_text(self, value: str) -> Read:
        text = value.strip()
        if not text:
            return None
        if self._form is not None:
            return _parsed(text, (self._form,))
        if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            year, month, day = map(int, found.groups())
            return _day(year, month, day)
        if found := _DOTTED.fullmatch(text):
            day, month = int(found[1]), int(found[2])
            return _day(_year(found[3]), month, day)
        if found := _NUMERIC.fullmatch(text):
            return _numeric(int(found[1]), int(found[2]), _year(found[3]))
        if _EPOCH.fullmatch(text):
            return _of_epoch(float(text))
        bare = (
            _SEPT.sub("Sep", _ORDINAL.sub("", _TIME.sub("", _CLOCK.sub("", _WEEKDAY.sub("", text)))))
            .replace(",", " ")
            .replace(".", " ")
        )
        return _parsed(" ".join(bare.split()), _WORDED) or _of_mail(text)


def day_first(seen: Iterable[bool]) -> bool | None:
    """What the dates of a file that can only be read one way say: day first, month first, or nothing clear."""
    said = set(seen)
    return said.pop() if len(said) == 1 else None


def settled(found: Ambiguous, first_is_day: bool) -> date | None:
    """The day of an ambiguous date once the order is known."""
    day, month = (found.first, found.second) if first_is_day else (found.second, found.first)
    return _day(found.year, month, day)


def _year(digits: str) -> int:
    """A year of four digits or of two: 69 to 99 are of the last century, as in POSIX."""
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= 69 else 2000)


def _numeric(first: int, second: int, year: int) -> Read:
    if first == second:
        return _day(year, first, second)
    if first <= 12 and second <= 12:
        return Ambiguous(first, second, year) if first and second else None
    day_is_first = first > 12
    day = _day(year, second, first) if day_is_first else _day(year, first, second)
    return Ordered(day, day_is_first) if day else None


def _of_epoch(value: float) -> date | None:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size."""
    while abs(value) >= 1e11:
        value /= 1000
    return _sane((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)).date())


def _of_mail(text: str) -> date | None:
    """RFC 822, as feeds have it."""
    try:
        return _sane(parsedate_to_datetime(text).date())
    except (ValueError, TypeError, IndexError):
        return None


def _parsed(text: str, forms: Iterable[str]) -> date | None:
    for form in forms:
        try:
            return _sane(datetime.strptime(text, form).date())  # noqa: DTZ007 - only its day is taken
        except ValueError:
            continue
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return _sane(date(year, month, day))
    except ValueError:
        return None


def _sane(day: date) -> date | None:
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
