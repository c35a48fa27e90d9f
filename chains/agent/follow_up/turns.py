"""What is kept of each turn of a conversation: the question as it stands on its own, its plan, and the values in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.companies import Company
from chains.company_names import possessive
from chains.expression import Expression, FiscalPeriod, Item
from chains.fiscal_calendar import Resolved
from chains.plan import Between, Compute, Judge, Largest, Lines, Measure, Origin, Parts, Several, Trend
from chains.request import Planned
from chains.resolve.scope import Scope
from chains.trees import at, items, shifted, substitute

_NO_VALUE = re.compile(r"(?:why|who|whom|whose|where|when|how come|what (?:drove|caused|explains))\b", re.I)


@dataclass(frozen=True, slots=True)
class Term:
    """One value that a turn asked for. All items of its measure have periods; `name` has neither company nor time.

    `planned` is the plan of the question that it is of: its scope says where the value is looked for. `asked` is the
    question of a value that a sentence told, which no plan finds at another time.
    """

    name: str
    measure: Measure
    periods: tuple[FiscalPeriod, ...]
    company: Company
    planned: Planned
    asked: str = ""

    @property
    def told(self) -> bool:
        """Whether it was answered without a line item."""
        scope = self.planned.reading.scope
        return scope is not None and scope.told is not None

    @property
    def fixed(self) -> bool:
        """Whether a number in it was answered without a line item: then it is of no other time."""
        return any(s.told is not None for s in self._scopes)

    @property
    def _scopes(self) -> tuple[Scope, ...]:
        """Where its items are looked for."""
        reading = self.planned.reading
        others = tuple(scope for _, scope in reading.others)
        return others if reading.scope is None else (reading.scope, *others)

    @property
    def base_name(self) -> str:
        """The name of what it measures, without the change or the growth of it that was asked for; "" of results."""
        if self.name.startswith("the "):
            return ""
        return re.sub(r"^(?:growth in|change in|compound annual growth rate of) ", "", self.name)

    @property
    def of_part(self) -> bool:
        """Whether its name may tell of a part of the company: a line of a part, or one known by its label alone."""
        return self.measure.origin is Origin.LABEL or any(i.member for i in items(self.measure.expression))

    @property
    def months(self) -> int | None:
        """The length of time where it is not the usual one."""
        scope = self.planned.reading.scope
        return scope.months if scope is not None else None

    @property
    def when(self) -> str:
        """Its time in words."""
        names = tuple(dict.fromkeys(_named(p, self.months) for p in (self.periods[:1] + self.periods[-1:])))
        return " to ".join(names)

    @property
    def spoken(self) -> str:
        """ "Acme's revenue in FY2021"."""
        if self.name.startswith("the "):
            return self.name
        return f"{possessive(self.company.short)} {self.name}" + (f" in {self.when}" if self.when else "")

    @property
    def signature(self) -> Expression:
        """What it measures, whenever and of whom: equal for values that can be set against each other."""
        known = self.measure.origin is not Origin.LABEL  # a part's line item has the concept of the whole
        return _open(self.measure.expression, self.periods[-1] if self.periods else None, concepts=known)

    @property
    def opened(self) -> Measure | None:
        """Its measure for any period; None where its items are of several kinds of periods."""
        if not self.periods or self.fixed:
            return None
        base = self.periods[-1]
        if any(i.period is None or i.period.quarter != base.quarter for i in items(self.measure.expression)):
            return None
        # The name of what was computed of answers tells their times; its formula does not.
        name = self.measure.formula if self.name.startswith("the ") else self.name
        return replace(
            self.measure, name=name, expression=_open(self.measure.expression, base, concepts=False, unscoped=False)
        )

    def placed(self, period: FiscalPeriod) -> Term | None:
        """The same value of another time; None where it is not of one time only and the times do not fit."""
        if not self.periods or ((period,) != self.periods and self.fixed):
            return None
        last = self.periods[-1]
        if last.quarter == period.quarter:
            step = period.year - last.year
            moved = shifted(self.measure.expression, step)
            periods = tuple(p.shift(step) for p in self.periods)
        elif all(i.period == last for i in items(self.measure.expression)):
            moved = substitute(self.measure.expression, lambda item: replace(item, period=period))
            periods = (period,)
        else:
            return None
        measure = replace(self.measure, expression=moved)
        if self.name.startswith("the "):
            # What was computed of answers tells their times in its name.
            step = period.year - last.year
            name, formula, said = (_years_on(t, step) for t in (measure.name, measure.formula, measure.said))
            return replace(
                self,
                name=_years_on(self.name, step),
                measure=replace(measure, name=name, formula=formula, said=said),
                periods=periods,
            )
        return replace(self, measure=measure, periods=periods)


def _years_on(text: str, step: int) -> str:
    """A text whose fiscal years are so many years later."""
    return re.sub(r"\bFY(\d{4})\b", lambda m: f"FY{int(m[1]) + step}", text)


def _open(expression: Expression, base: FiscalPeriod | None, *, concepts: bool, unscoped: bool = True) -> Expression:
    def undated(item: Item) -> Expression:
        shift = item.period.year - base.year if item.period is not None and base is not None else item.shift
        phrase = (item.concept or item.phrase.lower()) if concepts else item.phrase
        return replace(item, phrase=phrase, period=None, shift=shift, scope="" if unscoped else item.scope)

    return substitute(expression, undated)


def _named(period: FiscalPeriod, months: int | None) -> str:
    if period.quarter is None or months in (None, 3):
        return str(period)
    return {6: "the first half of ", 9: "the first nine months of "}.get(months or 0, "") + f"FY{period.year}"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: `text` is the question standing on its own, `unit` the remark about the unit of its answer.

    `alone` says that it was asked so. A turn over earlier ones has the `operation` and its `operands`; `verbal` says
    that it was asked by a verb ("by how much did it grow?"): "it" is then still what grew, and not the growth. `part`
    is the part of the company that a question for the leading one came to, here or before.
    `at` are the periods that are spoken of where the question's own are none of those (debt "due in 2025").
    `constants` are the numbers that it sets its operands against ("a day").
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
    return not turn.terms and not turn.operation and not _NO_VALUE.match(turn.text)
