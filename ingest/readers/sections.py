"""Pieces in reading order to a `Reading`: pages, blocks and numbered tables with their captions.

All readers of files without fixed pages share this: HTML, DOCX, text and SGML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.grid import build_tables, render
from ingest.grid_cells import GridCell
from ingest.schema import Block, BlockKind, Cell, Page, Reading, Table, TaggedFact

SECTION_CHARACTERS = 6000
"""A section of a document without page breaks ends after so many characters, or at a heading after half of it."""
PAGE_CHARACTERS = 12_000
"""A page that runs longer (a report with a few breaks only) is cut at the next block."""
CAPTION_LINES = 6
CAPTION_CHARACTERS = 600

_HEADING = re.compile(
    r"^(?:part\s+[ivx]+|items?\s+\d+[a-z]?|notes?\s+\d+|section\s+\d+|exhibit\s+[\d.]+|\d{1,2}(?:\.\d{1,2})*\.?\s+[A-Z])\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Piece:
    """A block before its page is known. `rows` is a table's grid; `breaks` asks for a new page before it."""

    kind: BlockKind
    text: str
    rows: list[list[GridCell]] | None = None
    breaks: bool = False


def is_heading(text: str, bold: bool) -> bool:
    """A short line that is bold, in capitals, or numbered as reports number their parts and notes."""
    if len(text) > 160 or text.count("\n") > 2 or not any(c.isalpha() for c in text):
        return False
    if text[-1] in ".;," and not _HEADING.match(text):
        return False
    return (
        bold
        or (text.isupper() and len(text) > 3)
        or (len(text) < 100 and bool(_HEADING.match(text)) and text[0].isupper())
    )


def paginate(pieces: Sequence[Piece]) -> list[int]:
    """The page number of each piece: by page breaks where the document has any, else by size and headings."""
    paged = any(piece.breaks for piece in pieces[1:])
    limit = PAGE_CHARACTERS if paged else SECTION_CHARACTERS
    numbers: list[int] = []
    page, size = 1, 0
    for piece in pieces:
        at_heading = not paged and piece.kind is BlockKind.HEADING and size * 2 > limit
        if size and (piece.breaks or at_heading or size + len(piece.text) > limit):
            page, size = page + 1, 0
        size += len(piece.text)
        numbers.append(page)
    return numbers


def compose(pieces: Sequence[Piece], *, facts: tuple[TaggedFact, ...] = (), first_page: int = 1) -> Reading:
    """Pages with their blocks, and the tables of all grids; a grid that is no table stays as text."""
    pages: list[Page] = []
    tables: list[Table] = []
    blocks: list[Block] = []
    numbers = paginate(pieces)
    for index, piece in enumerate(pieces):
        number = numbers[index] + first_page - 1
        if piece.rows is None:
            blocks.append(Block(piece.kind, piece.text))
        elif text := render(piece.rows):
            count = sum(table.page == number for table in tables)
            found = build_tables(piece.rows, page=number, number=count + 1, caption=caption_of(blocks))
            tables.extend(found)
            kind = BlockKind.TABLE if found else BlockKind.PARAGRAPH
            blocks.append(Block(kind, text, table=found[0].number if found else 0))
        if index + 1 == len(pieces) or numbers[index + 1] != numbers[index]:
            pages.append(Page(number, "\n".join(block.text for block in blocks), tuple(blocks)))
            blocks = []
    return Reading(tuple(pages), tuple(tables), facts)


def caption_of(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The lines above a table, nearest last: titles, company, units, or the sentence that introduces it."""
    lines: list[str] = []
    size = 0
    for block in reversed(blocks):
        if block.kind is BlockKind.TABLE:
            break
        long = len(block.text) > 200
        if long and lines:
            break
        own = [block.text[-CAPTION_CHARACTERS:].split("\n")[-1]] if long else block.text.split("\n")
        lines[:0] = own
        size += sum(map(len, own))
        if long or size > CAPTION_CHARACTERS or len(lines) >= CAPTION_LINES:
            break
    return tuple(lines[-CAPTION_LINES:])


def join_readings(readings: Sequence[Reading], stated: dict[str, str], warnings: tuple[str, ...] = ()) -> Reading:
    """Several documents of one file as one, their pages counted on. What `stated` says wins over the parts."""
    pages: list[Page] = []
    tables: list[Table] = []
    facts: list[TaggedFact] = []
    notes = list(warnings)
    for reading in readings:
        offset = len(pages)
        pages += [replace(page, number=page.number + offset) for page in reading.pages]
        tables += [_moved(table, offset) for table in reading.tables]
        facts += [replace(fact, page=fact.page + offset) for fact in reading.facts] if offset else reading.facts
        notes += reading.warnings
        for name, value in reading.properties.items():
            stated.setdefault(name, value)
    return Reading(tuple(pages), tuple(tables), tuple(facts), stated, tuple(notes))


def _moved(table: Table, offset: int) -> Table:
    if not offset:
        return table
    rows = tuple(replace(row, cells=tuple(_moved_cell(cell, offset) for cell in row.cells)) for row in table.rows)
    row_pages = tuple(page + offset for page in table.row_pages)
    return replace(table, page=table.page + offset, rows=rows, row_pages=row_pages)


def _moved_cell(cell: Cell | None, offset: int) -> Cell | None:
    if cell is None or cell.fact is None:
        return cell
    return replace(cell, fact=replace(cell.fact, page=cell.fact.page + offset))
