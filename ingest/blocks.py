"""A page as blocks in reading order: headings, paragraphs and tables.

The text is PDFium's, so that what is quoted is exactly what the page holds; geometry only tells where the
paragraphs end and which lines belong to a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.schema import Block, BlockKind, Box, Table
from ingest.words import Line

_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?:;]['\"”’)]*$")


def page_blocks(text: str, lines: Sequence[Line], tables: Sequence[Table], taken: set[int]) -> tuple[Block, ...]:
    """Blocks of a page. A table's lines become one TABLE block, in the place where the table stands."""
    by_text: dict[str, list[int]] = {}
    for index, printed in enumerate(lines):
        by_text.setdefault(_key(printed.text), []).append(index)
    blocks: list[Block] = []
    paragraph: list[str] = []
    box: Box | None = None
    last: Line | None = None
    tabled: set[int] = set()

    def close() -> None:
        nonlocal box, last
        if paragraph:
            joined = "\n".join(paragraph)
            blocks.append(Block(_kind(joined, box), joined, box))
        paragraph.clear()
        box, last = None, None

    for raw in text.split("\n"):
        key = _key(raw)
        if not key:
            continue
        places = by_text.get(key)
        place: int | None = places.pop(0) if places else None
        if place is not None and place in taken:
            close()
            number = _table_at(lines[place], tables)
            if number and number not in tabled:
                tabled.add(number)
                blocks.append(Block(BlockKind.TABLE, "", tables[number - 1].box, number))
            continue
        line = lines[place] if place is not None else None
        if line is not None and last is not None and _breaks(last, line, paragraph[-1]):
            close()
        paragraph.append(raw.rstrip())
        if line is not None:
            box, last = _union(box, line.box), line
    close()
    return tuple(blocks)


def _key(text: str) -> str:
    return _SPACES.sub("", text)


def _table_at(line: Line, tables: Sequence[Table]) -> int:
    for table in tables:
        if table.box and table.box.top - 1 <= line.top and line.bottom <= table.box.bottom + 1:
            return table.number
    return 0


def _breaks(last: Line, line: Line, text: str) -> bool:
    """Whether a new paragraph starts: a gap, another type size, or a short line that ends a sentence."""
    gap = (line.top - last.bottom) / max(line.height, 1.0)
    if gap > 0.55 or gap < -1.5 or abs(line.height - last.height) > 0.12 * max(line.height, last.height):
        return True
    return gap > 0.25 and bool(_SENTENCE_END.search(text)) and last.x1 < line.x1 - 40


def _union(box: Box | None, other: Box) -> Box:
    if box is None:
        return other
    return Box(min(box.x0, other.x0), min(box.top, other.top), max(box.x1, other.x1), max(box.bottom, other.bottom))


def _kind(text: str, box: Box | None) -> BlockKind:
    """A short block without a sentence's end is a heading."""
    words = text.split()
    if box is None or "\n" in text or len(words) > 14 or not words:
        return BlockKind.PARAGRAPH
    if text.rstrip()[-1] in ".;,":
        return (
            BlockKind.HEADING if re.match(r"(?:item|note|part)\s*\w+\.", text, re.IGNORECASE) else BlockKind.PARAGRAPH
        )
    return BlockKind.HEADING if text[:1].isupper() or text[:1].isdigit() else BlockKind.PARAGRAPH
