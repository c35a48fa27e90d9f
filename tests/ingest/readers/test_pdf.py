"""PDF files, good and bad; drawn here with reportlab."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UnreadableFileError
from ingest.readers.pdf import read_pdf
from ingest.schema import BlockKind

canvas = pytest.importorskip("reportlab.pdfgen.canvas")

Drawing = Callable[[Any], None]


def pdf(path: Path, *pages: Drawing, **options: Any) -> Path:
    sheet = canvas.Canvas(str(path), pagesize=(612, 792), invariant=1, **options)
    for draw in pages:
        sheet.setFont("Helvetica", 9)
        draw(sheet)
        sheet.showPage()
    sheet.save()
    return path


def statement(rows: list[tuple[str, str, str]], *, headed: bool = True, top: int = 700) -> Drawing:
    def draw(sheet: Any) -> None:
        y = top
        if headed:
            sheet.drawCentredString(306, y, "Consolidated Statements of Cash Flows (in thousands)")
            sheet.drawRightString(460, y - 20, "2022")
            sheet.drawRightString(540, y - 20, "2021")
            y -= 36
        for label, first, second in rows:
            sheet.drawString(60, y, label)
            sheet.drawRightString(460, y, first)
            sheet.drawRightString(540, y, second)
            y -= 13

    return draw


ROWS = [("Net income", "1,204", "998"), ("Depreciation", "210", "187"), ("Purchases of property", "(310)", "(287)")]


def test_text_tables_and_blocks(tmp_path: Path) -> None:
    def prose(sheet: Any) -> None:
        sheet.drawString(60, 740, "Overview")
        sheet.drawString(60, 715, "We make widgets and sell them to the makers of larger widgets.")
        statement(ROWS, top=650)(sheet)

    reading = read_pdf(pdf(tmp_path / "a.pdf", prose))
    (table,) = reading.tables
    assert [row.label for row in table.rows] == ["Net income", "Depreciation", "Purchases of property"]
    assert [block.kind for block in reading.pages[0].blocks][:2] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert BlockKind.TABLE in [block.kind for block in reading.pages[0].blocks]
    cell = table.rows[0].cells[0]
    assert cell is not None
    assert cell.box is not None
    assert 640 < cell.box.top + (792 - cell.box.top) <= 792
    assert 430 < cell.box.x0 < cell.box.x1 <= 461


def test_a_table_that_runs_over_pages_is_one(tmp_path: Path) -> None:
    tail = [("Repayment of debt", "(50)", "(40)"), ("Cash at end of year", "900", "846")]
    reading = read_pdf(pdf(tmp_path / "a.pdf", statement(ROWS), statement(tail, headed=False, top=740)))
    (table,) = reading.tables
    assert len(table.rows) == 5
    assert [table.page_of(number) for number in range(5)] == [1, 1, 1, 2, 2]


def test_two_columns_of_prose_do_not_run_together(tmp_path: Path) -> None:
    left = "Sales in the north rose on strong demand for the larger widgets"
    right = "Costs fell because freight was cheaper and the new plant opened"

    def draw(sheet: Any) -> None:
        for number in range(20):
            sheet.drawString(50, 740 - 12 * number, left[:50] + f" a{number}")
            sheet.drawString(320, 740 - 12 * number, right[:50] + f" b{number}")
        sheet.drawString(320, 480, "Freight")
        sheet.drawRightString(480, 480, "1,204")
        sheet.drawRightString(540, 480, "998")
        sheet.drawString(320, 467, "Rent")
        sheet.drawRightString(480, 467, "310")
        sheet.drawRightString(540, 467, "287")
        sheet.drawString(50, 480, "and so the year ended well for the makers of large widgets.")
        sheet.drawString(50, 467, "We thank the people who made it so, here and abroad.")

    reading = read_pdf(pdf(tmp_path / "a.pdf", draw))
    (table,) = reading.tables
    assert [row.label for row in table.rows] == ["Freight", "Rent"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    with pytest.raises(UnreadableFileError, match="empty"):
        read_pdf(tmp_path / "a.pdf")


def test_a_truncated_file_is_refused_or_read_in_part(tmp_path: Path) -> None:
    whole = pdf(tmp_path / "a.pdf", *[statement(ROWS)] * 3).read_bytes()
    (tmp_path / "b.pdf").write_bytes(whole[:200])
    with pytest.raises(UnreadableFileError, match="new copy"):
        read_pdf(tmp_path / "b.pdf")


def test_an_encrypted_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", statement(ROWS), encrypt="secret")
    with pytest.raises(UnreadableFileError, match="encrypted.*without a password"):
        read_pdf(path)


def image_page(sheet: Any) -> None:
    from reportlab.lib.utils import ImageReader

    pixels = b"P6 2 2 255 " + bytes(12)
    sheet.drawImage(ImageReader(io.BytesIO(pixels)), 50, 50, 500, 700)


def test_a_file_of_images_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    with pytest.raises(UnreadableFileError, match="OCR"):
        read_pdf(pdf(tmp_path / "a.pdf", image_page, image_page))


def test_pages_of_images_among_others_are_said(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    reading = read_pdf(pdf(tmp_path / "a.pdf", statement(ROWS), image_page, image_page, statement(ROWS)))
    assert reading.warnings == ("2 of 4 pages hold only images and were not read: 2-3",)
    assert len(reading.pages) == 4


def test_an_empty_page_is_no_scan(tmp_path: Path) -> None:
    reading = read_pdf(pdf(tmp_path / "a.pdf", statement(ROWS), lambda sheet: None))
    assert reading.warnings == ()


def test_small_raised_digits_are_footnote_marks(tmp_path: Path) -> None:
    def draw(sheet: Any) -> None:
        statement(ROWS)(sheet)
        sheet.setFont("Helvetica", 5)
        sheet.drawString(460.5, 668, "2")

    (table,) = read_pdf(pdf(tmp_path / "a.pdf", draw)).tables
    cell = table.rows[0].cells[0]
    assert cell is not None
    assert str(cell.value) == "1204"
