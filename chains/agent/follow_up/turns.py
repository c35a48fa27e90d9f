"""What is kept of each turn of a conversation: the question as it stands on its own, its plan, and the values in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.agent.follow_up.term import Term
from chains.formulas.expression import FiscalPeriod
from chains.formulas.trees import at, items
from chains.planning.plan import Between, Compute, Judge, Largest, Lines, Measure, Parts, Several, Trend
from chains.questions.companies import Company
from chains.questions.company_names import possessive
from chains.questions.fiscal_calendar import Resolved
from chains.questions.request import Planned

_NO_VALUE = re.compile(r"(?:why|who|whom|whose|where|when|how come|what (?:drove|caused|explains))\b", re.I)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: `text` is the question standing on its own, `unit` the remark about the unit of its answer.

    `alone` says that it was asked so. A turn over earlier ones has the `operation` and its `operands`; `verbal` says
    that it was asked by a verb ("by how much did it grow?"): "it" is then still what grew, and not the growth. `part`
    is the part of the company that a question for the leading one came to, here or before.
    `at` are the periods that are spoken of where the question's own are none of those (debt "due in 2025").
    `constants` are the numbers that it sets its operands against ("a day"). A turn is `lost` where what it asks the
    value of is printed nowhere, and `passing` where it neither asks by its form nor asks for a figure.
    """

    text: str
    planned: Planned
    unit: str = ""
    alone: bool = True
    terms: tuple[Term, ...] = ()
    operation: str = ""
    operands: tuple[Term, ...] = ()
    verbal: bool = False
    part: str = ""
    at: tuple[Resolved, ...] = ()
    constants: tuple[Decimal, ...] = ()
    lost: bool = False
    passing: bool = False

    @property
    def measured(self) -> str:
        """The name of what it is about, without what was computed of it; "" where that is not known."""
        terms = self.operands or self.terms[-1:]
        return terms[0].base_name if terms else ""

    @property
    def whole(self) -> str:
        """The question with the remark about its unit."""
        return f"{self.text} {self.unit}".strip()

    @property
    def company(self) -> Company | None:
        """The company that it asks about; None where that is not known."""
        reading = self.planned.reading
        return reading.context.company if reading.context is not None and not reading.anywhere else None

    @property
    def periods(self) -> tuple[Resolved, ...]:
        """The periods that it asks about, in order of time; those of the plan where the text names none."""
        reading = self.planned.reading
        if self.at:
            return self.at
        if self.operands:
            found = sorted({(p, t.months) for t in self.operands for p in t.periods}, key=lambda e: _order(e[0]))
            return tuple(Resolved(p, months) for p, months in found)
        if reading.context is not None and reading.context.periods:
            return reading.context.periods
        return tuple(map(Resolved, periods_of(self.planned)))


def _order(period: FiscalPeriod) -> tuple[int, int]:
    return period.year, period.quarter or 5


def periods_of(planned: Planned) -> tuple[FiscalPeriod, ...]:
    """The periods that a plan is for."""
    match planned.plan:
        case Compute() | Trend() | Between():
            return planned.plan.periods
        case Several(parts):
            return tuple(sorted({p for part in parts for p in part.periods}, key=_order))
        case Largest(choices, None):
            return tuple(sorted({i.period for c in choices for i in items(c.expression) if i.period}, key=_order))
        case Judge() | Largest() | Parts() | Lines():
            period = planned.plan.period
            return (period,) if period is not None and period.year else ()
        case _:
            return ()


def terms_of(planned: Planned) -> tuple[Term, ...]:
    """The values that a plan computes, each with the periods that it is for."""
    reading, plan = planned.reading, planned.plan
    if reading.context is None or reading.anywhere:
        return ()
    company = reading.context.company

    def placed(measure: Measure, period: FiscalPeriod, who: Company = company) -> Term:
        return Term(measure.name, replace(measure, expression=at(measure.expression, period)), (period,), who, planned)

    match plan:
        case Compute(measure, periods):
            return (Term(measure.name, measure, periods, company, planned),)
        case Trend(measure, periods):
            return tuple(placed(measure, p) for p in periods)
        case Several(parts):
            return tuple(t for part in parts for t in terms_of(replace(planned, plan=part)))
        case Largest(choices, None):
            return tuple(_of_own_time(c, company, planned) for c in choices)
        case Judge(_, criteria, period):
            return tuple(placed(c.measure, period) for c in criteria[:1])
        case Largest(choices, period) if period is not None:
            return tuple(placed(c, period) for c in choices)
        case Between(measure, _, periods) if periods:
            return tuple(placed(measure, periods[-1], who) for who in reading.context.companies)
        case _:
            return ()


def _of_own_time(choice: Measure, company: Company, planned: Planned) -> Term:
    """The value of one of several times, of which its name tells."""
    periods = tuple(sorted({i.period for i in items(choice.expression) if i.period is not None}, key=_order))
    name = choice.name.removeprefix(f"{possessive(company.short)} ")
    name = name.removesuffix(f" in {periods[-1]}") if periods else name
    return Term(name, replace(choice, name=name), periods[-1:], company, planned)


def without_value(turn: Turn) -> bool:
    """Whether a turn asked for a value that is not known; one for reasons or people asked for none."""
    return turn.lost or (not turn.terms and not turn.operation and not _NO_VALUE.match(turn.text))
