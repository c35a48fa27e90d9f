"""Whole questions that leave something out: the company, the time, or the measure that "it" stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import REFUSED
from chains.agent.follow_up.counting import counted_noun
from chains.agent.follow_up.fragments import HOW, NAMED, Fragments, how_it_moved, time_operation
from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.other_measures import kind_of_part
from chains.agent.follow_up.pronouns import without_pronouns
from chains.agent.follow_up.questions import asked_of, calendar_of, is_words
from chains.agent.follow_up.reading import Said, compares, known_measure, untimed
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, tables
from chains.questions.advice import asks_advice

_A_CHANGE = re.compile(
    r"\b(?:the|that|this)\s+(?:change|increase|decrease|decline|growth|drop|rise|improvement)\b(?!\s+(?:in|of)\b)", re.I
)
_OF_THEM = re.compile(r"\b(?P<how>how many|most|all|half|some|any|each|many|which) of (?:them|these|those)\b", re.I)
_REFINES = re.compile(
    r"(?:in|outside|within|without|excluding|including|excl\.?|incl\.?|ex|from|by|per|on|over|at|of|with)\b", re.I
)
"""How a fragment begins that says more of what was asked."""
_COMPARES = re.compile(
    r"\b(?:than|higher|lower|larger|smaller|bigger|greater|fewer|less|above|below|ahead|apart|wider|narrower)\b", re.I
)
_YES_NO = re.compile(r"(?:is|are|was|were|did|does|do|has|have|had|can|could)\b", re.I)
_SHORT = 6
"""Words of a fragment that may be a line item's name."""
PRINTED = 0.6
"""How alike a printed line item must be for the words of a turn to be its name."""


class Incomplete(Fragments):
    """Questions with an order of words of their own, completed from the turn before."""

    def _clause(self, last: Turn, said: Said) -> Turn | None:
        """A whole question that leaves out the company, the time or the measure."""
        if said.ambiguous or said.unknown:
            return None
        who = self._who(said)
        name = last.company.short if last.company else ""
        core, when = self._timed(last, said)
        term = last.terms[-1] if last.terms else None
        spoken = "" if term is None or term.name.startswith("the ") else term.base_name
        if not spoken and last.operation in ("percent_of", "margin", "growth", "change", "cagr"):
            spoken = last.operands[0].base_name  # "it" after a share is what it was a share of something
        measured = known_measure(said.left)
        if last.measured and (timed := time_operation(said.measured)):
            when = when or rewrite.when_of(said, last.periods, calendar_of(last), whole=False)
            return self._first([(asked_of(who or name, f"{timed} of {last.measured}", when), said.unit)])
        words = holds(flatten(said.core).lower(), tables()["words"]["strong"], hyphens=True)
        options = []
        for measure in dict.fromkeys(("", spoken) if measured else (spoken, "")):
            text = self._of_part(core, last)
            if noun := counted_noun(last.text) or last.measured:
                text = _OF_THEM.sub(
                    lambda m: f"{m['how']} {noun if 'many' in m['how'].lower() else f'of the {noun}'}", text
                )
            if not measured and last.measured:
                text = _A_CHANGE.sub(lambda m: f"{m[0]} in {last.measured}", text)
            text = without_pronouns(text, who or name, measure) if who or name else text
            if not who and name and not self._one and not self._directory.find(text)[0]:
                text = rewrite.appended(text, f"for {name}")
            options.append((rewrite.with_time(text, when) if when else rewrite.asked_text(text), said.unit))
        if all(text.lower() == rewrite.asked_text(said.core).lower() for text, _ in options):
            return None
        if words:
            return self._turn(*options[0])
        if measured and not said.named and not _YES_NO.match(said.core) and not _COMPARES.search(said.core):
            options.append((asked_of(name, said.measured, when or rewrite.span(last.periods[-1:])), said.unit))
        return self._of_it(options, last, said) if spoken and not measured else self._first(options)

    def _of_it(self, options: Sequence[tuple[str, str]], last: Turn, said: Said) -> Turn | None:
        """A question for an "it" that may be the last value or the company: as the figures are found, if any are.

        One that says of it nothing but how it moved is of the value, and is refused where it is not understood.
        """
        if how_it_moved(said):
            return not_known(last, said, HOW.format(x=last.terms[-1].name, asked=said.core.strip(" ?.!")))
        turn = self._first(options)
        if turn is None or is_words(turn.planned) or self._finds(turn):
            return turn
        # A value does nothing: where none is found of it, the company is what "spends" or "owns".
        return self._turn(*options[-1])

    def _timed(self, last: Turn, said: Said) -> tuple[str, str]:
        """The core without its words for a relative time, and the time that is meant; "" where it says that itself."""
        core, shift = said.core, said.shift
        if (since := rewrite.since_base(said, last.periods[-1:])) is not None:
            return since
        if shift is not None and not compares(said):
            when = rewrite.when_of(said, last.periods, calendar_of(last), whole=False)
            return untimed(core, shift), when
        if said.asked.mentions and all(m.year is None and m.date is None for m in said.asked.mentions):
            return core, rewrite.when_of(said, last.periods, calendar_of(last))
        same = last.company is not None and last.company in [n.company for n in said.named]
        if not said.dated and (not said.named or said.ellipsis or same):
            return core, rewrite.span(last.periods[-1:])
        return core, ""

    def _carried(self, text: str, last: Turn, said: Said, *, anyway: bool = False) -> Turn | None:
        """A turn that names no company, of the one that was spoken of, and of its time: "what drove it?".

        None where it says whom it means, or asks nothing; `anyway` says that it does, whatever its form.
        """
        company = last.company
        if company is None or self._one or said.named or said.ambiguous or said.unknown or last.operation == REFUSED:
            return None
        asks = (
            said.clause or "?" in text or said.shift is not None or said.dated or _REFINES.match(said.core) is not None
        )
        near = NAMED if last.operation or last.part or kind_of_part(last) else PRINTED
        asks = asks or (bool(said.content) and len(said.content) <= _SHORT and self._prints(last, said.measured, near))
        if not (asks or anyway) or asks_advice(text) or not self._plan(text).reading.anywhere:
            return None
        core, when = self._timed(last, said)
        asked = rewrite.appended(without_pronouns(core, company.short), f"for {company.short}")
        made = self._turn(rewrite.with_time(asked, when) if when else asked, said.unit)
        # "Just products - what do they cost": a dash between clauses is no minus.
        if is_words(made.planned) and not asks:
            return replace(made, passing=True)
        return None if re.search(r"\s-\s", core) and not is_words(made.planned) else made

    @staticmethod
    def _prints(last: Turn, phrase: str, near: float) -> bool:
        """Whether the reports that were spoken of print a line item of about that name."""
        context = last.planned.reading.context
        return context is not None and context.labels(phrase) >= near
