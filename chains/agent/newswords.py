"""What a part of a request asks of the news: of which days, of which sentiment, how many."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from adapters.report_qa.numbers import numbers_in_words
from chains.agent.tools.read_news import MOST
from chains.agent.wording import either, words
from chains.news.news_dates import DateReader

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    r"|\d{1,2}/\d{1,2}/\d{4}",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"(?P<month>{_MONTH})\s+(?:of\s+)?(?P<y>(?:19|20)\d\d)|(?P<year>(?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
_SINCE = re.compile(r"\b(?:since|after|starting|beginning|from)\s+(?:the\s+)?(?:of\s+|on\s+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"(?:\b(?:until|till|before|up\s+to|through|to|and|by)|[-–])\s*(?:the\s+)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(?:(?:last|latest|newest|most\s+recent|top|first)\s+(?P<a>\d{1,3}|[a-z]+)\b(?!\s+(?:day|week|month|year)s?\b)"
    r"|(?P<b>\d{1,3}|[a-z]+)(?=\s+(?:latest|newest|most\s+recent|last)\b))",
    re.IGNORECASE,
)
_RECENT = re.compile(
    r"\b(?:(?P<day>today|yesterday)|(?P<which>last|this|past|previous|current)\s+(?P<unit>week|month|year)"
    r"|(?:last|past|previous)\s+(?P<count>\d{1,3}|[a-z]+)\s+(?P<units>day|week|month|year)s)\b",
    re.IGNORECASE,
)
_LENGTHS = {"day": 1, "week": 7, "month": 30, "year": 365}


_DAYS = re.compile(
    rf"(?P<a>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:to|until|till|through|and|[-–])\s*(?:the\s+)?(?P<b>\d{{1,2}}(?:st|nd|rd|th)?"
    rf"\s+(?:of\s+)?(?P<month>{_MONTH}),?\s+(?P<year>(?:19|20)\d\d))|(?P<month2>{_MONTH})\s+(?P<a2>\d{{1,2}})(?:st|nd|rd|th)?"
    r"\s*(?:to|until|till|through|and|[-–])\s*(?:the\s+)?(?P<b2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year2>(?:19|20)\d\d)",
    re.IGNORECASE,
)


def _days(match: re.Match[str]) -> str:
    """A span of days in one month with the month at both of its ends."""
    if match["a"]:
        return f"{match['a']} {match['month']} {match['year']} to {match['b']}"
    month, year = match["month2"], match["year2"]
    return f"{match['a2']} {month} {year} to {match['b2']} {month} {year}"


def news_arguments(text: str, today: date | None = None) -> dict[str, Any]:
    """`since`, `until`, `sentiment` and `limit` of a text that asks for news, as far as it names them.

    "Last week" is the one from Monday to Sunday before that of `today`, "the past week" the seven days until today.
    """
    made: dict[str, Any] = {}
    text = _DAYS.sub(_days, text)
    spans = list(_spans(text)) or list(_recent(text, today or datetime.now().astimezone().date()))
    for place, (start, _, first, last) in enumerate(spans):
        before = text[:start]
        whole = first != last
        opens_range = place == 0 and len(spans) > 1 and _BETWEEN.search(before)
        if place and _UNTIL.search(before) and "since" in made:
            made["until"] = last.isoformat()
        elif opens_range or (_SINCE.search(before) and not (whole and re.search(r"\bfrom\s+$", before, re.IGNORECASE))):
            made["since"] = first.isoformat()
        elif _UNTIL.search(before) and not re.search(r"\band\s*$", before, re.IGNORECASE):
            made["until"] = last.isoformat()
        else:
            made.setdefault("since", first.isoformat())
            made.setdefault("until", last.isoformat())
    for side in ("negative", "positive", "neutral"):
        if _sided(side).search(text):
            made["sentiment"] = side
            break
    counts = (_count(match["a"] or match["b"]) for match in _COUNT.finditer(text))
    if count := next(filter(None, counts), 0):
        made["limit"] = min(count, MOST)
    return made


@cache
def _sided(side: str) -> re.Pattern[str]:
    """An adjective of that side before a word for news."""
    adjectives, nouns = either(words("tools", "read_news", side)), either(words("tools", "read_news", "nouns"))
    return re.compile(rf"\b(?:{adjectives})\s+(?:\w+\s+)?(?:{nouns})(?![\w-])", re.IGNORECASE)


def _spans(text: str) -> Iterator[tuple[int, int, date, date]]:
    """Days, months and years of a text in order: place, first and last day."""
    reader = DateReader()
    found: list[tuple[int, int, date, date]] = []
    for match in _DAY.finditer(text):
        day = reader.read(match[0].replace(" of ", " "))
        if isinstance(getattr(day, "day", None), date):
            day = day.day  # type: ignore[union-attr,assignment]
        if isinstance(day, date):
            found.append((*match.span(), day, day))
    for match in _WHOLE.finditer(text):
        if any(start < match.end() and match.start() < end for start, end, _, _ in found):
            continue
        if match["month"]:
            month = _months()[match["month"][:3].lower()]
            year = int(match["y"])
            last = calendar.monthrange(year, month)[1]
            found.append((*match.span(), date(year, month, 1), date(year, month, last)))
        else:
            year = int(match["year"])
            found.append((*match.span(), date(year, 1, 1), date(year, 12, 31)))
    yield from sorted(found)


def _recent(text: str, today: date) -> Iterator[tuple[int, int, date, date]]:
    """A time that is counted from today: place, first and last day."""
    match = _RECENT.search(text)
    if match is None:
        return
    first = last = today
    if match["day"]:
        first = last = today - timedelta(days=match["day"].lower() == "yesterday")
    elif match["which"]:
        unit, which = match["unit"].lower(), match["which"].lower()
        if which == "past":
            first = today - timedelta(days=_LENGTHS[unit])
        else:
            first = _beginning(unit, today)
            if which in ("last", "previous"):
                last = first - timedelta(days=1)
                first = _beginning(unit, last)
    else:
        first = today - timedelta(days=_LENGTHS[match["units"].lower()] * (_count(match["count"]) or 1))
    yield (*match.span(), first, last)


def _beginning(unit: str, day: date) -> date:
    """The first day of the week, the month or the year of a day."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _count(said: str) -> int:
    """A number in digits or words; 0 of a word that is none."""
    return int(said) if said.isdigit() else next((int(n.value or 0) for n in numbers_in_words(said)), 0)


@cache
def _months() -> dict[str, int]:
    return {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
