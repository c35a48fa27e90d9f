"""What column headings mean."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.calendar import FiscalCalendar
from ingest.column_periods import read_column
from ingest.schema import Document, Period, Statement

ANNUAL = FiscalCalendar(
    Document("a", "0" * 64, "a.pdf", fiscal_year=2018, period_end=date(2018, 12, 31), fiscal_year_end=(12, 31))
)
QUARTERLY = FiscalCalendar(
    Document(
        "q",
        "0" * 64,
        "q.pdf",
        fiscal_year=2024,
        fiscal_quarter=2,
        period_end=date(2023, 7, 29),
        fiscal_year_end=(1, 31),
    )
)


def test_a_year_under_years_ended_is_twelve_months() -> None:
    meaning = read_column(("Years ended December 31,", "2017"), "", Statement.INCOME, ANNUAL)
    assert meaning.period == Period(date(2017, 12, 31), date(2017, 1, 1))
    assert (meaning.fiscal_year, meaning.fiscal_quarter, meaning.segment) == (2017, None, "")


def test_a_balance_sheets_year_is_an_instant() -> None:
    meaning = read_column(("2017",), "December 31,", Statement.BALANCE, ANNUAL)
    assert meaning.period == Period(date(2017, 12, 31))


@pytest.mark.parametrize(
    ("heading", "months"), [("Three Months Ended", 3), ("26 Weeks Ended", 6), ("Six Months Ended", 6)]
)
def test_quarter_and_year_to_date_are_told_apart(heading: str, months: int) -> None:
    meaning = read_column((heading, "July 29, 2023"), "", Statement.INCOME, QUARTERLY)
    assert meaning.period is not None
    assert meaning.period.months == months
    assert (meaning.fiscal_year, meaning.fiscal_quarter) == (2024, 2)


def test_the_prior_year_end_in_a_quarterly_balance_sheet() -> None:
    meaning = read_column(("January 28, 2023",), "", Statement.BALANCE, QUARTERLY)
    assert (meaning.fiscal_year, meaning.fiscal_quarter) == (2023, None)


def test_what_narrows_a_column_down_is_its_segment() -> None:
    meaning = read_column(("2018", "Commercial Airplanes"), "", Statement.NOTE, ANNUAL)
    assert meaning.segment == "Commercial Airplanes"
    assert meaning.fiscal_year == 2018


@pytest.mark.parametrize(
    "headers", [("2018 vs. 2017", "% Change"), ("% change",), ("Increase/(Decrease)",), ("2018-2017",)]
)
def test_columns_of_changes_have_no_period(headers: tuple[str, ...]) -> None:
    assert read_column(headers, "", Statement.NOTE, ANNUAL).period is None


def test_a_value_column_below_a_heading_of_changes_keeps_its_period() -> None:
    meaning = read_column(("Fiscal 2018 vs. 2017", "Fiscal 2017"), "", Statement.NOTE, ANNUAL)
    assert meaning.period is not None
    assert meaning.fiscal_year == 2017


def test_restated_columns_are_marked() -> None:
    assert read_column(("2017", "As Restated"), "", Statement.INCOME, ANNUAL).restated
    assert not read_column(("2017", "As Previously Reported"), "", Statement.INCOME, ANNUAL).restated
    assert not read_column(("2017", "Adjusted EBITDA"), "", Statement.NOTE, ANNUAL).restated


def test_the_caption_gives_the_period_that_headings_leave_out() -> None:
    meaning = read_column(("Americas",), "Year ended December 31, 2018", Statement.NOTE, ANNUAL)
    assert meaning.period == Period(date(2018, 12, 31), date(2018, 1, 1))
    assert meaning.segment == "Americas"


def test_no_period_is_invented() -> None:
    assert read_column(("Level 1",), "Fair values follow", Statement.NOTE, ANNUAL).period is None


def test_a_change_is_of_the_year_that_the_caption_names() -> None:
    meaning = read_column(("Total sales change",), "Year ended December 31, 2018", Statement.NOTE, ANNUAL)
    assert (meaning.period, meaning.fiscal_year) == (None, 2018)


def test_an_ordinal_alone_is_a_quarter_only_under_a_title_of_quarters() -> None:
    assert read_column(("2018", "3rd"), "Quarterly Financial Data", Statement.NOTE, ANNUAL).fiscal_quarter == 3
    assert read_column(("2018", "3rd"), "Lots sold", Statement.NOTE, ANNUAL).fiscal_quarter is None
