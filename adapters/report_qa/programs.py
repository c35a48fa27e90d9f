"""Solutions carried out and written down: values in Decimal, the FinQA program text, and whether two are the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException, localcontext

from adapters.report_qa.forms import (
    BINARY,
    Candidate,
    Constant,
    Earlier,
    Evidence,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Span,
    Step,
)

_DIGITS = 40
_LARGEST = 300
"""Powers of ten that a result may reach: what is beyond is no figure of a report, and would fill pages in print."""


def operand_value(candidate: Candidate) -> Decimal | None:
    """A candidate's value in a calculation: a percentage as a fraction, as FinQA counts it, without its scale word."""
    if candidate.value is None:
        return None
    return candidate.value / 100 if candidate.percent else candidate.value


def run_steps(steps: Sequence[Step], value_of: Callable[[Operand], Decimal | None]) -> Decimal | bool | None:
    """The result of the last step; None where something cannot be computed (a division by zero, a word)."""
    done: list[Decimal] = []
    result: Decimal | bool | None = None
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = _DIGITS, _LARGEST, -_LARGEST
        for step in steps:
            values = []
            for operand in step.operands:
                value = done[operand.step] if isinstance(operand, Earlier) else value_of(operand)
                if value is None:
                    return None
                values.append(value)
            try:
                result = _apply(step.operation, values)
            except (DecimalException, OverflowError, ValueError):
                return None
            done.append(Decimal(int(result)) if isinstance(result, bool) else result)
    return result


def value_of_solution(solution: Solution, candidates: Sequence[Candidate]) -> Decimal | bool | None:
    """The number that a solution comes to, percentages as fractions; None for words, and where it cannot be computed.

    A comparison is true or false; a count is the number of things picked.
    """
    if solution.kind is Kind.COUNT:
        return Decimal(len(solution.picked))
    if solution.kind is Kind.SPANS:
        only = solution.picked[0] if len(solution.picked) == 1 else None
        return operand_value(candidates[only.index]) if isinstance(only, Point) else None
    if solution.kind is not Kind.PROGRAM:
        return None
    return run_steps(solution.steps, lambda operand: _operand(operand, candidates))


def said_value(solution: Solution, candidates: Sequence[Candidate]) -> Decimal | None:
    """The number as it is said in the solution's scale (TAT-QA): of "percent" the fraction times 100.

    Numbers that stand under a head "%" without a sign of their own are percentages already, unless divided.
    """
    value = value_of_solution(solution, candidates)
    if value is None or isinstance(value, bool):
        return None
    if solution.scale != "percent" or solution.kind is Kind.COUNT:
        return value
    return value * 100 if _is_fraction(solution, candidates) else value


def texts_of(solution: Solution, evidence: Evidence, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """What is picked, as printed."""
    return tuple(
        candidates[one.index].printed if isinstance(one, Point) else evidence.text[one.line][one.start : one.end]
        for one in solution.picked
    )


def program_text(solution: Solution, candidates: Sequence[Candidate], name: Callable[[int], str] | None = None) -> str:
    """The solution in the FinQA program language; `name` writes a candidate (default: its number, % as a fraction)."""

    def said(index: int) -> str:
        if name is not None:
            return name(index)
        value = candidates[index].value
        if value is None:
            return candidates[index].printed
        return f"{value:f}%" if candidates[index].percent else f"{value:f}"

    def written(operand: Operand) -> str:
        match operand:
            case Point():
                return said(operand.index)
            case Constant():
                return operand.name
            case Earlier():
                return f"#{operand.step}"

    if solution.kind is Kind.PROGRAM:
        return ", ".join(
            f"{step.operation}({', '.join(written(operand) for operand in step.operands)})" for step in solution.steps
        )
    points = [one for one in solution.picked if isinstance(one, Point)]
    return said(points[0].index) if len(points) == 1 == len(solution.picked) else ""


def same_program(one: Solution, other: Solution, candidates: Sequence[Candidate]) -> bool:
    """Whether two solutions compute the same from the same operands: FinQA's program accuracy; words must be the same.

    Decided on three sets of random values, so the order of a sum, or a mean written as a sum and a division, do not
    matter. Operands are told apart by what they print: the same number in table and text is one operand.
    """
    if one.kind is not other.kind:
        return False
    if one.steps == other.steps and one.picked == other.picked:
        return True
    if [each for each in one.picked if isinstance(each, Span)] != [e for e in other.picked if isinstance(e, Span)]:
        return False
    for seed in range(3):
        first, second = (run_steps(_as_steps(each), _drawn(candidates, seed)) for each in (one, other))
        if first is None or second is None:
            return False
        if isinstance(first, bool) or isinstance(second, bool):
            if first is not second:
                return False
        elif abs(first - second) > Decimal("1e-9") * max(Decimal(1), abs(first)):
            return False
    return True


def _drawn(candidates: Sequence[Candidate], seed: int) -> Callable[[Operand], Decimal]:
    """A random value for each operand, the same for the same printed number."""

    def value_of(operand: Operand) -> Decimal:
        if isinstance(operand, Constant):
            return operand.value
        assert isinstance(operand, Point)
        value = operand_value(candidates[operand.index])
        key = candidates[operand.index].printed if value is None else str(value.normalize())
        return Decimal(f"{random.Random(f'{seed} {key}').uniform(1, 9):.6f}")

    return value_of


def _as_steps(solution: Solution) -> tuple[Step, ...]:
    if solution.kind is Kind.PROGRAM:
        return solution.steps
    points = tuple(one for one in solution.picked if isinstance(one, Point))
    return (Step(Operation.SUM, points),) if points else ()


def _operand(operand: Operand, candidates: Sequence[Candidate]) -> Decimal | None:
    return operand.value if isinstance(operand, Constant) else operand_value(candidates[operand.index])  # type: ignore[union-attr]


def _apply(operation: Operation, values: Sequence[Decimal]) -> Decimal | bool:
    if (len(values) != 2) if operation in BINARY else not values:
        raise ValueError(operation)
    match operation:
        case Operation.ADD | Operation.SUM:
            return sum(values, Decimal(0))
        case Operation.SUBTRACT:
            return values[0] - values[1]
        case Operation.MULTIPLY:
            return values[0] * values[1]
        case Operation.DIVIDE:
            return values[0] / values[1]
        case Operation.EXP:
            return Decimal(values[0] ** values[1])
        case Operation.GREATER:
            return values[0] > values[1]
        case Operation.AVERAGE:
            return sum(values, Decimal(0)) / len(values)
        case Operation.MAX:
            return max(values)
        case Operation.MIN:
            return min(values)


def _is_fraction(solution: Solution, candidates: Sequence[Candidate]) -> bool:
    """Whether a value is a share of one: it comes from a division, or from numbers with a percent sign."""
    if solution.kind is Kind.SPANS:
        only = solution.picked[0]
        return isinstance(only, Point) and candidates[only.index].percent
    ratio: list[bool] = []
    for step in solution.steps:
        if any(operand == Constant("const_100") for operand in step.operands) and step.operation is Operation.MULTIPLY:
            ratio.append(False)
            continue
        parts = [
            ratio[operand.step]
            if isinstance(operand, Earlier)
            else isinstance(operand, Point) and candidates[operand.index].percent
            for operand in step.operands
        ]
        divided = step.operation is Operation.DIVIDE and not (isinstance(step.operands[1], Constant) and not parts[0])
        ratio.append(divided or any(parts))
    return bool(ratio) and ratio[-1]


__all__ = [
    "operand_value",
    "program_text",
    "run_steps",
    "said_value",
    "same_program",
    "texts_of",
    "value_of_solution",
]
