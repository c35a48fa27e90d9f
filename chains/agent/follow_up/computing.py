"""What a turn computes of earlier answers, where these are known and it is not a value set against itself."""

from __future__ import annotations

import re

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.fitting import same
from chains.agent.follow_up.matching import over_earlier
from chains.agent.follow_up.members import planned_alone
from chains.agent.follow_up.pointing import Pointing
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.talk import Talk
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn, without_value
from chains.measures.phrasing import content_words
from chains.planning.plan import Kind, Words

_MOVES = ("change", "growth", "cagr", "trend")
_BESIDE = ("percent_of", "margin", "ratio", "difference", "sum", "days")
_POINTS = re.compile(r"^(?:so\s+)?(?:that|this|it)(?:['’]?s)?\b", re.I)
NOT_TOLD = "the question before was not answered with a number; ask for that first"
LENGTHS = "'{x}' and '{y}' are of times of different length; name the time for both"
_OF_WHICH = re.compile(
    r"\b(?:sum|total|average|mean|difference|ratio|product|gap)\s+(?:of|between|across)\s+(?:all\s+)?"
    r"(?:those|these|them|the (?:last|first|two|three|four)|both)\b"
    r"|^(?:divide|multiply|subtract|deduct|add|sum|take)\b"
    r".*\bthe (?:first|second|third|fourth|last|latter|former|other|two|three)\b",
    re.I,
)
WHICH = "which of the answers before are meant by '{x}' was not understood; name the values"
UNLIKE = "'{x}' and '{y}' are no two amounts, a percentage needs two values of one unit; name the amount"
_RATES = (Kind.PERCENT, Kind.POINTS, Kind.TIMES, Kind.DAYS)
_RESULT = re.compile(
    r"\b(?:it|that|this|result|change|difference|growth|increase|decrease|decline|gap|rise|fall|drop)\b", re.I
)
_WITHOUT_THAN = re.compile(
    r"\bhow (?:many|much)(?: \w+)? (?:fewer|more|less|higher|lower)\b(?!.*\b(?:than|on|over|vs)\b)"
    r"|\b(?:to spare|headroom|short of)\b",
    re.I,
)


class Computing(Pointing):
    """Turns that compute something of what was answered before."""

    def _computed(self, talk: Talk) -> Turn | None:
        """What a turn computes of earlier answers, or the refusal of it; None where it computes nothing of them."""
        last, said, earlier = talk.last, talk.said, talk.earlier
        if said.named and not said.content:
            return None
        made = over_earlier(said, earlier)
        if made is None:
            unknown = earlier.terms and _OF_WHICH.search(said.core)
            return refused(earlier.last, said.core, WHICH.format(x=said.core.strip(" ?."))) if unknown else None
        plan = last.planned.plan
        untold = isinstance(plan, Words) and not plan.yes_no and not talk.told[-1].terms and without_value(last)
        # "What % of net income" goes on from what was asked last, though that was not told.
        of_last = bool(made.operands) and made.operands[0] == earlier.last
        unnamed = of_last and not set(content_words(earlier.last.base_name)) & set(said.content)
        goes_on = unnamed or not known_measure(said.left)
        meant = earlier.last.company != last.company or (known_measure(last.text) and goes_on)
        if last.lost and earlier.last in made.operands:
            return refused(earlier.last, said.core, NOT_TOLD)
        if untold and (meant or _POINTS.search(said.core)):
            return refused(earlier.last, said.core, NOT_TOLD)
        if self._of_own_change(made, talk) and not _RESULT.search(said.core):
            return refused(earlier.last, said.core, WHICH.format(x=said.core.strip(" ?.")))
        return self._of_itself(made, said) or self._of_two_lengths(made, said) or self._the_right_way(made, said)

    def _of_two_lengths(self, made: Turn, said: Said) -> Turn | None:
        """The refusal of what is computed of a quarter and nine months; None for others, and where times are named.

        A share and a difference of one measure are of two lengths where that is meant: the first half, of nine months.
        """
        one = len({(t.signature, t.company) for t in made.operands}) == 1
        if said.dated or len(made.operands) < 2 or made.operation not in (_MOVES if one else (*_MOVES, *_BESIDE)):
            return None
        lengths = [self._months_of(t) for t in made.operands]
        apart = {n for n in lengths if n}
        if len(apart) < 2:
            return None
        x, y = (made.operands[lengths.index(n)] for n in sorted(apart)[:2])
        return refused(x, said.core, LENGTHS.format(x=x.spoken, y=y.spoken))

    def _months_of(self, term: Term) -> int:
        """The months that the figures of a value are for; 0 of a date, and where they are of several lengths."""
        outcome = self.asker.figures(planned_alone(term))
        bound = (b.figure.period for s in outcome.solved for b in s.bound.values()) if outcome else ()
        found = {p.months for p in bound if p is not None and not p.instant}
        return found.pop() if len(found) == 1 else 0

    @staticmethod
    def _of_own_change(made: Turn, talk: Talk) -> bool:
        """Whether a value is set against a change of the same: "how much less in 2017?" after "how many more?"."""
        if made.operation not in ("difference", "change", "growth") or len(made.operands) != 2:
            return False
        results = [t for t in made.operands if t.name.startswith("the ")]
        turn = talk.earlier.turn_of(results[0]) if len(results) == 1 else None
        if turn is None or turn.operation not in ("difference", "change", "growth"):
            return False
        level = next(t for t in made.operands if t not in results)
        return level.signature in {t.signature for t in turn.operands}

    def _of_itself(self, made: Turn, said: Said) -> Turn | None:
        """The refusal of a ratio of one amount under two names, or of a value less itself; None for others."""
        if made.operation not in ("percent_of", "margin", "ratio", "difference", "change") or len(made.operands) != 2:
            return None
        x, y = made.operands
        if made.operation in ("percent_of", "margin") and (x.measure.kind in _RATES) != (y.measure.kind in _RATES):
            return refused(x, said.core, UNLIKE.format(x=x.name, y=y.name))
        if made.operation in ("difference", "change") and not same(x, y):
            return None
        if x.signature == y.signature:
            alike = (x.periods, x.company, x.months) == (y.periods, y.company, y.months)
        else:
            alike = len(held := self._amounts_of(x)) == 1 and held == self._amounts_of(y)
        if not alike:
            return None
        return refused(x, said.core, f"'{x.name}' and '{y.name}' are the same figure")

    def _the_right_way(self, made: Turn, said: Said) -> Turn:
        """ "How many fewer is that?" does not say than which of the two: by how much the one is below the other."""
        if made.operation != "difference" or len(made.operands) != 2 or not _WITHOUT_THAN.search(said.core):
            return made
        outcome = self.asker.figures(made.planned)
        if outcome is None or outcome.shown is None or outcome.shown.value >= 0:
            return made
        return combined(made.operation, made.operands[::-1], unit=made.unit) or made
