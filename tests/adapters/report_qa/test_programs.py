"""Solutions carried out, written down, and compared."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import (
    CONSTANTS,
    Constant,
    Earlier,
    Evidence,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Source,
    Span,
    Step,
)
from adapters.report_qa.programs import program_text, run_steps, said_value, same_program, texts_of, value_of_solution
from tests.adapters.report_qa.conftest import evidence, point

NUMBERS = Evidence("", (("", "a", "b"), ("x", "8", "3"), ("y", "12.5%", "(2)"), ("z", "words", "8")))
FOUND = candidates_of(NUMBERS)
AT = {one.printed: Point(place) for place, one in reversed(list(enumerate(FOUND)))}
EIGHT, THREE, SHARE, MINUS, WORDS = (AT[one] for one in ("8", "3", "12.5%", "(2)", "words"))


def program(*steps: tuple[Operation, tuple[Operand, ...]], scale: str = "") -> Solution:
    return Solution(Kind.PROGRAM, tuple(Step(*step) for step in steps), scale=scale)


@pytest.mark.parametrize(
    ("operation", "operands", "result"),
    [
        (Operation.ADD, (EIGHT, THREE), "11"),
        (Operation.SUBTRACT, (EIGHT, THREE), "5"),
        (Operation.MULTIPLY, (EIGHT, MINUS), "-16"),
        (Operation.DIVIDE, (EIGHT, MINUS), "-4"),
        (Operation.EXP, (EIGHT, Constant("const_2")), "64"),
        (Operation.SUM, (EIGHT, THREE, MINUS), "9"),
        (Operation.AVERAGE, (EIGHT, THREE, Constant("const_1")), "4"),
        (Operation.MAX, (EIGHT, THREE, MINUS), "8"),
        (Operation.MIN, (EIGHT, THREE, MINUS), "-2"),
        (Operation.MULTIPLY, (EIGHT, SHARE), "1.000"),
        (Operation.ADD, (EIGHT, Constant("const_m1")), "7"),
    ],
)
def test_operations(operation: Operation, operands: tuple[Operand, ...], result: str) -> None:
    assert value_of_solution(program((operation, operands)), FOUND) == Decimal(result)


def test_comparisons_are_true_or_false_and_count_as_one_or_zero_later() -> None:
    compared = (Operation.GREATER, (EIGHT, THREE))
    assert value_of_solution(program(compared), FOUND) is True
    assert value_of_solution(program(compared, (Operation.ADD, (Earlier(0), THREE))), FOUND) == 4
    assert said_value(program(compared), FOUND) is None


@pytest.mark.parametrize(
    "step",
    [
        (Operation.DIVIDE, (EIGHT, Constant("const_1"), THREE)),
        (Operation.ADD, (EIGHT, WORDS)),
        (Operation.ADD, (EIGHT,)),
        (Operation.SUM, ()),
        (Operation.EXP, (MINUS, SHARE)),
        (Operation.EXP, (Constant("const_1000000000"), Constant("const_1000000000"))),
    ],
)
def test_what_cannot_be_computed_is_nothing(step: tuple[Operation, tuple[Operand, ...]]) -> None:
    assert value_of_solution(program(step), FOUND) is None
    zero = (Operation.SUBTRACT, (EIGHT, EIGHT))
    assert value_of_solution(program(zero, (Operation.DIVIDE, (THREE, Earlier(0)))), FOUND) is None
    assert run_steps((), lambda operand: Decimal(1)) is None


def test_no_result_is_too_long_to_print() -> None:
    tiny = (Operation.DIVIDE, (Constant("const_1"), Constant("const_1000000000")))
    value = value_of_solution(program(tiny, (Operation.EXP, (Earlier(0), Constant("const_1000")))), FOUND)
    assert value == 0 and len(f"{value:f}") < 400


def test_a_picked_number_has_a_value_and_several_have_none() -> None:
    assert value_of_solution(Solution(Kind.SPANS, picked=(SHARE,)), FOUND) == Decimal("0.125")
    assert value_of_solution(Solution(Kind.SPANS, picked=(EIGHT, THREE)), FOUND) is None
    assert value_of_solution(Solution(Kind.SPANS, picked=(WORDS,)), FOUND) is None
    assert value_of_solution(Solution(Kind.COUNT, picked=(WORDS, EIGHT)), FOUND) == 2
    assert value_of_solution(Solution(Kind.REFUSAL), FOUND) is None


@pytest.mark.parametrize(
    ("solution", "said"),
    [
        (program((Operation.DIVIDE, (THREE, EIGHT)), scale="percent"), "37.5"),
        (program((Operation.SUBTRACT, (EIGHT, THREE)), scale="percent"), "5"),
        (program((Operation.SUBTRACT, (SHARE, Constant("const_1"))), scale="percent"), "-87.5"),
        (
            program(
                (Operation.DIVIDE, (THREE, EIGHT)), (Operation.SUBTRACT, (Earlier(0), Constant("const_1"))),
                scale="percent",
            ),
            "-62.5",
        ),
        (
            program(
                (Operation.DIVIDE, (THREE, EIGHT)), (Operation.MULTIPLY, (Earlier(0), Constant("const_100"))),
                scale="percent",
            ),
            "37.5",
        ),
        (program((Operation.DIVIDE, (EIGHT, Constant("const_2"))), scale="percent"), "4"),
        (program((Operation.DIVIDE, (THREE, EIGHT))), "0.375"),
        (program((Operation.ADD, (EIGHT, THREE)), scale="million"), "11"),
        (Solution(Kind.SPANS, picked=(SHARE,), scale="percent"), "12.5"),
        (Solution(Kind.SPANS, picked=(EIGHT,), scale="percent"), "8"),
        (Solution(Kind.COUNT, picked=(EIGHT, THREE), scale="percent"), "2"),
    ],
)  # fmt: skip
def test_a_percentage_is_said_as_one_once(solution: Solution, said: str) -> None:
    assert said_value(solution, FOUND) == Decimal(said)


def test_constants_are_what_they_are_called() -> None:
    assert [Constant(name).value for name in ("const_m1", "const_2", "const_1000")] == [-1, 2, 1000]
    assert all(Constant(name).value for name in CONSTANTS)


def test_texts_and_programs_are_written_as_printed() -> None:
    asked = evidence()
    found = candidates_of(asked)
    sales, notes = point(asked, "$ 1,452.4"), point(asked, "5.25 % notes due 2024")
    start = asked.text[1].index("Ana")
    spans = Solution(Kind.SPANS, picked=(Span(1, start, start + 8), sales, notes))
    assert texts_of(spans, asked, found) == ("Ana Lund", "$ 1,452.4", "5.25 % notes due 2024")
    assert program_text(spans, found) == ""
    assert program_text(Solution(Kind.SPANS, picked=(sales,)), found) == "1452.4"
    grown = program(
        (Operation.SUBTRACT, (sales, point(asked, "$ 1,300.0"))),
        (Operation.DIVIDE, (Earlier(0), Constant("const_100"))),
    )
    assert program_text(grown, found) == "subtract(1452.4, 1300.0), divide(#0, const_100)"
    assert program_text(grown, found, lambda index: f"<{found[index].line}>").startswith("subtract(<1>, <1>)")
    assert program_text(program((Operation.ADD, (point(asked, "12.5 %"), notes))), found) == (
        "add(12.5%, 5.25 % notes due 2024)"
    )
    assert program_text(Solution(Kind.REFUSAL), found) == ""


def test_programs_are_the_same_when_they_compute_the_same_from_the_same_numbers() -> None:
    total = program((Operation.SUM, (EIGHT, THREE, MINUS)))
    turned = program((Operation.ADD, (MINUS, THREE)), (Operation.ADD, (Earlier(0), EIGHT)))
    other_eight = Point([place for place, one in enumerate(FOUND) if one.printed == "8"][1])
    assert same_program(total, turned, FOUND)
    assert same_program(total, program((Operation.SUM, (other_eight, THREE, MINUS))), FOUND), "printed twice"
    assert not same_program(total, program((Operation.SUM, (EIGHT, THREE))), FOUND)
    mean = program((Operation.ADD, (EIGHT, THREE)), (Operation.DIVIDE, (Earlier(0), Constant("const_2"))))
    assert same_program(mean, program((Operation.AVERAGE, (EIGHT, THREE))), FOUND)
    assert not same_program(
        program((Operation.SUBTRACT, (EIGHT, THREE))), program((Operation.SUBTRACT, (THREE, EIGHT))), FOUND
    )
    greater = program((Operation.GREATER, (EIGHT, THREE)))
    assert not same_program(greater, program((Operation.GREATER, (THREE, EIGHT))), FOUND)
    assert not same_program(greater, total, FOUND) and not same_program(total, greater, FOUND)


def test_what_is_no_program_is_the_same_only_where_the_same_is_picked() -> None:
    one, other = (Solution(Kind.SPANS, picked=(Span(0, start, start + 4),)) for start in (0, 5))
    assert same_program(one, one, FOUND) and not same_program(one, other, FOUND)
    assert not same_program(Solution(Kind.SPANS, picked=(EIGHT,)), program((Operation.SUM, (EIGHT, THREE))), FOUND)
    assert same_program(Solution(Kind.REFUSAL), Solution(Kind.REFUSAL), FOUND)
    never = program((Operation.SUBTRACT, (EIGHT, EIGHT)), (Operation.DIVIDE, (THREE, Earlier(0))))
    later = program((Operation.SUBTRACT, (THREE, THREE)), (Operation.DIVIDE, (EIGHT, Earlier(0))))
    assert same_program(never, never, FOUND) and not same_program(never, later, FOUND)


def test_a_question_s_number_is_an_operand_like_any_other() -> None:
    asked = evidence("What are net sales of 2019 if they grow by 10 percent?")
    grown = program((Operation.MULTIPLY, (point(asked, "$ 1,452.4"), point(asked, "10 percent", Source.QUESTION))))
    assert value_of_solution(grown, candidates_of(asked)) == Decimal("145.24")
