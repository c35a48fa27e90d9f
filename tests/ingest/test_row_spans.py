"""Rows of a table that are spans of time, and the totals of them."""

from __future__ import annotations

from datetime import date

from ingest.calendar import FiscalCalendar
from ingest.row_spans import row_spans
from ingest.schema import Document, Period, Row

CALENDAR = FiscalCalendar(
    Document("a", "0" * 64, "a.pdf", fiscal_year=2018, period_end=date(2018, 12, 31), fiscal_year_end=(12, 31))
)


def spans(*labels: str) -> list[tuple[Period | None, int | None] | None]:
    found = row_spans([Row(label, ()) for label in labels], CALENDAR)
    return [None if m is None else (m.period, m.fiscal_quarter) for m in found]


def test_months_and_their_totals() -> None:
    found = spans("January 1-31, 2018", "Feb. 1 - Mar. 31, 2018", "Total January 1-March 31, 2018", "Total")
    quarter = Period(date(2018, 3, 31), date(2018, 1, 1))
    assert found[0] == (Period(date(2018, 1, 31), date(2018, 1, 1)), 1)
    assert found[2] == found[3] == (quarter, 1)


def test_a_span_over_the_turn_of_the_year_and_a_whole_year() -> None:
    found = spans(
        "Nov. 27 through Dec. 31, 2018", "December 1, 2017 to January 20, 2018", "Total January 1-December 31, 2018"
    )
    assert found[1] == (Period(date(2018, 1, 20), date(2017, 12, 1)), 1)
    assert found[2] == (Period(date(2018, 12, 31), date(2018, 1, 1)), None)


def test_other_rows_say_nothing_of_when() -> None:
    assert spans("Revenue", "Total revenue", "2018") == [None] * 3
    assert spans("January 1-31, 2018", "Total") == [None, None]
