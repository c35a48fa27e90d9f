"""The words and patterns of time: periods.toml as regular expressions, and the years and months they catch."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.tables import read_table


def tables() -> dict[str, Any]:
    """The tables of periods.toml."""
    return read_table("periods.toml")


@cache
def _weeks() -> dict[str, int]:
    """How many months some weeks stand for, by the words for them: "39", "thirty-nine" -> 9."""
    return {word: entry["months"] for entry in tables()["weeks"] for word in entry["words"]}


def months_of_weeks(lead: str) -> int | None:
    """The months of "39-week fiscal period ended"; None where no weeks lead to a date."""
    match = re.match(rf"({any_of(_weeks())})[\s-]*week", lead)
    return _weeks()[match[1]] if match is not None else None


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(kind of mention, pattern), the most particular first; the last finds "last three years"."""
    t = tables()
    ordinal = "|".join(t["ordinals"])
    count = "|".join([*t["counts"], r"\d{1,2}"])
    month = "|".join(
        f"{m[:3]}(?:{'|'.join(re.escape(m[3:i]) for i in range(len(m), 3, -1))})?" if len(m) > 3 else m
        for m in t["months"]
    )
    fy = r"(?:fiscal\s+year|fiscal|financial\s+year|fy|f\s?y|calendar\s+year|calendar|cy|the\s+year|year)\s*[’'`]?\s*"
    year4 = r"(?:19|20)\d\d"
    year = rf"(?:{fy}(?:{year4}|\d\d)|{year4}|[’'`]\d\d)"
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    join = r"(?:\s*[,/]?\s*(?:of|in|for)?\s*(?:the\s+)?(?:fiscal\s+|year\s+)*)"
    quarter = r"[\s-]+(?:fiscal[\s-]+)?quarter"
    up_to = (
        r"(?:(?:that|which)\s+)?(?:ended|ending|ends|to|through|thru|until|till|up\s+to)\s+"
        r"(?:and\s+including\s+)?(?:on\s+)?(?:the\s+)?(?:end\s+of\s+)?"
    )
    lead = (
        rf"(?:(?:first\s+)?(?:three|six|nine|twelve|3|6|9|12)[\s-]*(?:months?|m)\s+(?:period\s+)?{up_to}"
        rf"|(?:{any_of(_weeks())})[\s-]*weeks?\s+(?:(?:fiscal\s+)?(?:period|quarter|year)\s+)?{up_to}"
        rf"|(?:fiscal\s+)?(?:year|quarter|half)\s+{up_to})?"
    )
    short_year = r"(?:10|1[1-9]|2\d|3\d)"
    specs = [
        (
            "date",
            rf"(?P<lead>{lead})(?:(?P<m1>{month})\.?\s+(?P<d1>{day})\s*,?\s*(?P<y1>{year4})|(?P<d2>{day})[\s-]+(?:of\s+)?(?P<m2>{month})\.?,?[\s-]+(?P<y2>{year4})|(?P<y3>{year4})-(?P<m3>\d\d)-(?P<d3>\d\d)|(?P<m4>\d{{1,2}})/(?P<d4>\d{{1,2}})/(?P<y4>{year4}))",
        ),
        (
            "months",
            rf"(?P<a>{month})\.?(?:\s+{year4})?\s*(?:-|–|—|/|to|through|thru|until)\s*(?P<m>{month})\.?\s*(?:quarter\s*)?"
            rf"(?:of\s+|,\s*|[’'`])?(?P<y>{year4}|(?<=[’'`])\d\d)(?:\s+quarter)?",
        ),
        (
            "monthquarter",
            rf"(?P<m>{month})\.?\s+(?:quarter(?:\s+of|\s*,)?\s*(?P<y>{year4}|[’'`]\d\d)|(?P<y1>{year4})\s+quarter)",
        ),
        ("month", rf"(?P<lead>{lead})(?P<m>{month})\.?\s*(?:of\s+|,\s*|[’'`])?(?P<y>{year4}|(?<=[’'`])\d\d)"),
        (
            "half",
            rf"(?:(?:h1|1h|6m|first\s+half|first\s+(?:six|6)\s+months)(?P<y0>{join}{year})?|(?P<y1>{year})\s*(?:h1|1h|6m))",
        ),
        ("nine", rf"(?:(?:9m|first\s+(?:nine|9)\s+months)(?P<y0>{join}{year})?|(?P<y1>{year})\s*9m)"),
        (
            "yearquarter",
            rf"(?P<y>{year})\s*[-,]?\s*(?:q\s?(?P<q1>[1-4])|(?P<q2>[1-4])\s?q|quarter\s(?P<q4>[1-4])|(?P<q3>{ordinal}){quarter})(?!{join}{year})",
        ),
        (
            "quarter",
            rf"(?:q\s?(?P<q1>[1-4])|(?P<q2>[1-4])\s?q|(?P<q3>{ordinal}){quarter})(?P<y0>{join}{year}|\s*[’'`]?\d\d(?!\d|%))?",
        ),
        ("slash", rf"{fy}(?P<a>{year4}|\d\d)\s*/\s*(?P<b>\d\d)"),
        ("year", year),
        ("year", rf"(?<=\bin ){short_year}(?=\s*(?:[?.,;!]|$|(?:and|or|vs|versus|to|than|compared)\b))"),
    ]
    wrapped = [(name, re.compile(rf"(?<![\w.$])(?:{p})(?![\w%]|,\d|\.\d)", re.I)) for name, p in specs]
    years = rf"\b(?P<n>{count})[\s-]+(?:fiscal[\s-]+|consecutive[\s-]+)*years?\b"
    return (*wrapped, ("years", re.compile(years, re.I)))


def without_relative(text: str) -> str:
    """A text in lower case without its words for the year before ("than in the prior year quarter")."""
    body = relative_words("year_over_year")
    return re.sub(
        rf"(?:\b(?:than|in|the|from|to|over|with)\s+)*(?<!\w)(?:{body})(?!\w)(?:\s+quarter|\s+period)?", " ", text
    )


def relative_words(kind: str) -> str:
    """A pattern for the relative phrases of a kind in periods.toml, the longest first: `latest`, `year_over_year`."""
    return any_of(tables()["relative"][kind], space=" ")


def month_of(text: str) -> int:
    """The number of a month, written out or cut short."""
    months: dict[str, int] = tables()["months"]
    return next(n for m, n in months.items() if m.startswith(text.lower().rstrip(".")[:3]))


def year_of(text: str) -> int | None:
    """The year in a text, two digits completed; None where it has none."""
    digits = re.search(r"\d{4}|\d\d(?!\d)", text)
    if not digits:
        return None
    number = int(digits[0])
    if number >= 100:
        return number
    return 2000 + number if number < 70 else 1900 + number
