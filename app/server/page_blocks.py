"""A page of a document without pictures, from what the library keeps: text, and tables whose cells name their figures.

A passage holds a table's rows as lines of text. They are found again by the figures that were read from them, and the
table stands where its first row stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.schema import Figure, Passage

_APART = 4
"""Lines between two rows of one table, at most."""


@dataclass(slots=True)
class _Table:
    """A table that is still to be placed. `rows` are label and printed numbers of each row, without spaces."""

    block: dict[str, Any]
    rows: list[tuple[str, list[str]]]

    def has(self, flat: str) -> bool:
        """Whether a line of text is one of its rows: it begins with the label, and the printed numbers follow."""
        return any(
            flat.startswith(label) and all(n in flat[len(label) :] for n in printed) for label, printed in self.rows
        )


def blocks(passages: Sequence[Passage], figures: Sequence[Figure], marked: str | None) -> list[dict[str, Any]]:
    """The blocks of a page in its order: {kind: text, section, text} or {kind: table, columns, rows, ...}."""
    by_table: dict[str, list[Figure]] = {}
    for figure in figures:
        by_table.setdefault(figure.table, []).append(figure)
    left = [_unplaced(table_block(of_it, marked)) for of_it in by_table.values()]
    made: list[dict[str, Any]] = []
    for passage in passages:
        made += _split(passage, left)
    return made + [table.block for table in left]


def _unplaced(block: dict[str, Any]) -> _Table:
    rows = [(_flat(row["label"]), [_flat(cell["printed"]) for cell in row["cells"] if cell]) for row in block["rows"]]
    return _Table(block, [row for row in rows if row[0]])


def _split(passage: Passage, left: list[_Table]) -> list[dict[str, Any]]:
    """A passage with the rows of tables taken out of its text; each table is taken from `left` where it begins."""
    made: list[dict[str, Any]] = []
    text: list[str] = []
    lines = passage.text.split("\n")
    flat = [_flat(line) for line in lines]
    at = 0
    while at < len(lines):
        table = next((one for one in left if one.has(flat[at])), None)
        if table is None:
            text.append(lines[at])
            at += 1
            continue
        left.remove(table)
        _say(made, passage, text)
        made.append(table.block)
        last = at
        for place in range(at + 1, len(lines)):  # headings and totals of the table stand between its rows
            if place - last > _APART:
                break
            last = place if table.has(flat[place]) else last
        at = last + 1
    _say(made, passage, text)
    return made


def _say(made: list[dict[str, Any]], passage: Passage, text: list[str]) -> None:
    said = "\n".join(text).strip()
    text.clear()
    if said:
        made.append({"kind": "text", "section": passage.section, "text": said})


def _flat(text: str) -> str:
    return "".join(text.split()).casefold()


def table_block(figures: Sequence[Figure], marked: str | None) -> dict[str, Any]:
    """A table from its figures: columns by their headings, a row a line item; the row and cell of `marked` say so."""
    first = figures[0]
    columns = sorted({_column(f) for f in figures}) if _is_cell(first) else list(dict.fromkeys(map(_column, figures)))
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for figure in figures:
        row = rows.setdefault(
            _line(figure),
            {"label": figure.label, "path": list(figure.path), "marked": False, "cells": [None] * len(columns)},
        )
        is_marked = figure.id == marked
        row["cells"][columns.index(_column(figure))] = {
            "figure": figure.id,
            "printed": figure.printed,
            "marked": is_marked,
        }
        row["marked"] = row["marked"] or is_marked
    return {
        "kind": "table",
        "table": first.table,
        "caption": first.caption,
        "statement": first.statement.value,
        "columns": [" ".join(headers) for _, headers in columns],
        "rows": list(rows.values()),
    }


def _is_cell(figure: Figure) -> bool:
    """Whether a figure is the cell of a table, whose id ends in its row and column; else it is a tagged fact."""
    return figure.id.rpartition(".")[2][:1] == "c"


def _column(figure: Figure) -> tuple[int, tuple[str, ...]]:
    """The number of a cell's column, 0 for a fact, with its headings."""
    number = figure.id.rpartition(".")[2][1:]
    return int(number) if _is_cell(figure) and number.isdigit() else 0, tuple(h for h in figure.headers if h)


def _line(figure: Figure) -> tuple[str, ...]:
    """What the figures of one printed row share: the row in their id, or, of a fact, label and what narrows it."""
    if _is_cell(figure):
        return (figure.id.rpartition(".")[0],)
    return figure.label, figure.segment, *figure.path
