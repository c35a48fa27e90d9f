"""XLSX workbooks: each sheet is a page, its blocks of rows are tables, values are exact.

A cell's value is what it prints, unrounded: a percent format multiplies by 100, a scaling format ("#,##0,")
divides by 1,000. Formulas give the values that the workbook keeps for them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFileError
from ingest.grid_cells import GridCell
from ingest.readers.entity import stated_in
from ingest.readers.safety import brief, open_zip, read_bytes, verify_zip
from ingest.readers.sections import Piece, compose, is_heading, join_readings
from ingest.schema import BlockKind, Reading

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 100_000
MAX_COLUMNS = 500
BLANK_ROWS = 2
"""So many blank rows part two tables; one blank row does where the next row looks like a title."""
INDENT_POINTS = 9.0

_SCALING = re.compile(r"[0#?](,+)(?=[^0-9#?,]|$)")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_CURRENCY = re.compile(r"[$€£¥₩₹]")
_DECIMALS = re.compile(r"\.(0+)")


def read_xlsx(path: Path) -> Reading:
    """A workbook.

    Raises:
        UnreadableFileError: it is encrypted, damaged, of an old format, or prints nothing.
        UnsafeFileError: it would unpack to too much.
    """
    import openpyxl

    read_bytes(path)
    with open_zip(path) as archive:
        verify_zip(archive, path.name)
        formulas = _sheets_with_formulas(archive)
    try:
        with path.open("rb") as file:  # of a path it would judge by the suffix
            book = openpyxl.load_workbook(file, data_only=True)
    except _damage() as error:
        raise UnreadableFileError(
            f"{path.name}: the workbook is damaged ({brief(error)}); save it again as .xlsx."
        ) from error
    readings: list[Reading] = []
    warnings: list[str] = []
    if formulas:
        warnings += _uncomputed(
            path, [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"], book
        )
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            warnings.append(f"sheet {sheet.title!r} is hidden and was skipped")
        elif (reading := _read_sheet(sheet)).pages:
            if (sheet.max_row or 0) > MAX_ROWS:
                warnings.append(f"sheet {sheet.title!r}: only the first {MAX_ROWS:,} rows were read")
            readings.append(reading)
    book.close()
    if not readings:
        raise UnreadableFileError(f"{path.name}: no visible sheet has a value; expected tables.")
    reading = join_readings(readings, {}, tuple(warnings))
    stated = stated_in(reading.tables)
    if book.properties and book.properties.title:
        stated["title"] = book.properties.title
    return replace(reading, properties=stated)


def _damage() -> tuple[type[Exception], ...]:
    """What openpyxl raises for a workbook that is not well-formed."""
    from openpyxl.utils.exceptions import InvalidFileException

    return (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError)


def _sheets_with_formulas(archive: zipfile.ZipFile) -> bool:
    names = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
    return any(b"<f>" in data or b"<f " in data for data in (archive.read(name) for name in names))


def _uncomputed(path: Path, visible: list[str], values: Workbook) -> list[str]:
    """One line for each sheet with formulas that the workbook has no values for."""
    import openpyxl

    with path.open("rb") as file:
        book = openpyxl.load_workbook(file)
    warnings = []
    for title in visible:
        sheet, kept = book[title], values[title]
        rows, columns = min(sheet.max_row or 0, MAX_ROWS), min(sheet.max_column or 0, MAX_COLUMNS)
        empty = [
            cell.coordinate
            for row in sheet.iter_rows(max_row=rows, max_col=columns)
            for cell in row
            if cell.data_type == "f" and kept[cell.coordinate].value is None
        ]
        if empty:
            warnings.append(
                f"sheet {title!r}: {len(empty)} formulas without a stored value (first {empty[0]}); open and save it"
            )
    book.close()
    return warnings


def _read_sheet(sheet: Worksheet) -> Reading:
    """One sheet as one page: its name as heading, then its blocks of rows."""
    pieces = [Piece(BlockKind.HEADING, sheet.title)]
    for rows in _blocks(_grid(sheet)):
        text = "\n".join("  ".join(cell.text for cell in row if cell.text) for row in rows)
        single = all(sum(bool(cell.text) for cell in row) < 2 for row in rows)
        if single:
            pieces.append(Piece(BlockKind.HEADING if is_heading(text, False) else BlockKind.PARAGRAPH, text))
        else:
            pieces.append(Piece(BlockKind.TABLE, "", rows))
    return compose(pieces) if len(pieces) > 1 else Reading(())


def _blocks(grid: Iterator[list[GridCell]]) -> Iterator[list[list[GridCell]]]:
    """Runs of rows between blank ones; a single blank row inside a table does not part it."""
    block: list[list[GridCell]] = []
    blank = 0
    for row in grid:
        filled = [cell for cell in row if cell.text]
        if not filled:
            blank += 1
            continue
        title = len(filled) == 1 and filled[0].value is None and not filled[0].text.endswith(":")
        headings = len(filled) > 1 and all(cell.value is None for cell in filled)
        if block and (blank >= BLANK_ROWS or (blank and (title or headings))):
            yield block
            block = []
        blank = 0
        block.append(row)
    if block:
        yield block


def _grid(sheet: Worksheet) -> Iterator[list[GridCell]]:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for area in list(sheet.merged_cells.ranges)[:10_000]:
        rows, columns = area.max_row - area.min_row + 1, area.max_col - area.min_col + 1
        spans[area.min_row, area.min_col] = (min(rows, 100), min(columns, MAX_COLUMNS))
        for row in range(area.min_row, area.min_row + min(rows, 100)):
            covered.update((row, column) for column in range(area.min_col, area.min_col + min(columns, MAX_COLUMNS)))
        covered.discard((area.min_row, area.min_col))
    limit_row, limit_column = min(sheet.max_row or 0, MAX_ROWS), min(sheet.max_column or 0, MAX_COLUMNS)
    for cells in sheet.iter_rows(max_row=limit_row, max_col=limit_column):
        row_cells: list[GridCell] = []
        for cell in cells:
            if cell.row is None or cell.column is None or (cell.row, cell.column) in covered:
                continue
            rowspan, colspan = spans.get((cell.row, cell.column), (1, 1))
            text, value = printed(cell.value, cell.number_format or "General")
            indent = float(cell.alignment.indent or 0) * INDENT_POINTS if text and cell.has_style else 0.0
            indent += INDENT_POINTS / 3 * (len(text) - len(text.lstrip(" \u00a0")))
            row_cells.append(GridCell(text.strip(" \u00a0\n"), colspan, rowspan, indent, value=value))
        yield row_cells


def printed(value: object, form: str) -> tuple[str, Decimal | None]:
    """What a cell prints, and its exact printed value where it is a number.

    A float is taken at its shortest decimal (0.1, not 0.1000000000000000055): that is what was typed.
    """
    if value is None:
        return "", None
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, (int, float, Decimal)):
        return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), form)
    if isinstance(value, datetime | date):
        return _date(value, form), None
    if isinstance(value, time):
        return value.isoformat(), None
    return str(value), None


def _number(value: Decimal, form: str) -> tuple[str, Decimal | None]:
    if not value.is_finite():
        return str(value), None
    section = _section(form, value)
    bare = _LITERAL.sub("", section)
    percent = "%" in bare
    if percent:
        value *= 100
    scaling = _SCALING.search(bare)
    if scaling:
        value = value.scaleb(-3 * len(scaling[1]))
    value = Decimal(format(value.normalize(), "f"))
    places = _DECIMALS.search(bare)
    shown = value
    if any(c in bare for c in "0#?"):
        shown = round(value, len(places[1]) if places else 0) if "." in bare or form != "General" else value
    if not value and "-" in section and not any(c in bare.replace("-", "") for c in "0#"):
        return "-", None
    grouped = "," in bare
    text = f"{abs(shown):,f}" if grouped else f"{abs(shown):f}"
    symbol = _CURRENCY.search(section)
    text = f"{symbol[0]} {text}" if symbol else text
    text += "%" if percent else ""
    if value < 0:
        text = f"({text})" if "(" in form else f"-{text}"
    return text, value


def _section(form: str, value: Decimal) -> str:
    """The part of a number format for the value's sign: positive;negative;zero."""
    parts = form.split(";")
    if value < 0 and len(parts) > 1:
        return parts[1]
    return parts[2] if value == 0 and len(parts) > 2 else parts[0]


def _date(value: date, form: str) -> str:
    bare = _LITERAL.sub("", form).lower()
    if "d" in bare or "m" not in bare:
        return f"{value:%B} {value.day}, {value.year}" if "m" in bare or "d" in bare else str(value.year)
    return f"{value:%B} {value.year}"
