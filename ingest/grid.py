"""A grid of printed cells to tables: the part that HTML, DOCX, XLSX, CSV and fixed-width text share.

A grid is rows of `GridCell`. Symbols are joined with their numbers, value columns are found from where the
numbers stand, header rows and stub are told from line items, and headings give each line item its path.
A grid without numbers (bullets, page furniture, an address block) gives no table.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.grid_cells import GridCell, Item, clean_label, join, place
from ingest.grid_columns import assign, find_columns, headings
from ingest.grid_rows import Line, to_rows, whole_labels
from ingest.schema import Cell, Column, Row, Table

__all__ = ["GridCell", "build_tables", "render"]

COLUMN_INDENT = 9.0
"""Points that one layout column of offset counts as, where a file indents by empty columns."""
MAX_STUB_LINES = 5
"""More heading lines than this do not have a stub: they are line items whose values are words."""

_PERIOD = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:months?|weeks?|years?|quarters?)\b"
    r"|\bended\b|\bQ[1-4]\b|\d{1,2}/\d{1,2}/\d{2,4}",
    re.IGNORECASE,
)
_UNITS = re.compile(r"^\(.{0,40}\b(?:millions?|thousands?|billions?)\b.{0,60}\)$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^(?:\(\w{1,2}\)|\[\w\]|[*†‡§]+|\d\))\s+\w")
_PAGE_HEADING = re.compile(r"^page(?:\(s\)|s)?(?: no\.?| number)?\.?$", re.IGNORECASE)


@dataclass(slots=True)
class _Part:
    """The rows of one table: those of its heading and those of its body, and its own title lines."""

    head: list[list[Item]]
    body: list[list[Item]]
    title: list[str]


def build_tables(
    rows: Sequence[Sequence[GridCell]], *, page: int, number: int, caption: Sequence[str] = ()
) -> list[Table]:
    """The tables that a grid prints, numbered from `number` on `page`; none for a layout grid.

    Several tables come from one grid where new column headings stand between its rows.
    """
    items = [row for row in join(place(rows)) if row]
    tables: list[Table] = []
    for part in _split(items):
        table = _table(part, page, number + len(tables), tuple(caption))
        if table is not None:
            tables.append(table)
    return tables


def render(rows: Sequence[Sequence[GridCell]]) -> str:
    """A grid as text, one line a row, cells two spaces apart: what stands in the page's text."""
    lines = []
    for items in join(place(rows)):
        marked = (item.text + "".join(f" ({mark})" for mark in item.marks) for item in items)
        line = "  ".join(text for text in marked if text)
        if line:
            lines.append(line)
    return "\n".join(lines)


def _split(rows: list[list[Item]]) -> list[_Part]:
    """Cut where column headings stand between line items; the lines right above them become the next title."""
    starts = [0]
    seen = False
    for n, row in enumerate(rows):
        if _has_number(row):
            seen = True
        elif (
            seen
            and _is_heading_row(row, _label_zone(rows[starts[-1] : n]))
            and any(_has_number(r) for r in rows[n + 1 : n + 6])
        ):
            start = n
            while start > starts[-1] and len(rows[start - 1]) == 1 and not _has_number(rows[start - 1]):
                start -= 1
            starts.append(start)
            seen = False
    bounds = [*starts, len(rows)]
    return [part for a, b in itertools.pairwise(bounds) if (part := _head_and_body(rows[a:b])) is not None]


def _has_number(row: Sequence[Item]) -> bool:
    """A line item: a number after something else, or one that can be nothing but a value."""
    return any(item.number for item in row[1:]) or (bool(row) and row[0].certain)


def _is_heading_row(row: Sequence[Item], zone: int) -> bool:
    """New column headings between line items: nothing but periods where values stand, besides at most a stub."""
    values = [item for item in row if item.start >= zone]
    if not values or any(item.number for item in values):
        return False
    return all(item.year or (len(item.text) < 60 and _PERIOD.search(item.text)) for item in values)


def _head_and_body(rows: list[list[Item]]) -> _Part | None:
    first = next((n for n, row in enumerate(rows) if _has_number(row)), None)
    if first is None:
        return None
    zone = _label_zone(rows[first:])
    above = [n for n in range(first) if any(item.end > zone and item.start >= zone for item in rows[n])]
    texts = [n for n in above if rows[n][0].start < zone and n > above[0]]
    cut = above[-1] + 1 if above else 0
    if len(texts) > MAX_STUB_LINES:
        cut = texts[0]  # line items whose values are words: a cover page, a list of terms
    if not above:
        while cut < first and len(rows[cut]) == 1 and _is_title(rows[cut][0], zone):
            cut += 1
    title: list[str] = []
    head: list[list[Item]] = []
    for row in rows[:cut]:
        wide = [item for item in row if item.start < zone < item.end]
        if len(row) == 1 and (wide or (not above and _is_title(row[0], zone))):
            title.append(row[0].text)
        else:
            head.append(row)
    return _Part(head, rows[cut:], title)


def _is_title(item: Item, zone: int) -> bool:
    """Without column headings: a line over the whole table, or one that states its units."""
    return (item.end > zone and not item.text.endswith(":")) or bool(_UNITS.match(item.text))


def _label_zone(body: Sequence[Sequence[Item]]) -> int:
    """The layout column where values begin: the leftmost number that has something to its left."""
    firsts = [row[0] for row in body if row]
    if not all(item.number for item in firsts):
        labelled = [item.start for row in body for item in row[1:] if item.number]
        if labelled:
            return min(labelled)
    elif not all(item.certain for item in firsts):
        return min((item.start for row in body for item in row[1:] if item.number), default=0)
    return min((item.start for row in body for item in row if item.number), default=0)


def _table(part: _Part, page: int, number: int, caption: tuple[str, ...]) -> Table | None:
    zone = _label_zone(part.body)
    nested = _nested_stub(part.body, zone)
    labels: list[tuple[list[Item], list[Item]]] = [_label_of(row, zone, nested) for row in part.body]
    heads = [[item for item in row if item.start >= zone] for row in part.head]
    columns = find_columns([values for _, values in labels], [row for row in heads if row])
    if not columns:
        return None
    lead = min(c.start for c in columns)
    stub = " ".join(item.text for row in part.head for item in row if item.start < zone and item.start < lead)
    heads = [[item for item in row if item.start >= zone or item.end > lead] for row in part.head]
    names = headings(columns, [row for row in heads if row])
    left = min((row[0].start for row in part.body if row), default=0)
    lines = [Line(title, 0.0, (None,) * len(columns)) for title in _heading_in_stub(part.head, lead)]
    outer = ""
    for own, values in labels:
        cells: list[Cell | None] = [None] * len(columns)
        for item, index in assign(values, columns):
            cells[index] = _cell(item)
        outer = own[0].text if own and nested and own[0].start < nested else outer
        if not any(cells) and (not own or _FOOTNOTE.match(own[-1].text)):
            continue
        label, marks = clean_label(own[-1].text) if own else ("", ())
        indent = own[-1].indent + (0.0 if nested else COLUMN_INDENT * (own[-1].start - left)) if own else 0.0
        inner = nested and own and own[-1].start >= nested
        extra = own[-1].marks if own else ()
        lines.append(Line(label, indent, tuple(cells), marks + extra, clean_label(outer)[0] if inner else ""))
    rows = to_rows(whole_labels(lines))
    if _is_layout(rows, names):
        return None
    lines_above = (*caption, *part.title)
    if not lines_above and len(stub) > 25:
        lines_above = (stub,)
    return Table(page, number, tuple(Column(n) for n in names), tuple(rows), lines_above, stub)


def _heading_in_stub(head: Sequence[Sequence[Item]], lead: int) -> list[str]:
    """ "ASSETS" beside the column headings is a heading of the line items, not of the label column."""
    if not head or not head[-1] or head[-1][0].start >= lead:
        return []
    text = head[-1][0].text
    return [text] if text.isupper() and text.isascii() and "(" not in text and len(head[-1]) > 1 else []


def _nested_stub(body: Sequence[Sequence[Item]], zone: int) -> int:
    """The layout column of an inner label column ("Beauty | 2025", then " | 2024"), or 0.

    It is one where some rows have both labels and others leave the outer one blank.
    """
    starts = [[item.start for item in row if item.start < zone] for row in body]
    both = {row[1] for row in starts if len(row) == 2}
    if len(both) != 1 or any(len(row) > 2 for row in starts):
        return 0
    inner = both.pop()
    return inner if any(len(row) == 1 and row[0] == inner for row in starts) else 0


def _label_of(row: list[Item], zone: int, nested: int) -> tuple[list[Item], list[Item]]:
    """The label cells of a row and its value cells."""
    if not row or row[0].start >= zone:
        return [], row
    own = 2 if nested and len(row) > 1 and row[1].start == nested and row[0].start < nested else 1
    return row[:own], row[own:]


def _cell(item: Item) -> Cell:
    printed = item.printed
    if printed is None:
        return Cell(item.text, marks=item.marks, fact=item.cell.fact)
    marks = tuple(dict.fromkeys((*printed.marks, *item.marks)))
    return Cell(item.text, printed.value, printed.dash, printed.symbol, marks, None, item.cell.fact)


def _is_layout(rows: Sequence[Row], names: Sequence[tuple[str, ...]]) -> bool:
    """Bullets, exhibits and tables of contents: grids whose numbers are not figures."""
    cells = [cell for row in rows for cell in row.cells if cell is not None]
    numbers = [cell for cell in cells if cell.value is not None or cell.dash]
    if not numbers:
        return True
    if any(cell.fact is not None for cell in cells):
        return False
    if any(name and _PAGE_HEADING.match(name[-1]) for name in names):
        return True
    sizes = [len(row.label) for row in rows if row.label]
    bare = all(cell.value is not None and not cell.symbol and "," not in cell.text for cell in numbers)
    if bare and len(names) == 1 and not names[0] and sum(sizes) > 50 * len(sizes):
        return True
    plain = all(cell.value is not None and cell.text.isdigit() and len(cell.text) < 4 for cell in numbers)
    if plain and not any(names) and (len(rows) == 1 or len(names) == 1):
        return True
    return plain and len(numbers) * 4 < len(cells)
