"""A request divided by its conditions: which of its parts depend on what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chains.agent.clauses import opens, sentences_of
from chains.agent.planning.comparing import Comparing
from chains.agent.quoting import OPEN
from chains.agent.wording import anywhere, either, side_of, without_lead, words

AMOUNT = re.compile(
    r"(?P<number>[-−]?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|per ?cent|percent|thousand|million|billion|[mb]n\b|k\b)?",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(r"\b(?:would|could|might|should have|had been|were to)\b", re.IGNORECASE)
_PIECE = re.compile(
    r"\s*;\s*(?:and\s+|but\s+)?|\s*,\s*(?=(?:and\s+|but\s+)?(?:otherwise|else|if not|if no|or else)\b)", re.IGNORECASE
)
_YES_NO = re.compile(
    r"(?:and\s+)?(?:(?:please\s+)?(?:check|see|find out|verify|look up|establish|determine|tell me|say|test)\s+"
    r"(?:whether|if)|is|are|was|were|did|does|do|has|have|had)\s+(?P<clause>.+?)\s*[?.]?",
    re.IGNORECASE,
)
_IF_YES = re.compile(
    r"if (?:yes|so|(?:it|they|this|that) (?:did|does|do|has|have|is|was|are|were|had)(?: so)?"
    r"|(?:that|this|it) (?:is|was) (?:so|the case|true))(?!\s+not\b)\s*(?:[,:-]|\bthen\b)[\s,:]*(?P<then>.+)",
    re.IGNORECASE | re.DOTALL,
)


@cache
def _opening() -> re.Pattern[str]:
    opens = either(words("conditions", "opens"))
    return re.compile(
        rf"(?:(?:and|but|then|so)\s+)?(?:only\s+)?(?:(?P<unless>unless)|{opens})\s+(?P<clause>.+?)(?:,(?!\d)\s*"
        rf"(?:then\s+)?|\s+then\s+|:\s+)(?P<then>.+)",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _closing() -> re.Pattern[str]:
    """ "Show the revenue if its margin beats 30 %": the condition behind what is to be done."""
    opens = either(words("conditions", "opens"))
    return re.compile(rf"(?P<then>.+?)[\s,]+(?:but\s+)?(?:only if|{opens})\s+(?P<clause>.+)", re.IGNORECASE | re.DOTALL)


@cache
def _else() -> re.Pattern[str]:
    return re.compile(
        rf"(?:and\s+|but\s+)?(?:{either(words('conditions', 'otherwise'))})\b[\s,:]*(?P<then>.+)",
        re.IGNORECASE | re.DOTALL,
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """A piece of a request, with the clause that it depends on; `otherwise`: on that of the piece before, not met."""

    text: str
    clause: str = ""
    otherwise: bool = False
    unless: bool = False


class Branching(Comparing):
    """Divides a request by its conditions."""

    def _branches(self) -> list[Branch]:
        """The request in pieces by its conditions; one piece where it has none that can be found out."""
        made: list[Branch] = []
        for sentence in sentences_of(self._masked.text):
            for piece in _PIECE.split(sentence):
                bare = piece.strip()
                clauses = any(branch.clause for branch in made)
                if self._is_manner(bare):
                    continue
                if (match := _IF_YES.fullmatch(bare)) is not None and (clause := self._asked_before(made)):
                    made[-1] = Branch(match["then"], clause)
                    continue
                if (match := _else().fullmatch(bare)) is not None and clauses:
                    made.append(Branch(match["then"], otherwise=True))
                elif (match := _opening().fullmatch(bare)) is not None and self._is_clause(match, clauses):
                    made.append(Branch(match["then"], match["clause"].strip(), unless=bool(match["unless"])))
                elif (match := _closing().fullmatch(bare)) is not None and self._is_clause(
                    match, clauses, closing=True
                ):
                    made.append(Branch(match["then"], match["clause"].strip()))
                elif bare:
                    made.append(Branch(bare))
        return made if any(branch.clause for branch in made) else [Branch(self._masked.text)]

    def _asked_before(self, made: list[Branch]) -> str:
        """What the piece before asks to be told with yes or no, where a condition can find it out; else ""."""
        asked = _YES_NO.fullmatch(made[-1].text) if made and not made[-1].clause else None
        clause = asked["clause"] if asked is not None else ""
        return clause if self._kind(clause) in ("limit", "fell", "rose") else ""

    def _is_clause(self, match: re.Match[str], known: bool, *, closing: bool = False) -> bool:
        """Whether a clause can be found out: a development, a threshold, a comparison, whether something was."""
        clause, then = match["clause"], match["then"]
        if (
            (OPEN in clause and self._kind(clause) != "sentiment")
            or _HYPOTHETICAL.search(then)
            or _HYPOTHETICAL.search(clause)
        ):
            return False
        kind = self._kind(clause)
        if not kind or (closing and (kind == "exists" or not opens(without_lead(then, "split", "lead")))):
            return False
        found = self._spoken(clause)
        if kind == "exists":
            return bool(found.companies or self._known.companies or known)
        return found.known or known or bool(self._steps) or kind == "sentiment"

    @staticmethod
    def _kind(clause: str) -> str:
        bare = clause.strip()
        limits = anywhere("conditions", "above").search(bare) or anywhere("conditions", "below").search(bare)
        if (
            limits
            and AMOUNT.search(bare, limits.end())
            and not re.match(r"(?:19|20)\d\d\b", bare[limits.end() :].strip())
        ):
            return "limit"
        if anywhere("conditions", "fell").search(bare):
            return "fell"
        if anywhere("conditions", "rose").search(bare):
            return "rose"
        if re.search(
            r"\b(?:is|are|was|were|looks?|reads?|sounds?)\s+(?:\w+\s+)?(?:negative|positive|bad|good|bullish"
            r"|bearish)\b",
            bare,
            re.I,
        ):
            return "sentiment"
        if side_of(bare) and re.search(r"\bthan\b|\bhigher|\blower", bare, re.I):
            return "side"
        return "exists" if anywhere("conditions", "exists").search(bare) else ""
