"""Lists of a sentence that go together: "$5, $4 and $3 million in 2019, 2018 and 2017, respectively"; and its dates."""

from __future__ import annotations

import re
from functools import lru_cache

from adapters.report_qa.numbers import numbers_in

_YEAR = re.compile(r"(?<![\d,.$])(?:19[5-9]|20\d)\d(?!\d|%|,\d{3})")
_DAY = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s*$", re.IGNORECASE)
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^\w\s]")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_BETWEEN_YEARS = frozenset(
    (*_MONTHS, "and", "to", "in", "at", "for", "the", "fiscal", "year", "years", "ended", "as", "of", ",", ";", ".")
)
_BETWEEN_NUMBERS = frozenset(
    (
        "and", "to", "or", "of", "million", "billion", "thousand", "percent", "shares", "share", "per", "a", "$", "%",
        "(", ")", ",", ";", ".",
    )
)  # fmt: skip
_WIDEST = 40
_FARTHEST = 160

_Place = tuple[int, int, str]
"""First character, the one behind the last, and what stands there."""


@lru_cache(maxsize=4096)
def years_at(line: str) -> tuple[tuple[int, int, int], ...]:
    """The years of a line in order: first character, the one behind the last, the year."""
    return tuple((match.start(), match.end(), int(match[0])) for match in _YEAR.finditer(line))


def is_day(line: str, start: int) -> bool:
    """Whether what begins at `start` stands behind a month: the 31 of "December 31"."""
    return bool(_DAY.search(line[max(0, start - 12) : start]))


@lru_cache(maxsize=4096)
def listed_years(line: str) -> dict[int, int]:
    """The year of each number, by its first character, where a list of numbers stands beside as long a list of years.

    The nearest list of years behind the numbers counts, else the nearest before them, within 160 characters.
    """
    named = years_at(line)
    years = _runs(line, [(start, end, str(year)) for start, end, year in named], _BETWEEN_YEARS, days=True)
    if not years:
        return {}
    taken = {place for start, end, _ in named for place in range(start, end)}
    numbers = [
        (one.start, one.end, "")
        for one in numbers_in(line)
        if taken.isdisjoint(range(one.start, one.end)) and not (one.end - one.start <= 2 and is_day(line, one.start))
    ]
    found: dict[int, int] = {}
    for run in _runs(line, numbers, _BETWEEN_NUMBERS):
        fitting = [some for some in years if len({year for *_, year in some}) == len(some) == len(run)]
        behind = [some for some in fitting if 0 <= some[0][0] - run[-1][1] <= _FARTHEST]
        before = [some for some in fitting if 0 <= run[0][0] - some[-1][1] <= _FARTHEST]
        for (start, _, _), (_, _, year) in zip(run, (*behind[:1], *before[-1:], ())[0], strict=False):
            found[start] = int(year)
    return found


def _runs(line: str, places: list[_Place], between: frozenset[str], *, days: bool = False) -> list[list[_Place]]:
    """Places that follow each other with nothing but words of a list in between, two or more; `days` of dates too."""
    runs: list[list[_Place]] = []
    for place in places:
        last = runs[-1][-1][1] if runs else place[0]
        pieces = _PIECE.findall(line[last : place[0]]) if 0 < place[0] - last <= _WIDEST else ()
        if pieces and all(p.lower() in between or (days and p.isdigit() and len(p) <= 2) for p in pieces):
            runs[-1].append(place)
        else:
            runs.append([place])
    return [run for run in runs if len(run) > 1]
