"""The value columns of a grid: found from where its numbers stand, then given the headings above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.grid_cells import Item

Span = tuple[int, int]


@dataclass(slots=True)
class ValueColumn:
    """Layout columns `core` to `core_end` hold the numbers, `start` to `end` also their symbols."""

    core: int
    core_end: int
    start: int
    end: int


def find_columns(rows: Sequence[Sequence[Item]], headers: Sequence[Sequence[Item]]) -> list[ValueColumn]:
    """The columns of the value cells `rows`, from left to right.

    Numbers make columns first, the narrow ones before those that span several; text joins the column it stands
    in or makes its own. Neighbours that never meet in a row and share their lowest heading are one column.
    """
    columns: list[ValueColumn] = []
    for numeric in (True, False):
        spans = Counter((i.core, i.core_end) for items in rows for i in items if i.number is numeric)
        for (start, end), _ in sorted(spans.items(), key=lambda kv: (kv[0][1] - kv[0][0], -kv[1], kv[0])):
            if not any(c.core < end and start < c.core_end for c in columns):
                columns.append(ValueColumn(start, end, start, end))
    columns.sort(key=lambda c: c.core)
    for items in rows:
        for item, index in assign(items, columns):
            _widen(columns, index, item)
    return _merge(columns, rows, headers)


def _widen(columns: list[ValueColumn], index: int, item: Item) -> None:
    """Let a column cover its item's symbols, but never a neighbour's numbers."""
    column = columns[index]
    left = columns[index - 1].core_end if index else 0
    right = columns[index + 1].core if index + 1 < len(columns) else item.end
    column.start = min(column.start, max(item.start, left))
    column.end = max(column.end, min(item.end, right))


def assign(items: Iterable[Item], columns: Sequence[ValueColumn]) -> list[tuple[Item, int]]:
    """Each item with the index of its column; an item over several columns belongs to the last, right-aligned.

    Two items never share a column: the second moves to the next free one, so that no number is lost.
    """
    taken: set[int] = set()
    out: list[tuple[Item, int]] = []
    for item in items:
        over = [n for n, c in enumerate(columns) if c.core < item.core_end and item.core < c.core_end]
        free = [n for n in over if n not in taken] or [
            n for n in range(len(columns)) if n not in taken and n >= (over[0] if over else 0)
        ]
        if free:
            index = free[-1] if over and free[-1] in over else free[0]
            taken.add(index)
            out.append((item, index))
    return out


def _merge(
    columns: list[ValueColumn], rows: Sequence[Sequence[Item]], headers: Sequence[Sequence[Item]]
) -> list[ValueColumn]:
    if len(columns) < 2 or not headers:
        return columns
    used = [{index for _, index in assign(items, columns)} for items in rows]
    lowest = headers[-1]
    merged = [columns[0]]
    members = [{0}]
    for index, column in enumerate(columns[1:], start=1):
        last = merged[-1]
        meet = any(index in row and members[-1] & row for row in used)
        shared = any(
            h.start < last.core_end and last.core < h.end and h.start < column.core_end and column.core < h.end
            for h in lowest
        )
        if shared and not meet:
            last.core_end, last.end = column.core_end, column.end
            members[-1].add(index)
        else:
            merged.append(column)
            members.append({index})
    return merged


def headings(columns: Sequence[ValueColumn], headers: Sequence[Sequence[Item]]) -> list[tuple[str, ...]]:
    """For each column its heading lines from top to bottom; a heading over several columns is repeated."""
    lines: list[list[str]] = [[] for _ in columns]
    for items in headers:
        given: dict[int, Item] = {}
        for item in items:
            for index, column in enumerate(columns):
                shared = min(item.end, column.end) - max(item.start, column.start)
                before = given.get(index)
                if shared > 0 and (
                    before is None or shared > min(before.end, column.end) - max(before.start, column.start)
                ):
                    given[index] = item
        for item in items:
            if columns and not any(item is other for other in given.values()):
                index = min(range(len(columns)), key=lambda n: _distance(columns[n], item))
                if index not in given and _distance(columns[index], item) <= 3:
                    given[index] = item
        for index, item in given.items():
            lines[index].append(item.text)
    return [tuple(column) for column in lines]


def _distance(column: ValueColumn, item: Item) -> int:
    return max(column.start - item.end, item.start - column.end, 0)
