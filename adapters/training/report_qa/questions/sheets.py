"""A table as a questioner sees it: lines of comparable numbers over years, or over the parts that its columns are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from adapters.report_qa.forms import Evidence, Source
from adapters.report_qa.grid import Grid, read_grid
from adapters.report_qa.numbers import number_of_cell
from adapters.training.report_qa.pages import page_of
from adapters.training.report_qa.questions.times import When, read_when, strip_scale, tidy

_SCALES = {
    "thousand": re.compile(r"\bthousands\b|(?<!\d)[$€£’'`]\s?0?00s?\b|\b000s\b|\bin 000", re.IGNORECASE),
    "million": re.compile(r"\bmillions?\b|[$€£]\s?m(?:n)?\b|\busdm\b|\bmm\b", re.IGNORECASE),
    "billion": re.compile(r"\bbillions?\b|[$€£]\s?bn\b", re.IGNORECASE),
}
_IN_TEXT = re.compile(r"\bin (thousand|million|billion)s\b", re.IGNORECASE)
_PLAIN = re.compile(
    r"\brates?\b|\bratio\b|\bterm\b|\byield\b|\blife\b|\b(?:in )?(?:years|months|days)\b|\bvolatility\b|\bmultiple\b"
    r"|\btimes\b|\bnumber of (?:employees|stores|sites|locations|countries|properties)|\bemployees\b"
    r"|\bheadcount\b|\bcents\b",
    re.IGNORECASE,
)
_PERCENT_HEAD = re.compile(r"%|\bper\s?cent(?:age)?s?\b", re.IGNORECASE)
_PER_UNIT = re.compile(
    r"\bper (?:share|unit|diluted|basic|adr|common|option|warrant|barrel|ton|mcf|gallon|day|ordinary)|\bEPS\b|/share"
    r"|\bprices?\b|\bhigh\b|\blow\b|price\s?paid",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:shares|units|options|warrants|awards|employees|stores|sites|properties|barrels|tons|number)\b", re.IGNORECASE
)
_TOTAL = re.compile(r"\b(?:sub)?totals?\b", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:change|variance|increase|decrease|inc|growth)\b|\(decrease\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is printed: a cell, or the character of a text or of the question where it starts."""

    source: Source
    line: int
    column: int = -1
    start: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed number: its value as printed, whether in percent, where."""

    value: Decimal
    percent: bool
    place: Place
    printed: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line item: its label, the heading it stands under, what its column adds; where its label is printed."""

    label: str
    heading: str = ""
    extra: str = ""
    place: Place | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """An item's numbers, each with its time or part, in the table's order; they are of one kind and scale."""

    item: Item
    cells: tuple[tuple[When, Cell, Place | None], ...]
    scale: str
    kind: str

    def at(self, when: When) -> Cell | None:
        return next((cell for one, cell, _ in self.cells if one == when), None)


@dataclass(frozen=True, slots=True)
class Block:
    """Series over the same whens. `timed`: those are years. `due`: years with their total as the last when.

    `change`: they are columns that state a change.
    """

    series: tuple[Series, ...]
    timed: bool
    due: bool = False
    change: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its text, and the blocks of numbers that can be asked for."""

    table: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]
    blocks: tuple[Block, ...]
    terse: bool
    scale: str
    page: str = ""


@lru_cache(maxsize=8192)
def read_sheet(table: tuple[tuple[str, ...], ...], text: tuple[str, ...]) -> Sheet:
    """Find what a table can be asked for; a table without numbers has no blocks."""
    grid = read_grid(table)
    terse = _is_lower(grid.rows)
    scale = _scale_of(grid, text)
    across = _across(grid, scale)
    blocks = [one for one in (*across, *_down(grid, scale, across)) if one.series]
    return Sheet(table, text, tuple(blocks), terse, scale, page_of(Evidence("", table, text)))


def _across(grid: Grid, scale: str) -> list[Block]:
    """Rows as items. Columns that differ in their year alone make one timed block."""
    heads = _head_names(grid, range(1, len(grid.columns)))
    timed: dict[str, list[int]] = {}
    parts: list[int] = []
    for place, (when, rest) in heads.items():
        if when.year is not None and not when.after and when.plain and not _CHANGE.search(grid.columns[place]):
            timed.setdefault(rest.lower(), []).append(place)
        else:
            parts.append(place)
    blocks = []
    for places in timed.values():
        years = [heads[place][0].year for place in places]
        if len(set(years)) < len(years) or len(places) < 2:
            parts += places
            continue
        extra = heads[places[0]][1] if len(timed) > 1 else ""
        whens = {place: heads[place][0] for place in places}
        blocks.append(Block(_rows(grid, whens, scale, extra), timed=True))
    for places in _alike(grid, parts, scale):
        names = {place: When(_plain(grid.columns[place])) for place in places}
        unique = Counter(when.name.lower() for when in names.values())
        names = {place: when for place, when in names.items() if unique[when.name.lower()] == 1 and when.name}
        if len(grid.columns) == 2 and not names:
            names = {1: When("")}
        words = " ".join(grid.columns[place] for place in places)
        change = bool(names) and all(_CHANGE.search(grid.columns[place]) for place in names)
        blocks.append(Block(_rows(grid, names, scale, "", words), timed=False, change=change))
    return blocks


def _alike(grid: Grid, parts: Iterable[int], scale: str) -> list[list[int]]:
    """Columns that are no years, those of one kind of number together: shares, prices, percentages, changes apart."""
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for place in sorted(parts):
        cells = [cell for line in range(grid.heads, len(grid.rows)) if (cell := _cell(grid, line, place))]
        if cells:
            name = grid.columns[place]
            groups.setdefault((*_kind(name, cells, scale), bool(_CHANGE.search(name))), []).append(place)
    return list(groups.values())


def _rows(grid: Grid, whens: dict[int, When], scale: str, extra: str, words: str = "") -> tuple[Series, ...]:
    made = []
    counted = Counter(
        (label.lower(), heading.lower()) for label, heading in zip(grid.labels, grid.headings, strict=True)
    )
    for line in range(grid.heads, len(grid.rows)):
        label = grid.labels[line]
        if not re.search(r"[A-Za-z]{2,}", label) or counted[(label.lower(), grid.headings[line].lower())] > 1:
            continue
        if read_when(label)[0].year is not None and not read_when(label)[1]:
            continue  # a year is no item
        again = sum(count for (other, _), count in counted.items() if other == label.lower()) > 1
        heading = tidy(grid.headings[line]) if again else ""
        if again and not heading:
            continue
        item = Item(
            label, heading or grid.headings[line], extra, Place(Source.TABLE, line, 0), bool(_TOTAL.search(label))
        )
        found = []
        for column, when in whens.items():
            cell = _cell(grid, line, column)
            if cell:
                found.append((when, cell, _year_place(grid, column, when)))
        if found:
            kind, own = _kind(f"{label} {grid.headings[line]} {extra} {words}", [cell for _, cell, _ in found], scale)
            if again:
                item = replace(item, heading=heading)
            elif not item.total or not grid.headings[line]:
                item = replace(item, heading="")
            made.append(Series(item, tuple(found), own, kind))
    return tuple(made)


def _down(grid: Grid, scale: str, across: Sequence[Block]) -> list[Block]:
    """Columns as items, rows as their years or parts. A total row makes years into parts that are due."""
    whens: dict[int, When] = {}
    total = -1
    for line in range(grid.heads, len(grid.rows)):
        label = grid.labels[line]
        when, rest = read_when(label)
        if when.year is not None and when.plain and len(rest) <= 3:
            whens[line] = when
        elif whens and _TOTAL.search(label) and total < 0:
            total = line
    if len({when.year for when in whens.values()}) < len(whens) or len(whens) < 2:
        return [_turned(block) for block in across if not block.timed and not block.change and len(block.series) > 1]
    made, due = [], []
    for column in range(1, len(grid.columns)):
        name = _plain(grid.columns[column])
        if not re.search(r"[A-Za-z]{2,}", name):
            name = _plain(grid.labels[0]) if len(grid.columns) == 2 and grid.heads else ""
            name = "" if read_when(name)[0].day or "ended" in name.lower() or "year" in name.lower() else name
        found: list[tuple[When, Cell, Place | None]] = [
            (when, cell, Place(Source.TABLE, line, 0))
            for line, when in whens.items()
            if (cell := _cell(grid, line, column)) is not None
        ]
        if len(found) < 2:
            continue
        whole = _cell(grid, total, column) if total > 0 else None
        title = grid.labels[total] if whole else ""
        item = Item(name or re.sub(r"^total\s+", "", title, flags=re.I) or "amount", place=None)
        kind, own = _kind(f"{name} {title}", [cell for _, cell, _ in found], scale)
        made.append(Series(item, tuple(found), own, kind))
        if whole and title:
            whole_name = title if len(title) > 6 else f"{title} {name}".strip()
            found.append((When("total"), whole, None))
            due.append(Series(replace(item, label=whole_name, total=True), tuple(found), own, kind))
    return [Block(tuple(made), timed=True), Block(tuple(due), timed=False, due=True)]


def _turned(block: Block) -> Block:
    """The columns as items and the rows as their parts: "what share of Visa's cards ..."."""
    columns: dict[str, list[tuple[When, Cell, Place | None]]] = {}
    kinds: dict[str, tuple[str, str]] = {}
    for series in block.series:
        for when, cell, _ in series.cells:
            part = When(f"{series.item.label} ({series.item.heading})" if series.item.heading else series.item.label)
            columns.setdefault(when.name, []).append((part, cell, series.item.place))
            kinds[when.name] = (series.scale, series.kind)
    return Block(
        tuple(
            Series(Item(name, total=bool(_TOTAL.search(name))), tuple(cells), *kinds[name])
            for name, cells in columns.items()
            if re.search(r"[A-Za-z]{2,}", name) and read_when(name)[0].year is None
        ),
        timed=False,
    )


def _head_names(grid: Grid, places: Iterable[int]) -> dict[int, tuple[When, str]]:
    return {place: read_when(grid.columns[place]) for place in places}


def _cell(grid: Grid, line: int, column: int) -> Cell | None:
    printed = grid.rows[line][column]
    found = number_of_cell(printed)
    if found is None or found.value is None:
        return None
    if printed.strip().isdigit() and len(printed.strip()) == 4 and 1950 <= found.value < 2100:
        return None  # a year, or FinQA's broken dash "2014"
    return Cell(found.value, found.percent, Place(Source.TABLE, line, column), printed)


def _year_place(grid: Grid, column: int, when: When) -> Place | None:
    """The head cell that prints a column's year: its own, or the one that covers it from the left."""
    if when.year is None:
        return None
    for row in range(grid.heads - 1, -1, -1):
        for place in range(column, 0, -1):
            cell = grid.rows[row][place]
            if str(when.year) in cell or (cell and place == column and read_when(cell)[0].year == when.year):
                return Place(Source.TABLE, row, place)
            if cell:
                break
    return None


def _kind(words: str, cells: Sequence[Cell], scale: str) -> tuple[str, str]:
    """What sort of number a line has, and the scale of its answers."""
    if all(cell.percent for cell in cells):
        return "percent", "percent"
    words = re.sub(r"\d\s?%(?:\s*\([^)]*\))?", "", words)  # "6.25% notes" are no percentages
    if _PERCENT_HEAD.search(words) and all(abs(cell.value) < 1000 for cell in cells):
        return "percent", "percent"
    if _PER_UNIT.search(words) and all(abs(cell.value) < 100_000 for cell in cells):
        return "per share", ""
    if _PLAIN.search(words):
        return "plain", ""
    own = next((name for name, pattern in _SCALES.items() if pattern.search(words)), "")
    return ("count" if _COUNTED.search(words) else "amount"), own or scale


def _scale_of(grid: Grid, text: Sequence[str]) -> str:
    """The scale that the heads state, or else the text's only one."""
    head = " ".join(
        cell for row in grid.rows[: grid.heads + 1] for cell in row[: None if row in grid.rows[: grid.heads] else 1]
    )
    for name, pattern in _SCALES.items():
        if pattern.search(head):
            return name
    found = Counter(match[1].lower() for line in text for match in _IN_TEXT.finditer(line))
    return found.most_common(1)[0][0] if len(found) == 1 else ""


def _plain(name: str) -> str:
    return tidy(re.sub(r"\(unaudited\)|\([a-z0-9]{1,2}\)|\( [a-z0-9]{1,2} \)", " ", strip_scale(name), flags=re.I))


def _is_lower(rows: Sequence[Sequence[str]]) -> bool:
    letters = "".join(cell for row in rows for cell in row)
    return not any(letter.isupper() for letter in letters)


__all__ = ["Block", "Cell", "Item", "Place", "Series", "Sheet", "read_sheet"]
