"""Plain text with fixed-width tables, as filings were until about 2001: columns by character positions.

Understands the old EDGAR tags <PAGE>, <TABLE>, <CAPTION>, <S> and <C>, ruled lines and dot leaders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.grid_cells import OPENING, GridCell
from ingest.numbers import parse_number
from ingest.readers.encoding import decode
from ingest.readers.safety import read_bytes
from ingest.readers.sections import Piece, compose, is_heading
from ingest.schema import BlockKind, Reading

CHARACTER_POINTS = 5.0
"""Width of a character of fixed-width text, in points."""
_MAX_GAP = 3
"""Lines without a number that may stand between two rows of one table."""
_MAX_HEAD = 8

_PAGE = re.compile(r"\f|^[ \t]*<PAGE>.*$", re.IGNORECASE | re.MULTILINE)
_TABLE_TAG = re.compile(r"^[ \t]*</?TABLE>[ \t]*$", re.IGNORECASE)
_COLUMN_TAG = re.compile(r"^\s*(?:<[SC]>\s*)+$", re.IGNORECASE)
_TAG = re.compile(r"</?(?:CAPTION|S|C|FN|F\d+|TABLE|TEXT|PRE)>", re.IGNORECASE)
_RULE_MARKS = frozenset("-=_─–—")
_RULE_CHARACTERS = _RULE_MARKS | frozenset(" .|+*	")
_SEGMENT = re.compile(r"\S+(?: \S+)*")
_LEADERS = re.compile(r"\.(?: {0,3}\.){3,}|_{3,}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text on a line, from character `start` to `end` (excluded)."""

    text: str
    start: int
    end: int
    number: bool


def read_text(path: Path) -> Reading:
    """A plain text file.

    Raises:
        UnreadableFileError: it is empty or binary.
        UnsafeFileError: it is too large.
    """
    return read_plain(decode(read_bytes(path), path.name), path.name)


def read_plain(text: str, name: str) -> Reading:
    """A plain text document.

    Raises:
        UnreadableFileError: it prints nothing.
    """
    reading = compose(pieces_of(text))
    if not reading.pages:
        raise UnreadableFileError(f"{name}: no text in this file; expected a report.")
    return reading


def pieces_of(text: str) -> list[Piece]:
    """The headings, paragraphs and tables of fixed-width text; form feeds and <PAGE> break pages."""
    pieces: list[Piece] = []
    for number, page in enumerate(_PAGE.split(text)):
        own = _page_pieces([line.expandtabs(8).rstrip() for line in page.split("\n")])
        if own and number:
            own[0].breaks = True
        pieces.extend(own)
    return pieces


def _page_pieces(lines: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    for start, end in _regions(lines):
        start += _title_lines(lines[start:end])
        pieces.extend(_prose(lines[position:start]))
        rows = to_grid(lines[start:end])
        plain = "\n".join(_TAG.sub("", line).rstrip() for line in lines[start:end] if line.strip())
        pieces.append(Piece(BlockKind.TABLE, plain, rows))
        position = end
    pieces.extend(_prose(lines[position:]))
    return pieces


def _title_lines(lines: Sequence[str]) -> int:
    """How many lines at the head of a table are its titles: single, and not over the columns of numbers."""
    columns = _number_columns([segments(line) for line in lines])
    count = 0
    for n, line in enumerate(lines):
        parts = segments(line)
        if len(parts) > 1 or not columns or not any(_is_row(segments(below)) for below in lines[n + 1 :]):
            break
        if parts:
            middle = (parts[0].start + parts[0].end) / 2
            if parts[0].number or not (parts[0].start > 0 and (middle < columns[0][0] or parts[0].text.isupper())):
                break
            count = n + 1
    return count


def _prose(lines: Sequence[str]) -> list[Piece]:
    pieces: list[Piece] = []
    block: list[str] = []
    for line in [*lines, ""]:
        plain = _TAG.sub("", line).strip() if not _TABLE_TAG.match(line) else ""
        if plain and not _is_rule(plain):
            block.append(" ".join(plain.split()))
        elif block:
            wrapped = sum(len(part) > 45 for part in block[:-1]) * 2 > len(block) - 1
            text = (" " if wrapped else "\n").join(block)
            pieces.append(Piece(BlockKind.HEADING if is_heading(text, False) else BlockKind.PARAGRAPH, text))
            block = []
    return pieces


def _regions(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where tables are, as line ranges: tagged ones, and runs of lines with numbers in columns."""
    regions: list[tuple[int, int]] = []
    tagged = False
    start = 0
    numeric: list[int] = []
    for n, line in enumerate([*lines, "</TABLE>"]):
        if _TABLE_TAG.match(line):
            if tagged and n < len(lines):
                if any(_is_row(segments(other)) for other in lines[start:n]):
                    regions.append((start, n))
            else:
                regions.extend(_runs(lines, numeric, regions[-1][1] if regions else 0, n))
            tagged, start, numeric = "/" not in line, n + 1, []
        elif _is_row(segments(line)):
            numeric.append(n)
    if tagged:
        regions.extend(_runs(lines, numeric, regions[-1][1] if regions else 0, len(lines)))
    return regions


def _runs(lines: Sequence[str], numeric: list[int], low: int, high: int) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for n in numeric:
        between = lines[runs[-1][-1] + 1 : n] if runs else []
        near = bool(runs) and sum(bool(line.strip()) for line in between) <= _MAX_GAP and len(between) <= 2 * _MAX_GAP
        if near and not any(_is_prose(line) for line in between):
            runs[-1].append(n)
        else:
            runs.append([n])
    out: list[tuple[int, int]] = []
    for run in runs:
        if len(run) < 2:
            continue
        start = run[0]
        blanks = 0
        floor = max(out[-1][1] if out else low, start - _MAX_HEAD)
        while start > floor and blanks < 2:
            line = lines[start - 1]
            blanks = blanks + 1 if not line.strip() else 0
            if line.strip() and _is_prose(line):
                break
            start -= 1
        while start < run[0] and not lines[start].strip():
            start += 1
        out.append((start, min(run[-1] + 1, high)))
    return out


def _is_rule(text: str) -> bool:
    """A line drawn with dashes, equals signs or underscores."""
    return set(text) <= _RULE_CHARACTERS and sum(map(text.count, _RULE_MARKS)) > 2


def _is_prose(line: str) -> bool:
    parts = segments(line)
    return len(parts) == 1 and len(parts[0].text) > 50 and not _is_rule(line)


def _is_row(parts: Sequence[Segment]) -> bool:
    return len(parts) > 1 and any(part.number for part in parts[1:])


def segments(line: str) -> list[Segment]:
    """A line cut at two or more blanks and at dot leaders; a "$" joins the number that follows it."""
    if _COLUMN_TAG.match(line) or _is_rule(line):
        return []
    line = _TAG.sub(lambda m: " " * len(m.group()), line)
    line = _LEADERS.sub(lambda m: " " * len(m.group()), line)
    out: list[Segment] = []
    opening: Segment | None = None
    for match in _SEGMENT.finditer(line):
        text = match.group()
        if _is_rule(text):
            continue
        printed = parse_number(text)
        number = printed is not None and (printed.value is not None or printed.dash)
        if opening is not None:
            if number:
                out.append(Segment(f"{opening.text} {text}", match.start(), match.end(), True))
                opening = None
                continue
            out.append(opening)
            opening = None
        segment = Segment(text, match.start(), match.end(), number)
        if OPENING.match(text):
            opening = segment
        elif text in {")", "%", ")%"} and out and out[-1].number:
            out[-1] = Segment(out[-1].text + text, out[-1].start, match.end(), True)
        else:
            out.append(segment)
    return [*out, opening] if opening is not None else out


def to_grid(lines: Sequence[str]) -> list[list[GridCell]]:
    """Fixed-width lines as a grid: a label column, then one column for each column of numbers."""
    rows = [segments(line) for line in lines]
    columns = _number_columns(rows)
    grid: list[list[GridCell]] = []
    for parts in rows:
        if not parts:
            grid.append([])
            continue
        cells: dict[int, tuple[int, list[str]]] = {}
        for position, part in enumerate(parts):
            first, last = _place(part, columns, position == 0 and len(parts) > 1 and not part.number)
            cells.setdefault(first, (last, []))[1].append(part.text)
        row: list[GridCell] = []
        at = -1
        for first, (last, texts) in sorted(cells.items()):
            row.extend(GridCell("") for _ in range(first - at))
            indent = parts[0].start * CHARACTER_POINTS if first == -1 else 0.0
            row.append(GridCell(" ".join(texts), colspan=max(last, first) - first + 1, indent=indent))
            at = max(last, first) + 1
        grid.append(row)
    return grid


def _number_columns(rows: Sequence[Sequence[Segment]]) -> list[tuple[int, int]]:
    """Character ranges of the number columns: where numbers of different lines overlap, give or take one."""
    spans = sorted((p.start, p.end) for parts in rows if _is_row(parts) for p in parts[1:] if p.number)
    spans += sorted((p.start, p.end) for parts in rows for p in parts[:1] if p.number and p.start > 20)
    columns: list[list[int]] = []
    for start, end in sorted(spans):
        if columns and start <= columns[-1][1] + 1:
            columns[-1][1] = max(columns[-1][1], end)
        else:
            columns.append([start, end])
    return [(start, end) for start, end in columns]


def _place(part: Segment, columns: Sequence[tuple[int, int]], label: bool) -> tuple[int, int]:
    """The first and last column that a segment covers; -1 is the label column."""
    if label and (not columns or part.start < columns[0][0] - 2):
        return -1, -1
    over = [n for n, (start, end) in enumerate(columns) if start < part.end and part.start < end]
    if part.number and over:
        return over[-1], over[-1]
    if over:
        return over[0], over[-1]
    near = [(max(start - part.end, part.start - end), n) for n, (start, end) in enumerate(columns)]
    if near and min(near)[0] <= 4:
        return min(near)[1], min(near)[1]
    before = [n for n, (_, end) in enumerate(columns) if end <= part.start]
    index = before[-1] if before else -1
    return index, index
