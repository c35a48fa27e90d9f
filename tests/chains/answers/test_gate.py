"""The number gate: supported numbers pass, at the precision and scale that they are printed in, and no others."""

# ruff: noqa: E501 - a case a line reads best
from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from chains.answers.gate import Allowed, allow, check_answer
from chains.answers.program import execute, parse_program
from chains.formulas.units import Quantity
from ingest.schema import Figure, Period, Statement

ALLOWED = Allowed(
    values=(
        Quantity(Decimal(1_577_000_000), "USD"),
        Quantity(Decimal("0.0657"), "pure"),
        Quantity(Decimal("93.8612"), "pure"),
        Quantity(Decimal("5.1"), "percent"),
        Quantity(Decimal(5), "pure"),
        Quantity(Decimal(-3_200_000), "USD"),
        Quantity(Decimal(365), "pure"),
        Quantity(Decimal("-0.017"), "pure"),
        Quantity(Decimal(602_700_000), "shares"),
        Quantity(Decimal("2.35"), "USD/share"),
    ),
    quotes=(
        "What is the FY2018 capex of 3M, more than 20% of revenue?",
        "Purchases of PP&E (1,577) (1,373)",
        "We shipped 3.1 million units in our 65th year of COVID-19 on May 4, 2016",
    ),
    names=("3M_2018_10K", "3M_2018_10K.p60.t1.r12.c1"),
    years=frozenset({2018}),
    dates=frozenset({date(2018, 12, 31)}),
    pages=frozenset({60}),
)


@pytest.mark.parametrize(
    "text",
    [
        "$1,577 million", "$1.6 billion", "$1.58bn", "1,577", "$1,577", "$1,577,000,000", "In USD millions: 1577.00",
        "6.57%", "6.6 percent", "0.07", "0.0657", "93.86 days", "93.9", "94 days", "5.1%", "5", "5x", "5%", "five percent",
        "decreased by $3.2 million", "-$3.2 million", "($3.2 million)", "$(3.2) million", "a loss of $3.2 million",
        "365 days", "FY2018", "in 2018", "fiscal year 2018", "December 31, 2018", "31 December 2018", "2018-12-31", "May 4, 2016",
        "page 60", "(3M_2018_10K, p. 60)", "3M_2018_10K.p60.t1.r12.c1", "3M paid", "the 10-K", "Q2 of FY2018", "65th", "COVID-19",
        "fell 170 basis points", "fell 1.7 percentage points", "down 1.7%", "−1.7%", "20%", "(1,577)", "1,373", "3.1 million",
        "602.7 million shares", "$2.35 per share", "[1] see the note", "No number at all.", "",
    ],
)  # fmt: skip
def test_supported_numbers_pass(text: str) -> None:
    assert check_answer(text, ALLOWED).unsupported == ()


@pytest.mark.parametrize(
    "text",
    [
        "$1,578 million", "1,577 thousand", "$1.57 billion", "$1,577 billion", "6.57", "0.05", "6.57x", "5,000", "5 million", "$5",
        "rose by $3.2 million", "grew 1.7%", "FY2019", "in 2019", "2018-2019", "December 31, 2019", "December 30, 2018",
        "page 61", "pages 60-61", "4M paid", "20", "21%", "-1,577.1", "-1,373 million", "66th", "five billion", "3.2 million shares",
        "$602.7 million", "1e9", "1577USD", "2 of them", "2x", "1.577.000", "17 %", "1,5", "１２３", "COVID-20", "9" * 500,
        "two million",
    ],
)  # fmt: skip
def test_unsupported_numbers_are_named(text: str) -> None:
    report = check_answer(text, ALLOWED)
    assert not report.ok
    assert report.unsupported


def test_only_the_offending_numbers_are_named() -> None:
    report = check_answer("Capex was $1,577 million in 2018, up 12.9% from $1,373 million (p. 60).", ALLOWED)
    assert report.unsupported == ("12.9%", "$1,373 million")


def test_an_empty_evidence_supports_nothing() -> None:
    assert check_answer("about 7", Allowed()).unsupported == ("7",)
    assert check_answer("about seven", Allowed()).ok


def figure(id_: str, value: int, printed: str, year: int) -> Figure:
    return Figure(
        id=id_, document="Acme_2020", page=41, label="Net sales", path=(), printed=printed, value=Decimal(value), scale=6,
        unit="USD", currency="USD", period=Period(date(year, 9, 26), date(year - 1, 9, 29)), fiscal_year=year,
        fiscal_quarter=None, statement=Statement.INCOME, table="t1", caption="", headers=(),
    )  # fmt: skip


def test_what_an_answer_rests_on_becomes_its_allowance() -> None:
    new, old = (
        figure("Acme_2020.p41.t1.r1.c1", 1_200_000_000, "$ 1,200", 2020),
        figure("Acme_2020.p41.t1.r1.c2", 1_000_000_000, "1,000", 2019),
    )
    values = {f.id: Quantity(f.value, f.unit) for f in (new, old)}
    program = parse_program(f"subtract({new.id}, {old.id}), divide(#0, {old.id}), multiply(#1, const_100)")
    allowed = allow("How much did sales grow in FY2020?", (new, old), program, execute(program, values.get))
    good = (
        "Net sales grew 20.0% in FY2020, by $200 million, from $1,000 million (year to September 26, 2019) "
        "to $1.2 billion (Acme_2020, page 41; 1,200 in the table)."
    )
    assert check_answer(good, allowed).ok
    assert check_answer("They grew 21% to $1.3 billion in FY2021 (page 42).", allowed).unsupported == (
        "21%",
        "$1.3 billion",
        "FY2021",
        "page 42",
    )


def test_long_texts_are_checked_quickly() -> None:
    started = time.perf_counter()
    check_answer("1,234.5 million and 12% (" * 2000, ALLOWED)
    check_answer("9" * 50_000, ALLOWED)
    check_answer("1," * 20_000, ALLOWED)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("text", ["[1]\n2025-11-06 neutral", "2 pages\n3M_2018_10K: 3M", "rose. [2]\n1,284 in all"])
def test_a_line_that_begins_with_a_number_is_read_from_its_beginning(text: str) -> None:
    said = ("2025-11-06 neutral", "3M_2018_10K: 3M", "2 pages", "1,284 in all")
    assert check_answer(text, Allowed(quotes=said)).ok


def test_a_page_that_the_evidence_names_is_one() -> None:
    allowed = Allowed(quotes=("there is no figure 'acme.p6.t1', see page 45",), pages=frozenset({3}))
    assert check_answer("There is no figure acme.p6.t1; see page 45 and page 3.", allowed).ok
    assert not check_answer("See page 6.", allowed).ok


def test_a_name_without_a_letter_is_a_number_like_others() -> None:
    allowed = Allowed(names=("284", "2024"))
    assert check_answer("It is in 2024, at 284.", allowed).ok
    assert not check_answer("It was 284.5 and 1,284 in 2024.", allowed).ok
