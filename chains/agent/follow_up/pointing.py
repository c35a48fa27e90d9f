"""Words that point to what was said before: the quarter, the part, the year that led, the figure that is broken down.

A reading that loses them answers of the whole year or the whole company, which is the number of another thing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.cues import pronoun
from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.other_measures import part_spoken_of
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.questions import asked_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.agent.follow_up.which_part import WhichPart
from chains.questions.fiscal_calendar import Resolved

_QUARTER = re.compile(r"\b(?:that|this|the same|same) quarter\b", re.I)
_YEAR = re.compile(r"\b(?:that|the same|same) (?:fiscal )?(?:year|quarter)\b", re.I)
_OF_IT = re.compile(
    r"how\s+(?:much|many)\s+of\s+(?:it|that|this|them|those|these)\s+(?:is|was|are|were)\s+"
    r"(?P<how>current|non-?current|long[\s-]term|short[\s-]term|domestic|foreign|restricted|unrestricted|secured|unsecured)",
    re.I,
)
_ASKING = frozenset(("which", "what", "who", "whose", "how"))
_BEHIND = frozenset(("for", "of", "on", "in", "from", "to", "by", "at", "with"))
_BESIDE = 5
"""Words of a sentence beside the question that may say of whom it is: "Acme first, same year"."""
_NOT_OF = re.compile(r"\b(?:not|than|unlike|like|no|isn't|wasn't)\b", re.I)
QUARTER = "which quarter is meant is not known; name it with its year"
PART = "which part of the company is meant is not known; name it"
SEVERAL = "which part of the company is meant is not said: {parts}; name it"
KIND = "no figure for the part of '{x}' that is {how} was found; name the line item"
TIME = "which year is meant is not known, as the question before was not answered by a year; name it"


class Pointing(WhichPart):
    """Turns that point to something said before by a word of its own."""

    def _of_quarter(self, made: Turn, last: Turn, said: Said) -> Turn:
        """A turn for "that quarter" that came to a year is refused."""
        lost = _QUARTER.search(said.core) is not None and bool(made.terms) and not said.dated
        times = [p for t in (*made.operands, *made.terms) for p in t.periods]
        return not_known(last, said, QUARTER) if lost and all(p.quarter is None for p in times) else made

    def _of_spoken_part(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn:
        """The last turn with the part that "the segment" means; a refusal where no part was spoken of."""
        if not pronoun("part").search(said.core) or said.named or not known_measure(said.left):
            return last
        spoken: dict[str, tuple[Turn, tuple[Term, ...]]] = {}
        for turn in reversed(turns):
            if turn.company != last.company:
                break
            found = _parts_in(turn)
            if len(found) > 1 and not spoken:
                return not_known(last, said, SEVERAL.format(parts=" or ".join(found)))  # "gap between A and B"
            for part, own in found.items():
                spoken.setdefault(part, (turn, own))
            if found and turn is last:
                break  # the turn before is of one part, whatever was asked of others
        if len(spoken) > 1:
            return not_known(last, said, SEVERAL.format(parts=" or ".join(list(spoken)[::-1])))
        for part, (turn, own) in spoken.items():
            return last if turn is last else replace(last, part=part, terms=own, operands=(), operation="")
        return last if not last.terms else not_known(last, said, PART)

    def _at_leading_time(self, last: Turn, said: Said) -> Turn:
        """After "which year was the highest?" the value of that year, where "that year" is spoken of."""
        if said.shift is None or said.shift.years or not _YEAR.search(said.core):
            return last
        times = {t.periods for t in last.operands}
        if last.operation not in ("largest", "smallest") or len(times) < max(2, len(last.operands)):
            return last
        values = [self._shown(t) for t in last.operands]
        whole = [v for v in values if v is not None]
        if len(whole) < len(values) or len({unit for _, unit in whole}) != 1:
            return not_known(last, said, TIME)
        pick = max if last.operation == "largest" else min
        at = pick(range(len(whole)), key=lambda n: whole[n][0])
        found = last.operands[at]
        when = tuple(Resolved(p, found.months) for p in found.periods)
        return replace(last, text=found.spoken, terms=(found,), operands=(), operation="", at=when)

    def _kind_of_it(self, last: Turn, said: Said) -> Turn | None:
        """ "How much of it is current?": that kind of the line item before; it is never the company that is current."""
        match = _OF_IT.fullmatch(said.core.strip(" ?.!"))
        if match is None or said.named or not last.terms:
            return None
        near = last.operands[0] if last.operands else last.terms[-1]
        name = re.sub(r"^.*\btotal\s+", "", near.base_name)
        if name and last.company is not None:
            for phrase in (f"{match['how']} {name}", f"{name}, {match['how']}", f"{match['how']} portion of {name}"):
                turn = self._turn(asked_of(last.company.short, phrase, rewrite.span(last.periods[-1:])), said.unit)
                if turn.terms and (held := self._held_by(turn.terms[-1])) and held != self._held_by(near):
                    values = [self._shown(t) for t in (near, turn.terms[-1])]
                    # A line that is taken off ("less current portion") is printed with the other sign.
                    if len({v[0] < 0 if v is not None else None for v in values}) == 1:
                        return turn
        return not_known(last, said, KIND.format(how=match["how"], x=near.name))

    def _of_whom(self, text: str, said: Said) -> str:
        """The core with the company that a short sentence beside it names: "Inventories to sales. Acme first"."""
        if said.named or said.ambiguous or said.unknown or not said.content:
            return said.core
        beside = [s for s in re.split(r"[.;?!]\s+", text) if s.strip() and len(s.split()) <= _BESIDE]
        found = [n for s in beside if not _NOT_OF.search(s) for n in self._directory.find(s)[0]]
        if len({n.company for n in found}) != 1 or len({n.company for n in self._directory.find(text)[0]}) != 1:
            return said.core
        return f"{said.core.rstrip(' ?.!')} for {found[0].company.short}"


def _parts_in(turn: Turn) -> dict[str, tuple[Term, ...]]:
    """The parts of the company that a turn is about, each with its value; the leading one where that was sought."""
    if turn.part:
        return {turn.part: (turn.operands or turn.terms[-1:])[:1]}
    found: dict[str, tuple[Term, ...]] = {}
    for n, term in enumerate(turn.operands or turn.terms[-1:]):
        part = (part_spoken_of(turn) if n == 0 else part_of_name(term.name)[0]) if all(part_of_name(term.name)) else ""
        if term.told or (part.lower().split()[:1] and part.lower().split()[0] in _BEHIND):
            continue  # "rent expense for operating leases" is a line of the whole company
        # A part in front: what a share of it is taken of ("AWS operating income" in "sales") has none.
        told = bool(part) and (n == 0 or term.of_part) and part.lower().split()[0] not in _ASKING
        if told and part.lower() not in (p.lower() for p in found):
            found[part] = (term,)
    return found
