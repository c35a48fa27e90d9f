"""Earlier answers of a conversation: a new value and an old one, where a turn asks how something changed."""

from __future__ import annotations

import re
from dataclasses import replace

from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.several import Several, belong
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.unclear import UnclearError, apart
from chains.formulas.expression import Binary, Operator
from chains.measures.phrasing import content_words
from chains.planning.plan import Kind
from chains.questions.fiscal_calendar import resolve_all

_AGAINST = re.compile(
    r"\b(?:from|since|versus|vs\.?|against|than|over|to|with|on)\s+(?:(?:in|for|during|at)\s+)?(?:the\s+)?(?:fiscal\s+)?$",
    re.I,
)
SINCE = "since when '{x}' is to have changed is not said; name the time"
_OVER_TIME = ("sum", "average", "change", "growth", "difference", "largest", "smallest")


class Earlier(Several):
    """The earlier values, and which two of them a change is between."""

    def pair(self, said: Said, operation: str, base: Term | None = None) -> list[Term] | None:
        """The two values of a change: the new one and the old one. `base` is what changed where it is not the last one.

        They are of the times that the turn names; else the last answer and the nearest one before it that measures the
        same; else the last answer and what it was a year before.
        """
        last, turn = self.last, self._turns[-1]
        if base is not None:
            return self._pair_of(base, said)
        if operation == "trend" and turn.verbal and turn.operands and re.search(r"\bit\b", said.core, re.I):
            last = turn.operands[0]  # "by how much did it grow? was it higher the year before?"
        if operation in ("change", "growth") and said.shift is not None:
            last = self.changed() or next(
                iter(_within(last) or ()), last
            )  # "up how much on the year? how many percent on the prior year?"
        if said.asked.mentions and turn.operation in _OVER_TIME and len({t.signature for t in turn.operands}) == 1:
            # "Was 2018 higher than 2017?" after a sum of years asks about the years.
            last = turn.operands[0]
        context = last.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        named = [p for r in asked if (p := self._placed_at(last, r.period)) is not None]
        if len(named) > 1:
            return [named[-1], named[0]]
        if named:
            alone = not _AGAINST.search(said.core[: said.asked.mentions[0].start])
            return self._in_order(named[0], self._before(named[0]) if alone else last)
        if said.shift is not None and said.shift.years and last.periods:
            return self._in_order(last, self.moved(last, said.shift.years))
        if (
            turn.operation in ("change", "difference")
            and operation in ("growth", "change")
            and len(turn.operands) == 2
            and operation != turn.operation
            and turn.operands[0].signature == turn.operands[1].signature
        ):
            return list(turn.operands)
        if len(turn.terms) > 1 and last.signature == turn.terms[0].signature and last.company == turn.terms[0].company:
            return self._in_order(last, turn.terms[0])
        if (within := _within(last)) is not None and operation == "growth":
            return within
        same = [
            t
            for t in reversed(self.terms[:-1])
            if t.signature == last.signature and t.company == last.company and t.periods != last.periods
        ]
        if same:
            return self._in_order(last, same[0])
        beside = self._since[-2] if len(self._since) > 1 else None
        if beside is not None and beside.signature == last.signature and beside.company != last.company:
            return [beside, last]
        if operation == "difference" and beside is not None:
            return set_beside(beside, last)
        if operation != "difference" and turn.operation in ("sum", "average") and self._of_one(turn):
            raise UnclearError(SINCE.format(x=last.name))
        return self._in_order(last, self._before(last)) if operation != "difference" else None

    def _pair_of(self, base: Term, said: Said) -> list[Term] | None:
        """A value that a turn names itself, and what it is set against: the one of another time that was asked for."""
        words = set(content_words(base.base_name))
        same = [
            t
            for t in self.terms
            if t.company == base.company
            and (t.signature == base.signature or (words and words <= set(content_words(t.base_name))))
        ]
        times = list(dict.fromkeys(t.periods for t in same if len(t.periods) == 1))
        if said.shift is not None and said.shift.years:
            return self._in_order(base, self.moved(base, said.shift.years))
        if len(times) > 1:
            newest, older = (next(t for t in reversed(same) if t.periods == p) for p in times[-1:-3:-1])
            return self._in_order(newest, older)
        return self._in_order(base, self._before(base))

    def changed(self) -> Term | None:
        """What the last change or growth is of; None where the last answer is another."""
        turn = self._turns[-1]
        moved = turn.operation in ("change", "growth", "difference") and self._of_one(turn)
        return turn.operands[0] if moved else None

    def halves(self, said: Said) -> list[Term] | None:
        """The new and the old value of the change that was just spoken of, where the turn names no time of its own.

        "By how many points did it fall? and in percent?" asks of what fell, and not of the fall.
        """
        if said.asked.mentions or said.shift is not None:
            return None
        if self.changed() is not None and len(self._turns[-1].operands) == 2:
            return list(self._turns[-1].operands)
        return _within(self.last)

    def rebased(self, said: Said) -> tuple[str, list[Term]] | None:
        """The newest change, from the time that a turn names instead of its own first one; None where there is none."""
        turn = self._turns[-1]
        two = list(turn.operands) if turn.operation in ("change", "growth") else _within(self.last)
        if not two or not said.asked.mentions:
            return None
        period = self._time(said, two[0])
        old = self._place(two[0], period) if period is not None else None
        return (turn.operation or "change", [two[0], old]) if old is not None else None

    def _before(self, term: Term) -> Term | None:
        return self.moved(term, -1)

    @staticmethod
    def _in_order(a: Term, b: Term | None) -> list[Term] | None:
        """The newer one first."""
        if b is None or not a.periods or not b.periods:
            return None
        key = [(t.periods[-1].year, t.periods[-1].quarter or 5) for t in (a, b)]
        return [a, b] if key[0] >= key[1] else [b, a]


def set_beside(x: Term, y: Term) -> list[Term]:
    """Two values for their difference. Raises UnclearError where they have nothing in common."""
    shares = {t.measure.kind in (Kind.PERCENT, Kind.POINTS) for t in (x, y)}
    if len(shares) > 1 or not (belong([x, y]) or x.name.startswith("the ") or y.name.startswith("the ")):
        raise apart("the difference", [x, y])
    return [x, y]


def _within(term: Term) -> list[Term] | None:
    """The new and the old value of a change that was asked for in one question."""
    match term.measure.expression:
        case Binary(Operator.SUBTRACT, new, old) | Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, new, old), _) if (
            len(term.periods) > 1
        ):
            name = re.sub(r"^(?:change|growth) in ", "", term.name)
            parts = [
                replace(term, name=name, measure=replace(term.measure, expression=e, name=name), periods=(p,))
                for e, p in ((new, term.periods[-1]), (old, term.periods[0]))
            ]
            return parts if parts[0].signature == parts[1].signature else None
    return None
