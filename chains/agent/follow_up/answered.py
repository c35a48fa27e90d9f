"""The values of the turns before, at the times that they were asked for and at others."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from chains.agent.follow_up.combining import again
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn, without_value
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrasing import content_words
from chains.questions.fiscal_calendar import resolve_all


class Answered:
    """The values of the turns before. `plan` makes a value of a phrase of its own ("revenue"), near another value."""

    def __init__(
        self,
        turns: tuple[Turn, ...],
        read: Callable[[str], Said],
        plan: Callable[[str, Term], Term | None],
        elsewhere: Callable[[str, Term], Term | None],
        place: Callable[[Term, FiscalPeriod], Term | None],
    ) -> None:
        self._turns = tuple(t for t in turns if t.terms)
        self._read = cache(read)  # a phrase is read for its time, its name and its value
        self._plan, self._elsewhere, self._place = plan, elsewhere, place
        self.terms = tuple(term for turn in self._turns for term in turn.terms)
        # A question without a value stands between: "the two" and "the first" never reach beyond it.
        gap = next((n for n in range(len(turns) - 1, -1, -1) if without_value(turns[n])), -1)
        self._since = tuple(term for turn in turns[gap + 1 :] for term in turn.terms)

    def recent(self) -> tuple[Term, ...]:
        """The values since the last question that has none, oldest first."""
        return self._since

    @property
    def last(self) -> Term:
        """The newest value."""
        return self.terms[-1]

    @property
    def turn_of_last(self) -> Turn:
        """The newest turn with a value."""
        return self._turns[-1]

    def turn_of(self, term: Term) -> Turn | None:
        """The turn that a value is the answer of."""
        return next((t for t in reversed(self._turns) if term in t.terms), None)

    def placed(self, term: Term, period: FiscalPeriod) -> Term | None:
        """A value of another time."""
        return self._place(term, period)

    # Times that a turn names

    def _placed(self, said: Said, near: Term | None = None) -> Term | None:
        """ "2016", "the 2016 value", "Boeing's", "the year before": a value of before, of another time or company."""
        base = next((t for turn in reversed(self._turns) if not turn.operation for t in turn.terms[::-1]), self.last)
        turn = self._turns[-1]
        if near is not None or re.match(r"(?:it|that|this)\b", said.core, re.I):
            base = near or self.last
        elif turn.operands and len({(t.signature, t.company) for t in turn.operands}) == 1:
            base = turn.operands[0]  # of what was computed last, and not of what was asked for before it
        if said.named:
            company = said.named[0].company
            held = [t for t in reversed(self.terms) if t.company == company and _alike(t, base)]
            base = next(iter(held), None) or self._elsewhere(company.short, base) or base
            if base.company != company:
                return None
        elif said.unknown or said.ambiguous:
            return None
        if said.shift is not None and said.shift.months:
            months = said.shift.months
            alike = [
                t
                for t in reversed(self.terms)
                if (t.signature, t.company, t.months) == (base.signature, base.company, months)
            ]
            time = said.core[said.shift.start : said.shift.end]
            return alike[0] if alike else self._plan(f"{base.name} {time}", base)
        period = self._time(said, base)
        if period is None:
            return base if said.named else None
        same = [t for t in self.terms if t.company == base.company and t.periods == (period,)]
        return next((t for t in reversed(same) if t.signature == base.signature), None) or self._place(base, period)

    def _time(self, said: Said, base: Term) -> FiscalPeriod | None:
        context = base.planned.reading.context
        resolved = resolve_all(said.asked, context.calendar) if context is not None else ()
        if len(resolved) == 1:
            one, last = resolved[0].period, base.periods[-1] if base.periods else None
            if last is not None and last.quarter and one.quarter is None:
                return FiscalPeriod(one.year, last.quarter)
            return one
        if said.shift is not None and base.periods and not said.shift.pick:
            return base.periods[-1].shift(said.shift.years)
        return None

    def is_time(self, phrase: str) -> bool:
        """Whether a phrase names a time and nothing else: "2016", "the year before"."""
        said = self._read(phrase)
        return not said.content and not said.named and bool(said.dated or said.shift is not None)

    def tells_time(self, phrase: str) -> bool:
        """Whether a phrase holds a time: "the 2016 debt"."""
        said = self._read(phrase)
        return bool(said.dated or said.shift is not None)

    def at(self, said: Said) -> Term | None:
        """The last value in the year that a turn names."""
        context = self.last.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        if len(asked) != 1 or not self.last.periods:
            return None
        return self.moved(self.last, asked[0].period.year - self.last.periods[-1].year)

    def at_of(self, said: Said) -> Term | None:
        """The value in the year that a turn names of what the last sum or average is of; None where it is none."""
        turn = self.turn_of(self.last)
        if turn is None or turn.operation not in ("sum", "average") or not self._of_one(turn):
            return None
        first = turn.operands[0]
        context = first.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        return self.value_at(first, asked[0].period) if len(asked) == 1 else None

    # The periods that were spoken of

    def turn_periods(self) -> set[FiscalPeriod]:
        """The periods of the newest turn."""
        return {p for t in (*self._turns[-1].terms, *self._turns[-1].operands) for p in t.periods}

    def since_periods(self) -> set[FiscalPeriod]:
        """The periods of the answers since the last question that stood alone."""
        found: set[FiscalPeriod] = set()
        for turn in reversed(self._turns):
            found |= {p for t in (*turn.terms, *turn.operands) for p in t.periods}
            if turn.alone:
                break
        return found

    # A value at another time

    def value_at(self, term: Term, period: FiscalPeriod) -> Term | None:
        """A value of another time: as it was answered, else planned anew."""
        held = [t for t in reversed(self.terms) if t.signature == term.signature and t.company == term.company]
        found = next((t for t in held if t.periods == (period,) and t.months == term.months), None)
        if found is not None or term.periods == (period,):
            return found or term
        if not term.name.startswith("the ") and period.quarter is None:
            made = self._plan(f"{term.name} in FY{period.year}", term)
            if made is not None and made.periods == (period,):
                return made
        return self._place(term, period)

    def planned_beside(self, term: Term, other: Term) -> Term | None:
        """A value planned anew for the time of another one; None where that comes to another measure or time."""
        made = None if term.name.startswith("the ") or term.told else self._plan(term.name, other)
        same = made is not None and (made.signature, made.time) == (term.signature, other.time)
        return made if same else None

    def _placed_at(self, term: Term, period: FiscalPeriod) -> Term | None:
        last = term.periods[-1] if term.periods else None
        if last is not None and last.quarter == period.quarter and last != period:
            return self.moved(term, period.year - last.year)
        return self._place(term, period)

    def moved(self, term: Term, years: int) -> Term | None:
        """A value so many years later; what was computed of answers is computed of those of the other time."""
        if not term.periods:
            return None
        turn = self.turn_of(term)
        if turn is not None and turn.operands and term.name.startswith("the "):
            parts = [self._place(t, t.periods[-1].shift(years)) if t.periods else None for t in turn.operands]
            whole = [t for t in parts if t is not None]
            made = again(turn, whole) if len(whole) == len(parts) else None
            if made is not None and made.terms:
                return made.terms[-1]
        return self._place(term, term.periods[-1].shift(years))

    @staticmethod
    def _of_one(turn: Turn) -> bool:
        """Whether a turn computed something of one measure over several times."""
        times = {t.periods for t in turn.operands}
        return len({(t.signature, t.company) for t in turn.operands}) == 1 and len(times) > 1


def _alike(x: Term, y: Term) -> bool:
    """Whether two values measure the same, or one's name says no more than the other's: "total equity"."""
    a, b = set(content_words(x.base_name)), set(content_words(y.base_name))
    return x.signature == y.signature or (bool(a and b) and (a <= b or b <= a))
