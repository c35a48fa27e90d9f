"""Dates are named by the company's own fiscal years."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.calendar import FiscalCalendar, find_dates, find_years, nominal_date, shift_months
from ingest.schema import Document


def document(
    fiscal_year: int, end: date, year_end: tuple[int, int] | None = None, quarter: int | None = None
) -> Document:
    return Document(
        "d",
        "0" * 64,
        "d.pdf",
        fiscal_year=fiscal_year,
        period_end=end,
        fiscal_year_end=year_end,
        fiscal_quarter=quarter,
    )


def test_dates_in_all_their_forms() -> None:
    text = "December 31, 2018; 30 June 2019; 2020-02-29; Sept. 26, 2020; 1/28/23; February 30, 2020"
    assert [day for day, _, _ in find_dates(text)] == [
        date(2018, 12, 31),
        date(2019, 6, 30),
        date(2020, 2, 29),
        date(2020, 9, 26),
        date(2023, 1, 28),
    ]


def test_years_are_not_amounts() -> None:
    assert find_years("FY2018 and 2,019 and $2020 and 2021.5 and fiscal 2022") == [2018, 2022]


def test_a_year_ending_in_january_may_carry_either_name() -> None:
    retailer = FiscalCalendar(document(2022, date(2023, 1, 28)))
    other = FiscalCalendar(document(2023, date(2023, 1, 28)))
    assert retailer.name(date(2022, 1, 29)).year == 2021
    assert other.name(date(2022, 1, 29)).year == 2022


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2023, 1, 28), 2023, None),
        (date(2019, 2, 2), 2019, None),
        (date(2023, 4, 29), 2024, 1),
        (date(2023, 7, 29), 2024, 2),
        (date(2023, 10, 28), 2024, 3),
        (date(2024, 2, 3), 2024, None),
    ],
)
def test_quarters_of_a_52_week_year(day: date, year: int, quarter: int | None) -> None:
    calendar = FiscalCalendar(document(2024, date(2023, 7, 29), (1, 31), quarter=2))
    name = calendar.name(day)
    assert (name.year, name.quarter) == (year, quarter)


def test_the_documents_own_year_ends_on_its_own_day() -> None:
    calendar = FiscalCalendar(document(2019, date(2019, 2, 2), (1, 31)))
    assert calendar.end_of_year(2019) == date(2019, 2, 2)
    assert calendar.end_of_year(2018) == date(2018, 1, 31)


def test_months_keep_to_the_end_of_the_month() -> None:
    assert shift_months(date(2020, 2, 29), -12) == date(2019, 2, 28)
    assert shift_months(date(2019, 6, 30), -3) == date(2019, 3, 31)
    assert nominal_date(2019, 2, 31) == date(2019, 2, 28)


def test_a_52_week_year_begins_where_the_last_one_is_stated_to_end() -> None:
    stated = [date(2024, 9, 28), date(2023, 9, 30), date(2022, 9, 24)]
    calendar = FiscalCalendar(document(2024, date(2024, 9, 28)), stated)
    assert calendar.duration(date(2023, 9, 30), 12).start == date(2022, 9, 25)
    assert calendar.duration(date(2022, 9, 24), 12).start == date(2021, 9, 26)


def test_calendar_quarters_keep_to_months() -> None:
    calendar = FiscalCalendar(document(2019, date(2019, 12, 31)), [date(2019, 12, 31), date(2018, 12, 31)])
    assert calendar.duration(date(2019, 6, 30), 3).start == date(2019, 4, 1)
