"""The last value of one part of the company set against another part's: "by how much is Europe's higher?".

The other part may be called by a word of its name that no other part's has ("defense"), or by another word for the same
place ("the States"): the table [[same_part]] of follow_up.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from chains.agent.follow_up.combining import combined, compared
from chains.agent.follow_up.cues import pronoun, tables
from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.members import bare_part
from chains.agent.follow_up.of_parts import NO_SUCH, OfParts
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words
from chains.planning.plan import TrendTest
from chains.questions.periods import find_periods

_NOUNS = ("segment", "region", "product category")
WHICH_WAY = "which way is meant is not known, as no figure of two times was spoken of; ask for the change of '{x}'"
THAN = "than what '{x}' is to be more or less is not said: {names}; name it"
_LONGEST = 5
"""Words of a part's name."""


@cache
def _shapes() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """By how much another part's value is higher, the same the other way round, whether the last value is higher than
    it, and whether it is higher than the last value."""
    table = tables()["against_part"]
    how = rf"(?:(?P<more>{any_of(table['more'])})|(?P<less>{any_of(table['less'])}))"
    unit = rf"(?:\s+(?:{any_of(table['units'])}))?"
    much, be = rf"(?:by\s+)?how\s+(?:much|many|far){unit}", r"(?:is|was|are|were)"
    one, than = r"(?:\s+(?:one|figure|number))?", r"(?:\s+than\s+(?:that|this|it|them|those))?"
    x = rf"(?:that\s+(?:of|in|for)\s+)?(?:the\s+)?(?P<x>\S.*?)(?:['’]s?)?{one}"
    return (
        re.compile(rf"{much}\s+{be}\s+(?:it\s+)?(?:(?:in|at|for)\s+)?{x}\s+(?:the\s+)?{how}(?:\s+by)?{than}", re.I),
        re.compile(rf"{much}\s+{how}\s+{be}\s+(?:(?:it|that)\s+)?(?:(?:in|at|for)\s+)?{x}{than}", re.I),
        re.compile(
            rf"{be}\s+(?:that|it|this|they|those)\s+(?:any\s+|much\s+|still\s+)?{how}\s+than\s+(?:what\s+)?"
            rf"(?:(?:it\s+(?:is|was)\s+)?(?:in|at|for)\s+)?{x}",
            re.I,
        ),
        re.compile(rf"{be}\s+(?:it\s+)?(?:(?:in|at|for)\s+)?{x}\s+(?:any\s+)?{how}{than}", re.I),
    )


@cache
def _same_way() -> tuple[re.Pattern[str], ...]:
    table = tables()["against_part"]
    verbs, nouns = any_of(table["same_way"]), any_of(table["same_move"])
    part = r"(?:the\s+)?(?P<x>\S.*?)(?:['’]s?(?:\s+(?:one|figure|number))?)?"
    return (
        re.compile(rf"(?:did|has|have|does|do|is|was)\s+{part}\s+(?:also\s+)?(?:{verbs})(?:\s+(?:too|as well))?", re.I),
        re.compile(rf"(?:(?:is|was)\s+it\s+)?(?:the\s+)?same\s+(?:{nouns})\s+(?:in|at|for|with)\s+{part}", re.I),
    )


class AgainstPart(OfParts):
    """Turns that name a part of the company beside the one that was spoken of."""

    def _against_part(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """What is set against the last value of a part, or against the way it went; None where no part is named so."""
        core = said.core.strip(" ?.!,")
        if said.named or said.ambiguous or said.dated:
            return None
        for shape in _same_way():
            if (match := shape.fullmatch(core)) is not None and _may_be_part(match["x"]):
                return self._went_alike(turns, match["x"], said)
        of_two = last.operation == "difference"
        terms = [t for t in (last.operands if of_two else () if last.operation else last.terms[-1:]) if _of_one_part(t)]
        if not terms:
            return None
        for n, shape in enumerate(_shapes()):
            match = shape.fullmatch(core)
            if match is None or not _may_be_part(match["x"]):
                continue
            term, other = terms[0], self._beside(terms[0], match["x"])
            if len(terms) > 1:
                # After the gap between two parts one of them is set against the other.
                found = [t for t in terms if self._is_called(t, match["x"])]
                rest = [t for t in terms if t not in found]
                if len(found) != 1 or len(rest) != 1:
                    return not_known(last, said, THAN.format(x=match["x"], names=" or ".join(t.name for t in terms)))
                other, term = found[0], rest[0]
            if other is None:
                missing = NO_SUCH.format(x=bare_part(match["x"]), y=part_of_name(term.base_name)[1])
                return not_known(last, said, missing) if n < len(_shapes()) // 2 else None
            up = match["more"] is not None
            if n < len(_shapes()) // 2:
                return combined("difference", [other, term] if up else [term, other], unit=said.unit)
            return compared(*((term, other) if n == len(_shapes()) // 2 else (other, term)), above=up)
        return None

    def _went_alike(self, turns: Sequence[Turn], part: str, said: Said) -> Turn | None:
        """ "Did Europe go the same way?": which way the same value of another part went over the same time."""
        pair = _moved(turns)
        if pair is None:
            spoken = any(t.terms for t in turns)
            return not_known(turns[-1], said, WHICH_WAY.format(x=bare_part(part))) if spoken else None
        others = [self._beside(t, part) for t in pair]
        whole = [t for t in others if t is not None]
        if len(whole) < len(pair):
            return not_known(turns[-1], said, NO_SUCH.format(x=bare_part(part), y=part_of_name(pair[0].base_name)[1]))
        new, old = (self._shown(t) for t in pair)
        if new is None or old is None or new[1] != old[1] or new[0] == old[0]:
            return combined("trend", whole, unit=said.unit)
        test = TrendTest.RISES if new[0] > old[0] else TrendTest.DECLINES
        return combined("trend", whole, unit=said.unit, test=test)

    def _beside(self, term: Term, spoken: str) -> Term | None:
        """The same value of a part by what a turn calls it; None where no such figure is printed."""
        if known_measure(spoken):
            found = self._value(spoken, term)
            kinds = {part_of_name(t.base_name)[1].lower() for t in (found, term) if t is not None}
            alike = found is not None and len(kinds) == 1 and found.of_part
            return found if alike and self._differs(found, term) else None
        for name in dict.fromkeys(self._names(term, bare_part(spoken))):
            found = self._of_member(term, name)
            if found is not None and self._differs(found, term):
                return found
        return None

    def _is_called(self, term: Term, spoken: str) -> bool:
        """Whether a value is of the part that a turn calls so."""
        own = set(content_words(part_of_name(term.base_name)[0]))
        names = dict.fromkeys(self._names(term, bare_part(spoken)))
        return any(own == set(content_words(name)) for name in names)

    def _differs(self, found: Term | None, term: Term) -> bool:
        """Whether a value is of a part of its own, and not the one beside it."""
        if found is None or not found.of_part or not all(part_of_name(found.base_name)):
            return False
        return self._held_by(found) not in (frozenset(), self._held_by(term))

    def _names(self, term: Term, spoken: str) -> Iterator[str]:
        """What a part may be called: by its full name where one alone holds the words, as said, and by other words."""
        words = set(content_words(spoken))
        for noun in _NOUNS:
            held = [n for n in self.asker.parts(term.planned, noun) if words and words <= set(content_words(n))]
            if len(held) == 1:
                yield held[0]
        yield spoken
        own = part_of_name(term.base_name)[0].lower()
        others = [w for row in tables()["same_part"] if spoken.lower() in row["words"] for w in row["words"]]
        for row in tables()["counterparts"]:
            # "The States" beside "international streaming" are "domestic streaming".
            here = [w for w in row["words"] if re.search(rf"(?<![\w-]){re.escape(w)}(?![\w-])", own)]
            if len(here) == 1:
                yield from (own.replace(here[0], w) for w in row["words"] if w in others and w not in here)
        yield from (w for w in others if content_words(w))


def _of_one_part(term: Term) -> bool:
    """Whether a value is of a part of the company, by its name, and of one time."""
    return len(term.periods) == 1 and all(part_of_name(term.base_name))


def _may_be_part(phrase: str) -> bool:
    """Whether words may be the name of a part: few, no time, and no word for what was spoken of."""
    few = len(phrase.split()) <= _LONGEST and any(c.isalpha() for c in phrase)
    return few and pronoun("measure").fullmatch(phrase) is None and not find_periods(phrase).mentions


def _moved(turns: Sequence[Turn]) -> tuple[Term, Term] | None:
    """The newer and the older value of the newest move of a part that was spoken of."""
    seen: list[Term] = []
    for turn in reversed(turns):
        if turn.company != turns[-1].company:
            break
        for term in (*turn.operands, *reversed(turn.terms)):
            if not _of_one_part(term) or term.base_name != term.name:
                continue
            other = next((t for t in seen if t.signature == term.signature and t.periods != term.periods), None)
            if other is not None:
                new, old = sorted((term, other), key=lambda t: (t.periods[-1].year, t.periods[-1].quarter or 5))[::-1]
                return new, old
            if seen and term.signature != seen[0].signature:
                return None  # something else was spoken of since
            seen.append(term)
    return None
