"""Programs found by search from the answer alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example
from adapters.report_qa.programs import program_text
from adapters.training.report_qa.guess import borrow, guess
from adapters.training.report_qa.search import FEATURES, Search
from adapters.training.report_qa.shapes import KINDS, SHAPES, kind_of, likelihood

TABLE = (
    ("in millions", "2018", "2017", "2016", "2015"),
    ("revenue", "$ 1437", "$ 1211", "$ 1179", "$ 1013"),
    ("cost of sales", "871", "803", "767", "645"),
    ("research", "91.5", "87.2", "66.1", "60.4"),
    ("tax rate", "21.4% ( 21.4 % )", "24.9% ( 24.9 % )", "25.2% ( 25.2 % )", "24.7% ( 24.7 % )"),
)
TEXT = ("the company employed 4211 people at the end of 2018 .", "dividends of $ 212 million were paid in 2017 .")


@pytest.mark.parametrize(
    ("question", "gold", "program"),
    [
        ("what was the percent change in revenue from 2017 to 2018?", "0.18662", "subtract(1437, 1211), divide(#0, 1211)"),
        ("what was the change in research from 2017 to 2018?", "4.3", "subtract(91.5, 87.2)"),
        ("what share of revenue in 2016 was cost of sales?", "0.65055", "divide(767, 1179)"),
        ("what was the average cost of sales of 2017 and 2018?", "837.0", "average(871, 803)"),
        ("what was the total research from 2016 to 2018?", "244.8", "sum(91.5, 87.2, 66.1)"),
        ("what was the average revenue from 2015 to 2018?", "1210.0", "average(1437, 1211, 1179, 1013)"),
        ("what was the revenue in 2018 per employee , in dollars?", "341249.10947", "multiply(1437, const_1000000), divide(#0, 4211)"),
    ],
)  # fmt: skip
def test_the_program_that_fits_the_question_is_first(question: str, gold: str, program: str) -> None:
    evidence = Evidence(question, TABLE, TEXT)
    found = guess(evidence, Decimal(gold))
    assert program_text(found[0][0], candidates_of(evidence)) == program
    assert 0 < found[0][1] <= 1
    assert [weight for _, weight in found] == sorted((weight for _, weight in found), reverse=True)


def test_a_rounded_percentage() -> None:
    evidence = Evidence("what was the percent change in revenue from 2017 to 2018?", TABLE, TEXT)
    found = guess(evidence, Decimal("18.7"), scale="percent", rounded=True)
    assert program_text(found[0][0], candidates_of(evidence)) == "subtract(1437, 1211), divide(#0, 1211)"
    assert found[0][0].scale == "percent"


@pytest.mark.parametrize("gold", ["0.98765", "NaN", "Infinity", "1e40"])
def test_nothing_where_no_program_comes_to_the_answer(gold: str) -> None:
    assert guess(Evidence("what was the ratio?", TABLE, TEXT), Decimal(gold)) == []


def test_nothing_where_many_come_to_it_alike() -> None:
    table = (("", "a", "b"), *((f"item {row}", str(row), str(row + 1)) for row in range(2, 30)))
    assert guess(Evidence("what is the difference?", table), Decimal(1)) == []


def test_evidence_without_numbers() -> None:
    assert guess(Evidence("what is it?"), Decimal(3)) == []
    assert guess(Evidence("what is it?", (("a",),), ("words",)), Decimal(3)) == []


def test_every_shape_is_searched_and_every_feature_named() -> None:
    search = Search(Evidence("what was the total?", TABLE, TEXT))
    hits = search.hits(Decimal("837"), Decimal("0.1"))
    assert hits
    assert {len(hit.features) for hit in hits} == {len(FEATURES)}
    for shape in SHAPES:
        assert len(shape.counts) == len(KINDS)
        assert 0 < likelihood(shape, kind_of("what was the total?")) < 1


def test_a_program_is_borrowed_from_the_same_page_and_answer() -> None:
    first = Evidence("what was the percent change in revenue from 2017 to 2018?", TABLE, TEXT)
    solution = guess(first, Decimal("0.18662"))[0][0]
    guessed = Example("a", "page", first, (solution,), gold=Decimal("0.18662"), weight=0.9)
    known = replace(guessed, program="(1437 - 1211) / 1211")
    asked = Example("b", "page", replace(first, question="by what share did it grow?"), (), gold=Decimal("0.18662"))
    other = replace(asked, page="elsewhere")
    borrowed, left = borrow([asked, other], [known])
    assert program_text(borrowed.solutions[0], candidates_of(asked.evidence)).startswith("subtract(1437, 1211)")
    assert left.solutions == ()
    assert borrow([asked, guessed], [guessed]) == [asked, guessed]
