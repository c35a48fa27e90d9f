"""Schedules: what falls due by year, from tables whose rows or columns are headed by years after the report's own.

A schedule is one column or one row of such a table. What it is of stands in its heading, in the sentence above the
table, or, where neither says it, on the balance sheet: the part that is due first is printed there under its name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.resolve.shelf import Sheet
from chains.tables import read_table
from ingest.schema import Figure, Statement

_YEAR = re.compile(
    r"(?:(?:fiscal|calendar)\s+)?(?:years?\s+)?(?:end(?:ed|ing)\s+)?(?:[a-z]+\.?\s+\d{1,2},?\s+)?(?:fy\s*)?(?P<year>20\d\d)\W*(?:\(\w\))?",
    re.I,
)
_YEARS = re.compile(r"20\d\d\W+(?:\w+\s+)?(?:20\d\d|thereafter|beyond|after)", re.I)
"""Several years in one row: "2028 to 2032", "2031 and thereafter"."""
_PLACE = re.compile(r"\.r(?P<row>\d+)\.c(?P<column>\d+)$")
_SENTENCE = re.compile(r"(?<![A-Z])\s?\.\s+(?=[A-Z])")
_FEW, _DIGITS = 2, 4


@dataclass(frozen=True, slots=True)
class Kind:
    """What is scheduled: words of which a question and a schedule need one each, and words that make it another.

    One that `leads` stays what it is where a sentence goes on with others: "maturities of debt, including leases".
    `tie` stands between its name and a year; `whole` is what all of it is called.
    """

    name: str
    needs: tuple[frozenset[str], ...]
    idle: frozenset[str]
    bars: frozenset[str]
    leads: bool = False
    tie: str = "due in"
    whole: str = ""

    def held(self, words: frozenset[str]) -> bool:
        """Whether some words hold one of each of those needed."""
        return all(group & words for group in self.needs)

    def told(self, words: Sequence[str]) -> bool:
        """Whether a sentence speaks of it, and of nothing that makes it another."""
        if not self.held(frozenset(words)):
            return False
        first = min(words.index(w) for w in self.needs[0] if w in words) if self.leads else len(words)
        return not self.bars & set(words[:first])


@dataclass(frozen=True, slots=True)
class Schedule:
    """What falls due in each year, behind the last of them, and all in all; `alone` in its table or not.

    `total` is set only where the printed total is what the others add up to.
    """

    years: Mapping[int, Figure]
    near: frozenset[str]
    far: tuple[str, ...]
    alone: bool
    after: Figure | None = None
    total: Figure | None = None

    def is_of(self, kind: Kind) -> bool:
        """Whether the schedule is of that kind."""
        if kind.bars & self.near:
            return False
        if kind.held(self.near) or any(k.held(self.near) for k in kinds()):
            return kind.held(self.near)
        if self.alone:
            return kind.told(self.far)
        # Of several columns the heading tells which.
        return bool(kind.needs[0] & self.near) and kind.held(self.near | set(self.far))


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of schedules.toml."""
    return tuple(
        Kind(
            k["name"],
            tuple(frozenset(n.split()) for n in k["needs"]),
            frozenset(k["idle"].split()),
            frozenset(k["bars"].split()),
            k.get("leads", False),
            k.get("tie", "due in"),
            k.get("whole", ""),
        )
        for k in schedule_words()["kind"]
    )


def schedule_words() -> dict[str, Any]:
    """The table schedules.toml."""
    return read_table("schedules.toml")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a label or a question, in lower case, hyphens within them kept, without what stands in brackets."""
    return tuple(re.findall(r"[a-z0-9%&]+(?:-[a-z0-9]+)*", re.sub(r"\([^()]*\)", " ", text.lower())))


def schedules_of(sheet: Sheet, base: int) -> list[Schedule]:
    """The schedules of a report of the year `base`."""
    tables: dict[str, list[Figure]] = defaultdict(list)
    for figure in sheet.figures:
        if figure.statement is Statement.NOTE:
            tables[figure.table].append(figure)
    found: list[Schedule] = []
    for figures in tables.values():
        found += _by_rows(figures, base, sheet) or _by_columns(figures, base, sheet)
    return found


def _by_rows(figures: Sequence[Figure], base: int, sheet: Sheet) -> list[Schedule]:
    """The columns of a table whose rows are years; none where a year is not ahead: that table is of another report."""
    years = [int(m["year"]) for f in figures if (m := _YEAR.fullmatch(f.label.strip()))]
    if len(set(years)) < _FEW or min(years) <= base:
        return []
    columns: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        if (place := _PLACE.search(figure.id)) is not None:
            columns[int(place["column"])].append(figure)
    below = " ".join(f.label for f in figures if not _YEAR.fullmatch(f.label.strip()))
    made = []
    for lines in columns.values():
        by_year: dict[int, Figure] = {}
        after: Figure | None = None
        total: Figure | None = None
        for line in lines:
            label = line.label.strip()
            if total is not None:
                break
            if (match := _YEAR.fullmatch(label)) is not None:
                by_year.setdefault(int(match["year"]), line)
            elif by_year and (_names("after").match(label) or _YEARS.match(label)):
                after = after or line
            elif by_year and (not label or _names("total").search(label)):
                total = line
        if len(by_year) >= _FEW:
            heads = " ".join((*lines[0].headers, *lines[0].path))
            made.append(_made(by_year, after, total, heads, below, len(columns) == 1, sheet))
    return [m for m in made if m is not None]


def _by_columns(figures: Sequence[Figure], base: int, sheet: Sheet) -> list[Schedule]:
    """The rows of a table whose columns are years ahead of the report's own."""
    rows: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        if (place := _PLACE.search(figure.id)) is not None and figure.headers:
            rows[int(place["row"])].append(figure)
    made = []
    for cells in rows.values():
        by_year: dict[int, Figure] = {}
        after: Figure | None = None
        total: Figure | None = None
        for cell in cells:
            head = cell.headers[-1].strip()
            if any(_names("after").match(h.strip()) for h in cell.headers):
                after = after or cell
            elif (match := _YEAR.fullmatch(head)) is not None:
                by_year.setdefault(int(match["year"]), cell)
            elif _names("total").match(head):
                total = cell
        if len(by_year) > _FEW and min(by_year) > base:
            names = " ".join((cells[0].label, *cells[0].path))
            made.append(_made(by_year, after, total, names, "", len(rows) == 1, sheet))
    return [m for m in made if m is not None]


def _made(
    years: Mapping[int, Figure],
    after: Figure | None,
    total: Figure | None,
    heads: str,
    below: str,
    alone: bool,
    sheet: Sheet,
) -> Schedule | None:
    first = next(iter(years.values()))
    if len({f.unit for f in years.values()}) > 1 or first.unit in ("percent", "pure"):
        return None
    if total is not None:
        slack = 2 * abs(first.value and 10 ** (first.scale or 0))
        parts = sum(f.value for f in years.values()) + (after.value if after is not None else 0)
        if abs(parts - total.value) > slack:
            total = None
    made = Schedule(
        dict(sorted(years.items())), frozenset(words_of(heads)), words_of(_above(first.caption)), alone, after, total
    )
    for more in (words_of(below), tuple(_ties(first if total is None else total, first, sheet))):
        if not alone or any(made.is_of(kind) for kind in kinds()):
            break
        made = replace(made, far=(*made.far, *more))
    return made


def _above(caption: str) -> str:
    """The last sentence above a table."""
    sentences = [s for s in _SENTENCE.split(" ".join(caption.replace("|", " ").split())) if len(s.split()) > 4]
    return sentences[-1] if sentences else caption


def _ties(total: Figure, first: Figure, sheet: Sheet) -> Iterator[str]:
    """The words of the lines of other tables that print the total or what falls due first, to the last digit."""
    for figure in (total, first):
        if len(re.findall(r"\d", figure.printed)) < _DIGITS:
            continue
        for other in sheet.of_value(figure.value):
            ended = other.period.end if other.period is not None else None
            if other.table != figure.table and ended is not None and ended == sheet.document.period_end:
                yield from words_of(other.label)


@cache
def _names(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:fiscal\s+)?\b(?:{any_of(schedule_words()[name])})\b", re.I)
