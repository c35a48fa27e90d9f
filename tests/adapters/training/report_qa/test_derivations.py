"""Printed numbers become pointers, and only programs that come to the answer are given."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Point, Solution
from adapters.report_qa.programs import program_text, said_value
from adapters.training.report_qa.checks import agrees, comes_to
from adapters.training.report_qa.derivations import ground

TABLE = (
    ("(in thousands)", "2021", "2020", "2019"),
    ("Net sales", "$1,250", "$1,000", "$800"),
    ("Interest paid", "(40)", "(25)", "(40)"),
    ("Tax rate", "21%", "24%", "25%"),
    ("Other", "1,000", "60", "5"),
)
TEXT = ("Capital spending was $27 million in 2021.", "Sales of $1,000 were made abroad.")
EVIDENCE = Evidence("What was the change in net sales from 2020 to 2021?", TABLE, TEXT)


def grounded(derivation: str, gold: str, question: str = "", scale: str = "", rounded: bool = True) -> list[str]:
    evidence = replace(EVIDENCE, question=question or EVIDENCE.question)
    check = comes_to(evidence, Decimal(gold), rounded=rounded)
    found = ground(derivation, evidence, check, scale)
    return [program_text(solution, candidates_of(evidence)) for solution in found]


def places(solution: Solution) -> list[tuple[int, int]]:
    own = candidates_of(EVIDENCE)
    points = [operand for step in solution.steps for operand in step.operands if isinstance(operand, Point)]
    return [(own[point.index].line, own[point.index].column) for point in points]


def test_the_place_is_the_row_and_year_asked_for() -> None:
    first = ground("1,250 - 1,000", EVIDENCE, comes_to(EVIDENCE, Decimal(250), rounded=True))[0]
    assert places(first) == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("derivation", "gold", "program"),
    [
        ("(1,250 - 1,000)/1,000", "25", "subtract(1250, 1000), divide(#0, 1000)"),
        ("1,250/1,000 - 1", "25", "subtract(1250, 1000), divide(#0, 1000)"),
        ("(1,250 + 1,000 + 800)/3", "1016.67", "average(1250, 1000, 800)"),
        ("(1,250 + 800)/(2021-2020+1)", "1025", "average(1250, 800)"),
        ("(1,250 - 60 + 800)/2", "995", "subtract(1250, 60), average(800, #0)"),
        ("1,250 + 1,000 + 800", "3050", "sum(1250, 1000, 800)"),
        ("-40 - (-25)", "-15", "subtract(-40, -25)"),
        ("40 - 25", "15", "subtract(-25, -40)"),
        ("1,250 - 40", "1210", "add(1250, -40)"),
        ("-(1,250+800)/2", "-1025", "average(1250, 800), multiply(#0, const_m1)"),
        ("average(1,250, 800)", "1025", "average(1250, 800)"),
        ("table_average(net sales, none)", "1016.67", "average(1250, 1000, 800)"),
        ("800 * 1000", "800000", "multiply(800, const_1000)"),
        ("27000000 / 60", "450000", "divide(27, 60), multiply(#0, const_1000000)"),
    ],
)
def test_forms_of_derivation(derivation: str, gold: str, program: str) -> None:
    scale = "percent" if gold == "25" else ""
    assert grounded(derivation, gold, scale=scale)[0] == program


def test_percentages_count_as_the_answer_says_them() -> None:
    assert grounded("24% - 21%", "3", scale="percent") == ["subtract(24%, 21%)"]
    assert grounded("24 - 21", "3", scale="percent") == ["subtract(24%, 21%)"]
    assert grounded("24 - 21", "3.0", rounded=False) == ["subtract(24%, 21%), multiply(#0, const_100)"]


def test_a_what_if_takes_its_number_from_the_question_in_its_own_unit() -> None:
    doubled = "What would net sales in 2021 be if they were 1,000 instead and then doubled?"
    evidence = replace(EVIDENCE, question=doubled)
    first = ground("1,000 * 2", evidence, comes_to(evidence, Decimal(2000), rounded=True))[0]
    point = first.steps[0].operands[0]
    assert isinstance(point, Point)
    assert candidates_of(evidence)[point.index].source == "question"
    asked = "What would the change be if net sales in 2021 were $2 million?"
    assert grounded("2,000 - 1,000", "1000", asked)[0] == "multiply(2, const_1000), subtract(#0, 1000)"


def test_equal_numbers_side_by_side_are_two_cells() -> None:
    evidence = replace(EVIDENCE, question="What was the change in interest paid from 2019 to 2021?")
    first = ground("(-40) - (-40)", evidence, comes_to(evidence, Decimal(0), rounded=True))[0]
    assert len(set(first.steps[0].operands)) == 2


def test_nothing_is_given_that_does_not_come_to_the_answer() -> None:
    assert grounded("1,250 - 1,000", "252") == []
    assert grounded("1,250 - 777", "473") == []  # 777 is nowhere printed
    assert grounded("words", "473") == []
    assert grounded("1,250 / (5 - 5)", "0") == []
    assert grounded("+".join(["60"] * 9), "540") == []  # more operands than a step may have


def test_several_places_are_alternatives() -> None:
    evidence = replace(EVIDENCE, question="How much more than 60?", text=(*TEXT, "Others had 60."))
    found = ground("1,000 - 60", evidence, comes_to(evidence, Decimal(940), rounded=True))
    assert 1 < len(found) <= 3
    assert all(said_value(one, candidates_of(evidence)) == 940 for one in found)


def test_a_rounded_answer_agrees_within_half_a_unit_or_half_a_percent() -> None:
    assert agrees(Decimal("18.456"), Decimal("18.46"))
    assert agrees(Decimal("1003"), Decimal("1000"))
    assert not agrees(Decimal("19"), Decimal("18.46"))
