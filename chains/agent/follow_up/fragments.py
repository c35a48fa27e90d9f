"""Another measure or another part, and nothing else: "and net income?", "operating margin in 2019", "just domestic"."""

from __future__ import annotations

import re

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import operation_words, refused
from chains.agent.follow_up.computing import Computing
from chains.agent.follow_up.counting import counted_noun
from chains.agent.follow_up.cues import pronoun, tables
from chains.agent.follow_up.fitting import REFERS
from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.members import bare_part, is_line
from chains.agent.follow_up.of_parts import NO_SUCH
from chains.agent.follow_up.other_measures import kind_of_part
from chains.agent.follow_up.part_names import part_name, part_with_kind
from chains.agent.follow_up.questions import asked_of, calendar_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.reasons import of_moves
from chains.agent.follow_up.turns import Turn
from chains.planning.plan import Kind
from chains.questions.answer_form import find_unit

AGAIN = "what is to be done the same way with '{x}' is not known; say it in full"
OF_THAT = "the {x} of '{y}' was not found; name the part of the company that is meant"
_ON_THAT = re.compile(r"\b(?:on|of|from)\s+(?:that|those|these|it|them)[\s?.!]*$", re.I)
_OF_WHOLE = re.compile(r"^(?:the\s+)?(?:group|consolidated|company(?:[\s-]wide)?|corporate|overall)\s+", re.I)
_AT_PLACE = re.compile(r"\bthere[\s?.!]*$", re.I)
_OWNED = re.compile(r"['’]s?[\s?.!]*$")
_JUST = re.compile(r"(?:just|only|solely)\b", re.I)
NAMED = 0.9
"""How alike a printed line item must be for words to name it where they may as well name a part."""
_AMOUNT = re.compile(r"\b(?:how\s+(?:much|many|far)|by\s+what)\b", re.I)
_UNITS = frozenset(
    (
        "million",
        "millions",
        "billion",
        "billions",
        "thousand",
        "thousands",
        "dollar",
        "dollars",
        "percent",
        "percentage",
        "point",
        "points",
        "basis",
        "bps",
        "cents",
        "cent",
        "%",
    )
)
HOW = "what is asked of '{x}' by '{asked}' was not understood; ask for its change or its growth, and name the times"
_FEW = 2
"""Words of a fragment that may narrow what was asked before."""


class Fragments(Computing):
    """Turns that name what is measured, or of which part of the company, and leave all else to the turn before."""

    def _fragment(self, last: Turn, said: Said) -> Turn | None:
        """Another measure: "and net income?", "operating margin in 2019"."""
        if (made := self._on_that(last, said)) is not None:
            return made
        measure = self._spoken_measure(last, said)
        if not measure:
            return None
        if last.terms and how_it_moved(said):
            return not_known(last, said, HOW.format(x=last.terms[-1].name, asked=said.core.strip(" ?.!")))
        if not last.terms and (said.again or self._restricts(last, said)):
            if said.again:
                return not_known(last, said, AGAIN.format(x=measure))
            return self._turn(rewrite.restricted(last.text, bare_part(measure)), said.unit or last.unit)
        if measure.lower().startswith("per ") and last.measured:
            measure = f"{last.measured} {re.sub(r' basis$', '', measure)}"
        timed = time_operation(measure) if last.measured else ""
        if timed:
            measure = f"{timed} of {last.measured}"
        who = self._who(said)
        when = rewrite.when_of(said, last.periods, calendar_of(last), whole=said.shift is None or said.shift.years != 0)
        options = []
        own = said.dated or said.shift is not None or pronoun("possessive").search(said.core)
        if not said.unknown and not said.ambiguous and measure == said.measured:
            timed_at = when if said.dated or said.shift is not None else ""
            if (made := self._member(last, measure, said, who, timed_at)) is not None:
                return made
        if (said.ellipsis or said.correction) and not own:
            found = self._as_before(last, measure, who, said)
            if isinstance(found, Turn):
                return found
            if found:
                options.append((found, said.unit or last.unit))
        name = who or (last.company.short if last.company else "")
        before = last.periods if timed else last.periods[-1:]
        at = rewrite.when_of(said, last.periods[-1:], calendar_of(last)) or rewrite.span(before)
        if said.shift is not None and said.shift.pick:
            at = when
        money = find_unit(said.unit).kind == "currency"
        if not own and not timed and not money and last.operation and not known_measure(measure):
            made = self._of_other_part(last, measure)
            if made is not None:
                return made
        if not timed and not own and (made := self._part_of_whole(last, measure, name, at, said)) is not None:
            return made
        if not timed and (made := self._same_part(last, measure, name, at, said)) is not None:
            return made
        if _OWNED.search(said.core) and not known_measure(measure) and not who and last.terms:
            return not_known(last, said, NO_SUCH.format(x=bare_part(measure), y=last.measured or "what was asked"))
        if (kind := kind_of_part(last)) and not known_measure(measure):
            measure = bare_part(measure) or measure
            # "And Services?" after "retail net sales": the same of another part, and never that of the whole.
            if self._is_whole(asked_of(name, f"{measure} {kind}", at), asked_of(name, kind, at)):
                return not_known(last, said, NO_SUCH.format(x=measure, y=kind))
            options.append((asked_of(name, f"{measure} {kind}", at), said.unit))
            if not said.clause and not self._by_its_name(last, measure) and not self._finds(self._turn(*options[-1])):
                # Another line that its name stands in is none of the part's: "advertising" costs after a part's sales.
                return not_known(last, said, NO_SUCH.format(x=measure, y=kind))
        elif last.operation and said.ellipsis and not own and not timed and not self._by_its_name(last, measure):
            return not_known(last, said, AGAIN.format(x=measure))
        options.append((asked_of(name, measure, at), said.unit))
        asks = said.question.text.rstrip().endswith("?") or said.ellipsis or said.correction
        return self._first(options, strict=not asks)

    def _on_that(self, last: Turn, said: Said) -> Turn | None:
        """ "Operating margin on that" after a part is the part's own; the refusal where it is not printed, or not known
        what is to be done "the same" for another company. None for all else.
        """
        spoken = said.measured
        near = (last.operands[:1] or last.terms[-1:]) if last.terms else ()
        part = part_name(near[0]) or part_with_kind(near[0]) if near else ""
        if part and _ON_THAT.search(said.core) and known_measure(spoken):
            beside = self._value(f"{part} {spoken}", near[0])
            if beside is None or self._held_by(beside) in (frozenset(), self._held_by(near[0])):
                return refused(near[0], said.core, OF_THAT.format(x=spoken, y=near[0].name))
            if last.operation and last.company is not None and not said.dated and said.shift is None:
                at = rewrite.span(last.periods[-1:])
                return self._turn(asked_of(last.company.short, f"{part} {spoken}", at), said.unit)
        if last.operation in ("percent_of", "margin", "ratio") and said.named and said.alike and known_measure(spoken):
            return not_known(last, said, AGAIN.format(x=spoken))
        return None

    def _spoken_measure(self, last: Turn, said: Said) -> str:
        """What a turn measures, the part that it points to ("there", "of the segment") by its name."""
        spoken = said.measured
        if (there := _AT_PLACE.search(said.core)) is not None and not spoken.endswith("there"):
            spoken = f"{spoken} {there[0].strip(' ?.!')}"
        measure = self._of_part(spoken, last)
        if said.whole and known_measure(of_whole := _OF_WHOLE.sub("", measure)):
            return of_whole
        return measure

    def _as_before(self, last: Turn, measure: str, who: str, said: Said) -> Turn | str:
        """What was asked or computed of the measure before, of this one: a turn, or the question with it put in.

        It is "" where nothing was asked of that measure but its value.
        """
        money = find_unit(said.unit).kind == "currency" and last.terms and last.terms[-1].measure.kind is Kind.PERCENT
        of_part = bool(last.operands) and last.operands[0].of_part and is_line(last.operands[0].base_name)
        if of_part and not known_measure(measure) and not is_line(measure):
            return not_known(last, said, NO_SUCH.format(x=bare_part(measure), y=last.measured))
        if last.operation and not money and (made := self._of_another(last, measure, who)) is not None:
            return made
        if said.again and last.operation:
            return not_known(last, said, AGAIN.format(x=measure))
        changed = "" if last.operation else rewrite.with_measure(last.text, measure, self._directory)
        return rewrite.with_company(changed, who, self._directory) if changed and who else changed

    @staticmethod
    def _by_its_name(last: Turn, measure: str) -> bool:
        """Whether a line item is named in a turn, or the reports that were spoken of print a line by these words."""
        context = last.planned.reading.context
        return known_measure(measure) or (context is not None and context.labels(measure) >= NAMED)

    @staticmethod
    def _restricts(last: Turn, said: Said) -> bool:
        """Whether a turn narrows a question that was answered in words: "just domestic"."""
        if known_measure(said.left) or len(said.content) > _FEW or said.shift is not None:
            return False
        if set(said.content) & {*operation_words(), "add", "sum", "together"} or REFERS.search(said.core):
            return False
        return _JUST.match(said.core) is not None or bool(counted_noun(last.text)) or " per " in last.text


def how_it_moved(said: Said) -> bool:
    """Whether a turn asks by how much and says nothing but a move: "it got better by how many million"."""
    return _AMOUNT.search(said.core) is not None and all(w in of_moves() or w in _UNITS for w in said.content)


def time_operation(measure: str) -> str:
    """The name of an operation over time where a turn names nothing else ("the 3 year CAGR"); "" elsewhere."""
    flat = re.sub(r"^(?:the|a|an|its|their|what|\d+[- ]years?)\s+", "", measure.lower().strip())
    return flat if flat in tables()["timed"]["phrases"] else ""
