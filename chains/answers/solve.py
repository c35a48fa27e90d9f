"""Carry out a measure: bind its items, compile the expression to a program, run it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.answers.program import Program, Result, execute
from chains.errors import ProgramError, UnresolvedError
from chains.formulas.days import YEAR, measured_in, with_days
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
from chains.formulas.trees import at, children, items, settled, substitute, to_program, walk
from chains.formulas.units import Quantity
from chains.measures.compose import growth_base
from chains.planning.plan import Kind, Measure, Origin
from chains.resolve.bound import Bound, Missing, said
from chains.resolve.resolver import Resolver
from chains.resolve.scope import Scope
from ingest.schema import Figure, Period, Statement

_MOST_OF_PART = 3
"""How many times one of its parts a whole may be that only a note prints."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A computed measure. `expression` is what was computed (alternatives chosen), `bound` its items' figures.

    `dropped` are optional items that the filings do not report; they count as zero, and the answer says so.
    """

    measure: Measure
    period: FiscalPeriod | None
    expression: Expression
    bound: Mapping[Item, Bound]
    program: Program
    result: Result
    dropped: tuple[Item, ...] = ()

    @property
    def value(self) -> Quantity:
        return self.result.value

    @property
    def certainty(self) -> float:
        """The probability that all of its figures are those meant: the product of theirs, less for what was dropped."""
        if not self.bound:
            return 0.0
        return max(0.0, math.prod(b.certainty for b in self.bound.values()) - 0.03 * len(self.dropped))

    @property
    def notes(self) -> tuple[str, ...]:
        absent = [f"{said(i)} is not reported and counts as zero" for i in self.dropped]
        part = [_NOT_ANNUALISED] if _sets_part_of_year_against_balance(self.expression, self.bound) else []
        return tuple(dict.fromkeys([*(n for b in self.bound.values() for n in b.notes), *absent, *part]))


@dataclass(frozen=True, slots=True)
class Failed:
    """A measure that cannot be computed: why, the figures that come nearest, and what can be computed `instead`."""

    measure: Measure
    period: FiscalPeriod | None
    reason: str
    nearest: tuple[Figure, ...] = ()
    instead: Measure | None = None


def quantity(figure: Figure) -> Quantity:
    """A figure as the program sees it."""
    return Quantity(figure.value, figure.unit)


class Solver:
    """Solves measures within a scope; every item is bound once. `others` are the scopes that items name; `tell` binds
    items that no figure gives to numbers of sentences."""

    def __init__(
        self,
        resolver: Resolver,
        scope: Scope,
        others: Mapping[str, Scope] | None = None,
        tell: Callable[[Item, Scope], Bound | None] | None = None,
    ) -> None:
        self._tell = tell
        self._resolver = resolver
        self._scope = scope
        self._others = others or {}
        self._bound: dict[Item, Bound | Missing] = {}
        self._told: set[Item] = set()
        self._months: set[int] = set()

    def solve(self, measure: Measure, period: FiscalPeriod | None = None) -> Solved | Failed:
        """Compute a measure, in `period` where its items leave it open."""
        expression = at(measure.expression, period) if period is not None else measure.expression
        expression = self._stated(expression)
        stated, dropped = expression, tuple(dict.fromkeys(self._dropped(expression)))
        expression = settled(expression, self._found)
        missing = [m for item in items(expression) if isinstance(m := self._bind(item), Missing)]
        if missing and self._may_be_told(stated, period):
            # What no figure gives a sentence may tell; nothing that may be left out is looked for in sentences.
            told = settled(stated, self._found_or_told)
            if all(map(self._found_or_told, items(told))):
                expression, missing = told, []
        if missing:
            nearest = tuple(dict.fromkeys(f for m in missing for f in m.nearest))
            return Failed(measure, period, "; ".join(dict.fromkeys(m.reason for m in missing)), nearest[:4])
        bound = {item: b for item in items(expression) if isinstance(b := self._bind(item), Bound)}
        bound, unequal = self._one_length(bound)
        if unequal:
            return Failed(measure, period, unequal, tuple(b.figure for b in bound.values())[:4])
        clash = _mixed_companies(bound) or mixed_sources(self._bound, self._told)
        if clash:
            return Failed(measure, period, clash, tuple(b.figure for b in bound.values()))
        if measure.origin is not Origin.DEFINITION:
            failed = self._without_base(measure, period, expression, bound)
            if failed is not None:
                return failed
        days = _days(bound)
        if days is not None and measure.origin is not Origin.DEFINITION and _holds(expression, YEAR):
            # Days of sales or of costs are days of the time over which the sales or the costs were made.
            expression, measure = with_days(expression, days), measured_in(measure, days)
        signed = substitute(expression, lambda item: _signed(item, bound[item]))
        try:
            program = to_program(signed, lambda item: bound[item].figure.id)
            figures = {b.figure.id: b.figure for b in bound.values()}
            result = execute(program, lambda name: quantity(figures[name]) if name in figures else None)
        except (ProgramError, UnresolvedError) as error:
            return Failed(measure, period, str(error), tuple(b.figure for b in bound.values()))
        self._months |= lengths(bound)
        return Solved(measure, period, expression, bound, program, result, dropped)

    def _without_base(
        self, measure: Measure, period: FiscalPeriod | None, expression: Expression, bound: Mapping[Item, Bound]
    ) -> Failed | None:
        """A failure where a growth starts from zero or from a loss: a percentage of it says nothing."""
        for node in walk(expression):
            base = growth_base(node)
            if base is None or (value := self._value(base, bound)) is None or value > 0:
                continue
            named = ", ".join(f"{said(i)} of {i.period}" for i in items(base)[:2])
            reason = f"growth is no percentage of a base that is not positive ({named}); ask for the change"
            instead = None
            if node == expression and isinstance(node, Binary) and node.operator is Operator.DIVIDE:
                name = re.sub(r"^growth in ", "change in ", measure.name)
                instead = replace(measure, name=name, expression=node.left, kind=Kind.CURRENCY, formula="")
            return Failed(measure, period, reason, tuple(b.figure for b in bound.values())[:4], instead)
        return None

    @staticmethod
    def _value(expression: Expression, bound: Mapping[Item, Bound]) -> Decimal | None:
        figures = {b.figure.id: b.figure for b in bound.values()}
        signed = substitute(expression, lambda item: _signed(item, bound[item]))
        try:
            program = to_program(signed, lambda item: bound[item].figure.id)
            return execute(program, lambda name: quantity(figures[name]) if name in figures else None).value.value
        except (ProgramError, UnresolvedError):
            return None

    def _one_length(self, bound: dict[Item, Bound]) -> tuple[dict[Item, Bound], str]:
        """The figures, those of quarters all over one length of time, and "" or why that cannot be had.

        Filings print some flows for the year to date only; nine months of one line and three of another make no ratio.
        """
        held = lengths(bound)
        if len(held | self._months) <= 1 or any(i.scope for i in bound):
            return bound, ""
        months = max(self._months or held)
        scope = replace(self._scope, months=months)
        again = {i: self._resolver.bind(i, scope) if _flows_in_quarter(i, b) else b for i, b in bound.items()}
        whole = {i: b for i, b in again.items() if isinstance(b, Bound)}
        if len(whole) == len(bound) and lengths(whole) == {months}:
            return whole, ""
        said_for = "; ".join(f"{said(i)} is printed for {_months_text(b)}" for i, b in bound.items() if _months(b))
        return bound, f"the figures are of different lengths of time: {said_for}"

    def _stated(self, expression: Expression) -> Expression:
        """The expression with the alternatives chosen that the primary statements hold completely.

        A note may print a line of the same name for another company, such as a joint venture's gross margin.
        """
        match expression:
            case FirstOf(alternatives):
                tried = [self._stated(a) for a in alternatives]
                printed = (a for a in tried if all(map(self._in_statement, items(settled(a, self._found)))))
                held = next(printed, None)
                return self._whole(tried, held) or held or FirstOf(tuple(tried))
            case Binary(operator, left, right):
                return Binary(operator, self._stated(left), self._stated(right))
            case Average(terms):
                return Average(tuple(map(self._stated, terms)))
            case Optional(term):
                return Optional(self._stated(term))
            case _:
                return expression

    def _whole(self, tried: Sequence[Expression], held: Expression | None) -> Expression | None:
        """A line that is the whole, of which the statements print one part alone; None where none is surely that.

        "Long-term debt" of the balance sheet is not all debt where a note prints what all debt comes to.
        """
        part = settled(held, self._found) if held is not None else None
        if not isinstance(part, Item) or part == held:
            return None
        for whole in tried:
            if isinstance(whole, Item) and isinstance(all_of_it := self._bind(whole), Bound):
                one = self._bind(part)
                least = one.figure.value if isinstance(one, Bound) else all_of_it.figure.value
                return whole if 0 < least < all_of_it.figure.value <= _MOST_OF_PART * least else None
        return None

    def _in_statement(self, item: Item) -> bool:
        bound = self._bind(item)
        return isinstance(bound, Bound) and bound.figure.statement is not Statement.NOTE

    def _found(self, item: Item) -> bool:
        return isinstance(self._bind(item), Bound)

    def _dropped(self, expression: Expression) -> Iterator[Item]:
        """The optional items of the alternatives that are used, where they have no figure."""
        match expression:
            case FirstOf(alternatives):
                complete = (a for a in alternatives if all(map(self._found, items(settled(a, self._found)))))
                yield from self._dropped(next(complete, alternatives[0]))
            case Optional(term):
                yield from (i for i in items(settled(term, self._found)) if not self._found(i))
            case _:
                for child in children(expression):
                    yield from self._dropped(child)

    def _may_be_told(self, expression: Expression, period: FiscalPeriod | None) -> bool:
        """Whether sentences are looked at for what no figure gives: not for what may be absent, nor for one item alone.

        That is answered with its sentence, which says more than its name.
        """
        if self._tell is None or any(isinstance(n, Optional) for n in walk(expression)):
            return False
        return not isinstance(expression, Item) or (period is not None and expression.concept is not None)

    def _found_or_told(self, item: Item) -> bool:
        """Whether an item has a figure, or else one sentence that tells it; it is bound to that then."""
        if self._found(item):
            return True
        told = self._tell(item, self._others.get(item.scope, self._scope)) if self._tell is not None else None
        if told is not None:
            self._bound[item] = told
            self._told.add(item)
        return told is not None

    def _bind(self, item: Item) -> Bound | Missing:
        if item not in self._bound:
            self._bound[item] = self._resolver.bind(item, self._others.get(item.scope, self._scope))
        return self._bound[item]


def _months(bound: Bound) -> int:
    """The months that a figure is for; 0 for an instant and where it is not known."""
    return bound.figure.period.months if bound.figure.period is not None else 0


def _months_text(bound: Bound) -> str:
    return f"{_months(bound)} months"


def _flows_in_quarter(item: Item, bound: Bound) -> bool:
    return item.period is not None and item.period.quarter is not None and _months(bound) > 0


def lengths(bound: Mapping[Item, Bound]) -> set[int]:
    """The lengths in months of the figures that are bound for quarters, balances left out."""
    return {_months(b) for i, b in bound.items() if _flows_in_quarter(i, b)}


_NOT_ANNUALISED = "flows of less than a year are set against a balance, not annualised"


def _flow_periods(bound: Mapping[Item, Bound]) -> list[Period]:
    return [p for b in bound.values() if (p := b.figure.period) is not None and not p.instant]


def _days(bound: Mapping[Item, Bound]) -> int | None:
    """The days of the flows' newest period where all are shorter than a year, else None."""
    flows = _flow_periods(bound)
    if not flows or any(p.months >= 11 for p in flows):
        return None
    newest = max(flows, key=lambda p: p.end)
    return None if newest.start is None else (newest.end - newest.start).days + 1


def _holds(expression: Expression, node: Expression) -> bool:
    return any(n == node for n in walk(expression))


def _sets_part_of_year_against_balance(expression: Expression, bound: Mapping[Item, Bound]) -> bool:
    """Whether a flow of less than a year is divided by a balance or divides one, but for days."""
    flows = {i for i, b in bound.items() if 0 < _months(b) < 11}
    balances = {i for i, b in bound.items() if b.figure.period is not None and b.figure.period.instant}
    days = _days(bound)
    if not flows or not balances or (days is not None and _holds(expression, Constant(Decimal(days)))):
        return False
    return any(
        isinstance(n, Binary)
        and n.operator is Operator.DIVIDE
        and (
            (flows & set(items(n.left)) and balances & set(items(n.right)))
            or (balances & set(items(n.left)) and flows & set(items(n.right)))
        )
        for n in walk(expression)
    )


def _signed(item: Item, bound: Bound) -> Expression:
    return Binary(Operator.MULTIPLY, item, Constant(Decimal(-1))) if bound.negate else item


def mixed_sources(bound: Mapping[Item, Bound | Missing], told: Set[Item]) -> str:
    """Why one line item at two times is no comparison: a table prints one of them, and only a sentence tells the other.

    The sentence may count something else by the same name.
    """

    def named(item: Item) -> tuple[str, str]:
        return item.concept or item.phrase.lower(), item.scope

    printed = {named(item): item for item, found in bound.items() if isinstance(found, Bound) and item not in told}
    for item in told:
        other = printed.get(named(item))
        if other is not None and other.period != item.period:
            return (
                f"{said(item)!r} stands in a table for {other.period} and is only told by a sentence for "
                f"{item.period}, which may measure something else"
            )
    return ""


def _mixed_companies(bound: Mapping[Item, Bound]) -> str:
    currencies = {b.figure.currency for b in bound.values() if b.figure.currency and b.figure.unit == b.figure.currency}
    if len(currencies) > 1:
        return (
            f"the figures are in different currencies ({', '.join(sorted(currencies))}); ask for one company at a time"
        )
    return ""
