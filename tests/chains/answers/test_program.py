"""The program language: reading, writing, exact execution, units, limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.answers.program import MAX_STEPS, Number, execute, number_text, parse_program
from chains.errors import ProgramError, UnitError, UnknownFigureError, ZeroDivisorError
from chains.formulas.units import Quantity

FIGURES = {
    "3M_2018_10K.p60.t1.r12.c1": Quantity(Decimal("110"), "USD"),
    "b": Quantity(Decimal("100"), "USD"),
    "euro": Quantity(Decimal("7"), "EUR"),
    "shares": Quantity(Decimal("4"), "shares"),
    "eps": Quantity(Decimal("2.5"), "USD/share"),
    "margin": Quantity(Decimal("5.1"), "percent"),
    "last": Quantity(Decimal("3.1"), "percent"),
    "bare": Quantity(Decimal("9"), ""),
    "none": Quantity(Decimal("0"), "USD"),
}


def run(text: str) -> Quantity:
    return execute(parse_program(text), FIGURES.get).value


@pytest.mark.parametrize(
    "text",
    [
        "subtract(3M_2018_10K.p60.t1.r12.c1, b), divide(#0, b)",
        "multiply(365, b), divide(#0, const_m1)",
        "average(a~b-c.p1.t1.r1.c1, b, euro)",
        "Bericht_2020.p3.t2.r1.c4",
        "exp(1e6, -1), greater(#0, 12%)",
        "table_max(b, b), table_sum(#0, b)",
    ],
)
def test_what_is_written_reads_back_the_same(text: str) -> None:
    program = parse_program(text)
    assert str(program) == text
    assert parse_program(str(program)) == program


def test_nested_calls_become_steps_and_step_numbers_count_top_level_calls() -> None:
    program = parse_program("divide(subtract(a, b), b), multiply(#0, const_100)")
    assert str(program) == "subtract(a, b), divide(#0, b), multiply(#1, const_100)"
    assert program.figures == ("a", "b")
    assert program.numbers == (Number("const_100", Decimal(100)),)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("subtract(3M_2018_10K.p60.t1.r12.c1, b), divide(#0, b)", "0.1", "pure"),
        ("divide(b, shares)", "25", "USD/share"),
        ("multiply(eps, shares)", "10", "USD"),
        ("divide(multiply(b, b), b)", "100", "USD"),
        ("divide(b, euro), multiply(#0, euro)", "100", "USD"),
        ("subtract(margin, last)", "2.0", "percent"),
        ("multiply(margin, b)", "5.1", "USD"),
        ("divide(margin, last), multiply(#0, last)", "5.1", "percent"),
        ("add(1, margin)", "1.051", "pure"),
        ("add(b, 0)", "100", "USD"),
        ("add(bare, b)", "109", "USD"),
        ("divide(bare, bare)", "1", ""),
        ("average(b, b, 3M_2018_10K.p60.t1.r12.c1, b)", "102.5", "USD"),
        ("exp(1.1, 2)", "1.21", "pure"),
        ("divide(1, 2), exp(4, #0)", "2", "pure"),
        ("table_min(3, const_m1, 2)", "-1", "pure"),
        ("eps", "2.5", "USD/share"),
    ],
)
def test_values_are_exact_and_units_follow(text: str, value: str, unit: str) -> None:
    result = run(text)
    assert result.unit == unit
    assert abs(result.value - Decimal(value)) < Decimal("1e-45")


def test_a_third_is_not_a_float() -> None:
    assert str(run("divide(1, 3)").value) == "0." + "3" * 50


def test_every_step_keeps_its_inputs_and_its_result() -> None:
    result = execute(parse_program("subtract(3M_2018_10K.p60.t1.r12.c1, b), divide(#0, b)"), FIGURES.get)
    first, second = result.steps
    assert (first.operands[0].value, first.operands[1].value, first.result.value) == (110, 100, 10)
    assert second.operands[0] == first.result
    assert result.truth is None


def test_a_comparison_answers_yes_or_no_and_may_use_a_plain_threshold() -> None:
    assert execute(parse_program("greater(b, 99.5)"), FIGURES.get).truth is True
    assert execute(parse_program("greater(b, 3M_2018_10K.p60.t1.r12.c1)"), FIGURES.get).truth is False
    with pytest.raises(UnitError, match="comparison"):
        run("greater(b, 1), add(#0, b)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add(b, shares)", "USD and shares"),
        ("subtract(b, euro)", "EUR and USD"),
        ("add(b, 1)", "USD and a plain number"),
        ("greater(b, shares)", "USD and shares"),
        ("average(b, eps)", "USD and USD/share"),
        ("exp(b, 2)", "power with USD"),
    ],
)
def test_units_that_do_not_agree_are_named(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        run(text)


def test_division_by_zero_names_the_step() -> None:
    with pytest.raises(ZeroDivisorError, match=r"step #1 .*by zero"):
        run("add(b, b), divide(#0, none)")
    with pytest.raises(ZeroDivisorError):
        run("exp(0, -1)")


def test_an_unknown_figure_is_named() -> None:
    with pytest.raises(UnknownFigureError, match=r"X\.p1\.t1\.r1\.c1"):
        run("add(X.p1.t1.r1.c1, b)")
    with pytest.raises(UnknownFigureError):
        execute(parse_program("nothing"), lambda figure: {}[figure])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "add(a",
        "add(a, b",
        "add(a, b))",
        "add(a b)",
        "add(a)",
        "add(a, b, c)",
        "foo(a, b)",
        "add(#0, a)",
        "add(#1, a), add(a, b)",
        "a, b",
        "add(a, b), c",
        "#0",
        "add(a, 'b')",
        "add(a, __import__)(b)",
        "1.2.3e",
    ],
)
def test_a_malformed_program_is_one_clear_line(text: str) -> None:
    with pytest.raises(ProgramError) as error:
        execute(parse_program(text), FIGURES.get)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        "exp(10, 1e60)",
        "exp(1e50, 900)",
        "exp(-2, 0.5)",
        "add(" * 5000,
        "add(" * 500 + "a",
        "multiply(2, 2)" + ", multiply(#0, #0)" * (MAX_STEPS + 1),
        "a" * 100_000,
        "sum(" + "1, " * 200 + "1)",
        "add(1, " + "9" * 1000 + ")",
        ", ".join(["multiply(1e60, 1e60)", *(f"multiply(#{n}, #{n})" for n in range(100))]),
    ],
)
def test_hostile_programs_end_quickly_in_an_error(text: str) -> None:
    with pytest.raises(ProgramError):
        execute(parse_program(text), FIGURES.get)


def test_numbers_are_written_as_finqa_writes_them() -> None:
    assert [number_text(Decimal(n)) for n in ("100", "-1", "365", "0.5", "1000000")] == [
        "const_100",
        "const_m1",
        "365",
        "0.5",
        "const_1000000",
    ]
