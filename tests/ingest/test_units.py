"""Units and scales of printed numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.numbers import parse_number
from ingest.schema import Cell, Row
from ingest.units import Measure, UnitContext, measure, percent_columns, read_unit_context


def cell(text: str) -> Cell:
    printed = parse_number(text)
    assert printed is not None
    return Cell(text, printed.value, printed.dash, printed.symbol)


@pytest.mark.parametrize(
    ("text", "scale", "shares"),
    [
        ("(In Millions, Except Par Value)", 6, 6),
        ("(In thousands, except per share data)", 3, 3),
        ("$ in millions, except per share and share amounts", 6, 0),
        ("In millions, except number of shares, which are reflected in thousands, and per-share amounts", 6, 3),
        ("Millions of dollars", 6, 6),
        ("STATEMENTS OF OPERATIONS - USD ($) shares in Thousands, $ in Millions", 6, 3),
        ("(Dollars in millions, shares in thousands)", 6, 3),
        ("Shares in thousands", 3, 3),
        ("($000)", 3, 3),
        ("($000,000s)", 6, 6),
        ("The following table shows revenue by segment (in billions):", 9, 9),
        ("Years ended December 31", None, None),
    ],
)
def test_a_tables_words_state_its_scale(text: str, scale: int | None, shares: int | None) -> None:
    context = read_unit_context([text])
    assert (context.scale, context.share_scale) == (scale, shares)


def test_the_nearest_words_govern() -> None:
    assert read_unit_context(["(in thousands)", "Dollars in millions"]).scale == 3


MILLIONS = UnitContext(6, 6)


def unit_of(label: str, text: str, path: tuple[str, ...] = (), context: UnitContext = MILLIONS) -> Measure:
    row = Row(label, (cell(text),), path)
    return measure(
        row.cells[0] or cell("0"),
        row,
        "2022",
        context,
        default_scale=3,
        currency="USD",
        percent_column=False,
        money_table=True,
    )


@pytest.mark.parametrize(
    ("label", "text", "path", "expected"),
    [
        ("Net sales", "1,204", (), Measure("USD", "USD", 6)),
        ("Basic", "$ 3.86", ("Earnings per share",), Measure("USD/share", "USD", 0)),
        ("Basic", "318.5", ("Weighted-average common shares outstanding",), Measure("shares", "", 6)),
        ("Weighted average basic shares outstanding", "1,044", ("Basic earnings per share",), Measure("shares", "", 6)),
        ("Dividends declared per share", "$ 2.00", (), Measure("USD/share", "USD", 0)),
        ("Common stock, par value $0.10: 1,000 shares issued", "27", (), Measure("USD", "USD", 6)),
        ("Effective tax rate", "26.1%", (), Measure("percent", "", 0)),
        ("Gross margin", "12.5 %", (), Measure("percent", "", 0)),
        ("Revenue (thousands)", "5", (), Measure("USD", "USD", 3)),
        ("Interest coverage", "4.5x", (), Measure("pure", "", 0)),
    ],
)
def test_rows_know_their_units(label: str, text: str, path: tuple[str, ...], expected: Measure) -> None:
    assert unit_of(label, text, path) == expected


def test_shares_printed_in_full_stay_so() -> None:
    context = read_unit_context(["(in thousands, except share and per share data)"])
    assert unit_of("Weighted-average shares outstanding", "425,889,000", (), context).scale == 0


def test_without_a_stated_scale_the_documents_serves() -> None:
    assert unit_of("Deferred taxes", "12", (), UnitContext()) == Measure("USD", "USD", 3)


def test_percent_signs_on_first_and_last_row_mark_a_column() -> None:
    rows = [
        Row(str(i), (cell(text), cell(money)))
        for i, (text, money) in enumerate([("1.0 %", "$ 5"), ("2.0", "6"), ("3.0 %", "11")])
    ]
    assert percent_columns(rows, ["2022", "2022"]) == [True, False]
    assert rows[1].cells[0] is not None
    assert rows[1].cells[0].value == Decimal("2.0")


@pytest.mark.parametrize(
    "label",
    [
        "Shares used to compute basic net income per share",
        "Weighted-average shares used in computing diluted earnings per share",
        "Weighted average common shares outstanding for basic EPS",
    ],
)
def test_shares_are_shares_whatever_they_are_used_for(label: str) -> None:
    assert unit_of(label, "498.3").unit == "shares"


def test_in_a_table_without_money_one_percent_sign_is_enough() -> None:
    rows = [Row("a", (cell("1.0 %"),)), Row("b", (cell("(0.9)"),)), Row("Total", (cell("1.2"),))]
    assert percent_columns(rows, ["Organic sales"]) == [True]
