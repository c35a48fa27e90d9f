"""Carry out a plan: figures or quotes, program, sentence, number gate."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from chains.answers.answer import Answer
from chains.answers.answer_or_refusal import answer_of, refusal_of
from chains.answers.compare import between, largest
from chains.answers.compute import compute, several
from chains.answers.judge import judge
from chains.answers.objections import contradicted
from chains.answers.outcome import Outcome
from chains.answers.solve import Failed, Solved, Solver
from chains.answers.trend import trend
from chains.formulas.expression import Item
from chains.formulas.trees import items
from chains.measures.compose import growth_base
from chains.measures.industries import applicability
from chains.measures.shares import share_of
from chains.planning.lines import lines
from chains.planning.part_judgement import asks_of_loss, of_part
from chains.planning.part_list import reported_parts
from chains.planning.parts import parts
from chains.planning.plan import (
    Between,
    Compute,
    Context,
    Judge,
    Kind,
    Largest,
    Lines,
    Origin,
    Parts,
    Plan,
    Several,
    Trend,
    TrendTest,
    Words,
    measures_of,
)
from chains.questions.fiscal_calendar import Calendar, Resolved, is_periodic, resolve_all
from chains.questions.question import Question
from chains.questions.request import Planned, Reading
from chains.resolve.concept_facts import default_facts
from chains.resolve.resolver import Resolver
from chains.resolve.scope import PRIMARY, Scope, order_documents
from chains.resolve.shelf import Shelf
from chains.sentences.in_words import InWords
from chains.sentences.topics import stands_in_text
from chains.told_numbers.change_sentences import agree, rounds
from chains.told_numbers.number_sentences import NumberShelf
from chains.told_numbers.prose_items import teller

if TYPE_CHECKING:
    from ingest.library import Library
    from ingest.schema import Figure

_REMEMBERED = 256
"""Answers whose one number is kept for the questions that go on from them."""


class PlanRunner:
    """Carries plans out over one library."""

    def __init__(self, library: Library, shelf: Shelf, numbers: NumberShelf | None = None) -> None:
        self._shelf = shelf
        self._resolver = Resolver(shelf, default_facts())
        numbers = numbers or NumberShelf(library)
        self._in_words = InWords(library, numbers)
        self._tell = teller(numbers, shelf, default_facts())
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
            changed = self._in_words.changed(planned)
            if changed.text or changed.reason:
                return self.answered(planned, changed) if changed.text else self.refused(planned, changed)
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
        if not outcome.text or _is_growth_of_part(plan):
            changed = self._in_words.changed(planned)
            if changed.text and not agree(outcome, changed):
                return self.answered(planned, changed)
        elif isinstance(plan, Compute) and plan.measure.kind is Kind.POINTS:
            # Rates are printed rounded: what the report itself says of their change is meant.
            changed = self._in_words.changed(planned)
            if changed.text and rounds(outcome, changed):
                return self.answered(planned, changed)
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

    def parts(self, planned: Planned, noun: str) -> tuple[str, ...]:
        """The parts that the company of a plan reports in its last period, by what they are called ("segment")."""
        reading = planned.reading
        if reading.context is None or reading.scope is None or reading.anywhere:
            return ()
        period = reading.context.last
        sheets = [self._shelf.sheet(d) for d in order_documents(reading.scope, period)[:2]]
        solver = Solver(self._resolver, reading.scope, dict(reading.others), self._tell)
        return reported_parts(noun, period, sheets, solver.solve)

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
        """The answer that sentences give, or the refusal that shows those that come nearest."""
        said = self._in_words.outcome(planned, plan, failed, only_typical=only_typical, only_told=only_told)
        return self.answered(planned, said) if said.text else self.refused(planned, said)

    def answered(self, planned: Planned, outcome: Outcome) -> Answer:
        """The answer that an outcome makes, with its citations, if the number gate lets it pass."""
        answer = answer_of(planned, outcome)
        self._remember(planned, outcome if answer.answered else Outcome())
        return answer

    def refused(self, planned: Planned, outcome: Outcome) -> Answer:
        """The refusal that an outcome without a text makes, with what comes nearest."""
        self._remember(planned, Outcome())
        return refusal_of(planned, outcome)


def _key(planned: Planned) -> object:
    """What tells a question from others: its words and plan, the times and the documents."""
    reading = planned.reading
    documents = tuple(d.sha256 for d in reading.scope.documents) if reading.scope is not None else ()
    periods = reading.context.periods if reading.context is not None else ()
    return reading.question, planned.plan, periods, documents


def _is_growth_of_part(plan: Plan) -> bool:
    """Whether a plan computes the growth of a part, whose name may be printed as that of another one too."""
    if not isinstance(plan, Compute) or growth_base(plan.measure.expression) is None:
        return False
    return any(item.member or item.concept is None for item in items(plan.measure.expression))


def _may_be_words(plan: Plan) -> bool:
    """A computation of named measures stays refused without its figures; other questions may be answered in quotes."""
    if isinstance(plan, Trend) and plan.test is TrendTest.COMPARE:
        return plan.measure.origin is Origin.LABEL
    return not isinstance(plan, Compute | Between) or plan.measure.origin is Origin.LABEL
