"""Carry out a plan: figures or quotes, program, sentence, number gate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from chains.answer import Answer, Citation, citations_of, cite, quote_of, show
from chains.asked_words import is_outlook
from chains.compare import between, largest
from chains.compute import compute, several
from chains.concept_facts import default_facts
from chains.explain import explanation
from chains.expression import Item
from chains.filings import filings_for
from chains.fiscal_calendar import Calendar, Resolved, is_periodic, resolve_all
from chains.industries import applicability
from chains.judge import judge
from chains.lines import lines
from chains.names import says, speaking, unprinted
from chains.number_sentences import NumberShelf
from chains.objections import contradicted
from chains.outcome import Outcome
from chains.part_judgement import asks_of_loss, of_part
from chains.parts import parts
from chains.plan import (
    Between,
    Compute,
    Context,
    Judge,
    Largest,
    Lines,
    Measure,
    Origin,
    Parts,
    Plan,
    Several,
    Trend,
    TrendTest,
    Words,
    measures_of,
)
from chains.prose_items import teller
from chains.question import Question
from chains.request import Planned, Reading
from chains.resolve.resolver import TOLD, Resolver
from chains.resolve.scope import PRIMARY, Scope, order_documents
from chains.shares import share_of
from chains.shelf import Shelf
from chains.solve import Failed, Solved, Solver
from chains.support import unsupported
from chains.topics import stands_in_text
from chains.trend import trend
from chains.units import Quantity

if TYPE_CHECKING:
    from chains.prose_numbers import Told
    from ingest.library import Library
    from ingest.schema import Document, Figure

_REMEMBERED = 256
"""Answers whose one number is kept for the questions that go on from them."""
MOST_TOLD = 6
"""Filings whose sentences are weighed for a number, at most."""


class PlanRunner:
    """Carries plans out over one library."""

    def __init__(self, library: Library, shelf: Shelf, numbers: NumberShelf | None = None) -> None:
        self._library = library
        self._shelf = shelf
        self._resolver = Resolver(shelf, default_facts())
        self._numbers = numbers or NumberShelf(library)
        self._tell = teller(self._numbers, shelf, default_facts())
        self._told_before: OrderedDict[object, Figure | None] = OrderedDict()
        self._lock = Lock()

    def told(self, planned: Planned) -> Figure | None:
        """The one number that an answer rests on that computes none: a sentence tells it, or it is the part that leads.

        None where there is none. The plan is run only where its answer is not remembered.
        """
        key = _key(planned)
        with self._lock:
            if key in self._told_before:
                return self._told_before[key]
        self.run(planned)
        with self._lock:
            return self._told_before.get(key)

    def _remember(self, planned: Planned, outcome: Outcome) -> None:
        computes = isinstance(planned.plan, Compute) and outcome.solved
        with self._lock:
            self._told_before[_key(planned)] = outcome.used[0] if len(outcome.used) == 1 and not computes else None
            while len(self._told_before) > _REMEMBERED:
                self._told_before.popitem(last=False)

    def run(self, planned: Planned) -> Answer:
        """The answer of a plan, or the refusal that says what it lacks."""
        reading, plan = planned.reading, planned.plan
        if plan is None or reading.context is None or reading.scope is None:
            return self.refused(planned, Outcome(reason=reading.refusal))
        if isinstance(plan, Words):
            return self._words(planned, plan)
        if reading.anywhere:
            return self.refused(planned, Outcome(reason=reading.refusal))
        bound = reading.scope.told is not None or bool(reading.others)  # computed of answers: found already
        bound |= isinstance(plan, Compute) and not isinstance(plan.measure.expression, Item)
        if not bound and stands_in_text(reading.question.core) and not any(m.metric for m in measures_of(plan)):
            said = self._words(planned, Words(reading.question.core), only_typical=True)
            if said.answered:
                return said
        found = self._outcome(plan, reading, reading.context, reading.scope)
        outcome = contradicted(plan, reading.question, found, reading.context.text)
        if not outcome.text:
            if _may_be_words(plan) and "does not apply" not in outcome.reason:
                # Not in the figures: the text may still say it, and then it is quoted.
                said = self._words(planned, Words(reading.question.core, not isinstance(plan, Compute)), outcome)
                if said.answered or said.citations:
                    return said
            single = isinstance(plan, Compute) and (
                isinstance(plan.measure.expression, Item) or share_of(reading.context.text) is not None
            )
            if single and not found.text:
                told = self._words(planned, Words(reading.question.core), outcome, only_told=True)
                return told if told.answered else self.refused(planned, outcome)
            return self.refused(planned, outcome)
        return self.answered(planned, outcome)

    def figures(self, planned: Planned) -> Outcome | None:
        """What the figures of a plan come to, no text being searched; None where they are not surely found."""
        reading, plan = planned.reading, planned.plan
        if plan is None or isinstance(plan, Words) or reading.context is None or reading.scope is None:
            return None
        if reading.anywhere or reading.refusal:
            return None
        outcome = contradicted(
            plan, reading.question, self._outcome(plan, reading, reading.context, reading.scope), reading.context.text
        )
        return outcome if outcome.text else None

    def _outcome(self, plan: Plan, reading: Reading, context: Context, scope: Scope) -> Outcome:
        barred = applicability(plan, context.company, self._printed(scope, context.periods))
        if barred:
            return Outcome(reason=barred)
        solver = Solver(self._resolver, scope, dict(reading.others), self._tell)
        question, who = reading.question, context.company.short
        match plan:
            case Compute():
                return compute(plan, solver.solve, question, who)
            case Trend():
                return trend(plan, solver.solve, question, who)
            case Judge():
                judged = of_part(plan, question, context)
                if judged is None:
                    return Outcome(reason=f"whether it is {plan.name} is judged by figures of the whole company alone")
                return judge(judged, solver.solve, question, who, opposite=asks_of_loss(question))
            case Largest():
                return largest(plan, solver.solve, question, who)
            case Parts():
                sheets = [self._shelf.sheet(d) for d in order_documents(scope, plan.period)[:2]]
                return parts(plan, sheets, solver.solve, question, who)
            case Lines():
                sheets = [self._shelf.sheet(d) for d in order_documents(scope, plan.period)[:2]]
                return lines(plan, sheets, who)
            case Several():
                return several(plan, solver.solve, question, who)
            case Between():
                return self._between(plan, question, context, scope)
            case _:
                return Outcome(reason="the plan cannot be carried out")

    def _printed(self, scope: Scope, periods: Sequence[Resolved]) -> Callable[[str], bool]:
        """Whether the statements of the first report of the periods print a concept for the whole company."""

        def printed(concept: str) -> bool:
            period = periods[-1].period if periods else scope.calendar.latest
            documents = order_documents(scope, period) if period is not None else scope.documents
            for document in (d for d in documents if is_periodic(d)):
                figures = self._shelf.sheet(document).by_concept.get(concept, ())
                return any(f.statement in PRIMARY and not f.segment and f.value != 0 for f in figures)
            return False

        return printed

    def _between(self, plan: Between, question: Question, context: Context, scope: Scope) -> Outcome:
        solved: list[Solved | Failed] = []
        for company in context.companies:
            calendar = Calendar.of(company.documents)
            periods = resolve_all(context.asked, calendar)
            period = periods[-1].period if periods else calendar.latest
            if period is None:
                solved.append(Failed(plan.measure, None, f"no report of {company.short} covers the period"))
                continue
            own = replace(scope, documents=company.documents, calendar=calendar, anchor=period)
            solved.append(Solver(self._resolver, own, tell=self._tell).solve(plan.measure, period))
        return between([c.short for c in context.companies], solved, plan.measure, question)

    def _words(
        self,
        planned: Planned,
        plan: Words,
        failed: Outcome | None = None,
        *,
        only_typical: bool = False,
        only_told: bool = False,
    ) -> Answer:
        """Answer in quotes. `failed` is what the figures came to, where they were tried first.

        A question for a number is not answered by sentences that may hold another: they are shown with the refusal.
        With `only_told` nothing but the one number that a sentence surely tells is an answer.
        """
        from chains.words import answer_words

        reading = planned.reading
        assert reading.context is not None
        assert reading.scope is not None
        documents, note = reading.scope.documents, ""
        if not reading.scope.only and not reading.anywhere:
            periods = [r.period for r in reading.context.periods]
            documents, note = filings_for(documents, periods)
            if len(periods) == 1 and is_outlook(reading.question.core):
                # What was expected for a year stands in the report before it.
                before, _ = filings_for(reading.scope.documents, [periods[0].shift(-1)])
                documents = tuple(dict.fromkeys((*before, *documents)))
            if not reading.context.periods:
                documents = speaking(reading.question.core, documents, reading.scope.documents, self._library.index)
        names = [d.name for d in documents]
        told = self._told(planned, documents, sought=failed is not None)
        if told is not None and told.sure:
            return self.answered(planned, replace(self._told_answer(reading, told), notes=(note,) if note else ()))
        if only_told:
            return self.refused(planned, failed or Outcome())
        said = answer_words(reading.question, plan, self._library, documents=names, only_typical=only_typical)
        only = reading.scope.only or reading.anywhere
        others = () if only or said.text else [d for d in reading.scope.documents if d not in documents]
        if others and (elsewhere := unprinted(reading.question.core, documents, others, self._library.index)):
            # A thing that only another filing of the company speaks of: what that one says of it.
            names = [d.name for d in elsewhere]
            other = answer_words(reading.question, plan, self._library, documents=names, only_typical=only_typical)
            if other.text:
                said, documents = other, elsewhere
                note = f"the filings asked of do not mention it; this is from {', '.join(names[:2])}" if note else note
        if said.text and (ahead := _ahead(reading, (quote for *_, quote in said.quotes))):
            return self.refused(planned, Outcome(reason=ahead, citations=said.citations[:3]))
        if not said.text:
            return self.refused(planned, Outcome(reason=said.reason, citations=said.nearest))
        bare = (
            failed is not None
            and isinstance(planned.plan, Compute)
            and any(is_bare_row(q) for *_, q in said.quotes[:1])
        )
        if bare or asks_for_a_number(reading.question):
            reason = failed.reason if failed is not None else "no line item, metric or definition was recognised in it"
            return self.refused(planned, Outcome(reason=reason, citations=tuple(said.citations[:3])))
        if (lacks := _lacks_number(reading, said.quotes, documents)) and not only_typical:
            return self.refused(planned, Outcome(reason=lacks, citations=tuple(said.citations[:3])))
        notes = (note,) if note else ()
        outcome = Outcome(said.text, certainty=said.confidence, notes=notes, citations=tuple(said.citations))
        return self.answered(planned, outcome)

    def _told(self, planned: Planned, documents: Sequence[Document], *, sought: bool = False) -> Told | None:
        """The number of a sentence that fits the question best, sure or not; `sought` that a figure was looked for."""
        from chains.prose_numbers import told_number

        reading = planned.reading
        assert reading.context is not None
        if reading.anywhere:
            return None
        assert reading.scope is not None
        periods = reading.context.periods
        if len(periods) == 1 and not reading.scope.only:
            # A later report tells of the year before too.
            documents = tuple(dict.fromkeys((*documents, *order_documents(reading.scope, periods[0].period))))
        elif not periods and not reading.scope.only:
            documents = tuple(dict.fromkeys((*documents, *reading.scope.documents)))
        return told_number(
            reading.question, reading.context, [self._numbers.of(d) for d in documents[:MOST_TOLD]], sought=sought
        )

    @staticmethod
    def _told_answer(reading: Reading, told: Told) -> Outcome:
        """The answer that a sure number of a sentence makes."""
        from chains.prose_numbers import figure_of

        figure = figure_of(told)
        shown = show(Quantity(figure.value, figure.unit), Measure("", Item("")), reading.question, (figure,))
        text = f"{shown.text}, as the text says: “{figure.caption}”"
        return Outcome(text, shown, certainty=TOLD, used=(figure,))

    # Answers

    def answered(self, planned: Planned, outcome: Outcome) -> Answer:
        """The answer that an outcome makes, with its citations, if the number gate lets it pass."""
        reading = planned.reading
        self._remember(planned, outcome)
        text = outcome.text
        notes = [*reading.notes, *outcome.notes, *_renamed(reading)]
        if notes:
            text += " Note: " + "; ".join(notes) + "."
        used = (cite(f) for f in outcome.used)
        cited = tuple(dict.fromkeys((*outcome.citations, *citations_of(outcome.solved), *used)))
        later = tuple(
            Citation(f.document, f.page, quote_of(f), f.id)
            for s in outcome.solved
            for b in s.bound.values()
            if (f := b.later) is not None
        )
        companies = (reading.context.company, *reading.context.companies) if reading.context else ()
        names = [n for c in dict.fromkeys(companies) for n in (*c.names, c.short, *(d.name for d in c.documents))]
        if any(not any(says(name, c.quote) for c in cited) for name in reading.must):
            return self.refused(planned, Outcome(reason=reading.unless, citations=tuple(cited[:3])))
        loose = unsupported(text, reading.question, outcome, names, (*cited, *later))
        if loose:
            return self.refused(planned, Outcome(reason=loose, nearest=outcome.nearest))
        return Answer(
            reading.request.id,
            reading.request.question,
            "answered",
            text,
            outcome.shown.value if outcome.shown else None,
            outcome.shown.unit if outcome.shown else "",
            "; ".join(outcome.programs),
            (*cited, *later),
            round(outcome.certainty, 3),
            "",
            round(time.perf_counter() - reading.started, 4),
            explanation(planned.plan, planned.planner, outcome, reading.context.periods if reading.context else ()),
        )

    def refused(self, planned: Planned, outcome: Outcome) -> Answer:
        """The refusal that an outcome without a text makes, with what comes nearest."""
        reading = planned.reading
        self._remember(planned, Outcome())
        nearest = (
            *outcome.citations,
            *(Citation(f.document, f.page, quote_of(f), f.id) for f in outcome.nearest),
        )
        text = f"No answer: {outcome.reason}."
        if nearest:
            text += " Nearest: " + "; ".join(f"{c.quote} ({c.document}, page {c.page})" for c in nearest[:3]) + "."
        return Answer(
            reading.request.id,
            reading.request.question,
            "refused",
            text,
            citations=nearest,
            reason=outcome.reason,
            seconds=round(time.perf_counter() - reading.started, 4),
            explain=explanation(
                planned.plan, planned.planner, outcome, reading.context.periods if reading.context else ()
            ),
        )


def _key(planned: Planned) -> object:
    """What tells a question from others: its words and plan, the times and the documents."""
    reading = planned.reading
    documents = tuple(d.sha256 for d in reading.scope.documents) if reading.scope is not None else ()
    periods = reading.context.periods if reading.context is not None else ()
    return reading.question, planned.plan, periods, documents


def _ahead(reading: Reading, quotes: Iterable[str]) -> str:
    """Why sentences do not answer a question for a time after all reports: they name none of its years."""
    context = reading.context
    named = {m.year for m in context.asked.mentions if m.year} if context is not None else set()
    known = [d.fiscal_year for d in context.company.documents if d.fiscal_year] if context is not None else []
    if not named or not known or min(named) <= max(known) or any(str(y) in q for q in quotes for y in named):
        return ""
    return f"the reports end with FY{max(known)} and say nothing of {' and '.join(map(str, sorted(named)))}"


def _lacks_number(reading: Reading, quotes: Sequence[tuple[str, str, int, str]], documents: Sequence[Document]) -> str:
    """Why sentences do not answer a question for a number: none of them holds one of what is asked about."""
    from chains.number_topic import asked_stems, speaks_of
    from chains.wanted_number import wants_number

    if not wants_number(reading.question) or reading.context is None:
        return ""
    asked = asked_stems(reading.context.text or reading.question.core, documents)
    if any(any(c.isdigit() for c in quote) and speaks_of(quote, asked) for *_, quote in quotes):
        return ""
    return "neither a figure nor a sentence of the documents gives the number that is asked for"


def asks_for_a_number(question: Question) -> bool:
    """Whether the question says what number it wants: a unit, or places to round to."""
    return bool(question.unit.kind) or question.decimals is not None


def is_bare_row(quote: str) -> bool:
    """A table's row without its column heads: a third of its words or more are numbers, and nobody knows of when."""
    words = [word for word in quote.split() if word not in "$%—–-"]
    return bool(words) and sum(any(c.isdigit() for c in word) for word in words) * 3 >= len(words)


def _may_be_words(plan: Plan) -> bool:
    """A computation of named measures stays refused without its figures; other questions may be answered in quotes."""
    if isinstance(plan, Trend) and plan.test is TrendTest.COMPARE:
        return plan.measure.origin is Origin.LABEL
    return not isinstance(plan, Compute | Between) or plan.measure.origin is Origin.LABEL


def _renamed(reading: Reading) -> list[str]:
    """Say so where a year was named by the calendar year it ends in."""
    if reading.context is None:
        return []
    made = []
    for resolved in reading.context.periods:
        end = reading.context.calendar.end_of(resolved.period)
        if resolved.renamed and end is not None:
            made.append(f"the year that ended {end:%Y-%m-%d} is the company's own {resolved.period}")
    return made
