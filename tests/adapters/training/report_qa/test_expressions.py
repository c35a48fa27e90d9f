"""Derivations as data sets print them, and what is no calculation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.report_qa.forms import Constant, Operation
from adapters.training.report_qa.expressions import (
    Applied,
    NotACalculationError,
    Number,
    RowOf,
    numbers_of,
    parse,
)


def values(text: str) -> list[str]:
    return [f"{one.value.normalize():f}" for one in numbers_of(parse(text))]


def test_numbers_with_signs_separators_and_scale_words() -> None:
    assert values("$1,496.5 - $1,202.9") == ["1496.5", "1202.9"]
    assert values("(14,740 + 1,910*2)/2") == ["14740", "1910", "2", "2"]
    assert values("-2,085-(-3,343)") == ["-2085", "-3343"]
    assert values("60.3 million + 32,137 thousand") == ["60300000", "32137000"]
    assert values("12% - 10%") == ["0.12", "0.1"]
    assert values("7 + 2 = 9") == ["7", "2"]


def test_products_bind_closer_than_sums_and_square_brackets_are_brackets() -> None:
    parsed = parse("[(6 + 4)/2] - [3 * 5]")
    assert isinstance(parsed, Applied)
    assert parsed.operation is Operation.SUBTRACT
    assert [part.operation for part in parsed.parts if isinstance(part, Applied)] == ["divide", "multiply"]


def test_steps_that_name_earlier_ones() -> None:
    assert parse("x0 = 60.9 - 25.1; ans = x0 / 25.1") == parse("(60.9 - 25.1) / 25.1")
    assert parse("subtract(60.9, 25.1), divide(#0, 25.1)") == parse("(60.9 - 25.1) / 25.1")
    assert parse("ans = 14") == Number(Decimal(14))


def test_the_finqa_language_has_constants_and_rows() -> None:
    assert parse("multiply(5, const_m1)") == Applied(Operation.MULTIPLY, (Number(Decimal(5)), Constant("const_m1")))
    assert parse("table_average(net sales, other, none)") == Applied(Operation.AVERAGE, (RowOf("net sales, other"),))


@pytest.mark.parametrize(
    "text",
    ["", "locate and analyze net income in row 3", "2018##2017", "5 -", "(5 - 3", "5 5", "divide(5)", "x1 / 2",
     "const_17 + 1", "__import__('os')", "5 > 3 > 2", "(" * 200 + "5" + ")" * 200, "1+" * 400 + "1",
     "; ".join(f"x{n} = x{n - 1} + x{n - 1}" if n else "x0 = 1" for n in range(60))],
)  # fmt: skip
def test_what_is_no_calculation_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotACalculationError):
        parse(text)
