"""Tables from page geometry: which lines of a page make a table, and where its columns are.

A table is found by its numbers: lines with numbers in columns, with the headings and wrapped labels between them.
Columns are the runs of the horizontal axis that numbers cover; the gaps between them are the gutters. Headers
and labels are read afterwards (`table_headers`, `table_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest.pieces import LineKind, Piece, kind_of, line_pieces, split_tail
from ingest.schema import Box, Table
from ingest.table_headers import headers_of, split_heading_lines
from ingest.table_rows import build_rows
from ingest.words import Line

# More empty space than this between two lines, in line heights, ends a table.
_GAP = 3.4
_GAP_AFTER_HEADING = 5.0
_INDEX_LABEL = re.compile(r"^(?:part\s+[ivx]+|item\s*\d+[a-z]?\b|note\s+\d+|exhibit|index|page)", re.IGNORECASE)


@dataclass(slots=True)
class Span:
    """A value column's extent, "$" included on the left; `x1` is where its digits end."""

    x0: float
    x1: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class LaidLine:
    """A line with its pieces and kind, and its place on the page (0 at the top)."""

    line: Line
    pieces: list[Piece]
    kind: LineKind
    place: int


@dataclass(slots=True)
class Region:
    """The lines of one table from its first number to its last."""

    lines: list[LaidLine] = field(default_factory=list)
    columns: list[Span] = field(default_factory=list)

    @property
    def data(self) -> list[LaidLine]:
        return [entry for entry in self.lines if entry.kind is LineKind.DATA]


def find_tables(
    lines: Sequence[Line], page: int, width: float, height: float, first_number: int = 1
) -> tuple[list[Table], set[int]]:
    """All tables of a page, and the places of the lines they take (so that text need not repeat them).

    Numbers count from `first_number`, for pages that are laid out in several columns.
    """
    laid = lay(lines, width, height)
    tables: list[Table] = []
    taken: set[int] = set()
    floor = 0
    for region in _regions(laid, width):
        heading = split_heading_lines(laid, region.lines[0].place, floor, region.columns, width)
        body = [laid[i] for i in range(heading.body, region.lines[0].place)] + region.lines
        rows = build_rows(body, region.columns)
        floor = region.lines[-1].place + 1
        if not _worth(rows, region):
            continue
        first = min([heading.body, *heading.lines, region.lines[0].place])
        box = _box(laid[first : region.lines[-1].place + 1])
        headers, stub = headers_of([laid[i] for i in heading.lines], region.columns)
        caption = tuple(laid[i].line.text for i in heading.caption)
        tables.append(Table(page, len(tables) + first_number, headers, rows, caption, stub, box))
        taken.update(range(first, region.lines[-1].place + 1))
    return tables, taken


def lay(lines: Sequence[Line], width: float, height: float) -> list[LaidLine]:
    """Read each line's pieces; a page number alone on its line at the page's edge is no line of a table."""
    laid = []
    for place, line in enumerate(lines):
        pieces = line_pieces(line)
        kind = kind_of(pieces)
        at_edge = line.top < 0.07 * height or line.bottom > 0.92 * height
        if kind in (LineKind.DATA, LineKind.YEARS) and at_edge and len([p for p in pieces if p.number]) == 1:
            kind = LineKind.TEXT
        laid.append(LaidLine(line, pieces, kind, place))
    return laid


def _regions(laid: list[LaidLine], width: float) -> list[Region]:
    regions: list[Region] = []
    current: Region | None = None
    pending: list[LaidLine] = []
    for entry in laid:
        if current is None:
            if entry.kind is LineKind.DATA and _is_row(entry, width):
                current, pending = Region([entry]), []
            continue
        last = (pending or current.lines)[-1]
        gap = (entry.line.top - last.line.bottom) / max(entry.line.height, 1.0)
        close = gap > (_GAP_AFTER_HEADING if pending or last.kind is not LineKind.DATA else _GAP)
        if entry.kind is LineKind.DATA and not close and _is_row(entry, width) and _fits(entry, current, pending):
            current.lines += [*pending, entry]
            pending = []
        elif entry.kind is LineKind.TEXT and not close and len(pending) < 7 and _may_be_label(entry, current):
            pending.append(entry)
        else:
            regions.append(current)
            starts = entry.kind is LineKind.DATA and _is_row(entry, width)
            current, pending = (Region([entry]), []) if starts else (None, [])
    if current is not None:
        regions.append(current)
    for region in regions:
        region.columns = column_spans(region)
        _split_long_labels(region)
    return [region for region in regions if region.columns]


def _is_row(entry: LaidLine, width: float) -> bool:
    """A row has a number right of its label; text between numbers is short, as in a cell."""
    pieces = entry.pieces
    start = 1 if pieces[0].number is None else 0
    values = pieces[start:]
    if not any(p.number for p in values):
        return False
    return all(p.number or len(p.text) <= 40 for p in values) and (
        start == 1 or len(values) > 1 or values[0].x0 > 0.3 * width
    )


def _fits(entry: LaidLine, region: Region, pending: list[LaidLine]) -> bool:
    """Whether a row's numbers stand in the region's columns; the first rows of a region set them."""
    spans = column_spans(region)
    numbers = [p for p in entry.pieces[0 if entry.pieces[0].number else 1 :] if p.number]
    hits = sum(any(min(p.x1, s.x1) - max(p.x0, s.x0) > -2 for s in spans) for p in numbers)
    if pending and any(len(e.pieces) > 1 for e in pending):
        return False
    return hits >= max(1, len(numbers) * (0.5 if not pending else 0.6)) or len(region.data) < 3


def _may_be_label(entry: LaidLine, region: Region) -> bool:
    """A line without numbers belongs to the table if it ends before the value columns begin."""
    left = min((p.x0 for e in region.data for p in e.pieces[1:] if p.number), default=0.0)
    if len(entry.pieces) == 1:
        piece = entry.pieces[0]
        return piece.x1 < left + 0.25 * (region.columns[-1].x1 - left if region.columns else 40) or len(piece.text) < 45
    return all(len(p.text) <= 40 for p in entry.pieces[1:]) and not _heads_columns(entry, left)


def _heads_columns(entry: LaidLine, left: float) -> bool:
    """Two or more short texts over the value columns are the headers of a new table."""
    return sum(p.x1 > left for p in entry.pieces) >= 2


def column_spans(region: Region) -> list[Span]:
    """The runs of the x axis that numbers cover; a run with several numbers in one row is split between them."""
    values: list[Piece] = []
    rows: list[list[Piece]] = []
    for entry in region.data:
        numbers = [p for p in entry.pieces if p.number is not None]
        if numbers and entry.pieces[0] is numbers[0] and len(numbers) > 1 and numbers[0].year:
            numbers = numbers[1:]
        values += numbers
        rows.append(numbers)
    edges = sorted((p.x0, p.x1) for p in values)
    spans: list[Span] = []
    for x0, x1 in edges:
        if spans and x0 <= spans[-1].x1 + 0.5:
            spans[-1].x1 = max(spans[-1].x1, x1)
        else:
            spans.append(Span(x0, x1))
    return [part for span in spans for part in _split_span(span, rows)]


def _split_span(span: Span, rows: list[list[Piece]]) -> list[Span]:
    inside = [[p for p in row if span.x0 <= p.middle <= span.x1] for row in rows]
    most = max((len(row) for row in inside), default=0)
    crowded = [row for row in inside if len(row) == most]
    if most < 2 or len(crowded) * 4 < len([row for row in inside if row]):
        return [span]
    parts = [
        Span(min(row[index].x0 for row in crowded), max(row[index].x1 for row in crowded)) for index in range(most)
    ]
    if any(a.x1 > b.x0 + 1 for a, b in pairwise(parts)):
        return [span]
    parts[0].x0, parts[-1].x1 = span.x0, span.x1
    return parts


def _split_long_labels(region: Region) -> None:
    spans = [(s.x0, s.x1) for s in region.columns]
    for index, entry in enumerate(region.lines):
        if not entry.pieces or entry.pieces[0].number is not None:
            continue
        parts = split_tail(entry.pieces[0], entry.line, spans, entry.line.height)
        if len(parts) > 1:
            region.lines[index] = replace(entry, pieces=[*parts, *entry.pieces[1:]], kind=LineKind.DATA)


def _worth(rows: Sequence[object], region: Region) -> bool:
    """Tables of contents, page numbers and stray numbers are no tables."""
    data = region.data
    if len(data) < 2 and (len(region.columns) < 2 or not data[0].pieces[0].text or data[0].pieces[0].number):
        return False
    labels = [e.pieces[0].text for e in data if e.pieces[0].number is None]
    listed = sum(bool(_INDEX_LABEL.match(label)) for label in labels)
    plain = all(
        p.number.value is not None
        and p.number.value == int(p.number.value)
        and p.number.value < 1000
        and not p.number.symbol
        for e in data
        for p in e.pieces
        if p.number
    )
    return not (len(region.columns) == 1 and plain and listed * 3 >= max(1, len(labels)))


def _box(entries: Sequence[LaidLine]) -> Box:
    return Box(
        min(e.line.x0 for e in entries),
        min(e.line.top for e in entries),
        max(e.line.x1 for e in entries),
        max(e.line.bottom for e in entries),
    )
