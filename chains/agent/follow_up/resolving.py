"""A turn of a conversation read in the light of the turns before it: a question that stands on its own, or a plan."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakKeyDictionary

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.cues import plain, tables
from chains.agent.follow_up.reading import Said, compares, known_measure, read, without_pronouns
from chains.agent.follow_up.turns import Turn, terms_of
from chains.ask import Asker, Planned, Request
from chains.companies import Directory
from chains.compare import possessive
from chains.periods import Calendar
from chains.plan import Compute, Words

LONGEST = 48
"""Turns of a conversation that are read again; what was said before them is not referred to any more."""
_CACHED = 512


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A turn as understood. `understood` is the question standing on its own, "" where it was asked so.

    `planned` is to be carried out with `Asker.carry_out`; None where there was nothing before the turn. `operation` is
    what is computed of earlier answers: then the plan says more than the text.
    """

    understood: str = ""
    changed: bool = False
    planned: Planned | None = None
    operation: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The turns that asked something, oldest first."""

    turns: tuple[Turn, ...] = ()


_states: WeakKeyDictionary[Asker, OrderedDict[object, State]] = WeakKeyDictionary()
_lock = Lock()


def resolve(asker: Asker, history: Sequence[str], text: str, *, document: str | None = None) -> FollowUp:
    """Understand what is said after a history of what was said before, oldest first, as typed.

    It depends on these and the library only: nothing is answered, and what was understood of a history is kept for
    the next turn. `document` is the one that is asked, if any.
    """
    said = [one for one in history if one.strip()]
    if not said:
        return FollowUp()
    reader = _Reader(asker, document)
    return reader.step(_state(reader, said), text)[1]


def _state(reader: _Reader, said: Sequence[str]) -> State:
    """What is left of a history. Long ones are read from a turn that stays the same while they grow."""
    start = max(0, (len(said) - LONGEST) // LONGEST * LONGEST)
    said = said[start:]
    with _lock:
        kept = _states.setdefault(reader.asker, OrderedDict())
    library = reader.library
    done, state = 0, State()
    with _lock:
        for n in range(len(said), 0, -1):
            if (found := kept.get((library, tuple(said[:n])))) is not None:
                kept.move_to_end((library, tuple(said[:n])))
                done, state = n, found
                break
    for n in range(done, len(said)):
        state = reader.step(state, said[n])[0]
        with _lock:
            kept[(library, tuple(said[: n + 1]))] = state
            while len(kept) > _CACHED:
                kept.popitem(last=False)
    return state


class _Reader:
    """Reads turns over one library, or one document of it."""

    def __init__(self, asker: Asker, document: str | None) -> None:
        self.asker = asker
        self._document = document
        self._directory: Directory = asker.directory
        self.library = (document, tuple((d.name, d.sha256) for c in self._directory.companies for d in c.documents))
        self._one = len(self._directory.companies) == 1 or document is not None

    # Turns

    def step(self, state: State, text: str) -> tuple[State, FollowUp]:
        """The state after a turn, and what the turn asks."""
        said = read(text, self._directory)
        last = state.turns[-1] if state.turns else None
        if not said.core and not said.unit:
            return state, FollowUp()
        made = None if last is None else self._follow(state, last, said)
        if made is None:
            turn = self._alone(text)
            if not said.clause and isinstance(turn.planned.plan, Words | None) and "?" not in text and last is not None:
                return state, FollowUp(planned=turn.planned)
            return State((*state.turns, turn)), FollowUp(planned=turn.planned)
        before = state.turns[:-1] if said.correction else state.turns
        return State((*before, made)), FollowUp(made.whole, True, made.planned, made.operation)

    def _follow(self, state: State, last: Turn, said: Said) -> Turn | None:
        if not said.content and not rewrite.why(said.core):
            return self._slots(last, said)
        if rewrite.why(said.core):
            return self._why(last)
        return self._clause(last, said) if said.clause else self._fragment(last, said)

    def _alone(self, text: str) -> Turn:
        """A turn that needs no other."""
        planned = self._plan(text)
        said = read(text, self._directory)
        reading = planned.reading
        core = said.core if "defin" not in text.lower() else plain(text)
        if reading.context is not None and not reading.anywhere and not self._one:
            company = reading.context.company
            if not self._directory.find(core)[0]:
                core = rewrite.with_company(core, company.short, self._directory)
        return Turn(core, planned, said.unit, True, terms_of(planned))

    def _plan(self, text: str) -> Planned:
        return self.asker.plan(self.asker.read(Request(text, self._document)))

    def _turn(self, text: str, unit: str) -> Turn:
        planned = self._plan(f"{text} {unit}".strip())
        return Turn(text, planned, unit, False, terms_of(planned))

    # What is missing

    def _who(self, said: Said) -> list[str]:
        return (
            [n.company.short for n in said.named]
            or [a.text for a in said.ambiguous]
            or ([said.unknown] if said.unknown else [])
        )

    def _slots(self, last: Turn, said: Said) -> Turn | None:
        """The question before with another company, time or unit; None where nothing is named."""
        who = self._who(said)
        when = rewrite.when_of(said, last.periods, self._calendar(last), whole=isinstance(last.planned.plan, Compute))
        if not who and not when and not said.unit:
            return None
        text = last.text
        if who:
            text = rewrite.with_company(text, " and ".join(who), self._directory)
        if when:
            text = rewrite.with_time(text, when)
        return self._turn(text, _united(last.unit, said.unit))

    def _fragment(self, last: Turn, said: Said) -> Turn | None:
        """Another measure: "and net income?", "operating margin in 2019"."""
        measure = said.measured
        if not measure:
            return None
        who = self._who(said)
        when = rewrite.when_of(said, last.periods, self._calendar(last))
        options = []
        changed = rewrite.with_measure(last.text, measure, self._directory)
        if changed and not (last.operation):
            changed = rewrite.with_company(changed, " and ".join(who), self._directory) if who else changed
            options.append((rewrite.with_time(changed, when) if when else changed, _united(last.unit, said.unit)))
        name = " and ".join(who) or (last.company.short if last.company else "")
        when = when or rewrite.span(last.periods[-1:]) if last.periods else when
        asked = f"What was {possessive(name)} {measure}" if name else f"What was {measure}"
        asked = rewrite.with_time(rewrite.asked_text(asked), when) if when else rewrite.asked_text(asked)
        options.append((asked, said.unit))
        return self._first(options, strict=not said.question.text.rstrip().endswith("?") and not said.ellipsis)

    def _clause(self, last: Turn, said: Said) -> Turn | None:
        """A whole question that leaves out the company, the time or the measure."""
        who = self._who(said)
        name = last.company.short if last.company else ""
        if said.ambiguous or said.unknown:
            return None
        core = said.core
        measured = known_measure(said.left)
        when = ""
        if said.shift is not None and not compares(said):
            when = rewrite.when_of(said, last.periods, self._calendar(last), whole=False)
            core = core[: said.shift.start].rstrip() + " " + core[said.shift.end :].lstrip()
        elif (
            not said.dated
            and (not who or said.ellipsis or last.company in [n.company for n in said.named])
            and last.periods
        ):
            when = rewrite.span(last.periods[-1:])
        elif said.asked.mentions and all(m.year is None and m.date is None for m in said.asked.mentions):
            when = rewrite.when_of(said, last.periods, self._calendar(last))
        options = []
        for measure in (
            ("", last.terms[-1].name if last.terms else "")
            if measured
            else (last.terms[-1].name if last.terms else "", "")
        ):
            text = without_pronouns(core, who[0] if who else name, measure) if name or who else core
            if not who and name and not self._one and not self._directory.find(text)[0]:
                text = rewrite.appended(text, f"for {name}")
            options.append((rewrite.with_time(text, when) if when else rewrite.asked_text(text), said.unit))
        if all(text.lower() == rewrite.asked_text(said.core).lower() for text, _ in options):
            return None
        return self._first(options)

    def _why(self, last: Turn) -> Turn | None:
        """A bare "why?"."""
        if not last.terms:
            return None
        term = last.terms[-1]
        what = f"{possessive(term.company.short)} {term.name}"
        when = f" in {rewrite.in_words(last.periods[-1])}" if last.periods else ""
        return self._turn(tables()["why"]["question"].format(x=what, when=when), "")

    def _first(self, options: Sequence[tuple[str, str]], *, strict: bool = False) -> Turn | None:
        """The first of several readings that asks for figures; the last, or none where that is asked, if none does."""
        turns = []
        for text, unit in dict.fromkeys(options):
            turn = self._turn(text, unit)
            if turn.planned.plan is not None and not isinstance(turn.planned.plan, Words):
                return turn
            turns.append(turn)
        return turns[0] if turns and not strict else None

    @staticmethod
    def _calendar(turn: Turn) -> Calendar | None:
        context = turn.planned.reading.context
        return context.calendar if context is not None else None


def _united(before: str, now: str) -> str:
    """The remark about the unit: what is said now, else what was said before."""
    return now or before


def carried(follow: FollowUp, request: Request, started: float) -> Planned:
    """The plan of a follow-up as the plan of what was typed."""
    assert follow.planned is not None
    return replace(follow.planned, reading=replace(follow.planned.reading, request=request, started=started))
