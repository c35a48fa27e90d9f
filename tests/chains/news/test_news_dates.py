"""Dates of news: many ways to write one day; what may be two is not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chains.news.news_dates import Ambiguous, DateReader, Ordered, day_first, settled

DAY = date(2024, 3, 25)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-25", " 2024-03-25 ", "2024-03-25T23:59:59Z", "2024-03-25T23:59:59.123-08:00", "2024-03-25 07:00",
        "2024/03/25", "2024/3/25 7:00 PM", "2024.03.25", "20240325", "20240325T101500Z", "20240325101500",
        "Mon, 25 Mar 2024 23:10:00 -0500", "25 Mar 2024 10:00:00 GMT", "March 25, 2024", "Mar 25, 2024 5:01 PM",
        "Mar. 25, 2024", "25 March 2024", "25-Mar-2024", "25-Mar-24", "Monday, March 25th, 2024", "25.03.2024",
        "25.3.2024 08:00", "1711324800", 1711324800, 1711324800.5, 1711324800000, "1711324800000000",
        "25.03.24", "10:30 25 Mar 2024", "10:30 AM EST, March 25, 2024", 1711324800000000000, datetime(2024, 3, 25, 9, tzinfo=UTC), DAY,
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(value: object):
    assert DateReader().read(value) == DAY


def test_september_has_a_second_short_name_and_years_may_have_two_digits():
    read = DateReader().read
    for value in ("Sept. 5, 2024", "5 Sept 2024", "Thursday, Sept 5, 2024 10:00"):
        assert read(value) == date(2024, 9, 5), value
    assert read("03/25/24") == Ordered(DAY, day_first=False)
    assert read("03/04/24") == Ambiguous(3, 4, 2024)
    assert read("15.03.99") == date(1999, 3, 15)


@pytest.mark.parametrize(
    "value",
    ["", " ", "yesterday", "Q1 2024", "2024-13-01", "2024-02-30", "0000-00-00", "31/31/2024", "0/5/2024", "12", "99999999",
     12, float("nan"), None, True, [1], b"2024-01-01", "1" * 400, "9" * 19],
)  # fmt: skip
def test_what_is_no_date_is_none(value: object):
    found = DateReader().read(value)
    assert found is None or value == "9" * 19  # a far epoch is none, or a sane year


def test_the_order_of_day_and_month_is_settled_by_other_dates_or_not_at_all():
    read = DateReader().read
    assert read("03/25/2024") == Ordered(DAY, day_first=False)
    assert read("25/03/2024 10:00") == Ordered(DAY, day_first=True)
    assert read("04/04/2024") == date(2024, 4, 4)
    found = read("3/4/2024")
    assert found == Ambiguous(3, 4, 2024)
    assert (settled(found, True), settled(found, False)) == (date(2024, 4, 3), date(2024, 3, 4))
    assert (day_first([]), day_first({True, False}), day_first({False})) == (None, None, False)


def test_a_format_that_is_given_is_the_only_one():
    read = DateReader("%m/%d/%Y").read
    assert read("03/04/2024") == date(2024, 3, 4)
    assert read("2024-03-04") is None
    assert read(datetime(2024, 3, 4)) == date(2024, 3, 4)
