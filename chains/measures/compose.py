"""From a measure and its operations over time to one expression with absolute periods."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chains.formulas.expression import Average, Binary, Constant, Expression, FiscalPeriod, Operator
from chains.formulas.trees import at, shifted, substitute, timed
from chains.measures.asking import Asking
from chains.measures.phrases import holds
from chains.measures.phrasing import tables
from chains.planning.plan import Compute, Context, Kind, Measure, Origin
from chains.questions.question import Question
from chains.told_numbers.told_measure import named_measure

_ONE = Constant(Decimal(1))


def growth(expression: Expression) -> Expression:
    """(X - prior X) / prior X, for items whose periods are open."""
    prior = shifted(expression, -1)
    return Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, expression, prior), prior)


def growth_base(expression: Expression) -> Expression | None:
    """The base of a growth, (new - base) / base or (new / base) ^ (1 / years): None where the expression is none."""
    match expression:
        case Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, new, old), base) if old == base:
            return base if _undated(new) == _undated(base) and new != base else None
        case Binary(Operator.EXP, Binary(Operator.DIVIDE, new, base), Binary(Operator.DIVIDE, _, Constant())):
            return base if _undated(new) == _undated(base) and new != base else None
    return None


def _undated(expression: Expression) -> Expression:
    return substitute(expression, lambda item: replace(item, period=None, shift=0, scope=""))


def compose(asking: Asking, periods: tuple[FiscalPeriod, ...], context: Context, question: Question) -> Compute:
    """The computation that a question asks for. Without periods it is the newest reported one."""
    if not periods:
        latest = context.calendar.latest
        periods = (latest,) if latest is not None else ()
    operations = list(asking.operations)
    if operations[:1] == ["difference"] and question.unit.kind == "percent" and asking.measure.kind is not Kind.PERCENT:
        operations[0] = "growth"
    if (
        operations[:1] == ["growth"]
        and asking.measure.kind is Kind.PERCENT
        and question.unit.kind in ("points", "basis_points")
    ):
        operations[0] = "difference"
    if operations == ["growth", "average"]:
        # "Average revenue growth" is the mean of yearly rates; the growth of a mean over the same years is nothing.
        operations = ["average", "growth"]
    if operations == ["average", "cagr"]:
        operations = ["cagr"]
    if operations[:1] == ["cagr"] and len(context.asked.mentions) <= 1 and periods:
        # "3 year CAGR" takes four year ends: the growth of three years.
        periods = (periods[-1].shift(-(context.asked.years or 3)), periods[-1])
    asking = replace(asking, measure=_as_amount(asking.measure, question))
    # "In 2024 and 2025" names two years, "from 2023 to 2025" two ends.
    listed = len(context.asked.mentions) > 1 and not context.asked.through
    expression, kind, used = _build(operations, asking.measure, periods, context.asked.years, listed=listed)
    name = asking.measure.name
    formula = asking.measure.formula
    for operation in reversed(operations):
        name = _NAMES[operation].format(name)
        formula = _FORMULAS[operation].format(f"({formula})" if formula else asking.measure.name)
    measure = Measure(
        name,
        expression,
        kind,
        asking.measure.origin if not operations else Origin.METRIC,
        formula,
        asking.measure.metric,
        asking.measure.better,
    )
    return Compute(measure, used)


def _as_amount(measure: Measure, question: Question) -> Measure:
    """A margin that is asked for in money is its numerator: "gross margin in USD millions" is the gross profit."""
    match measure.expression:
        case Binary(Operator.DIVIDE, numerator, _) if (
            question.unit.kind == "currency" and measure.kind is Kind.PERCENT and "margin" in measure.name.lower()
        ):
            return replace(measure, expression=numerator, kind=Kind.CURRENCY, formula="", metric="")
    return measure


def is_growth_of_amount(core: str, question: Question, text: str) -> bool:
    """Whether a percentage is wanted of what became of an amount of money over a time, which is its growth."""
    if question.unit.kind != "percent" or not holds(core, tables()["became"]["verbs"]):
        return False
    known = named_measure(text)
    return known is not None and known.kinds == {"money"}


_NAMES = {
    "growth": "growth in {}",
    "difference": "change in {}",
    "cagr": "compound annual growth rate of {}",
    "average": "average {}",
    "total": "total {}",
}
_FORMULAS = {
    "growth": "({0} minus prior {0}) / prior {0}",
    "difference": "{0} minus prior {0}",
    "cagr": "(last {0} / first {0}) ^ (1 / years) minus 1",
    "average": "average of {0}",
    "total": "sum of {0}",
}


def _build(
    operations: list[str],
    measure: Measure,
    periods: tuple[FiscalPeriod, ...],
    years: int | None = None,
    *,
    listed: bool = False,
) -> tuple[Expression, Kind, tuple[FiscalPeriod, ...]]:
    base = measure.expression
    if not periods:
        return base, measure.kind, ()
    last, first = periods[-1], periods[0]
    if not operations:
        return at(base, last), measure.kind, periods
    head, rest = operations[0], operations[1:]
    if head == "average" or head == "total":
        if len(periods) == 1 and head == "average" and not rest:
            periods = (last.shift(-1), last)
        if rest == ["growth"] and len(periods) >= 2 and not timed(base):
            # The average growth from the first to the last year: one rate a year, the first year being the base.
            periods = tuple(periods)
            inner, kind = growth(base), Kind.PERCENT
            ends = not listed and len(periods) in (2, (years or 0) + 1)
            terms = tuple(at(inner, p) for p in (periods[1:] if ends else periods))
        else:
            inner, kind, _ = (growth(base), Kind.PERCENT, ()) if rest == ["growth"] else (base, measure.kind, ())
            terms = tuple(at(inner, p) for p in periods)
        if head == "average":
            return Average(terms), kind, periods
        total: Expression = terms[0]
        for term in terms[1:]:
            total = Binary(Operator.ADD, total, term)
        return total, kind, periods
    if len(periods) < 2:
        first = last.shift(-1)
    new, old = at(base, last), at(base, first)
    if head == "difference":
        kind = Kind.POINTS if measure.kind is Kind.PERCENT else measure.kind
        return Binary(Operator.SUBTRACT, new, old), kind, (first, last)
    if head == "cagr":
        years = max(1, last.year - first.year)
        power = Binary(Operator.DIVIDE, _ONE, Constant(Decimal(years)))
        ratio = Binary(Operator.DIVIDE, new, old)
        return Binary(Operator.SUBTRACT, Binary(Operator.EXP, ratio, power), _ONE), Kind.PERCENT, (first, last)
    return Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, new, old), old), Kind.PERCENT, (first, last)
