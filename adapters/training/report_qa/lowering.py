"""An expression over candidates as program steps in one canonical form.

A mean written as a sum and a division becomes `average`, a sum of three or more `sum`; signs and powers of ten that
come from how a number is printed (a bracketed -5 where the derivation says 5, "27 million" for 27000000) are carried
outwards and cancelled where they can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.report_qa.forms import (
    CONSTANTS,
    MAX_OPERANDS,
    MAX_STEPS,
    Constant,
    Earlier,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Step,
)
from adapters.training.report_qa.expressions import Applied, Expression, NotACalculationError, Number

_ONE = Decimal(1)
_COMMUTATIVE = (Operation.ADD, Operation.SUM, Operation.AVERAGE, Operation.MULTIPLY, Operation.MAX, Operation.MIN)


@dataclass(frozen=True, slots=True)
class Node:
    """An operation over operands and other nodes."""

    operation: Operation
    parts: tuple[Node | Operand, ...]


Part = Node | Operand
Scaled = tuple[Decimal, Part]
"""A part with the factor that it is to be multiplied with."""

Resolve = Callable[[Expression], list[Scaled]]
"""What a leaf stands for: one operand, or several for the cells of a row; each with its factor."""


def lower(expression: Expression, resolve: Resolve) -> tuple[Decimal, Part]:
    """The expression over operands, and the factor that remains outside."""
    if not isinstance(expression, Applied):
        found = resolve(expression)
        if len(found) != 1:
            raise NotACalculationError("a row stands where one number was expected")
        return found[0]
    operation, parts = expression.operation, expression.parts
    match operation:
        case Operation.ADD | Operation.SUM:
            return _sum([lower_each for part in addends(expression) for lower_each in _lowered(part, resolve)])
        case Operation.AVERAGE:
            return _average([one for part in parts for one in _lowered(part, resolve)])
        case Operation.SUBTRACT:
            return _difference(lower(parts[0], resolve), lower(parts[1], resolve))
        case Operation.MULTIPLY:
            return _product(lower(parts[0], resolve), lower(parts[1], resolve))
        case Operation.DIVIDE:
            if isinstance(parts[0], Applied) and parts[0].parts[-1] == Constant("const_m1"):  # -(a + b) / 2
                factor, part = lower(Applied(operation, (parts[0].parts[0], parts[1])), resolve)
                return -factor, part
            groups = _groups(parts[0])
            if len(groups) > 1 and counted(parts[1]) == len(groups):
                return _average([one for group in groups for one in _lowered(group, resolve)])
            return _quotient(lower(parts[0], resolve), lower(parts[1], resolve))
    plain = [_outright(factor, part) for one in parts for factor, part in _lowered(one, resolve)]
    return _ONE, Node(operation, tuple(plain))


def solution_of(factor: Decimal, part: Part, scale: str = "") -> Solution:
    """The solution that `factor` times `part` is.

    Raises:
        NotACalculationError: it is a constant alone, or needs more steps or operands than a program may have.
    """
    part = _outright(factor, part)
    if isinstance(part, Point):
        return Solution(Kind.SPANS, picked=(part,), scale=scale)
    if not isinstance(part, Node):
        raise NotACalculationError("a constant alone")
    steps: list[Step] = []

    def put(node: Part) -> Operand:
        if not isinstance(node, Node):
            return node
        operands = [put(inner) for inner in node.parts]
        if node.operation in _COMMUTATIVE:
            operands.sort(key=_order)
        step = Step(node.operation, tuple(operands))
        if step not in steps:
            steps.append(step)
        return Earlier(steps.index(step))

    put(part)
    if len(steps) > MAX_STEPS or any(len(step.operands) > MAX_OPERANDS for step in steps):
        raise NotACalculationError(f"more than {MAX_STEPS} steps or {MAX_OPERANDS} operands")
    return Solution(Kind.PROGRAM, tuple(steps), scale=scale)


def _order(operand: Operand) -> tuple[int, int]:
    """One order of what can be added in any: as printed, then earlier steps, then constants."""
    match operand:
        case Point():
            return 0, operand.index
        case Earlier():
            return 1, operand.step
    return 2, 0


def _lowered(part: Expression, resolve: Resolve) -> list[Scaled]:
    return [lower(part, resolve)] if isinstance(part, Applied) else resolve(part)


def addends(expression: Expression) -> list[Expression]:
    """The parts of a sum, also of one that is written as sums of two."""
    if isinstance(expression, Applied) and expression.operation in (Operation.ADD, Operation.SUM):
        return [addend for part in expression.parts for addend in addends(part)]
    return [expression]


def _groups(expression: Expression) -> list[Expression]:
    """The things that a mean is over: of `a - b + c` they are `a - b` and `c`."""
    if isinstance(expression, Applied) and expression.operation in (Operation.ADD, Operation.SUM):
        return [group for part in expression.parts for group in _groups(part)]
    if isinstance(expression, Applied) and expression.operation is Operation.SUBTRACT:
        *before, last = _groups(expression.parts[0])
        if before:
            return [*before, Applied(Operation.SUBTRACT, (last, expression.parts[1]))]
    return [expression]


def counted(expression: Expression) -> Decimal | None:
    """The value of a divisor that counts: a small number, or years like `2019 - 2017 + 1`."""
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Number):
        return None if expression.percent else expression.value
    if isinstance(expression, Applied) and expression.operation in (Operation.ADD, Operation.SUBTRACT):
        left, right = map(counted, expression.parts)
        if left is not None and right is not None:
            return left + right if expression.operation is Operation.ADD else left - right
    return None


def _sum(terms: Sequence[Scaled]) -> Scaled:
    factor, terms = _common(terms)
    plus = [part for sign, part in terms if sign > 0]
    minus = [part for sign, part in terms if sign < 0]
    if not plus or not minus:
        return (factor if plus else -factor), _added(plus or minus)
    return factor, Node(Operation.SUBTRACT, (_added(plus), _added(minus)))


def _average(terms: Sequence[Scaled]) -> Scaled:
    factor, harmonised = _common(terms)
    if len({sign for sign, _ in harmonised}) == 1:
        return factor * harmonised[0][0], Node(Operation.AVERAGE, tuple(part for _, part in harmonised))
    total, part = _sum(harmonised)
    return factor * total, Node(Operation.DIVIDE, (part, _constant(Decimal(len(terms)))))


def _difference(left: Scaled, right: Scaled) -> Scaled:
    factor, ratio = left
    divided = factor == 1 and isinstance(ratio, Node) and ratio.operation is Operation.DIVIDE
    if divided and isinstance(ratio, Node) and right == (_ONE, Constant("const_1")):
        change = Node(Operation.SUBTRACT, ratio.parts)  # a / b - 1 is a change like any other
        return _ONE, Node(Operation.DIVIDE, (change, ratio.parts[1]))
    factor, ((one, first), (other, second)) = _common([left, right])
    if one > 0 and other > 0:
        return factor, Node(Operation.SUBTRACT, (first, second))
    if one < 0 and other < 0:
        return factor, Node(Operation.SUBTRACT, (second, first))
    return factor * one, _added([first, second])


def _product(left: Scaled, right: Scaled) -> Scaled:
    if Constant("const_m1") in (left[1], right[1]):
        other = right if left[1] == Constant("const_m1") else left
        return -left[0] * right[0], other[1]
    return left[0] * right[0], Node(Operation.MULTIPLY, (left[1], right[1]))


def _quotient(left: Scaled, right: Scaled) -> Scaled:
    return left[0] / right[0], Node(Operation.DIVIDE, (left[1], right[1]))


def _added(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return Node(Operation.ADD if len(parts) == 2 else Operation.SUM, tuple(parts))


def _common(terms: Sequence[Scaled]) -> tuple[Decimal, list[Scaled]]:
    """A factor for all terms, and each with its sign alone; terms of another power of ten are multiplied out."""
    least = min(abs(factor) for factor, _ in terms)
    return least, [
        (_ONE if factor > 0 else -_ONE, part if abs(factor) == least else _outright(abs(factor) / least, part))
        for factor, part in terms
    ]


def _outright(factor: Decimal, part: Part) -> Part:
    """`factor` times the part, as a part: the sign by turning a difference round, the rest by a constant."""
    if factor < 0:
        turned = _turned(part)
        part = turned if turned is not None else Node(Operation.MULTIPLY, (part, Constant("const_m1")))
    size = abs(factor)
    if size > 1:
        return Node(Operation.MULTIPLY, (part, _constant(size)))
    if size < 1:
        return Node(Operation.DIVIDE, (part, _constant(1 / size)))
    return part


def _turned(part: Part) -> Part | None:
    """The part with the other sign, without a further step; None where there is no such."""
    if not isinstance(part, Node):
        return None
    if part.operation is Operation.SUBTRACT:
        return Node(Operation.SUBTRACT, part.parts[::-1])
    if part.operation in (Operation.MULTIPLY, Operation.DIVIDE):
        for place, inner in enumerate(part.parts):
            turned = _turned(inner)
            if turned is not None:
                return Node(part.operation, (*part.parts[:place], turned, *part.parts[place + 1 :]))
    return None


def _constant(value: Decimal) -> Constant:
    name = f"const_{value.normalize():f}"
    if name not in CONSTANTS:
        raise NotACalculationError(f"{value} is no constant that a program may use")
    return Constant(name)
