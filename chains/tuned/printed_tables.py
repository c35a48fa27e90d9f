"""A document's tables rebuilt from the ledger's figures as they were printed: heads, headings, rows of cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.schema import Figure, Passage

_PLACE = re.compile(r"\.p\d+\.t\d+\.r(\d+)\.c(\d+)$")
MOST_ROWS, MOST_COLUMNS = 60, 10
_MOST_PASSAGES = 8
_SCALES = {3: "(in thousands)", 6: "(in millions)", 9: "(in billions)"}


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table: its rows of cells, the page it starts on, and the figure of each (row, column) that holds one."""

    rows: tuple[tuple[str, ...], ...]
    page: int
    figures: Mapping[tuple[int, int], Figure]


def printed_tables(figures: Sequence[Figure]) -> Iterator[PrintedTable]:
    """The tables among a document's figures; those that are too small or too large to be asked of are left out."""
    tables: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.table and _PLACE.search(figure.id):
            tables[figure.table].append(figure)
    for found in tables.values():
        table = printed_table(found)
        if table is not None:
            yield table


def printed_table(figures: Sequence[Figure]) -> PrintedTable | None:
    """The table that figures of one table make; None for one of a single row, or of too many rows or columns."""
    rows: dict[int, dict[int, Figure]] = defaultdict(dict)
    heads: dict[int, tuple[str, ...]] = {}
    for figure in figures:
        match = _PLACE.search(figure.id)
        if match is None:
            continue
        rows[int(match[1])][int(match[2])] = figure
        heads.setdefault(int(match[2]), figure.headers)
    if not 2 <= len(rows) <= MOST_ROWS or len(heads) > MOST_COLUMNS:
        return None
    columns = sorted(heads)
    depth = max(len(head) for head in heads.values())
    aligned = {column: ("",) * (depth - len(head)) + head for column, head in heads.items()}
    made = [("", *(aligned[column][level] for column in columns)) for level in range(depth)]
    unit = _unit(figures)
    if unit and made:
        made[-1] = (unit, *made[-1][1:])
    places: dict[tuple[int, int], Figure] = {}
    under: tuple[str, ...] = ()
    for number in sorted(rows):
        cells = rows[number]
        first = next(iter(cells.values()))
        if first.path != under:
            under = first.path
            if under:
                made.append((under[-1], *[""] * len(columns)))
        places.update({(len(made), 1 + columns.index(column)): figure for column, figure in cells.items()})
        made.append((first.label, *(cells[column].printed if column in cells else "" for column in columns)))
    return PrintedTable(tuple(made), min(figure.page for figure in figures), places)


def texts_beside(passages: Sequence[Passage]) -> tuple[str, ...]:
    """The passages of a table's page that are no table, as the text of its evidence."""
    return tuple(one.text for one in passages if one.table is None)[:_MOST_PASSAGES]


def _unit(figures: Sequence[Figure]) -> str:
    """The scale that most of a table's figures are printed in, as its corner says it."""
    scales = [figure.scale for figure in figures if figure.unit == figure.currency]
    return _SCALES.get(max(sorted(set(scales)), key=scales.count), "") if scales else ""
