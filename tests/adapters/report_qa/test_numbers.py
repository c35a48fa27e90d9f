"""Numbers of every printed form, and which cells are one."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from adapters.report_qa.numbers import number_of_cell, numbers_in, numbers_in_words

CELLS = [
    ("1,452.4", "1452.4", False, 0),
    ("$ 1,452.4", "1452.4", False, 0),
    ("US$3bn", "3", False, 9),
    ("\u20ac 5", "5", False, 0),
    (".5", ".5", False, 0),
    ("(87%)", "-87", True, 0),
    ("(87 )%", "-87", True, 0),
    ("$(5)", "-5", False, 0),
    ("$ (1,234)", "-1234", False, 0),
    ("($5)", "-5", False, 0),
    ("-7.6 ( 7.6 )", "-7.6", False, 0),
    ("92% ( 92 % )", "92", True, 0),
    ("\u2212 4.5", "-4.5", False, 0),
    ("12.3 million", "12.3", False, 6),
    ("20 per cent", "20", True, 0),
    ("3-years", "3", False, 0),
    ("0012", "12", False, 0),
    ("12,345,678.90", "12345678.90", False, 0),
    ("\u0663\u0664", "34", False, 0),
]


@pytest.mark.parametrize(("cell", "value", "percent", "scale"), CELLS)
def test_a_cell_that_is_a_number(cell: str, value: str, percent: bool, scale: int) -> None:
    found = number_of_cell(cell)
    assert found is not None
    assert (found.value, found.percent, found.scale) == (Decimal(value), percent, scale)
    assert (found.start, found.end) == (0, len(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "-",
        "Sales",
        "5.25% notes due 2019",
        "5,234 (1)",
        "Q3",
        "2018-2019",
        "5 1/4",
        "1.2.3",
        "9" * 31,
        "\ud800 \u05d0",
    ],
)
def test_a_cell_of_words_or_of_several_numbers_is_none(cell: str) -> None:
    assert number_of_cell(cell) is None


def test_numbers_of_a_sentence_are_where_they_are_printed() -> None:
    text = "Sales rose 5 ( 2018 : 4 ) to $ 1.3 billion , or 92% ( 92 % ) of \u2212 7 in 2018-2019 , note (3) ."
    found = [(text[one.start : one.end], str(one.value), one.percent, one.scale) for one in numbers_in(text)]
    assert found == [
        ("5", "5", False, 0), ("2018", "2018", False, 0), ("4", "4", False, 0), ("$ 1.3 billion", "1.3", False, 9),
        ("92%", "92", True, 0), ("\u2212 7", "-7", False, 0), ("2018", "2018", False, 0), ("2019", "2019", False, 0),
        ("(3)", "3", False, 0),
    ]  # fmt: skip


def test_a_bracket_that_is_not_closed_is_no_minus() -> None:
    assert [one.value for one in numbers_in("($ 5 million in 2018)")] == [Decimal(5), Decimal(2018)]


@pytest.mark.parametrize(
    ("text", "value", "percent", "scale"),
    [
        ("over three years", 3, False, 0),
        ("by twelve percent", 12, True, 0),
        ("forty-two million", 42, False, 6),
        ("one hundred thousand", 100, False, 3),
        ("Twenty One", 21, False, 0),
    ],
)
def test_numbers_in_words(text: str, value: int, percent: bool, scale: int) -> None:
    (found,) = numbers_in_words(text)
    assert (found.value, found.percent, found.scale) == (value, percent, scale)


def test_words_that_only_begin_like_numbers_are_none() -> None:
    assert numbers_in_words("someone in Tennessee often weighed oneself, ten eleven") == []


def test_a_page_of_blanks_takes_no_longer_than_its_length() -> None:
    began = time.process_time()
    for text in ("5" + " " * 50_000 + "x", "$" + " " * 50_000 + "5 ( x", "(" * 50_000, "1," * 50_000, "9" * 100_000):
        numbers_in(text)
        number_of_cell(text)
        numbers_in_words(text)
    assert time.process_time() - began < 5, "it took over a minute where each way to cut the blanks was tried"
