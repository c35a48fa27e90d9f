"""After a question which part leads ("which segment earned the most?"): its answer is what "it" and "its" mean then."""

from __future__ import annotations

import re
from dataclasses import replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import REFUSED
from chains.agent.follow_up.contrasting import Contrasting
from chains.agent.follow_up.questions import asked_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.turns import Turn
from chains.planning.plan import Parts

_NOUNS = (
    r"(?:segment|region|product|countr(?:y|ie)|business(?:e)?|division|brand|categor(?:y|ie)|area|market|geograph(?:y|ie)"
    r"|unit|channel|line|customer|type|kind|one|part|state|cit(?:y|ie)|site|plant|stores?|drug|program|model|title)s?\b"
)
_WHICH = re.compile(
    rf"(?:in\s+|at\s+|for\s+|of\s+|from\s+)?(?:which\b(?=.*\b{_NOUNS}|\s+of\s+(?:the|these|those|them|its|their)\b)|what\s+(?:\w+\s+)?{_NOUNS})",
    re.I,
)
_OWN = re.compile(
    r"\b(?:its|their|his|her|that one['’]s|that segment['’]s|the segment['’]s|that region['’]s|the winner['’]s)(?!\w)",
    re.I,
)
_IT = re.compile(
    r"\b(?:it|that one|this one|that segment|that region|that product|that business|the winner|they)\b(?!['’])", re.I
)
LEVEL = re.compile(
    r"(?:and\s+|so\s+)?(?:(?:how|exactly how)\s+(?:high|much|big|large|low|small|many)|what|at what level|what level)"
    r"(?:\s+(?:was|is|were|are)\s+(?:it|that|this|they|the figure|the number|the value|its value|theirs?))?[\s?.!]*",
    re.I,
)
_AMOUNT = re.compile(
    r"\b(?:a\s+(?:loss|profit|gain|margin|rise|fall|growth)\s+of\s+(?:how much|what)|by how much|how much)\b", re.I
)
_LONGEST = 60
"""Letters of a part's name."""
UNKNOWN = "which one is meant is not known, as '{asked}' was not answered by a figure; name it"


class Leading(Contrasting):
    """Turns that go on from the part of the company that a question asked for."""

    def _led(self, turn: Turn) -> Turn:
        """A turn that asked which part leads, with that part and its value, where the figures tell."""
        plan = turn.planned.plan
        if not isinstance(plan, Parts) or turn.company is None or turn.terms or plan.share is not None:
            return turn
        outcome = self.asker.figures(turn.planned)
        part, found, _ = outcome.text.partition(": ") if outcome is not None else ("", "", "")
        if not found or not part or len(part) > _LONGEST:
            return turn
        when = rewrite.span(turn.periods[-1:])
        for measure in (f"{part} {plan.of.name}", f"{plan.of.name} of {part}") if not plan.growth else ():
            value = self._turn(asked_of(turn.company.short, measure, when))
            if value.terms and self._finds(value):
                return replace(turn, terms=value.terms, part=part)
        return replace(turn, part=part)

    def _of_leader(self, last: Turn, said: Said) -> str | Turn | None:
        """What a turn says of the part that was asked for: its core with the part in it, or the turn.

        None where it does not speak of it.
        """
        if not last.part and (last.operation or not asks_which(last.text)):
            return None
        core = said.core.strip()
        level = bool(LEVEL.fullmatch(core))
        owns = bool(_OWN.search(core))
        it = bool(_IT.search(core)) and (known_measure(said.left) or said.clause)
        if said.named or not (level or owns or it or (not last.part and _AMOUNT.search(core))):
            return None
        if not last.part:
            if last.terms or re.match(r"(?:why|where)\b", core, re.I):
                return None
            return not_known(last, said, UNKNOWN.format(asked=last.text.rstrip(" ?")))
        if level and last.terms and last.company is not None and not last.operation:
            term = last.terms[-1]
            return self._turn(asked_of(last.company.short, term.name, rewrite.span(last.periods[-1:])), said.unit)
        if owns and (known_measure(said.left) or last.operation or not last.terms):
            return _OWN.sub(lambda _: last.part, core, count=1)
        if it and known_measure(said.left):
            return _IT.sub(lambda _: last.part, core, count=1)
        return None


def asks_which(text: str) -> bool:
    """Whether a question asks which part, product or person."""
    return _WHICH.match(text.strip()) is not None


def not_known(last: Turn, said: Said, why: str) -> Turn:
    """The refusal of a turn that goes on from something that is not known."""
    reading = replace(last.planned.reading, question=said.question, refusal=why, anywhere=False)
    return Turn(said.core, replace(last.planned, reading=reading, plan=None), "", False, (), REFUSED)
