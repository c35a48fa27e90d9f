"""What a turn computes of earlier answers, where these are known and it is not a value set against itself."""

from __future__ import annotations

import re

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.fitting import same
from chains.agent.follow_up.matching import over_earlier
from chains.agent.follow_up.pointing import Pointing
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.talk import Talk
from chains.agent.follow_up.turns import Turn, without_value
from chains.plan import Words

_POINTS = re.compile(r"^(?:so\s+)?(?:that|this|it)(?:['’]?s)?\b", re.I)
NOT_TOLD = "the question before was not answered with a number; ask for that first"
_OF_WHICH = re.compile(
    r"\b(?:sum|total|average|mean|difference|ratio|product|gap)\s+(?:of|between|across)\s+(?:all\s+)?"
    r"(?:those|these|them|the (?:last|first|two|three|four)|both)\b",
    re.I,
)
WHICH = "which of the answers before are meant by '{x}' was not understood; name the values"
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
        meant = earlier.last.company != last.company or (known_measure(last.text) and not known_measure(said.left))
        if untold and (meant or _POINTS.search(said.core)):
            return refused(earlier.last, said.core, NOT_TOLD)
        return self._of_itself(made, said) or self._the_right_way(made, said)

    def _of_itself(self, made: Turn, said: Said) -> Turn | None:
        """The refusal of a ratio of one amount under two names, or of a value less itself; None for others."""
        if made.operation not in ("percent_of", "margin", "ratio", "difference", "change") or len(made.operands) != 2:
            return None
        x, y = made.operands
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
