"""The yearly statements of Harrowgate Community Bancorp, an invented bank, as a workbook. In thousands of dollars.

Totals are written as numbers, not formulas, as exported statements hold them; `make_samples` and the tests add them up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

COMPANY = "Harrowgate Community Bancorp, Inc."
INVENTED = "Sample statements: this bank does not exist, its figures are invented."
Row = tuple[str, int | float | None, int | float | None]

INCOME: list[Row] = [
    ("Interest and dividend income", None, None),
    ("  Loans, including fees", 214_380, 201_944),
    ("  Investment securities", 31_256, 28_710),
    ("  Other interest income", 6_918, 7_402),
    ("    Total interest and dividend income", 252_554, 238_056),
    ("Interest expense", None, None),
    ("  Deposits", 74_663, 72_130),
    ("  Borrowings", 11_207, 12_988),
    ("    Total interest expense", 85_870, 85_118),
    ("Net interest income", 166_684, 152_938),
    ("Provision for credit losses", 9_450, 12_300),
    ("Net interest income after provision for credit losses", 157_234, 140_638),
    ("Noninterest income", None, None),
    ("  Service charges on deposit accounts", 14_806, 14_215),
    ("  Wealth management fees", 11_940, 10_377),
    ("  Other noninterest income", 5_118, 4_862),
    ("    Total noninterest income", 31_864, 29_454),
    ("Noninterest expense", None, None),
    ("  Salaries and employee benefits", 68_225, 65_340),
    ("  Occupancy and equipment", 15_470, 15_112),
    ("  Technology and data processing", 13_684, 12_406),
    ("  Other noninterest expense", 16_902, 17_318),
    ("    Total noninterest expense", 114_281, 110_176),
    ("Income before income taxes", 74_817, 59_916),
    ("Income tax expense", 16_235, 12_822),
    ("Net income", 58_582, 47_094),
    ("Basic earnings per share", 3.21, 2.55),
    ("Diluted earnings per share", 3.18, 2.53),
    ("Cash dividends declared per share", 1.12, 1.04),
]
BALANCE: list[Row] = [
    ("Assets", None, None),
    ("  Cash and due from banks", 61_804, 58_227),
    ("  Interest-bearing deposits in banks", 152_390, 168_915),
    ("  Securities available for sale, at fair value", 843_516, 798_204),
    ("  Loans", 3_684_720, 3_512_466),
    ("  Allowance for credit losses", -44_217, -42_150),
    ("    Loans, net", 3_640_503, 3_470_316),
    ("  Premises and equipment, net", 58_340, 57_102),
    ("  Goodwill", 71_500, 71_500),
    ("  Other assets", 96_442, 101_873),
    ("    Total assets", 4_924_495, 4_726_137),
    ("Liabilities", None, None),
    ("  Noninterest-bearing deposits", 902_614, 918_340),
    ("  Interest-bearing deposits", 3_168_275, 2_984_906),
    ("    Total deposits", 4_070_889, 3_903_246),
    ("  Borrowings", 285_000, 305_000),
    ("  Other liabilities", 64_318, 61_207),
    ("    Total liabilities", 4_420_207, 4_269_453),
    ("Shareholders' equity", None, None),
    ("  Common stock", 18_260, 18_480),
    ("  Additional paid-in capital", 142_905, 147_830),
    ("  Retained earnings", 372_118, 333_976),
    ("  Accumulated other comprehensive loss", -28_995, -43_602),
    ("    Total shareholders' equity", 504_288, 456_684),
    ("    Total liabilities and shareholders' equity", 4_924_495, 4_726_137),
]


def _fill(sheet: Worksheet, title: str, unit: str, heads: tuple[str, str], rows: list[Row]) -> None:
    for text in (COMPANY, title, unit):
        sheet.append([text])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    sheet.append(["", *heads])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="right")
    for label, now, before in rows:
        sheet.append([label.strip(), now, before])
        name, *values = sheet[sheet.max_row]
        name.alignment = Alignment(indent=(len(label) - len(label.lstrip())) // 2)
        for cell in values:
            cell.number_format = "#,##0.00" if isinstance(cell.value, float) else "#,##0;(#,##0)"
    sheet.column_dimensions["A"].width = 56
    sheet.append([])
    sheet.append([INVENTED])


def write(path: Path) -> None:
    """Write the workbook to `path`."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Cover"
    for label, value in (
        (COMPANY, ""), ("Form 10-K", ""), ("For the fiscal year ended December 31, 2025", ""), ("Trading symbol", "HGCB"),
        (INVENTED, ""),
    ):  # fmt: skip
        first.append([label, value])
    unit = "(In thousands, except per share amounts)"
    income, balance = book.create_sheet("Income"), book.create_sheet("Balance sheet")
    _fill(
        income,
        "Consolidated Statements of Income",
        unit,
        ("Year Ended December 31, 2025", "Year Ended December 31, 2024"),
        INCOME,
    )
    _fill(balance, "Consolidated Balance Sheets", "(In thousands)", ("December 31, 2025", "December 31, 2024"), BALANCE)
    book.properties.title, book.properties.creator = f"{COMPANY} annual statements 2025", COMPANY
    book.properties.created = book.properties.modified = datetime(2026, 2, 20, tzinfo=UTC).replace(tzinfo=None)
    book.save(path)
