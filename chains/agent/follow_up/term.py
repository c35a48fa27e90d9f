"""One value that a turn asked for: what it measures, of whom and when, and the same value of another time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chains.formulas.expression import Expression, FiscalPeriod, Item
from chains.formulas.trees import items, shifted, substitute
from chains.planning.plan import Measure, Origin
from chains.questions.companies import Company
from chains.questions.company_names import possessive
from chains.questions.request import Planned
from chains.resolve.scope import Scope


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
    def time(self) -> tuple[tuple[FiscalPeriod, ...], int | None]:
        """Its periods and their length: the quarter and the nine months that end with it are two times."""
        return self.periods, self.months

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
