"""The value of a turn that no line item answers: the number that a sentence tells, or the part that leads a breakdown.

Such a value is taken as it was answered. At another time the question is asked again, since nothing says where else the
number might stand.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.members import Members
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod, Item
from chains.measures.phrasing import content_words, flatten, tidy, trims
from chains.planning.plan import Compute, Kind, Measure, Origin, Parts, Words
from chains.questions.fiscal_calendar import Resolved
from chains.questions.request import Planned
from ingest.schema import Figure

_THING = re.compile(
    r"\W*how\s+(?:many|much)\s+(?:of\s+)?(?P<thing>.+?)\s+"
    r"(?:did|do|does|was|were|are|is|had|has|have|work\w*|ran|run|operat\w*|employ\w*)\b",
    re.I,
)
_PART = re.compile(
    r"\W*how\s+(?:many|much)\s+of\s+.+?\s+(?:is|was|are|were|came from|comes from)\s+(?:in\s+)?(?P<thing>.+)", re.I
)
_KINDS = {"percent": Kind.PERCENT, "shares": Kind.SHARES}
_LONGEST = 6
"""Words of the name of such a value."""


class Told(Members):
    """Turns answered by a number that no line item holds."""

    def _with_told(self, turn: Turn) -> Turn:
        """The turn with the value that was told for it; the same where it has one of its own, or none was told."""
        plan = turn.planned.plan
        if turn.operation or not _may_be_told(turn):
            return turn
        figure = self.asker.told(turn.planned)
        if figure is None:
            return turn
        if isinstance(plan, Parts):
            term = self._leading(turn, plan, figure)
        else:
            term = _term(turn.planned, figure, _name(turn), turn.text)
        return replace(turn, terms=(term,)) if term is not None else turn

    def _leading(self, turn: Turn, plan: Parts, figure: Figure) -> Term | None:
        """The value of the part that leads: by its own name where that finds the same figure, else as it was found."""
        same = flatten(figure.label).lower() == plan.of.name.lower() or not re.search(r"[a-z]", figure.label, re.I)
        part = (figure.path[-1] if figure.path else figure.segment) if same else figure.label or figure.segment
        part = turn.part or part
        whole = Measure(plan.of.name, Item(plan.of.name, period=plan.period))
        reading = turn.planned.reading
        if reading.context is None:
            return None
        near = Term(plan.of.name, whole, (plan.period,), reading.context.company, turn.planned)
        for name in (f"{part} {plan.of.name}", part):
            found = self._value(name, near)
            if found is not None and self._amounts_of(found) == {(abs(figure.value), figure.unit)}:
                return found
        return _term(turn.planned, figure, f"{part} {plan.of.name}", "")

    def _at(self, term: Term, period: FiscalPeriod) -> Term | None:
        """A value of another time; one that a sentence told is asked for again."""
        if not term.told:
            return term.placed(period)
        if not term.asked:
            return None
        made = self._with_told(
            self._turn(rewrite.with_time(term.asked, rewrite.in_words(Resolved(period, term.months))))
        )
        if not made.terms or made.terms[-1].periods != (period,):
            return None
        again = made.terms[-1]
        return replace(again, name=term.name, measure=replace(again.measure, name=term.name)) if again.told else again


def _may_be_told(turn: Turn) -> bool:
    """Whether a turn may have been answered by a number without a line item."""
    reading, plan = turn.planned.reading, turn.planned.plan
    if reading.context is None or reading.anywhere or reading.refusal or reading.scope is None:
        return False
    if isinstance(plan, Compute):
        return isinstance(plan.measure.expression, Item)
    return isinstance(plan, Words | Parts)


def _name(turn: Turn) -> str:
    """What was asked the number of, in a few words: "stores", "people"."""
    context = turn.planned.reading.context
    text = flatten(context.text if context is not None else turn.text)
    match = _PART.match(text) or _THING.match(text)
    if match is None and turn.terms:
        return turn.terms[-1].name
    phrase = tidy(match["thing"] if match is not None else min(trims(text, 24), key=len))
    words = phrase.split()
    return " ".join(words[:_LONGEST]) if content_words(phrase) else "number told"


def _term(planned: Planned, figure: Figure, name: str, asked: str) -> Term | None:
    """The term that stands for a figure as it was found."""
    reading = planned.reading
    if reading.context is None or reading.scope is None:
        return None
    if figure.fiscal_year is not None:
        period = FiscalPeriod(figure.fiscal_year, figure.fiscal_quarter)
    elif reading.context.periods:
        period = reading.context.periods[-1].period
    else:
        return None
    if reading.context.periods:
        period = reading.context.periods[-1].period
    kind = Kind.PER_SHARE if "/share" in figure.unit else _KINDS.get(figure.unit, Kind.NUMBER)
    measure = Measure(name, Item(name, period=period), kind, Origin.LABEL)
    scope = replace(reading.scope, told=figure)
    own = replace(planned, reading=replace(reading, scope=scope), plan=Compute(measure, (period,)))
    return Term(name, measure, (period,), reading.context.company, own, asked)
