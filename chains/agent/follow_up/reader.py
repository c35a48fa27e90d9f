"""Reads turns one after the other: each becomes a question that stands on its own, or a plan over earlier answers.

What a turn may mean is tried in the order of `_ORDER`, at the end of this file: the first rule that reads it decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.amending import amended
from chains.agent.follow_up.brought_down import as_change
from chains.agent.follow_up.combining import REFUSED, combined, operation_words
from chains.agent.follow_up.compounding import compounded
from chains.agent.follow_up.contributing import between_two, contributed
from chains.agent.follow_up.cues import plain, says, supposes, tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.falling_due import falling_due
from chains.agent.follow_up.incomplete import PRINTED
from chains.agent.follow_up.keeping import Keeping
from chains.agent.follow_up.leading import LEVEL, not_known
from chains.agent.follow_up.net_of import net_of
from chains.agent.follow_up.over_years import over_years
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.questions import calendar_of, is_words
from chains.agent.follow_up.reading import Said, known_measure, read
from chains.agent.follow_up.sources import asks_source
from chains.agent.follow_up.talk import Alone, Talk
from chains.agent.follow_up.turns import Turn, terms_of
from chains.agent.follow_up.two_times import between_times
from chains.agent.follow_up.unclear import UnclearError
from chains.questions.advice import asks_advice
from chains.questions.reading import ADVICE

LONGEST = 400
"""Characters of an asking sentence that may be a follow-up; a longer one says itself what it is about."""
OTHERS = "which of the others is meant is not said; name it"
NO_VALUE = "what 'it' is to mean is not known, as no figure was spoken of; name the figure"
_OTHERS = re.compile(
    r"(?:the\s+)?(?:others|other\s+(?:segments|regions|ones|two|three|four|parts|products|businesses|divisions))", re.I
)
_BY_PART = re.compile(
    r"(?:by|per|for each|each|split by|broken down by|across)\s+(?:the\s+)?(?:segment|region|product|business)s?", re.I
)


@dataclass(frozen=True, slots=True)
class State:
    """The turns that asked something, oldest first."""

    turns: tuple[Turn, ...] = ()


class Reader(Keeping):
    """Reads turns over one library, or one document of it."""

    def step(self, state: State, text: str) -> State:
        """The state after a turn; the same where it asks nothing."""
        turns = self._settled(state.turns)
        last = turns[-1] if turns else None
        if last is not None and asks_source(text):
            return state
        if last is not None:
            text = as_change(self._with_nth(self._with_one(between_times(text, turns), last), turns))
        said = self._read(text, turns)
        if (core := self._of_whom(text, said)) != said.core:
            said = self._again(core, said, turns)
        if not said.core and not said.unit:
            return state
        made = None
        if last is not None and len(said.core) <= LONGEST:
            made = self._follow(turns, said) or self._carried(text, last, said)
            if made is None or made.company is None:
                made = self._of_spoken_company(turns, text, said) or made
        if made is not None and last is not None:
            made = self._of_named_part(made, last, said)
            made = self._of_quarter(self._kept(self._led(made), last, said), last, said)
        else:
            made = self._led(self._alone(text, said))
            refusal = made.planned.reading.refusal
            if last is not None and (
                refusal == ADVICE or (not said.clause and "?" not in text and is_words(made.planned))
            ):
                return state
            return State((*turns, made))
        return State((*(turns[:-1] if said.correction else turns), made))

    def _read(self, text: str, turns: Sequence[Turn]) -> Said:
        """Read a turn. A name that was said before, or that the reports print, is no unknown company's."""
        said = read(text, self._directory)
        if not said.unknown or not turns:
            return said
        word = re.compile(rf"(?<!\w){re.escape(said.unknown)}(?!\w)", re.I)
        context = turns[-1].planned.reading.context
        known = (
            self._is_part(turns[-1])
            or any(word.search(t.text) for t in turns)
            or (context is not None and context.labels(f"{said.unknown} {said.measured}") >= PRINTED)
        )
        return read(text, self._directory, known=said.unknown) if known else said

    # Questions

    def _alone(self, text: str, said: Said) -> Turn:
        """A turn that needs no other. What is kept of it names its company in full."""
        planned = self._plan(text)
        core = said.core if "defin" not in text.lower() else plain(text)
        reading = planned.reading
        if reading.context is not None and not reading.anywhere and not self._one:
            company = reading.context.company
            named = self._directory.find(core)[0]
            if not named and not is_words(planned) and self.asker.figures(planned) is None:
                # One company alone prints the name, but nothing that is asked: it is none that was spoken of.
                planned = replace(planned, reading=replace(reading, anywhere=True))
            elif not named:
                core = rewrite.appended(core, f"for {company.short}")  # told by what it alone reports: "AWS"
            elif len(named) == 1 and core[named[0].start : named[0].start + 1].islower():
                core = rewrite.with_company(core, company.short, self._directory)
        if core and core[-1] not in ".?!":
            core = f"{core}?"
        return Turn(core, planned, said.unit, True, terms_of(planned))

    def _again(self, core: str, said: Said, turns: Sequence[Turn]) -> Said:
        """What a turn holds after something was put into its words."""
        found = self._read(core, turns)
        return replace(
            found,
            unit=found.unit or said.unit,
            ellipsis=said.ellipsis,
            correction=said.correction,
            question=said.question,
        )

    # Following

    def _follow(self, turns: tuple[Turn, ...], said: Said) -> Turn | None:
        """A turn as the first rule reads it; None where it goes on from nothing."""
        talk = Talk(turns, said, self._with_told, self._recalled)
        for rule in _ORDER:
            try:
                found = rule(self, talk)
            except UnclearError as error:
                return not_known(talk.last, said, str(error))
            if isinstance(found, Talk):
                talk = found
            elif found is not None:
                return found if isinstance(found, Turn) else None
        return None

    def _recalled(self, talk: Talk) -> Earlier:
        """The values of a talk, by what phrases call them."""
        return Earlier(talk.told, lambda text: self._read(text, talk.turns), self._value, self._elsewhere, self._at)

    def _after_refusal(self, turns: tuple[Turn, ...], said: Said) -> Turn | None:
        """A turn after one that was not understood: what goes on from that is not known either.

        One that says something of its own goes on from what was understood before.
        """
        last, known = turns[-1], turns
        while known and known[-1].operation == REFUSED:
            known = known[:-1]
        stuck = len(turns) - len(known) > 1  # the same refusal a second time helps nobody
        if said.named or (said.clause and known_measure(said.left)) or (stuck and known):
            return self._follow(known, said) if known else None
        if said.content and known and not self._goes_on(said):
            return self._follow(known, said) or self._carried(said.question.text, known[-1], said)
        when = rewrite.when_of(said, last.periods, calendar_of(last)) if said.dated and not said.content else ""
        return self._turn(rewrite.with_time(last.text, when)) if when and "compound" in last.text else last

    @staticmethod
    def _goes_on(said: Said) -> bool:
        """Whether a turn asks for something of the answer before it and for nothing else: "that as a percentage"."""
        words = set(re.findall(r"[a-z%]+", " ".join(said.content)))
        return words <= operation_words() and not known_measure(said.left)

    def _pointed(self, talk: Talk) -> Turn | Talk | None:
        """The talk with the part or the year that a turn points to; the refusal where there is none."""
        last = self._at_leading_time(self._of_spoken_part(talk.turns, talk.last, talk.said), talk.said)
        if last.operation == REFUSED:
            return last
        return None if last is talk.last else replace(talk, turns=(*talk.turns[:-1], last))

    def _with_leader(self, talk: Talk) -> Turn | Talk | None:
        """The talk with the part that leads put in for "its" and "it"; a turn that asks for its value, or a refusal."""
        led = self._of_leader(talk.last, talk.said)
        return replace(talk, said=self._again(led, talk.said, talk.turns)) if isinstance(led, str) else led

    def _in_bare_words(self, last: Turn, said: Said) -> Turn | Alone | None:
        """A turn of a few words that ask for words about what was spoken of."""
        for row in tables()["bare_words"]:
            if says(said.core, row["phrases"]):
                return self._asked_in_words(last, row["question"]) or Alone.ALONE
        return None

    @staticmethod
    def _other_way_round(last: Turn, said: Said) -> Turn | Alone | None:
        """What was computed of two answers, with the two exchanged."""
        if not last.operation or not says(said.core, tables()["exchanged"]["phrases"]):
            return None
        return combined(last.operation, last.operands[::-1], unit=said.unit or last.unit) or Alone.ALONE

    @staticmethod
    def _how_much(last: Turn, said: Said) -> Turn | None:
        """ "How much was it": the last value, never the company."""
        if not LEVEL.fullmatch(said.core.strip()) or said.dated or said.shift is not None or said.named:
            return None
        return replace(last, alone=False) if last.terms else not_known(last, said, NO_VALUE)

    @staticmethod
    def _of_others(last: Turn, said: Said) -> Turn | None:
        """The refusal of "the others" and "by segment": which are meant is not said."""
        core = said.core.strip(" ?.!")
        return not_known(last, said, OTHERS) if _OTHERS.fullmatch(core) or _BY_PART.fullmatch(core) else None

    @staticmethod
    def _kept(made: Turn, last: Turn, said: Said) -> Turn:
        """A turn with what stays from the one before: the part that is spoken of, and the time of the reports."""
        if last.part and not made.part and not said.named and made.company == last.company:
            own = (made.operands or made.terms)[:1]
            part, kind = part_of_name(own[0].name) if own and own[0].of_part else ("", "")
            made = replace(made, part=part if part and kind else last.part)
        documents = made.company.documents if made.company is not None else ()
        newest = max((d.fiscal_year for d in documents if d.fiscal_year is not None), default=None)
        later = newest is not None and bool(made.periods) and all(p.period.year > newest for p in made.periods)
        # Debt "due in 2025" is told by the report that is spoken of.
        return replace(made, at=last.periods) if later and last.periods and not made.operands else made


Rule = Callable[[Reader, Talk], Turn | Talk | Alone | None]
"""Reads a turn: as a turn, as one that goes on from nothing, or as one to be read on with other words or turns before
it. None where it is of no such kind."""

_ORDER: tuple[Rule, ...] = (
    # What is known not to be understood, or not to be a follow-up, is not guessed at by any rule behind.
    lambda r, t: r._after_refusal(t.turns, t.said) or Alone.ALONE if t.last.operation == REFUSED else None,
    lambda r, t: Alone.ALONE if asks_advice(t.said.question.text) or supposes(t.said.core) else None,
    # Words that point ("the segment", "that year", "its") get what they stand for before anything is read with them.
    Reader._pointed,
    Reader._with_leader,
    lambda r, t: r._at_no_value(t),
    # What falls due of a debt that was spoken of: the years are ahead of the report, and no other time of it.
    lambda r, t: falling_due(t.last, t.said, r._turn),
    lambda r, t: net_of(t.last, t.said, r._turn),
    # Questions for words, before a line item is looked for in them.
    lambda r, t: r._why(t.turns, t.last, t.said),
    lambda r, t: r._in_bare_words(t.last, t.said),
    # Words that are put into what was asked before: they fit there or nowhere.
    lambda r, t: r._other_way_round(t.last, t.said),
    lambda r, t: r._put_in(t.last, t.said),
    # "It" as a value, and "the others", which are never the company or a line item.
    lambda r, t: r._how_much(t.last, t.said),
    lambda r, t: r._of_others(t.last, t.said),
    # A part of the company in a sentence of its own form, before its name is taken for a line item's.
    lambda r, t: r._kind_of_it(t.last, t.said),
    lambda r, t: r._margin_of_part(t.turns, t.last, t.said),
    lambda r, t: r._in_part(t.last, t.said),
    lambda r, t: r._against_part(t.turns, t.last, t.said),
    lambda r, t: r._which_part(t.last, t.said),
    lambda r, t: r._covers(t.last, t.said),
    # What is computed of earlier answers: the narrow forms first, since the templates of the last fit within them.
    lambda r, t: compounded(t.said, t.earlier) if t.earlier.terms else None,
    lambda r, t: over_years(t.said, t.earlier),
    lambda r, t: r._faster(t.last, t.said) if t.earlier.terms else None,
    lambda r, t: r._went(t.last, t.said) if t.earlier.terms else None,
    lambda r, t: r._more(t.last, t.said) if t.earlier.terms else None,
    lambda r, t: amended(t.last, t.said, r._value),
    lambda r, t: contributed(t.said, t.earlier, r._value) if t.earlier.terms else None,
    lambda r, t: between_two(t.said, t.earlier, r._value) if t.earlier.terms else None,
    Reader._computed,
    lambda r, t: r._of_nothing(t),
    # What asks for a value of its own: another time, company or unit; a whole question; another measure or part.
    lambda r, t: (r._slots(t.turns, t.last, t.said, t.told) or Alone.ALONE) if not t.said.content else None,
    lambda r, t: (r._clause(t.last, t.said) or Alone.ALONE) if t.said.clause else None,
    lambda r, t: r._fragment(t.last, t.said),
)
