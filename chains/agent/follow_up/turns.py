"""What is kept of each turn of a conversation: the question as it stands on its own, its plan, and the values in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chains.ask import Planned
from chains.companies import Company
from chains.expression import FiscalPeriod
from chains.periods import Resolved
from chains.plan import Between, Compute, Judge, Largest, Lines, Measure, Parts, Trend
from chains.trees import at


@dataclass(frozen=True, slots=True)
class Term:
    """One value that a turn asked for. All items of its measure have periods; `name` has neither company nor time."""

    name: str
    measure: Measure
    periods: tuple[FiscalPeriod, ...]
    company: Company
    planned: Planned

    @property
    def spoken(self) -> str:
        """ "Acme's revenue in FY2021"."""
        who = self.company.short
        when = " to ".join(str(p) for p in dict.fromkeys((self.periods[0], self.periods[-1]))) if self.periods else ""
        name = (
            self.name if who.lower() in self.name.lower() else f"{who}'{'' if who.endswith('s') else 's'} {self.name}"
        )
        return f"{name} in {when}" if when and when not in name else name


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: `text` is the question standing on its own, `unit` the remark about the unit of its answer.

    `alone` says that it was asked so. A turn over earlier ones has the `operation` and its `operands`.
    """

    text: str
    planned: Planned
    unit: str = ""
    alone: bool = True
    terms: tuple[Term, ...] = ()
    operation: str = ""
    operands: tuple[Term, ...] = ()

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
        if self.operands:
            found = sorted({p for t in self.operands for p in t.periods}, key=lambda p: (p.year, p.quarter or 5))
            return tuple(map(Resolved, found))
        if reading.context is not None and reading.context.periods:
            return reading.context.periods
        return tuple(map(Resolved, periods_of(self.planned)))


def periods_of(planned: Planned) -> tuple[FiscalPeriod, ...]:
    """The periods that a plan is for."""
    match planned.plan:
        case Compute() | Trend() | Between():
            return planned.plan.periods
        case Judge() | Largest() | Parts() | Lines():
            return (planned.plan.period,) if planned.plan.period.year else ()
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
        case Judge(_, criteria, period):
            return tuple(placed(c.measure, period) for c in criteria[:1])
        case Largest(choices, period):
            return tuple(placed(c, period) for c in choices)
        case Between(measure, _, periods):
            return tuple(placed(measure, periods[-1], who) for who in reading.context.companies) if periods else ()
        case _:
            return ()
