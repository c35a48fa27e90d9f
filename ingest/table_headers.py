"""What stands above a table's numbers: caption, column headings, and the first row headings.

Reading upwards from the first row: row headings over the labels, then heading lines over the columns, then the
caption (title, company, units, or the sentence that introduces the table).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.pieces import LineKind, Piece
from ingest.schema import Column

if TYPE_CHECKING:
    from ingest.tables import LaidLine, Span

_UNITS = re.compile(
    r"\b(?:in|dollars|amounts|\$)\b.{0,40}\b(?:millions|thousands|billions)\b|\bmillions\b|\bthousands\b", re.I
)
_TITLE = re.compile(
    r"\b(?:statements?|balance sheets?|consolidated|inc\.?|corporation|company|subsidiaries|continued|"
    r"schedule|reconciliation|table of contents)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(?:years?|months?|weeks?|quarters?|fiscal|ended|ending|as of|at|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(r"\b(?:versus|vs\.?|over|from|to|compared|with|than)$", re.IGNORECASE)
"""The end of a heading that the line below goes on with: "2018 versus | 2017"."""
_MOST_HEADING_LINES = 9
_MOST_CAPTION_LINES = 6


@dataclass(slots=True)
class Heading:
    """Places of the lines above a table: `caption`, column heading `lines`, and where row headings begin (`body`)."""

    body: int
    lines: list[int] = field(default_factory=list)
    caption: list[int] = field(default_factory=list)


def split_heading_lines(
    laid: Sequence[LaidLine], first: int, floor: int, columns: Sequence[Span], width: float
) -> Heading:
    """Sort the lines above place `first` (down to `floor`) into row headings, column headings and caption."""
    left = columns[0].x0
    heading = Heading(first)
    place = first - 1
    labels: list[int] = []
    units: list[int] = []
    while place >= floor and first - place <= _MOST_HEADING_LINES:
        entry = laid[place]
        below = laid[place + 1].line
        if (below.top - entry.line.bottom) / max(entry.line.height, 1) > 3.0 and heading.lines:
            break
        role = _role(entry, columns, left, width, bool(heading.lines))
        if role == "caption" and not (heading.lines or units) and _states_units(entry):
            # "(in thousands)" may stand between the column headings and the first line.
            units.append(place)
            place -= 1
            continue
        if role == "label" and units and not heading.lines:
            break
        if role == "columns":
            heading.lines.insert(0, place)
        elif role == "label" and not heading.lines and len(labels) < 4:
            labels.insert(0, place)
        elif role == "label" and heading.lines and _stub_like(entry):
            heading.lines.insert(0, place)
        else:
            break
        place -= 1
    if heading.lines:
        heading.body = max([*heading.lines, *units]) + 1
    else:
        place = max([place, *units])
        # Without column headings, the nearest label lines may be row headings; titles and units are not.
        kept: list[int] = []
        for index in reversed(labels):
            if _UNITS.search(laid[index].line.text) or _TITLE.search(laid[index].line.text):
                break
            kept.insert(0, index)
        heading.body = kept[0] if kept else first
        place = heading.body - 1
    top = heading.lines[0] - 1 if heading.lines else place
    heading.caption = _caption_lines(laid, top, floor, width)
    if heading.lines:
        heading.caption += [place for place in units if place not in heading.caption]
    return heading


def _role(entry: LaidLine, columns: Sequence[Span], left: float, width: float, below_found: bool) -> str:
    pieces = entry.pieces
    if entry.kind is LineKind.EMPTY:
        return "label"
    if entry.kind is LineKind.YEARS:
        return "columns"
    over = [p for p in pieces if p.x1 > left - 4]
    if not over:
        return "label"
    if len(pieces) == 1:
        piece = pieces[0]
        if _is_prose(piece, width) or _UNITS.search(piece.text):
            return "caption"
        if _PERIOD.search(piece.text) and len(piece.text) < 60:
            return "columns"
        if piece.x0 < left - 20:
            # Starts over the labels: a long heading or a centred title.
            return "caption" if _TITLE.search(piece.text) or len(piece.text) > 60 or below_found else "label"
        if _TITLE.search(piece.text):
            return "caption"
        return "columns" if len(piece.text) < 50 else "caption"
    if any(_is_prose(p, width) for p in pieces):
        return "caption"
    return "columns"


def _states_units(entry: LaidLine) -> bool:
    """Whether a line says in what its table is, and nothing else: "(in thousands, except percentages)"."""
    text = entry.line.text.strip()
    return len(entry.pieces) == 1 and text[:1] == "(" and text[-1:] == ")" and bool(_UNITS.search(text))


def _is_prose(piece: Piece, width: float) -> bool:
    return len(piece.text) > 70 or (len(piece.text) > 45 and piece.x1 - piece.x0 > 0.55 * width)


def _stub_like(entry: LaidLine) -> bool:
    text = entry.line.text
    return bool(_UNITS.search(text) or _PERIOD.search(text) or text.startswith("("))


def _caption_lines(laid: Sequence[LaidLine], place: int, floor: int, width: float) -> list[int]:
    """The lines just above: up to six short ones (titles), or the end of the paragraph that leads in."""
    lines: list[int] = []
    while place >= floor and len(lines) < _MOST_CAPTION_LINES:
        entry = laid[place]
        if entry.kind in (LineKind.DATA, LineKind.YEARS) and len([p for p in entry.pieces if p.number]) > 1:
            break
        if lines:
            below = laid[lines[0]].line
            gap = (below.top - entry.line.bottom) / max(entry.line.height, 1)
            prose = any(_is_prose(p, width) for p in entry.pieces)
            if gap > (1.2 if prose else 4.0):
                break
        lines.insert(0, place)
        place -= 1
    return lines


def headers_of(entries: Sequence[LaidLine], columns: Sequence[Span]) -> tuple[tuple[Column, ...], str]:
    """Column headings and the stub's text. A heading that spans several columns is given to each of them."""
    left = columns[0].x0
    levels: list[list[str]] = [[] for _ in columns]
    stub: list[str] = []
    below: list[tuple[Piece, range]] = []
    # From the bottom up: a heading set over several lines is put together onto the columns of its last line.
    for entry in reversed(entries):
        over = list(entry.pieces)
        if (over and over[0].x1 < left - 1 and not _closest_is_column(over[0], columns)) or (
            entry.kind is LineKind.YEARS and len(over) > 1 and over[0].number is None and over[0].x0 < left - 30
        ):
            stub.insert(0, over.pop(0).text)
        placed = _assign(over, columns, below)
        for piece, indexes in placed:
            for index in indexes:
                levels[index].insert(0, piece.text)
        if over:
            below = placed
    return tuple(Column(tuple(level)) for level in levels), " ".join(stub)


def _closest_is_column(piece: Piece, columns: Sequence[Span]) -> bool:
    """A short heading just left of the first column's digits still heads that column."""
    return columns[0].x0 - piece.x1 < 12 and piece.x0 > columns[0].x0 - 60 and len(piece.text) < 16


def _assign(
    pieces: Sequence[Piece], columns: Sequence[Span], below: Sequence[tuple[Piece, range]]
) -> list[tuple[Piece, range]]:
    """Which columns each heading of a line stands over."""
    if len(pieces) == len(columns):
        return [(piece, range(index, index + 1)) for index, piece in enumerate(pieces)]
    pitch = (columns[-1].middle - columns[0].middle) / (len(columns) - 1) if len(columns) > 1 else 80.0
    even = _even_groups(pieces, columns)
    # "2018 | 2017" over six headings stand over three each, however near the middle one of the three is.
    few = len(pieces) == 1 or (2 * len(pieces) <= len(below) and not any(_RUNS_ON.search(p.text) for p in pieces))
    placed: list[tuple[Piece, range]] = []
    for number, piece in enumerate(pieces):
        wrapped = _wrapped_onto(piece, below, alone=few)
        if wrapped is not None:
            placed.append((piece, wrapped))
            continue
        if even:
            placed.append((piece, even[number]))
            continue
        low = (pieces[number - 1].x1 + piece.x0) / 2 if number else float("-inf")
        high = (piece.x1 + pieces[number + 1].x0) / 2 if number + 1 < len(pieces) else float("inf")
        allowed = [i for i, c in enumerate(columns) if low <= c.middle <= high or low <= c.x1 - 4 <= high]
        if not allowed:
            allowed = [min(range(len(columns)), key=lambda i: abs(columns[i].middle - piece.middle))]
        placed.append((piece, _best_range(piece, allowed, columns, pitch)))
    return placed


def _even_groups(pieces: Sequence[Piece], columns: Sequence[Span]) -> list[range]:
    """Equal runs of columns, one a heading ("2023 | 2022" over four), where each heading stands over its run alone."""
    if len(pieces) < 2 or len(columns) % len(pieces):
        return []
    size = len(columns) // len(pieces)
    groups = [range(i * size, (i + 1) * size) for i in range(len(pieces))]
    for number, piece in enumerate(pieces):
        over = {i // size for i, c in enumerate(columns) if min(c.x1, piece.x1) - max(c.x0, piece.x0) > 0}
        inside = columns[groups[number][0]].x0 - 12 <= piece.middle <= columns[groups[number][-1]].x1 + 12
        if not inside or over - {number}:
            return []
    return groups


def _wrapped_onto(piece: Piece, below: Sequence[tuple[Piece, range]], *, alone: bool) -> range | None:
    """The columns of the heading line right below that this piece is the beginning of."""
    if alone and len(below) > 1 and _PERIOD.search(piece.text):
        return None
    overlapped = [(p, r) for p, r in below if min(p.x1, piece.x1) - max(p.x0, piece.x0) > 0]
    if len(overlapped) != 1:
        return None
    other, indexes = overlapped[0]
    near = other.top - piece.bottom < 0.3 * (piece.bottom - piece.top)
    aligned = min(abs(other.middle - piece.middle), abs(other.x1 - piece.x1), abs(other.x0 - piece.x0)) < 3
    return indexes if near and aligned else None


def _best_range(piece: Piece, allowed: Sequence[int], columns: Sequence[Span], pitch: float) -> range:
    """The widest run of allowed columns that the heading is centred over; else those it covers."""
    best: tuple[int, float, int] | None = None
    tolerance = max(9.0, 0.28 * pitch)
    for start in allowed:
        for end in allowed:
            if end < start:
                continue
            off = abs((columns[start].x0 + columns[end].x1) / 2 - piece.middle)
            # Two shapes of centring: over the columns with their "$", or over the digits' right edges.
            off = min(off, abs((columns[start].middle + columns[end].middle) / 2 - piece.middle))
            right_aligned = start == end and abs(columns[end].x1 - piece.x1) < 4
            if off <= tolerance or right_aligned:
                best = max(best or (0, float("-inf"), 0), (end - start, -off, start))
    covered = [i for i in allowed if min(columns[i].x1, piece.x1) - max(columns[i].x0, piece.x0) > 0]
    if best is not None:
        start, end = best[2], best[2] + best[0]
        if covered:
            start, end = min(start, covered[0]), max(end, covered[-1])
        return range(start, end + 1)
    if covered:
        return range(covered[0], covered[-1] + 1)
    nearest = min(allowed, key=lambda i: abs(columns[i].middle - piece.middle))
    return range(nearest, nearest + 1)
