"""Reads turns one after the other: each becomes a question that stands on its own, or a plan over earlier answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import combined
from chains.agent.follow_up.cues import plain, pronoun, says, supposes, tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.matching import over_earlier
from chains.agent.follow_up.reading import Said, compares, known_measure, read, without_pronouns
from chains.agent.follow_up.turns import Term, Turn, part_of_name, terms_of
from chains.ask import ADVICE, Asker, Planned, Request
from chains.companies import Directory
from chains.compare import possessive
from chains.expression import FiscalPeriod
from chains.periods import Calendar, Resolved, resolve_all
from chains.plan import Compute, Kind, Origin, Words
from chains.question import asks_advice, find_unit
from chains.vocabulary import measures_of

LONGEST = 400
"""Characters of an asking sentence that may be a follow-up; a longer one says itself what it is about."""


@dataclass(frozen=True, slots=True)
class State:
    """The turns that asked something, oldest first."""

    turns: tuple[Turn, ...] = ()


class Reader:
    """Reads turns over one library, or one document of it."""

    def __init__(self, asker: Asker, document: str | None) -> None:
        self.asker = asker
        self._document = document
        self._directory: Directory = asker.directory
        self.library = (document, tuple((d.name, d.sha256) for c in self._directory.companies for d in c.documents))
        self._one = len(self._directory.companies) == 1 or document is not None

    def step(self, state: State, text: str) -> State:
        """The state after a turn; the same where it asks nothing."""
        said = self._read(text, state.turns)
        if not said.core and not said.unit:
            return state
        last = state.turns[-1] if state.turns else None
        made = None if last is None or len(said.core) > LONGEST else self._follow(state.turns, last, said)
        if made is None:
            made = self._alone(text, said)
            refusal = made.planned.reading.refusal
            if last is not None and (
                refusal == ADVICE or (not said.clause and "?" not in text and _is_words(made.planned))
            ):
                return state
            return State((*state.turns, made))
        return State((*(state.turns[:-1] if said.correction else state.turns), made))

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
            or (context is not None and context.labels(f"{said.unknown} {said.measured}") >= _PRINTED)
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
            if not named or (len(named) == 1 and core[named[0].start : named[0].start + 1].islower()):
                core = rewrite.with_company(core, company.short, self._directory)
        if core and core[-1] not in ".?!":
            core = f"{core}?"
        return Turn(core, planned, said.unit, True, terms_of(planned))

    def _plan(self, text: str) -> Planned:
        return self.asker.plan(self.asker.read(Request(text, self._document)))

    def _turn(self, text: str, unit: str = "") -> Turn:
        planned = self._plan(f"{text} {unit}".strip())
        return Turn(text, planned, unit, False, terms_of(planned))

    def _first(self, options: Iterable[tuple[str, str]], *, strict: bool = False) -> Turn | None:
        """The first of several readings that asks for figures by a known name; else the first that asks for figures.

        Where none does it is the first at all, or none if `strict`.
        """
        turns: list[Turn] = []
        for text, unit in dict.fromkeys(options):
            turn = self._turn(text, unit)
            measures = () if _is_words(turn.planned) or turn.planned.plan is None else measures_of(turn.planned.plan)
            if measures and all(m.origin is not Origin.LABEL for m in measures):
                return turn
            turns.append(turn)
        figures = next((t for t in turns if not _is_words(t.planned)), None)
        return figures or (turns[0] if turns and not strict else None)

    # Following

    def _follow(self, turns: tuple[Turn, ...], last: Turn, said: Said) -> Turn | None:
        if asks_advice(said.question.text):
            return None
        if supposes(said.core):
            return None
        if rewrite.why(said.core):
            return self._why(last)
        if last.operation and says(said.core, tables()["exchanged"]["phrases"]):
            return combined(last.operation, last.operands[::-1], unit=said.unit or last.unit)
        earlier = Earlier(turns, lambda text: self._read(text, turns), self._value, self._elsewhere)
        if said.content or not said.named:
            made = over_earlier(said, earlier)
            if made is not None:
                return made
        if not said.content:
            return self._slots(turns, last, said)
        return self._clause(last, said) if said.clause else self._fragment(last, said)

    def _value(self, phrase: str, near: Term) -> Term | None:
        """The value of a phrase of its own ("revenue", "total assets in 2019"), of the company and time of another."""
        said = read(phrase, self._directory)
        who = said.named[0].company.short if said.named else near.company.short
        before = tuple(Resolved(p, near.months) for p in near.periods)
        when = rewrite.when_of(said, before[-1:], None) or rewrite.span(before[-1:])
        turn = self._first([(_asked(who, said.measured, when), "")], strict=True)
        return turn.terms[-1] if turn is not None and turn.terms else None

    def _elsewhere(self, company: str, term: Term) -> Term | None:
        """A value of another company, of the same time by its calendar year where that is named otherwise."""
        periods = tuple(Resolved(p, term.months) for p in term.periods)
        name = term.measure.formula if term.name.startswith("the ") else term.name
        planned = self._plan(_asked(company, name, rewrite.span(periods[-1:])))
        reading = planned.reading
        if reading.context is None or reading.anywhere or reading.refusal:
            return None
        return replace(term, company=reading.context.company, planned=planned)

    # What is missing

    @staticmethod
    def _who(said: Said) -> str:
        names = [n.company.short for n in said.named] or [a.text for a in said.ambiguous]
        return " and ".join(names) or said.unknown

    def _slots(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """The question before with another company, time or unit; None where nothing is named."""
        if last.operation:
            return self._computed_again(turns, last, said)
        who = self._who(said)
        compute = isinstance(last.planned.plan, Compute)
        when = rewrite.when_of(said, last.periods, _calendar(last), whole=compute)
        if not who and not when:
            return self._in_unit(turns, last, said) if said.unit else None
        text = last.text
        if who:
            text = rewrite.with_company(text, who, self._directory)
        if when:
            text = rewrite.with_time(text, when)
        options = [(text, said.unit or last.unit)]
        if compute and last.terms and not last.terms[-1].name.startswith(("growth", "change")):
            name = who or last.terms[-1].company.short
            at = when or rewrite.span(last.periods[-1:])
            options.append((_asked(name, last.terms[-1].name, at), said.unit or last.unit))
        return self._first(options)

    def _in_unit(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """The answer before in another unit; an amount in percent is a share of the one before it."""
        before = [t for turn in turns[:-1] for t in turn.terms]
        if "percent." in said.unit and len(last.terms) == 1 and before and isinstance(last.planned.plan, Compute):
            part, whole = last.terms[0], before[-1]
            amount = part.measure.kind in (Kind.NUMBER, Kind.CURRENCY) and not part.name.startswith(
                ("growth", "change")
            )
            if amount and whole.company == part.company and whole.periods == part.periods:
                return combined("percent_of", [part, whole], unit=said.unit)
        return self._turn(last.text, said.unit)

    def _computed_again(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """What was computed of earlier answers, for another company or time or in another unit."""
        operands: list[Term] = list(last.operands)
        if said.named:
            company = said.named[0].company
            own = [t for t in operands if t.company == company]
            if own and len({t.company for t in operands}) > 1:
                # Of several companies one is named: it is about that one's value.
                source = next((t for t in reversed(turns) if own[-1] in t.terms), None)
                return self._slots(turns, source, said) if source is not None and not source.operation else None
            moved = [self._elsewhere(company.short, t) for t in operands]
            if any(m is None for m in moved):
                return None
            operands = [m for m in moved if m is not None]
        elif said.unknown or said.ambiguous:
            return None
        context = operands[0].planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        newest = max(
            (t.periods[-1] for t in operands if t.periods), default=None, key=lambda p: (p.year, p.quarter or 5)
        )
        still = pronoun("value").search(said.core) or (last.verbal and _IT.search(said.core))
        if still and len({t.signature for t in operands}) == 1:
            # "The value in 2021" of a change is what changed.
            when = rewrite.when_of(said, last.periods[-1:], _calendar(last))
            return self._turn(_asked(operands[0].company.short, last.measured, when), said.unit) if when else None
        if newest is not None and (elsewhen := self._other_part(said, last, newest, asked)) is not None:
            moved = [self._value_at(t, rewrite.moved(elsewhen, t.periods[-1].year - newest.year)) for t in operands]
            terms = [m for m in moved if m is not None]
            if len(terms) == len(operands) and (made := combined(last.operation, terms, unit=said.unit or last.unit)):
                return made
            name = operands[0].company.short
            return self._turn(_asked(name, last.measured, rewrite.in_words(elsewhen)), said.unit)
        step = 0
        if asked and newest is not None:
            step = asked[-1].period.year - newest.year
        elif said.shift is not None and said.shift.years:
            step = said.shift.years
        elif not said.named and not said.unit:
            return None
        if asked and not step and not said.named and not said.unit:
            # A part of the same year: what was computed cannot be moved there, so its measure is asked for.
            return self._turn(_asked(operands[0].company.short, last.measured, rewrite.in_words(asked[-1])))
        placed = [t.placed(t.periods[-1].shift(step)) if step and t.periods else t for t in operands]
        if any(t is None for t in placed):
            return None
        return combined(last.operation, [t for t in placed if t is not None], unit=said.unit or last.unit)

    @staticmethod
    def _other_part(said: Said, last: Turn, newest: FiscalPeriod, asked: Sequence[Resolved]) -> Resolved | None:
        """The time that a turn names where it is of another length or part of the year than what was computed."""
        months = next((t.months for t in last.operands if t.periods), None)
        if asked:
            one = asked[-1]
            return one if one.period.quarter != newest.quarter or one.months not in (None, months) else None
        if said.shift is not None and (said.shift.months or said.shift.quarters):
            return rewrite.shifted([Resolved(newest, months)], said.shift, whole=True)[0]
        return None

    def _value_at(self, term: Term, when: Resolved) -> Term | None:
        """The value of another time, planned anew: its length may differ."""
        if not term.periods or term.name.startswith("the "):
            return None
        turn = self._first([(_asked(term.company.short, term.name, rewrite.in_words(when)), "")], strict=True)
        return turn.terms[-1] if turn is not None and turn.terms else None

    def _fragment(self, last: Turn, said: Said) -> Turn | None:
        """Another measure: "and net income?", "operating margin in 2019"."""
        measure = self._of_part(said.measured, last)
        if not measure:
            return None
        if measure.lower().startswith("per ") and last.measured:
            measure = f"{last.measured} {re.sub(r' basis$', '', measure)}"
        timed = _time_operation(measure) if last.measured else ""
        if timed:
            measure = f"{timed} of {last.measured}"
        who = self._who(said)
        when = rewrite.when_of(said, last.periods, _calendar(last), whole=said.shift is None or said.shift.years != 0)
        options = []
        own = said.dated or said.shift is not None or pronoun("possessive").search(said.core)
        if said.ellipsis and not own:
            # "And net income?": what was asked of the measure before is asked of this one.
            money = (
                find_unit(said.unit).kind == "currency" and last.terms and last.terms[-1].measure.kind is Kind.PERCENT
            )
            if last.operation and not money and (made := self._of_another(last, measure, who)) is not None:
                return made
            changed = "" if last.operation else rewrite.with_measure(last.text, measure, self._directory)
            if changed:
                changed = rewrite.with_company(changed, who, self._directory) if who else changed
                options.append((changed, said.unit or last.unit))
        name = who or (last.company.short if last.company else "")
        before = last.periods if timed else last.periods[-1:]
        at = rewrite.when_of(said, last.periods[-1:], _calendar(last)) or rewrite.span(before)
        if said.shift is not None and said.shift.pick:
            at = when
        if (kind := _kind_of_part(last)) and not known_measure(measure):
            # "And Services?" after "retail net sales": the same of another part.
            options.append((_asked(name, f"{measure} {kind}", at), said.unit))
        options.append((_asked(name, measure, at), said.unit))
        asks = said.question.text.rstrip().endswith("?") or said.ellipsis or said.correction
        return self._first(options, strict=not asks)

    def _of_another(self, last: Turn, measure: str, who: str) -> Turn | None:
        """What was computed of earlier answers, of another measure: of both where they measure the same, else of x."""
        same = len({t.signature for t in last.operands}) == 1
        moved = [
            self._value(f"{possessive(who)} {measure}" if who else measure, t) if same or n == 0 else t
            for n, t in enumerate(last.operands)
        ]
        if any(m is None for m in moved):
            return None
        return combined(last.operation, [m for m in moved if m is not None], unit=last.unit)

    @staticmethod
    def _is_part(last: Turn) -> bool:
        """Whether a turn asked for a part of a line item: "Retail net sales"."""
        return bool(_kind_of_part(last))

    def _of_part(self, measure: str, last: Turn) -> str:
        """ "Operating income of the segment": the part that was spoken of, by its name."""
        words = pronoun("part")
        if not last.terms or not words.search(measure):
            return measure
        term = last.operands[0] if last.operands else last.terms[-1]
        part = part_of_name(term.name)[0]
        rest = " ".join(re.sub(r"\b(?:of|for|in|by)\s*$", "", words.sub(" ", measure).strip()).split())
        return f"{part} {rest}" if part else rest

    def _clause(self, last: Turn, said: Said) -> Turn | None:
        """A whole question that leaves out the company, the time or the measure."""
        if said.ambiguous or said.unknown:
            return None
        who = self._who(said)
        name = last.company.short if last.company else ""
        core, when = self._timed(last, said)
        term = last.terms[-1] if last.terms else None
        spoken = "" if term is None or term.name.startswith("the ") else term.base_name
        measured = known_measure(said.left)
        if last.measured and (timed := _time_operation(said.measured)):
            when = when or rewrite.when_of(said, last.periods, _calendar(last), whole=False)
            return self._first([(_asked(who or name, f"{timed} of {last.measured}", when), said.unit)])
        options = []
        for measure in dict.fromkeys(("", spoken) if measured else (spoken, "")):
            text = self._of_part(core, last)
            if not measured and last.measured:
                text = _A_CHANGE.sub(lambda m: f"{m[0]} in {last.measured}", text)
            text = without_pronouns(text, who or name, measure) if who or name else text
            if not who and name and not self._one and not self._directory.find(text)[0]:
                text = rewrite.appended(text, f"for {name}")
            options.append((rewrite.with_time(text, when) if when else rewrite.asked_text(text), said.unit))
        if all(text.lower() == rewrite.asked_text(said.core).lower() for text, _ in options):
            return None
        if measured and not said.named:
            options.append((_asked(name, said.measured, when or rewrite.span(last.periods[-1:])), said.unit))
        return self._first(options)

    def _timed(self, last: Turn, said: Said) -> tuple[str, str]:
        """The core without its words for a relative time, and the time that is meant; "" where it says that itself."""
        core, shift = said.core, said.shift
        if shift is not None and not compares(said):
            when = rewrite.when_of(said, last.periods, _calendar(last), whole=False)
            return f"{core[: shift.start].rstrip()} {core[shift.end :].lstrip()}", when
        if said.asked.mentions and all(m.year is None and m.date is None for m in said.asked.mentions):
            return core, rewrite.when_of(said, last.periods, _calendar(last))
        same = last.company is not None and last.company in [n.company for n in said.named]
        if not said.dated and (not said.named or said.ellipsis or same):
            return core, rewrite.span(last.periods[-1:])
        return core, ""

    def _why(self, last: Turn) -> Turn | None:
        """A bare "why?"."""
        if not last.terms:
            return None
        term = last.terms[-1]
        name = term.measure.formula if term.name.startswith("the ") else term.name
        when = f" in {rewrite.in_words(last.periods[-1])}" if last.periods else ""
        return self._turn(tables()["why"]["question"].format(x=f"{possessive(term.company.short)} {name}", when=when))


_A_CHANGE = re.compile(
    r"\b(?:the|that|this)\s+(?:change|increase|decrease|decline|growth|drop|rise|improvement)\b(?!\s+(?:in|of)\b)", re.I
)
_IT = re.compile(r"\b(?:it|they|them|that|those)\b", re.I)
_PRINTED = 0.6
"""How alike a printed line item must be for the words of a turn to be its name."""


def _kind_of_part(last: Turn) -> str:
    """The line item that a turn asked for a part of: "net sales" of "Retail net sales"; "" where it did not."""
    term = last.operands[0] if last.operands else last.terms[-1] if last.terms else None
    if term is None or term.measure.origin is not Origin.LABEL:
        return ""
    part, kind = part_of_name(term.name)
    return kind if part else ""


def _asked(company: str, measure: str, when: str) -> str:
    """The plain question for a measure of a company and a time."""
    text = rewrite.asked_text(f"What was {possessive(company)} {measure}" if company else f"What was {measure}")
    return rewrite.with_time(text, when) if when else text


def _time_operation(measure: str) -> str:
    """The name of an operation over time where a turn names nothing else ("the 3 year CAGR"); "" elsewhere."""
    flat = re.sub(r"^(?:the|a|an|its|their|what|\d+[- ]years?)\s+", "", measure.lower().strip())
    return flat if flat in tables()["timed"]["phrases"] else ""


def _is_words(planned: Planned) -> bool:
    return planned.plan is None or isinstance(planned.plan, Words)


def _calendar(turn: Turn) -> Calendar | None:
    context = turn.planned.reading.context
    return context.calendar if context is not None else None
