"""Questions for the reason of what was spoken of: "why?", "what drove it", "why so high that year?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.counting import counted_noun
from chains.agent.follow_up.cues import fillers, plain, tables
from chains.agent.follow_up.questions import calendar_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.told import Told
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.questions.cause_wording import as_why
from chains.questions.company_names import possessive
from chains.questions.fiscal_calendar import Resolved

_SHARE = re.compile(r"(?P<part>.+?) as a (?:percentage|share) of (?:the\s+)?(?:total\s+)?(?P<whole>.+)")
_CHANGE = re.compile(r"^(?:growth|change) in\s+|\s*[-–,:]\s+(?:change|growth)$")
"""What a measure is called by whose change it is: "growth in sales - change" is that of the sales."""


class Reasons(Told):
    """Turns that ask in words about what was spoken of: why it moved, what it was for."""

    @staticmethod
    def _moved(turns: Sequence[Turn], last: Turn, said: Said) -> Resolved | None:
        """The time of the move: the one that the turn names; of a move the newest of those that were compared."""
        words = set(re.findall(r"[a-z]+", plain(said.core).lower()))
        if said.asked.mentions and not re.search(r"\b(?:than|vs\.?|versus|from|against|to)\b", said.core, re.I):
            return None
        if not words & set(tables()["why"]["newest"]) or not last.terms:
            return None
        term = last.terms[-1]
        alike = [t for turn in turns for t in turn.terms if (t.signature, t.company) == (term.signature, term.company)]
        found = [Resolved(t.periods[-1], t.months) for t in alike if t.periods and t.months == term.months]
        return max(found, key=lambda r: (r.period.year, r.period.quarter or 5), default=None)

    def _asked_in_words(self, last: Turn, question: str, at: Resolved | None = None) -> Turn | None:
        """A question for words about what was spoken of: its item, company and time, put into `question`."""
        when = rewrite.in_words(at) if at is not None else rewrite.in_words(last.periods[-1]) if last.periods else ""
        when = f" in {when}" if when else ""
        if not last.terms:
            noun = counted_noun(last.text)
            if not noun or last.company is None:
                return None
            return self._turn(question.format(x=f"{possessive(last.company.short)} number of {noun}", when=when))
        term = last.terms[-1]
        name = term.measure.formula if term.name.startswith("the ") else term.name
        name = _part_in(name)
        if last.operation in ("change", "growth", "difference") and len({t.signature for t in last.operands}) == 1:
            name = last.measured or name
        name = _CHANGE.sub("", name)
        return self._turn(question.format(x=f"{possessive(term.company.short)} {name}", when=when))

    def _why(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """Why the last value is what it is, or moved in a time that the turn names: "why did it jump in 2019?"."""
        if not asks_why(said) or not last.terms:
            return None
        named = bool(said.asked.mentions) and not re.search(r"\b(?:than|vs\.?|versus|from|against)\b", said.core, re.I)
        if not named and (said.shift is None or not said.shift.years):
            return self._asked_in_words(last, tables()["why"]["question"], self._moved(turns, last, said))
        when = rewrite.when_of(said, last.periods[-1:], calendar_of(last), whole=False)
        turn = self._asked_in_words(last, tables()["why"]["question"])
        return self._turn(rewrite.with_time(turn.text, when)) if turn is not None and when else turn


def _part_in(name: str) -> str:
    """What is held in a share: filings tell why gaming revenue fell, hardly why its share of total revenue did."""
    match = _SHARE.fullmatch(name)
    if match is None:
        return name
    part, whole = match["part"], match["whole"]
    return part if known_measure(part) else f"{part} {whole}"


def asks_why(said: Said) -> bool:
    """Whether a turn asks for a reason and names nothing that has it: "why", "why the jump?", "fewer, why?"."""
    if said.named or said.unknown or said.ambiguous:
        return False
    flat = as_why(plain(said.core).lower().strip(" ?.!,"))
    if rewrite.why(flat):
        return True
    left = as_why(plain(said.left).lower().strip(" ?.!,"))
    head, tail = _heads()
    match = head.match(left) or tail.search(left)
    if match is None:
        return False
    rest = re.findall(r"[a-z']+", f"{left[: match.start()]} {left[match.end() :]}")
    return all(w in of_moves() or w in fillers() for w in rest)


@cache
def _heads() -> tuple[re.Pattern[str], re.Pattern[str]]:
    heads = any_of(tables()["why"]["heads"])
    return re.compile(rf"(?:{heads})(?![\w'-])"), re.compile(r"(?<!\w)(?:why|how come|reason)$")


@cache
def of_moves() -> frozenset[str]:
    """Words for which way something went, and those that carry nothing beside them."""
    return frozenset(tables()["why"]["moves"].split())
