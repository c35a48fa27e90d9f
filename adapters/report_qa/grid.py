"""A table as its reader sees it: which rows are heads, what each column is called, under which heading a row stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from adapters.report_qa.numbers import number_of_cell

_MOST_HEAD_ROWS = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """`heads` counts the head rows; `columns` names each column (its head cells, top down, joined by spaces).

    `labels` names each row (its first cell), `headings` the row of words that it stands under ("" for none).
    """

    rows: tuple[tuple[str, ...], ...]
    heads: int
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    headings: tuple[str, ...]


@lru_cache(maxsize=4096)
def read_grid(table: tuple[tuple[str, ...], ...]) -> Grid:
    """Read a table of printed cells; rows may differ in length, and a table may have no head at all."""
    width = max(map(len, table), default=0)
    rows = tuple(tuple(cell.strip() for cell in row) + ("",) * (width - len(row)) for row in table)
    heads = _head_rows(rows)
    columns = tuple(_column(rows[:heads], place) for place in range(width))
    labels, headings, heading = [], [], ""
    for number, row in enumerate(rows):
        label = row[0] if row else ""
        if number >= heads and label and not any(row[1:]):
            heading = label.rstrip(":")
            headings.append("")
        else:
            headings.append(heading if number >= heads else "")
        labels.append(label)
    return Grid(rows, heads, columns, tuple(labels), tuple(headings))


def _head_rows(rows: tuple[tuple[str, ...], ...]) -> int:
    """The rows at the top in which no cell beside the first is a figure; years and lone signs are none."""
    for number, row in enumerate(rows[:_MOST_HEAD_ROWS]):
        if any(_is_figure(cell) for cell in row[1:]):
            return number
        if number and row and row[0] and not any(row[1:]):
            return number  # a heading within the table
    return min(1, len(rows))


def _is_figure(cell: str) -> bool:
    found = number_of_cell(cell)
    if found is None or found.value is None:
        return cell in ("-", "\u2014", "\u2013", "$-", "$\u2014", "$ \u2014")
    year = found.value == found.value.to_integral_value() and 1950 <= abs(found.value) < 2100  # "( 2018 )" too
    return not (year and cell.strip("()* ").isdigit())


def _column(heads: tuple[tuple[str, ...], ...], place: int) -> str:
    """The name of a column. A head cell also covers the empty cells to its right, except in the lowest row."""
    parts: list[str] = []
    for number, row in enumerate(heads):
        cell = row[place]
        if not cell and place and number < len(heads) - 1:
            left = [other for other in row[1 : place + 1] if other]
            cell = left[-1] if left else ""
        if cell and cell not in parts:
            parts.append(cell)
    return " ".join(parts)
