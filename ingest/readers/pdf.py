"""PDF: text in reading order, tables from geometry.

PDFium (BSD-3/Apache-2.0) reads the characters; everything after that is `words`, `tables` and `blocks`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ingest.blocks import page_blocks
from ingest.columns import page_lines
from ingest.continued import join_continued
from ingest.errors import UnreadableFileError
from ingest.schema import Page, Reading, Table
from ingest.tables import find_tables
from ingest.words import Line, page_words

_NEWLINES = re.compile(r"\r\n?|\x02|\ufffe")
# A page with fewer characters than this and an image on it is a scan.
_FEW_CHARACTERS = 12


def read_pdf(path: Path) -> Reading:
    """Read a PDF file.

    Raises:
        UnreadableFileError: encrypted, damaged, without pages, or holding only images.
    """
    import pypdfium2 as pdfium

    if path.stat().st_size == 0:
        raise UnreadableFileError(f"{path.name} is empty; expected a PDF file; check the download and ingest it again")
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise UnreadableFileError(_why(path, error)) from error
    try:
        return _read(path, document)
    finally:
        document.close()


def _read(path: Path, document: Any) -> Reading:
    import pypdfium2 as pdfium

    if len(document) == 0:
        raise UnreadableFileError(f"{path.name} has no pages; expected a PDF with at least one; open it to check")
    pages: list[Page] = []
    tables: list[Table] = []
    scans: list[int] = []
    broken: list[int] = []
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            broken.append(number)
            pages.append(Page(number, ""))
            continue
        read, found, image_only = _read_page(page, number)
        pages.append(read)
        tables.extend(found)
        if image_only:
            scans.append(number)
        page.close()
    if broken and len(broken) == len(document):
        raise UnreadableFileError(f"no page of {path.name} can be read; the file is damaged; get a new copy of it")
    if scans and len(scans) + len(broken) == len(document):
        raise UnreadableFileError(
            f"{path.name} holds only images of pages and no text; expected a PDF with text; "
            "run OCR over it and ingest the result"
        )
    warnings = []
    if scans:
        warnings.append(f"{len(scans)} of {len(document)} pages hold only images and were not read: {_ranges(scans)}")
    if broken:
        warnings.append(f"{len(broken)} of {len(document)} pages are damaged and were not read: {_ranges(broken)}")
    properties = {f"pdf:{key}": value for key, value in document.get_metadata_dict().items() if value}
    return Reading(tuple(pages), join_continued(tables, pages), (), properties, tuple(warnings))


def _read_page(page: Any, number: int) -> tuple[Page, list[Table], bool]:
    width, height = page.get_size()
    textpage = page.get_textpage()
    text, words = page_words(page, textpage)
    textpage.close()
    text = _NEWLINES.sub("\n", text).replace("\x00", "")
    # PDFium gives astral characters as surrogate pairs, one code unit a character.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines: list[Line] = []
    tables: list[Table] = []
    taken: set[int] = set()
    columns = page_lines(words, width)
    for column in columns:
        # What counts as a long line is a matter of the column's width.
        wide = width if len(columns) == 1 else max(line.x1 for line in column) - min(line.x0 for line in column)
        found, places = find_tables(column, number, wide, height, len(tables) + 1)
        taken.update(place + len(lines) for place in places)
        lines += column
        tables += found
    image_only = len(text.strip()) < _FEW_CHARACTERS and _has_image(page)
    return Page(number, text, page_blocks(text, lines, tables, taken), width, height), tables, image_only


def _has_image(page: Any) -> bool:
    import pypdfium2.raw as raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _why(path: Path, error: Exception) -> str:
    text = str(error).lower()
    if "password" in text or "security" in text:
        return (
            f"{path.name} is encrypted; expected a PDF that opens without a password; "
            "save an unprotected copy and ingest that"
        )
    return (
        f"{path.name} cannot be read as a PDF ({error}); it may be truncated or of another format; get a new copy of it"
    )


def _ranges(numbers: list[int]) -> str:
    """[1, 2, 3, 7] as "1-3, 7"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
