"""Numbers and years that a sentence lists in the same order."""

from __future__ import annotations

import time

import pytest

from adapters.report_qa.listed import is_day, listed_years


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("It was $5.1 million, $4 million and $3 million in 2019, 2018 and 2017, respectively.", [2019, 2018, 2017]),
        ("fair values of $ 37.8 million and $ 34.4 million at december 31 , 2015 and 2014 .", [2015, 2014]),
        ("As of March 31, 2020 and March 31, 2019 it was 12% and 10% .", [2020, 2019]),
        ("For 2009 and 2008 we paid $7 and $6, in 2007 and 2006 less.", [2007, 2006]),
        ("It was $ 5 in 2019 and $ 4 in 2018 .", []),
        ("It was 5 and 4 and 3 in 2019 and 2018 .", []),
        ("It was 5 and 4 in 2019 and 2019 .", []),
        ("In 2019 and 2018 nothing was paid .", []),
        ("", []),
    ],
)
def test_lists_of_the_same_length_go_together(line: str, expected: list[int]) -> None:
    assert list(listed_years(line).values()) == expected


def test_the_day_of_a_date_is_known() -> None:
    line = "On Dec. 31, 2019 and september 5 we had 12 ships."
    assert is_day(line, line.index("31")) and is_day(line, line.index("5 we")) and not is_day(line, line.index("12"))


def test_a_long_line_is_read_in_time() -> None:
    started = time.perf_counter()
    for line in ("2019 and " * 4000, "5, " * 8000, "december " * 4000, " " * 50_000 + "2019"):
        listed_years(line)
    assert time.perf_counter() - started < 3
