"""DOCX documents: paragraphs and tables in their order.

A DOCX has no fixed pages: pages are cut at its own page breaks, or are sections where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from ingest.errors import UnreadableFileError
from ingest.grid_cells import GridCell
from ingest.readers.safety import brief, open_zip, read_bytes, verify_zip
from ingest.readers.sections import Piece, compose, is_heading
from ingest.schema import BlockKind, Reading

TWIPS = 20.0
"""Twentieths of a point, the unit of WordprocessingML."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(path: Path) -> Reading:
    """A Word document.

    Raises:
        UnreadableFileError: it is encrypted, damaged, of an old format, or has no text.
        UnsafeFileError: it would unpack to too much, or its XML declares entities.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    read_bytes(path)
    with open_zip(path) as archive:
        verify_zip(archive, path.name)
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, BadZipFile, AttributeError, etree.XMLSyntaxError) as error:
        raise UnreadableFileError(
            f"{path.name}: the document is damaged ({brief(error)}); save it again as .docx."
        ) from error
    pieces = list(_pieces(document.element.body))
    reading = compose(pieces)
    if not reading.pages:
        raise UnreadableFileError(f"{path.name}: no text in this document; expected a report.")
    core = document.core_properties
    stated = {name: value for name, value in (("title", core.title), ("author", core.author)) if value}
    return Reading(reading.pages, reading.tables, (), stated)


def _pieces(body: Any) -> Iterator[Piece]:
    """The blocks of a body in their order; content controls are entered, nothing else is."""
    breaks = False
    for element in _blocks(body):
        if element.tag == f"{_W}p":
            before, after = _page_breaks(element)
            breaks = breaks or before
            text = _text(element)
            if text:
                heading = _style(element).lower().startswith(("heading", "title")) or is_heading(text, _bold(element))
                kind = BlockKind.HEADING if heading and len(text) < 300 else BlockKind.PARAGRAPH
                yield Piece(kind, text, breaks=breaks)
                breaks = False
            breaks = breaks or after
        elif any(True for _ in element.iterchildren(f"{_W}tr")):
            rows = [_row(row) for row in element.iterchildren(f"{_W}tr")]
            text = "\n".join(cell.text for row in rows for cell in row if cell.text)
            if text:
                yield Piece(BlockKind.TABLE, text, _with_rowspans(rows), breaks)
                breaks = False


def _blocks(parent: Any) -> Iterator[Any]:
    for element in parent.iterchildren():
        if element.tag in {f"{_W}p", f"{_W}tbl"}:
            yield element
        elif element.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"}:
            yield from _blocks(element)


def _text(paragraph: Any) -> str:
    parts: list[str] = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in {f"{_W}tab", f"{_W}br", f"{_W}cr"} and node.getparent().tag == f"{_W}r":
            parts.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
    return " ".join("".join(parts).split())


def _page_breaks(paragraph: Any) -> tuple[bool, bool]:
    """Whether a page break stands before the paragraph's text, and whether one stands after it."""
    setting = paragraph.find(f"{_W}pPr/{_W}pageBreakBefore")
    before = setting is not None and setting.get(f"{_W}val") not in {"0", "false"}
    section = paragraph.find(f"{_W}pPr/{_W}sectPr/{_W}type")
    after = paragraph.find(f"{_W}pPr/{_W}sectPr") is not None and (
        section is None or section.get(f"{_W}val") != "continuous"
    )
    seen = False
    for node in paragraph.iter(f"{_W}t", f"{_W}br"):
        if node.tag == f"{_W}t":
            seen = seen or bool((node.text or "").strip())
        elif node.get(f"{_W}type") == "page":
            before, after = (before, True) if seen else (True, after)
    return before, after


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if style is None else style.get(f"{_W}val") or ""


def _bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(f"{_W}r") if any((t.text or "").strip() for t in run.iter(f"{_W}t"))]
    return bool(runs) and all(_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _on(setting: Any) -> bool:
    return setting is not None and setting.get(f"{_W}val") not in {"0", "false"}


def _row(row: Any) -> list[GridCell]:
    """A table row. A cell that continues one above (vMerge) has rowspan 0 until `_with_rowspans` resolves it."""
    cells: list[GridCell] = []
    skipped = row.find(f"{_W}trPr/{_W}gridBefore")
    if skipped is not None:
        cells.append(GridCell("", colspan=_integer(skipped)))
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row:
            continue
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        continued = merge is not None and merge.get(f"{_W}val") != "restart"
        paragraphs = list(cell.iter(f"{_W}p"))
        text = " ".join(part for part in map(_text, paragraphs) if part)
        first = next((p for p in paragraphs if _text(p)), None)
        indent = 0.0 if first is None else _indent(first)
        raw = "" if first is None else "".join(t.text or "" for t in first.iter(f"{_W}t"))
        indent += 3.0 * (len(raw) - len(raw.lstrip(" \u00a0")))
        colspan = 1 if span is None else _integer(span)
        cells.append(GridCell("" if continued else text, colspan, 0 if continued else 1, indent))
    return cells


def _indent(paragraph: Any) -> float:
    setting = paragraph.find(f"{_W}pPr/{_W}ind")
    if setting is None:
        return 0.0
    left = setting.get(f"{_W}left") or setting.get(f"{_W}start") or "0"
    hanging = setting.get(f"{_W}hanging") or "0"
    first = setting.get(f"{_W}firstLine") or "0"
    try:
        return (float(left) - float(hanging) + float(first)) / TWIPS
    except ValueError:
        return 0.0


def _integer(element: Any) -> int:
    text = element.get(f"{_W}val") or "1"
    return max(int(text), 1) if text.isdigit() else 1


def _with_rowspans(rows: list[list[GridCell]]) -> list[list[GridCell]]:
    """Continued cells print nothing and keep their place, so that spans need no further bookkeeping."""
    return [[GridCell("", cell.colspan) if cell.rowspan == 0 else cell for cell in row] for row in rows]
