"""Periods are found however they are written, and become the company's own."""

from datetime import date

import pytest

from chains.formulas.expression import FiscalPeriod
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import find_periods
from ingest.schema import Document


def annual(year: int, end: date, form: str = "10-K") -> Document:
    return Document(
        f"D{year}",
        str(year),
        "",
        "Acme",
        fiscal_year=year,
        period_end=end,
        fiscal_year_end=(end.month, end.day),
        form=form,
    )


CALENDAR = Calendar.of([annual(2021, date(2021, 12, 31)), annual(2022, date(2022, 12, 31))])
RETAILER = Calendar.of([annual(2022, date(2023, 1, 28)), annual(2021, date(2022, 1, 29))])


@pytest.mark.parametrize(
    ("text", "year", "quarter"),
    [
        ("FY2018", 2018, None),
        ("fiscal 2018", 2018, None),
        ("FY18", 2018, None),
        ("FY'18", 2018, None),
        ("in 2018?", 2018, None),
        ("the fiscal year 2018", 2018, None),
        ("as of Q2 of FY2024", 2024, 2),
        ("second quarter of 2023", 2023, 2),
        ("2Q23", 2023, 2),
        ("Q4'22", 2022, 4),
        ("FY2024 Q3", 2024, 3),
        ("third fiscal quarter of fiscal 2020", 2020, 3),
        ("FY21/22", 2022, None),
    ],
)
def test_one_period(text: str, year: int, quarter: int | None) -> None:
    (mention,) = find_periods(f"What was revenue for {text}").mentions
    assert (mention.year, mention.quarter) == (year, quarter)


@pytest.mark.parametrize("text", ["revenue of $2,018 million", "20.5% of sales", "2,019 stores"])
def test_amounts_are_no_periods(text: str) -> None:
    assert find_periods(text).mentions == ()


@pytest.mark.parametrize(
    "text", ["FY2020 - FY2022", "from FY2020 to FY2022", "between 2020 and 2022", "2020-2022", "2020 through 2022"]
)
def test_a_range_is_filled(text: str) -> None:
    resolved = resolve_all(find_periods(f"average margin {text}"), CALENDAR)
    assert [r.period for r in resolved] == [FiscalPeriod(2020), FiscalPeriod(2021), FiscalPeriod(2022)]


def test_a_list_is_no_range() -> None:
    resolved = resolve_all(find_periods("revenue in 2020 and 2022"), CALENDAR)
    assert [r.period.year for r in resolved] == [2020, 2022]


def test_last_three_years_end_with_the_newest_report() -> None:
    resolved = resolve_all(find_periods("over the last three years"), CALENDAR)
    assert [r.period.year for r in resolved] == [2020, 2021, 2022]


def test_dates_become_periods() -> None:
    one = resolve_all(find_periods("as of December 31, 2022"), CALENDAR)
    two = resolve_all(find_periods("three months ended June 30, 2022"), CALENDAR)
    assert one[0].period == FiscalPeriod(2022)
    assert two[0].period == FiscalPeriod(2022, 2)


def test_own_name_wins_over_the_calendar_year() -> None:
    assert resolve_all(find_periods("FY2022"), RETAILER)[0].period == FiscalPeriod(2022)


def test_a_year_is_also_known_by_the_calendar_year_it_ends_in() -> None:
    (resolved,) = resolve_all(find_periods("FY2023"), RETAILER)
    assert resolved.period == FiscalPeriod(2022)
    assert resolved.renamed


def test_quarters_share_a_year() -> None:
    mentions = find_periods("Q1 and Q2 of FY2023").mentions
    assert [(m.year, m.quarter) for m in mentions] == [(2023, 1), (2023, 2)]


def test_year_over_year() -> None:
    assert find_periods("year-over-year change in revenue").change


def test_a_current_report_does_not_move_the_year() -> None:
    event = Document("E", "e", "", "Acme", form="8-K", fiscal_year=2022, period_end=date(2022, 5, 18))
    calendar = Calendar.of([annual(2022, date(2022, 12, 31)), event])
    assert calendar.end_of(FiscalPeriod(2022)) == date(2022, 12, 31)
    assert calendar.end_of(FiscalPeriod(2021)) == date(2021, 12, 31)


@pytest.mark.parametrize(
    ("text", "end", "months"),
    [
        ("net income for the six months to July 27, 2025", date(2025, 7, 27), 6),
        ("gross profit, nine months to Aug 2025", date(2025, 8, 31), 9),
        ("first 9 months to 31 August 2025", date(2025, 8, 31), 9),
        ("sales in Jan-Mar 2025", date(2025, 3, 31), 3),
        ("January to March 2025", date(2025, 3, 31), 3),
        ("the October–December 2024 quarter", date(2024, 12, 31), 3),
        ("July 2024 through March 2025", date(2025, 3, 31), 9),
        ("the March quarter of 2025", date(2025, 3, 31), 3),
        ("the March 2025 quarter", date(2025, 3, 31), 3),
        ("the quarter to June 2025", date(2025, 6, 30), 3),
        ("cash on the 28th of January 2023", date(2023, 1, 28), None),
    ],
)
def test_dates_and_months(text: str, end: date, months: int | None) -> None:
    (mention,) = find_periods(text).mentions
    assert (mention.date, mention.months) == (end, months)


def test_a_part_of_a_year_that_ends_with_it_is_not_the_year() -> None:
    (resolved,) = resolve_all(find_periods("six months to December 31, 2021"), CALENDAR)
    assert (resolved.period.quarter, resolved.months) == (4, 6)


@pytest.mark.parametrize(("text", "years"), [("sales in Europe in 22?", [2022]), ("deliveries in 22 countries", [])])
def test_a_year_of_two_digits(text: str, years: list[int]) -> None:
    assert [m.year for m in find_periods(text).mentions] == years


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("sales for the 39-week fiscal period ended November 2, 2024", 9),
        ("sales of the thirteen weeks ended November 2, 2024", 3),
        ("sales of the 26 weeks ended July 30, 2022", 6),
        ("sales after 113 weeks ended November 2, 2024", None),
    ],
)
def test_weeks_are_read_as_the_months_that_they_are(text: str, months: int | None) -> None:
    (mention,) = find_periods(text).mentions
    assert mention.months == months
