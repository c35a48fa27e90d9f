"""What stays after turns that are not understood: the company that is spoken of, and the last value that was found.

A question that names no company is of the one spoken of last, also after a turn that was refused. What a turn asked the
value of, and what no report prints, is nothing that later turns go on from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chains.agent.follow_up.combining import operation_words
from chains.agent.follow_up.computing import NOT_TOLD, WHICH
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.fitting import REFERS
from chains.agent.follow_up.incomplete import Incomplete
from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.of_parts import NO_SUCH
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said, known_measure, nothing, read
from chains.agent.follow_up.talk import Talk
from chains.agent.follow_up.turns import Turn
from chains.measures.phrasing import content_words
from chains.planning.plan import Origin


class Keeping(Incomplete):
    """Turns after ones that were not understood."""

    def _settled(self, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """The turns that later ones go on from: without what passed, and the newest one without a value made up."""
        kept = tuple(t for t in turns if not t.passing)
        if not kept or kept[-1].lost or not self._made_up(kept[-1]):
            return kept
        last = kept[-1]
        return (*kept[:-1], replace(last, terms=(), operands=(), operation="", at=last.periods, lost=True))

    def _made_up(self, turn: Turn) -> bool:
        """Whether a turn asked for a value by words that are no measure's, and none was found by them."""
        values = turn.operands or turn.terms
        unknown = [t for t in values if t.measure.origin is Origin.LABEL and not t.told]
        if not any(not self._held_by(t) for t in unknown):
            return False
        return bool(turn.operands) or self.asker.told(turn.planned) is None

    @staticmethod
    def _of_nothing(talk: Talk) -> Turn | None:
        """The refusal of a fragment that goes on from a value that was not found: "2020 and 2021 together"."""
        last, said = talk.last, talk.said
        if not last.lost or said.clause or known_measure(said.left):
            return None
        return not_known(last, said, NOT_TOLD) if _computes(said) else None

    @staticmethod
    def _at_no_value(talk: Talk) -> Turn | None:
        """The refusal of a measure "of that" or "on it" where the turn before has no value: the whole company's, which
        is what is left of the question without these words, is another one."""
        last, said = talk.last, talk.said
        if last.terms or last.operands or last.part or said.named or not _AT_A_VALUE.search(said.core):
            return None
        return (
            not_known(last, said, NOT_TOLD) if known_measure(_AT_A_VALUE.sub(" ", said.left).strip(" ?.!,")) else None
        )

    def _of_named_part(self, made: Turn, last: Turn, said: Said) -> Turn:
        """A turn for a line item of a part; the refusal where the company's reports do not hold the part's name.

        A word that no report prints names no part: "the revenue of" it would be answered with some other revenue.
        """
        terms = [t for t in (*made.operands, *made.terms) if t.measure.origin is Origin.LABEL and not t.told]
        for term in terms:
            part, kind = part_of_name(term.base_name)
            if not part or not kind or self._held_by(term):
                continue
            words = [w for w in re.findall(r"[a-z]{4,}", part.lower()) if content_words(w)]
            if any(not self.asker.mentions(word, term.company) for word in words):
                none = not_known(last, said, NO_SUCH.format(x=part, y=kind))
                return replace(none, text=made.text, operation="", at=made.periods, lost=True)
        return made

    def _of_spoken_company(self, turns: Sequence[Turn], text: str, said: Said) -> Turn | None:
        """A turn that names nobody, of the company that was spoken of last; None where that may be another one.

        After a turn that is of no known company it must ask for something of its own: what "it" is, is not known then.
        """
        count = next((n for n in range(len(turns), 0, -1) if turns[n - 1].company is not None), 0)
        if not count or self._one or said.named or said.ambiguous or said.unknown or nothing(text):
            return None
        last, between = turns[count - 1], turns[count:]
        if not between:
            if _computes(said):
                return not_known(last, said, WHICH.format(x=said.core.strip(" ?.")))
            return self._carried(text, last, said, anyway=True)
        if not said.content or REFERS.search(said.core) or not (said.clause or known_measure(said.left)):
            return None
        others = [name for t in between for name in self._others(t)]
        company = last.company
        if others and (
            said.ellipsis
            or not said.clause
            or company is None
            or not all(self.asker.mentions(n, company) for n in others)
        ):
            return None
        made = self._clause(last, said) if said.clause else self._fragment(last, said)
        return made or self._carried(text, last, said, anyway=True)

    def _others(self, turn: Turn) -> list[str]:
        """The names of a turn that no company of the library has."""
        said = read(turn.text, self._directory)
        return [name for name in (said.unknown, *(a.text for a in said.ambiguous)) if name]


_AT_A_VALUE = re.compile(
    r"\b(?:of|on|from|in|over|less|minus|plus)\s+(?:that|it|this|them|those|these)"
    r"(?=\s*(?:[?.!,;:]|$|(?:was|were|is|are|went|goes|came|comes|did|does|do|in|for)\b))",
    re.I,
)


def _computes(said: Said) -> bool:
    """Whether a turn says nothing but what is to be computed of earlier answers: "divide the first by the second"."""
    words = set(re.findall(r"[a-z%]+", " ".join(said.content)))
    return words <= {
        *operation_words(),
        *tables()["references"]["ordinals"],
        "divide",
        "divided",
        "multiply",
        "subtract",
    }
