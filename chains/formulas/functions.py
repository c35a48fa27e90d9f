"""What the functions of the grammar stand for: average, change, growth, sum, ratio, CAGR and others as plain trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chains.errors import FormulaError
from chains.formulas.expression import (
    Average,
    Binary,
    Constant,
    Expression,
    FirstOf,
    FiscalPeriod,
    Item,
    Operator,
    Optional,
)
from chains.formulas.trees import at, shifted

MAX_YEARS = 30
_ONE = Constant(Decimal(1))


@dataclass(frozen=True, slots=True)
class Span:
    """An operand over several periods, not yet given to the function that combines them."""

    expression: Expression
    periods: tuple[FiscalPeriod | int, ...]
    range: bool = False

    def each(self) -> tuple[Expression, ...]:
        first, last = self.periods[0], self.periods[-1]
        periods: Sequence[FiscalPeriod | int] = self.periods
        if self.range and isinstance(first, FiscalPeriod) and isinstance(last, FiscalPeriod):
            if not 0 <= last.year - first.year <= MAX_YEARS:
                raise FormulaError(
                    f"the periods {first} to {last} are no range of at most {MAX_YEARS} years; write the earlier first"
                )
            if first.quarter == last.quarter:
                periods = [first.shift(n) for n in range(last.year - first.year + 1)]
        return tuple(
            at(self.expression, p) if isinstance(p, FiscalPeriod) else shifted(self.expression, p) for p in periods
        )


Operand = Constant | Item | Binary | Average | Optional | FirstOf | Span


def plain_operand(operand: Operand) -> Expression:
    """The operand where it is no span. Raises FormulaError where periods are still to be combined."""
    if isinstance(operand, Span):
        raise FormulaError("an item has several periods; say whether their average, change, growth or sum is meant")
    return operand


def apply_function(name: str, arguments: list[Operand]) -> Expression:
    """The tree that a function stands for. Raises FormulaError for arguments it does not take."""
    first = arguments[0]
    plain = None if isinstance(first, Span) else first
    single = len(arguments) == 1
    match name:
        case "average" | "sum":
            if isinstance(first, Span) and single:
                terms = first.each()
            elif single and plain is not None:
                terms = (plain, shifted(plain, -1)) if name == "average" else (plain,)
            else:
                terms = tuple(t for a in arguments for t in (a.each() if isinstance(a, Span) else (a,)))
            return Average(terms) if name == "average" else _chain(Operator.ADD, terms)
        case "change" | "decrease" | "growth":
            new, old = _ends(first, plain)
            if name == "growth":
                return Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, new, old), old)
            return Binary(Operator.SUBTRACT, *((old, new) if name == "decrease" else (new, old)))
        case "difference" | "product" | "ratio":
            terms = first.each() if isinstance(first, Span) and single else tuple(map(plain_operand, arguments))
            if len(terms) < 2:
                if name == "ratio" and isinstance(terms[0], Binary):
                    return terms[0]  # "the ratio of A over B"
                raise FormulaError(f"the {name} of one item is not defined; two are needed")
            operator = {"difference": Operator.SUBTRACT, "product": Operator.MULTIPLY, "ratio": Operator.DIVIDE}[name]
            return _chain(operator, terms)
        case "first":
            return FirstOf(tuple(map(plain_operand, arguments)))
        case "optional":
            return Optional(plain_operand(first))
        case "prior" | "cagr":
            return _over_years(name, first, arguments[1:])
        case "exp" if len(arguments) == 2:
            return Binary(Operator.EXP, plain_operand(first), plain_operand(arguments[1]))
    raise FormulaError(f"{name} does not take {len(arguments)} arguments")


def _ends(first: Operand, plain: Expression | None) -> tuple[Expression, Expression]:
    """The later and the earlier value that a change is between."""
    if isinstance(first, Span):
        each = first.each()
        return each[-1], each[0]
    assert plain is not None
    return plain, shifted(plain, -1)


def _over_years(name: str, first: Operand, rest: list[Operand]) -> Expression:
    years = 1
    if rest:
        count = plain_operand(rest[0])
        if not isinstance(count, Constant) or count.value != int(count.value) or not 1 <= count.value <= 50:
            raise FormulaError(f"{name} counts whole years from 1 to 50")
        years = int(count.value)
    if isinstance(first, Span):
        each = first.each()
        new, old, years = each[-1], each[0], len(each) - 1
    else:
        new, old = plain_operand(first), shifted(plain_operand(first), -years)
    if name == "prior":
        return old
    # CAGR = (end / start) ^ (1 / years) - 1
    root = Binary(Operator.DIVIDE, _ONE, Constant(Decimal(years)))
    grown = Binary(Operator.EXP, Binary(Operator.DIVIDE, new, old), root)
    return Binary(Operator.SUBTRACT, grown, _ONE)


def _chain(operator: Operator, terms: Sequence[Expression]) -> Expression:
    result = terms[0]
    for term in terms[1:]:
        result = Binary(operator, result, term)
    return result
