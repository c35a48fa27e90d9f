"""What was asked before, of another company, time or unit: the question, or what was computed of answers, again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import again, combined, refused
from chains.agent.follow_up.cues import pronoun
from chains.agent.follow_up.questions import Questions, asked_of, calendar_of
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.shares_of import share_of_two
from chains.agent.follow_up.spans import open_span, other_end
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod
from chains.planning.plan import Compute, Kind, Trend
from chains.questions.fiscal_calendar import Resolved, resolve_all

_IT = re.compile(r"\b(?:it|they|them|that|those)\b", re.I)


class Exchanging(Questions):
    """Turns that name nothing but a company, a time or a unit."""

    @staticmethod
    def _who(said: Said) -> str:
        names = [n.company.short for n in said.named] or [a.text for a in said.ambiguous]
        return " and ".join(names) or said.unknown

    def _slots(self, turns: Sequence[Turn], last: Turn, said: Said, told: Sequence[Turn] = ()) -> Turn | None:
        """The question before with another company, time or unit; None where nothing is named.

        `told` are the turns with the values that sentences told for them.
        """
        if last.operation:
            return self._computed_again(turns, last, said)
        who = self._who(said)
        compute = isinstance(last.planned.plan, Compute)
        when = rewrite.when_of(said, last.periods, calendar_of(last), whole=compute)
        spanned = [p.period for p in last.periods] if compute else []
        if (ends := other_end(said, spanned)) is not None:
            when = rewrite.span([Resolved(p) for p in ends])
        elif (why := open_span(said, spanned)) and last.terms:
            return refused(last.terms[-1], said.core, why)
        if not who and not when:
            return self._in_unit(told or turns, last, said) if said.unit else None
        if len({t.company for t in last.terms}) > 1 and (who or when) and len(said.named) <= 1:
            # "Netflix's?" after several companies: what was compared, of the one that is named.
            name = who or last.terms[-1].company.short
            return (
                self._turn(
                    asked_of(name, last.terms[-1].name, when or rewrite.span(last.periods[-1:])), said.unit or last.unit
                )
                if who
                else self._turn(rewrite.with_time(last.text, when), said.unit or last.unit)
            )
        text = last.text
        if who:
            text = rewrite.with_company(text, who, self._directory)
        if when:
            text = rewrite.with_time(text, when)
        options = [(text, said.unit or last.unit)]
        if compute and last.terms and not last.terms[-1].name.startswith(("growth", "change")):
            name = who or last.terms[-1].company.short
            at = when or rewrite.span(last.periods[-1:])
            options.append((asked_of(name, last.terms[-1].name, at), said.unit or last.unit))
        return self._first(options)

    def _in_unit(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """The answer before in another unit; an amount in percent is a share of the one before it."""
        before = [t for turn in turns[:-1] for t in turn.terms]
        terms = turns[-1].terms
        computed = isinstance(last.planned.plan, Compute) or any(t.told for t in terms)
        if "percent." in said.unit and len(terms) == 1 and before and computed:
            part, whole = terms[0], before[-1]
            amount = part.measure.kind in (Kind.NUMBER, Kind.CURRENCY) and not part.name.startswith(
                ("growth", "change")
            )
            if amount and whole.company == part.company and whole.periods == part.periods:
                return share_of_two(part, whole, said.question.text, said.unit)
        if "percent." in said.unit and isinstance(last.planned.plan, Trend) and len(last.terms) == 2:
            # "Did it go up or down?", "in percent": by how much it moved.
            return combined("growth", last.terms[::-1], unit=said.unit)
        return self._turn(last.text, said.unit)

    def _computed_again(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """What was computed of earlier answers, for another company or time or in another unit."""
        operands: list[Term] = list(last.operands)
        if said.named:
            company = said.named[0].company
            own = [t for t in operands if t.company == company]
            if own and len({t.company for t in operands}) > 1:
                # Of several companies one is named: it is about that one's value.
                source = next((t for t in reversed(turns) if own[-1] in t.terms), None)
                return self._slots(turns, source, said) if source is not None and not source.operation else None
            moved = [self._elsewhere(company.short, t) for t in operands]
            if any(m is None for m in moved):
                return None
            operands = [m for m in moved if m is not None]
        elif said.unknown or said.ambiguous:
            return None
        context = operands[0].planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        newest = max(
            (t.periods[-1] for t in operands if t.periods), default=None, key=lambda p: (p.year, p.quarter or 5)
        )
        still = pronoun("value").search(said.core) or (last.verbal and _IT.search(said.core))
        if still and len({t.signature for t in operands}) == 1:
            # "The value in 2021" of a change is what changed.
            when = rewrite.when_of(said, last.periods[-1:], calendar_of(last))
            return self._turn(asked_of(operands[0].company.short, last.measured, when), said.unit) if when else None
        if newest is not None and (elsewhen := self._other_part(said, last, newest, asked)) is not None:
            moved = [self._value_at(t, rewrite.moved(elsewhen, t.periods[-1].year - newest.year)) for t in operands]
            terms = [m for m in moved if m is not None]
            if len(terms) == len(operands) and (made := again(last, terms, unit=said.unit or last.unit)):
                return made
            name = operands[0].company.short
            return self._turn(asked_of(name, last.measured, rewrite.in_words(elsewhen)), said.unit)
        spanned = sorted({p for t in operands for p in t.periods}, key=lambda p: p.year)
        if (ends := other_end(said, spanned)) is not None and len({t.signature for t in operands}) == 1 == len(
            {t.company for t in operands}
        ):
            newer_first = operands[0].periods[-1:] == (spanned[-1],)
            placed = [self._at(operands[0], e) for e in (ends[::-1] if newer_first else ends)]
            whole = [t for t in placed if t is not None]
            return again(last, whole, unit=said.unit or last.unit) if len(whole) == len(operands) == 2 else None
        if why := open_span(said, spanned):
            return refused(operands[0], said.core, why)
        step = 0
        if asked and newest is not None:
            step = asked[-1].period.year - newest.year
        elif said.shift is not None and said.shift.years:
            step = said.shift.years
        elif not said.named and not said.unit:
            return None
        if asked and not step and not said.named and not said.unit:
            # A part of the same year: what was computed cannot be moved there, so its measure is asked for.
            return self._turn(asked_of(operands[0].company.short, last.measured, rewrite.in_words(asked[-1])))
        placed = [self._at(t, t.periods[-1].shift(step)) if step and t.periods else t for t in operands]
        if any(t is None for t in placed):
            return None
        return again(last, [t for t in placed if t is not None], unit=said.unit or last.unit)

    @staticmethod
    def _other_part(said: Said, last: Turn, newest: FiscalPeriod, asked: Sequence[Resolved]) -> Resolved | None:
        """The time that a turn names where it is of another length or part of the year than what was computed."""
        months = next((t.months for t in last.operands if t.periods), None)
        if asked:
            one = asked[-1]
            return one if one.period.quarter != newest.quarter or one.months not in (None, months) else None
        if said.shift is not None and (said.shift.months or said.shift.quarters):
            calendar = calendar_of(last)
            if said.asked.latest and said.shift.months and calendar is not None and calendar.latest is not None:
                newest = FiscalPeriod(calendar.latest.year, newest.quarter)  # "the quarter, this year"
            return rewrite.shifted([Resolved(newest, months)], said.shift, whole=True)[0]
        return None
