"""The rows of a table: labels made whole over several lines, indentation, the headings above each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.pieces import LineKind, Piece
from ingest.schema import Box, Cell, Row

if TYPE_CHECKING:
    from ingest.tables import LaidLine, Span

_OPEN_END = re.compile(
    r"(?:[,–—-]|\b(?:and|or|of|the|to|in|for|from|by|with|on|at|net|per|under|than|less|other|attributable|which))$",
    re.I,
)
_TOTAL = re.compile(r"^(?:total|net cash|gross|subtotal)\b", re.IGNORECASE)
_LABEL_MARK = re.compile(r"(?:\s*(?:\((?:\d{1,2}|[a-z]{1,2})\)|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+))+$")


def build_rows(entries: Sequence[LaidLine], columns: Sequence[Span]) -> tuple[Row, ...]:
    """Rows from a table's lines, headings included; `path` and `indent` set."""
    raw = [_split(entry, columns) for entry in entries if entry.kind is not LineKind.EMPTY]
    raw = _join_labels(raw, columns)
    return _with_paths(raw)


class _Raw:
    """A row under construction."""

    __slots__ = ("box", "cells", "height", "label", "x0", "x1")

    def __init__(self, label: str, x0: float, x1: float, cells: list[Cell | None], box: Box, height: float) -> None:
        self.label, self.x0, self.x1, self.cells, self.box, self.height = label, x0, x1, cells, box, height

    @property
    def empty(self) -> bool:
        return all(cell is None for cell in self.cells)


def _split(entry: LaidLine, columns: Sequence[Span]) -> _Raw:
    cells: list[Cell | None] = [None] * len(columns)
    labels: list[Piece] = []
    for piece in entry.pieces:
        index = _column_of(piece, columns)
        # Left of the first column, and a year that stands where labels do, are label.
        if index is None or (not labels and piece.number is None and piece.x0 < columns[0].x0 - 6 and not any(cells)):
            labels.append(piece)
            continue
        cell = _cell(piece)
        before = cells[index]
        cells[index] = cell if before is None else _merge(before, cell)
    label = " ".join(p.text for p in labels)
    x0 = labels[0].x0 if labels else columns[0].x0
    x1 = labels[-1].x1 if labels else columns[0].x0
    return _Raw(label, x0, x1, cells, entry.line.box, entry.line.height)


def _column_of(piece: Piece, columns: Sequence[Span]) -> int | None:
    best, most = None, 0.0
    for index, span in enumerate(columns):
        overlap = min(piece.x1, span.x1) - max(piece.x0, span.x0)
        if overlap > most:
            best, most = index, overlap
    if best is None and piece.x0 > columns[0].x0 - 3:
        best = min(range(len(columns)), key=lambda i: abs(columns[i].middle - piece.middle))
    return best


def _cell(piece: Piece) -> Cell:
    box = Box(piece.x0, piece.top, piece.x1, piece.bottom)
    if piece.number is None:
        return Cell(piece.text, box=box)
    number = piece.number
    return Cell(piece.text, number.value, number.dash, number.symbol, piece.marks, box)


def _merge(first: Cell, second: Cell) -> Cell:
    """Two pieces in one cell: a number keeps its value, the text is whole."""
    text = f"{first.text} {second.text}"
    keep = first if first.value is not None or first.dash else second
    return Cell(text, keep.value, keep.dash, keep.symbol, keep.marks, keep.box)


def _join_labels(raw: list[_Raw], columns: Sequence[Span]) -> list[_Raw]:
    """Put labels that run over several lines together, upwards or downwards."""
    limit = columns[0].x0
    widest = max((row.x1 for row in raw if row.label), default=limit)
    joined: list[_Raw] = []
    for index, row in enumerate(raw):
        previous = joined[-1] if joined else None
        following = next((r for r in raw[index + 1 :] if r.label), None)
        if previous is not None and row.label and _continues(previous, row, following, min(limit, widest)):
            label = f"{previous.label} {row.label}"
            if previous.label.endswith("-") and not previous.label.endswith(" -"):
                label = previous.label + row.label
            box = Box(
                min(previous.box.x0, row.box.x0), previous.box.top, max(previous.box.x1, row.box.x1), row.box.bottom
            )
            cells = row.cells if previous.empty else previous.cells
            joined[-1] = _Raw(label, previous.x0, row.x1, cells, box, row.height)
            continue
        joined.append(row)
    return joined


def _continues(previous: _Raw, row: _Raw, following: _Raw | None, limit: float) -> bool:
    """Whether `row`'s label is the rest of `previous`'s: at most one of them has numbers."""
    if not previous.label or previous.label.endswith(":") or (not previous.empty and not row.empty):
        return False
    if row.box.top - previous.box.bottom > 1.1 * row.height:
        return False
    if previous.empty and previous.label[-2:] in (" –", " —", " -") and row.x0 > previous.x0 + 2:
        return False
    lower = row.label[:1].islower() or row.label[:1] in "(&"
    open_end = bool(_OPEN_END.search(previous.label)) or previous.label.count("(") > previous.label.count(")")
    wrapped = previous.x1 > limit - 0.12 * max(limit - previous.x0, 1) and len(previous.label) > 30
    # A heading's first item is followed by its brothers; a hanging indent is not.
    brothers = row.x0 > previous.x0 + 4 and following is not None and abs(following.x0 - row.x0) < 2
    if previous.empty:
        return lower or open_end or (wrapped and not brothers and not previous.label.isupper())
    return row.label[:1].islower() and (open_end or wrapped or len(row.label) < 40) and not row.label.endswith(":")


def _with_paths(raw: list[_Raw]) -> tuple[Row, ...]:
    levels = _levels([row.x0 for row in raw if row.label])
    stack: list[tuple[int, str, bool]] = []
    rows: list[Row] = []
    for index, row in enumerate(raw):
        indent = _level(row.x0, levels) if row.label else 0
        marks = tuple(re.findall(r"\w+|[*†‡§]", m.group())) if (m := _LABEL_MARK.search(row.label)) else ()
        label = _LABEL_MARK.sub("", row.label) if marks and not row.label.startswith("(") else row.label
        if row.label:
            total = bool(_TOTAL.match(row.label))
            while stack and not total and (stack[-1][0] > indent or (stack[-1][0] == indent and not stack[-1][2])):
                stack.pop()
            if row.empty:
                while stack and stack[-1][0] >= indent:
                    stack.pop()
        path = tuple(heading for _, heading, _ in stack)
        rows.append(Row(label, tuple(row.cells), path, indent, row.box, marks))
        if row.label and row.empty:
            following = next((r for r in raw[index + 1 :] if r.label), None)
            flat = following is not None and _level(following.x0, levels) <= indent and not following.empty
            stack.append((indent, label.rstrip(": –—-"), flat))
        elif row.label and _TOTAL.match(row.label) and stack:
            del stack[_closed_by(label, [heading for _, heading, _ in stack]) :]
    return tuple(rows)


def _closed_by(total: str, headings: list[str]) -> int:
    """The place in the stack of headings that a total sums up: the one that shares most words, else the innermost."""
    words = set(re.findall(r"[a-z]{3,}", total.lower())) - {"total", "net"}
    shared = [len(words & set(re.findall(r"[a-z]{3,}", heading.lower()))) for heading in headings]
    most = max(shared)
    return len(headings) - 1 if not most else len(headings) - 1 - shared[::-1].index(most)


def _levels(starts: list[float]) -> list[float]:
    """Distinct label positions, those less than 3 points apart taken as one."""
    levels: list[float] = []
    for x0 in sorted(starts):
        if not levels or x0 - levels[-1] > 3:
            levels.append(x0)
    return levels


def _level(x0: float, levels: list[float]) -> int:
    return max((i for i, level in enumerate(levels) if x0 >= level - 0.5), default=0)
