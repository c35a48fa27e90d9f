"""Printed numbers are read exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value", "symbol"),
    [
        ("1,577", "1577", ""),
        ("$ (1,577)", "-1577", "$"),
        ("(14.4)%", "-14.4", "%"),
        ("(3.2) %", "-3.2", "%"),
        ("$(0.57)", "-0.57", "$"),
        ("−5", "-5", ""),
        ("€ 12.50", "12.50", "€"),
        ("1.5x", "1.5", "x"),
        (".5", "0.5", ""),
        ("1\u00a0234", "1234", ""),
    ],
)
def test_value_and_symbol(text: str, value: str, symbol: str) -> None:
    printed = parse_number(text)
    assert printed is not None
    assert (printed.value, printed.symbol) == (Decimal(value), symbol)


@pytest.mark.parametrize("text", ["—", "$ —", "-", "–%", "$—"])
def test_dashes_are_told_from_numbers(text: str) -> None:
    printed = parse_number(text)
    assert printed is not None
    assert printed.dash
    assert printed.value is None


@pytest.mark.parametrize("text", ["", "$", "abc", "12 months", "10-K", "(a)", "1,2345", "Note 5", "2018 2017", "(1,2"])
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_footnote_marks_are_kept_apart() -> None:
    printed = parse_number("1,044(a)")
    assert printed is not None
    assert (printed.value, printed.marks) == (Decimal(1044), ("a",))


def test_not_meaningful_is_neither_number_nor_dash() -> None:
    printed = parse_number("N/M")
    assert printed is not None
    assert printed.value is None
    assert not printed.dash
