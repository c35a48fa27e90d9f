"""Questions that stand on their own, planned: what every reading of a turn comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.reading import Said, read
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn, terms_of
from chains.ask import Asker
from chains.formulas.expression import FiscalPeriod
from chains.planning.plan import Origin, Words, measures_of
from chains.questions.company_names import possessive
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, Resolved
from chains.questions.request import Planned, Request


class Questions:
    """Plans questions over one library, or one document of it."""

    def __init__(self, asker: Asker, document: str | None) -> None:
        self.asker = asker
        self._document = document
        self._directory: Directory = asker.directory
        self.library = (document, tuple((d.name, d.sha256) for c in self._directory.companies for d in c.documents))
        self._one = len(self._directory.companies) == 1 or document is not None

    def _plan(self, text: str) -> Planned:
        return self.asker.plan(self.asker.read(Request(text, self._document)))

    def _turn(self, text: str, unit: str = "") -> Turn:
        planned = self._plan(f"{text} {unit}".strip())
        return Turn(text, planned, unit, False, terms_of(planned))

    def _first(self, options: Iterable[tuple[str, str]], *, strict: bool = False) -> Turn | None:
        """The first of several readings that asks for figures by a known name; else the first whose figures are found.

        Where none does it is the first at all, or none if `strict`.
        """
        turns: list[Turn] = []
        for text, unit in dict.fromkeys(options):
            turn = self._turn(text, unit)
            measures = () if is_words(turn.planned) or turn.planned.plan is None else measures_of(turn.planned.plan)
            if measures and all(m.origin is not Origin.LABEL for m in measures):
                return turn
            turns.append(turn)
        asking = [t for t in turns if not is_words(t.planned)]
        figures = (
            next((t for t in asking if self._finds(t)), asking[0]) if len(asking) > 1 else next(iter(asking), None)
        )
        return figures or (turns[0] if turns and not strict else None)

    def _finds(self, turn: Turn) -> bool:
        """Whether the figures of a turn's plan are found; no text is searched."""
        return self.asker.figures(turn.planned) is not None

    def _value(self, phrase: str, near: Term) -> Term | None:
        """The value of a phrase of its own ("revenue", "total assets in 2019"), of the company and time of another."""
        said = read(phrase, self._directory)
        who = said.named[0].company.short if said.named else near.company.short
        before = tuple(Resolved(p, near.months) for p in near.periods)
        when = rewrite.when_of(said, before[-1:], None) or rewrite.span(before[-1:])
        turn = self._first([(asked_of(who, said.measured, when), "")], strict=True)
        return turn.terms[-1] if turn is not None and turn.terms else None

    def _at(self, term: Term, period: FiscalPeriod) -> Term | None:
        """The same value of another time."""
        return term.placed(period)

    def _elsewhere(self, company: str, term: Term) -> Term | None:
        """A value of another company, of the same time by its calendar year where that is named otherwise."""
        periods = tuple(Resolved(p, term.months) for p in term.periods)
        name = term.measure.formula if term.name.startswith("the ") else term.name
        planned = self._plan(asked_of(company, name, rewrite.span(periods[-1:])))
        reading = planned.reading
        if reading.context is None or reading.anywhere or reading.refusal:
            return None
        return replace(term, company=reading.context.company, planned=planned)

    def _value_at(self, term: Term, when: Resolved) -> Term | None:
        """The value of another time, planned anew: its length may differ."""
        if not term.periods or term.name.startswith("the "):
            return None
        turn = self._first([(asked_of(term.company.short, term.name, rewrite.in_words(when)), "")], strict=True)
        return turn.terms[-1] if turn is not None and turn.terms else None


def asked_of(company: str, measure: str, when: str) -> str:
    """The plain question for a measure of a company and a time."""
    measure = without_noise(measure)
    text = rewrite.asked_text(f"What was {possessive(company)} {measure}" if company else f"What was {measure}")
    return rewrite.with_time(text, when) if when else text


def without_noise(measure: str) -> str:
    """A measure's name without the words of the asking at its edges: "leave operating cash flow"."""
    noise, words = set(tables()["noise"]["words"]), measure.split()
    while len(words) > 1 and words[0].lower() in noise:
        words.pop(0)
    while len(words) > 1 and words[-1].lower().strip(",.") in noise:
        words.pop()
    return " ".join(words)


def is_words(planned: Planned) -> bool:
    return planned.plan is None or isinstance(planned.plan, Words)


def time_of(said: Said, last: Turn) -> str:
    """The time that a turn names, else the newest of the turn before, in words."""
    return rewrite.when_of(said, last.periods[-1:], calendar_of(last)) or rewrite.span(last.periods[-1:])


def calendar_of(turn: Turn) -> Calendar | None:
    context = turn.planned.reading.context
    return context.calendar if context is not None else None
