"""Workbooks: sheets as pages, merged headings, number formats, formulas, exact values."""

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from ingest.errors import UnreadableFileError
from ingest.readers.xlsx import printed, read_xlsx


@pytest.fixture
def book():
    return openpyxl.Workbook()


def saved(book, tmp_path):
    path = tmp_path / "acme.xlsx"
    book.save(path)
    return path


def fill(sheet, rows):
    for row in rows:
        sheet.append(row)


@pytest.mark.parametrize(
    ("value", "form", "text", "exact"),
    [
        (95359, '_("$ "#,##0_);_("$ "(#,##0)', "$ 95,359", "95359"),
        (-279, "#,##0_);(#,##0)", "(279)", "-279"),
        (0.12345, "0.0%", "12.3%", "12.345"),
        (0.1 + 0.2, "General", "0.30000000000000004", "0.30000000000000004"),
        (1.65, "General", "1.65", "1.65"),
        (1234567, "#,##0,", "1,235", "1234.567"),
        (1234567, "#,##0.0,,", "1.2", "1.234567"),
        (1e-05, '_("$ "#,##0.00000_)', "$ 0.00001", "0.00001"),
        (50400000000, "#,##0", "50,400,000,000", "50400000000"),
        (-5, "0.00", "-5.00", "-5"),
    ],
)
def test_numbers_print_by_their_format_and_stay_exact(value, form, text, exact):
    assert printed(value, form) == (text, Decimal(exact))


def test_dates_booleans_and_blanks():
    assert printed(datetime(2024, 6, 30), "d-mmm-yy") == ("June 30, 2024", None)
    assert printed(date(2024, 6, 30), "mmm-yy") == ("June 2024", None)
    assert printed(date(2024, 6, 30), "yyyy") == ("2024", None)
    assert printed(True, "General") == ("TRUE", None)
    assert printed(None, "General") == ("", None)
    assert printed(0, '#,##0;(#,##0);"-"') == ("-", None)


def test_two_row_headings_of_merged_cells(book, tmp_path):
    sheet = book.active
    sheet.title = "Income"
    fill(sheet, [["STATEMENTS OF INCOME - USD ($) $ in Millions", "12 Months Ended"], [None, "Jun. 30, 2024", "Jun. 30, 2023"],
                 ["Net sales", 1250, 1100], ["Operating expenses:"], ["  Research", -40.5, -30]])  # fmt: skip
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    reading = read_xlsx(saved(book, tmp_path))
    (table,) = reading.tables
    assert [c.headers for c in table.columns] == [
        ("12 Months Ended", "Jun. 30, 2024"),
        ("12 Months Ended", "Jun. 30, 2023"),
    ]
    assert table.stub.endswith("$ in Millions")
    assert table.rows[2].path == ("Operating expenses:",)
    assert table.rows[2].cells[0].value == Decimal("-40.5")


def test_each_sheet_is_a_page_and_hidden_ones_are_skipped(book, tmp_path):
    fill(book.active, [["", "2024"], ["Sales", 1000]])
    fill(book.create_sheet("Notes"), [["Acme makes anvils."]])
    hidden = book.create_sheet("Draft")
    fill(hidden, [["", "2024"], ["Sales", 9999]])
    hidden.sheet_state = "hidden"
    reading = read_xlsx(saved(book, tmp_path))
    assert len(reading.pages) == 2
    assert "Acme makes anvils." in reading.pages[1].text
    assert [t.page for t in reading.tables] == [1]
    assert "'Draft' is hidden" in reading.warnings[0]


def test_blank_rows_part_tables(book, tmp_path):
    fill(
        book.active,
        [["Sales by region"], ["", "2024"], ["North", 10.5], [], ["Sales by product"], ["", "2024"], ["Anvils", 7.5]],
    )
    reading = read_xlsx(saved(book, tmp_path))
    assert [t.rows[0].label for t in reading.tables] == ["North", "Anvils"]
    assert [t.number for t in reading.tables] == [1, 2]


def test_formulas_without_values_are_reported(book, tmp_path):
    fill(book.active, [["", "2024"], ["A", 10.5], ["B", 20.5], ["Total", "=B2+B3"]])
    reading = read_xlsx(saved(book, tmp_path))
    assert "1 formulas without a stored value (first B4)" in reading.warnings[0]
    assert [r.label for r in reading.tables[0].rows if any(r.cells)] == ["A", "B"]


def test_cover_page_gives_properties(book, tmp_path):
    fill(book.active, [["Cover Page", "12 Months Ended"], ["", "Jun. 30, 2024"], ["Entity Registrant Name", "Acme Corp."],
                       ["Document Type", "10-K"], ["Document Period End Date", "Jun. 30, 2024"], ["Amendment Flag", "false"],
                       ["Entity File Number", "001-1"], ["Entity Shell Company", "false"], ["Entity Address", "1 Road"],
                       ["Entity Common Stock, Shares Outstanding", 1500]])  # fmt: skip
    stated = read_xlsx(saved(book, tmp_path)).properties
    assert stated["dei:EntityRegistrantName"] == "Acme Corp."
    assert stated["dei:DocumentPeriodEndDate"] == "2024-06-30"


def test_empty_workbook_is_unreadable(book, tmp_path):
    with pytest.raises(UnreadableFileError, match="no visible sheet has a value"):
        read_xlsx(saved(book, tmp_path))


def test_damaged_workbook_is_unreadable(book, tmp_path):
    import zipfile

    path = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<nonsense/>")
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_xlsx(path)
