"""Ask a library: question -> plan -> figures or passages -> program -> answer, as LangChain runnables.

`build_ask` gives a runnable from a question (text, or a mapping with `question` and perhaps `document`, `id` and
`history`) to an `Answer`; invoke, batch, stream and callbacks work. `Asker` is the same without LangChain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from chains import compare
from chains.answer import Answer, Citation, citations_of, quote_of
from chains.companies import Company, Directory, Named
from chains.compare import Outcome
from chains.errors import ChainError
from chains.explain import explanation
from chains.expression import FiscalPeriod
from chains.filings import filings_for
from chains.fiscal_calendar import Calendar, Resolved, is_periodic, resolve_all
from chains.lines import lines
from chains.objections import contradicted, unused_time
from chains.parts import parts
from chains.periods import Asked, find_periods
from chains.phrasing import KIND_WORDS, content_words
from chains.plan import (
    Between,
    Compute,
    Context,
    Judge,
    Largest,
    Lines,
    Origin,
    Parts,
    Plan,
    Planner,
    Several,
    Trend,
    TrendTest,
    Words,
)
from chains.planner import bare_text
from chains.question import Question, asks_advice, read_question
from chains.resolve.resolver import Resolver
from chains.resolve.scope import PRIMARY, Scope, order_documents
from chains.shelf import Shelf
from chains.solve import Failed, Solved, Solver
from chains.support import unsupported
from chains.topics import stands_in_text
from chains.vocabulary import applicability, default_facts, default_names, default_planner, measures_of
from ingest.schema import Document, Figure

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from ingest.library import Library

SURE = 0.9
"""What an answer from a line that only its printed label names must be trusted to stand without a second planner."""
LONGEST_QUESTION = 4000
"""Characters of a question that LangChain's components read; those of the command line are a setting."""
ADVICE = "it asks for advice or for what shares will be worth; the reports do not say, and no advice is given here"
NO_COMPANY = "the question names no company"


@dataclass(frozen=True, slots=True)
class Request:
    """One question as it comes in. `history` holds the questions before it in the same conversation, oldest first."""

    question: str
    document: str | None = None
    id: str = ""
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as understood: what it asks, of whom, when, and where to look. `refusal` ends it here.

    `anywhere` says that no company is named: only a question about words can then still be answered, by any document.
    `others` are further scopes by the names that the items of a plan call them by.
    """

    request: Request
    question: Question
    context: Context | None = None
    scope: Scope | None = None
    refusal: str = ""
    started: float = 0.0
    anywhere: bool = False
    others: tuple[tuple[str, Scope], ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A reading with its plan."""

    reading: Reading
    plan: Plan | None = None
    planner: str = ""


class SecondPlanner(Protocol):
    """Answers what the rules refuse, answer in quotes, or find by a label alone: a trained generator, a large model."""

    @property
    def name(self) -> str:
        """What `--explain` calls it."""
        ...

    def answer(self, reading: Reading, shelf: Shelf) -> Outcome | None:
        """The answer to a reading that has a context; None, or an outcome without a text, leaves the first answer."""
        ...


def read_request(given: str | Mapping[str, Any] | Request) -> Request:
    """The request in what a caller passes. Raises ChainError where there is no question in it."""
    if isinstance(given, Request):
        return given
    if isinstance(given, str):
        return Request(given)
    text = given.get("question")
    if not isinstance(text, str):
        raise ChainError(
            "a question is missing; pass text, or a mapping with 'question' and perhaps 'document', 'id' and 'history'"
        )
    said = given.get("history") or ()
    history = (said,) if isinstance(said, str) else tuple(str(one) for one in said)
    return Request(text, given.get("document") or None, str(given.get("id", "")), history)


class Asker:
    """Answers questions over one library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        *,
        planner: Planner | None = None,
        second: SecondPlanner | None = None,
        as_of: str | date | None = None,
    ) -> None:
        self._library = library
        self._second = second
        self._planner = planner or default_planner()
        self._as_of = read_as_of(as_of)
        self._shelf = Shelf(library.ledger)
        self._resolver = Resolver(self._shelf, default_facts())
        self._documents: tuple[tuple[str, str], ...] = ()
        self._directory: Directory = Directory(())
        self._labels: dict[tuple[str, ...], Callable[[str], float]] = {}

    def ask(self, given: str | Mapping[str, Any] | Request) -> Answer:
        """Answer or refuse; never raises for an ordinary question."""
        return self.carry_out(self.plan(self.read(given)))

    @property
    def directory(self) -> Directory:
        """The companies of the library as it is now."""
        return self._refreshed()

    # Reading

    def read(self, given: str | Mapping[str, Any] | Request) -> Reading:
        """Understand a question: company, filings and periods."""
        started = time.perf_counter()
        request = read_request(given)
        question = read_question(request.question)
        base = Reading(request, question, started=started)
        if not question.text:
            return replace(base, refusal="the question is empty; ask for a figure, a ratio or a statement of a report")
        if asks_advice(question.text):
            return replace(base, refusal=ADVICE)
        directory = self._refreshed()
        if not directory.companies:
            return replace(base, refusal="the library is empty; ingest reports first (finagent ingest FILES)")
        chosen = self._choose(request, question, directory)
        if isinstance(chosen, str):
            return self._anywhere(replace(base, refusal=chosen), directory)
        companies, named, only = chosen
        company = companies[0]
        asked = find_periods(question.core)
        if not asked.mentions and not asked.years:
            whole = find_periods(question.text)
            asked = replace(whole, change=asked.change, latest=asked.latest) if len(whole.mentions) == 1 else asked
        calendar = Calendar.of(company.documents)
        periods = resolve_all(asked, calendar)
        if only is not None and not periods and only.fiscal_year is not None:
            periods = (Resolved(FiscalPeriod(only.fiscal_year, only.fiscal_quarter)),)
        documents = (only,) if only is not None else company.documents
        anchor = max((r.period for r in periods), key=lambda p: (p.year, p.quarter or 5), default=None)
        scope = Scope(
            documents,
            calendar,
            question.statements,
            anchor=anchor if len(periods) > 1 or self._as_of is None else None,
            months=next((r.months for r in periods if r.months), None),
            as_of=self._as_of,
            only=only is not None,
        )
        text = bare_text(question.core, named, asked)
        context = Context(company, calendar, asked, periods, text, companies, self._label_score(scope, periods))
        return replace(base, context=context, scope=scope)

    @staticmethod
    def _anywhere(reading: Reading, directory: Directory) -> Reading:
        """A question that names no company, read for what it asks; it keeps its refusal for all that needs figures."""
        if not reading.refusal.startswith(NO_COMPANY):
            return reading
        documents = tuple(d for c in directory.companies for d in c.documents)
        everyone = Company("the library", (), documents)
        asked = find_periods(reading.question.core)
        calendar = Calendar(())
        context = Context(everyone, calendar, asked, (), bare_text(reading.question.core, (), asked), (everyone,))
        return replace(reading, context=context, scope=Scope(documents, calendar), anywhere=True)

    def _refreshed(self) -> Directory:
        """The companies of the library; read again only when its documents changed."""
        documents = self._library.ledger.documents()
        key = tuple((d.name, d.sha256) for d in documents)
        if key != self._documents:
            self._directory, self._documents = Directory(documents), key
        return self._directory

    def _choose(
        self, request: Request, question: Question, directory: Directory
    ) -> tuple[tuple[Company, ...], list[Named], Document | None] | str:
        """The companies that are asked about, or why they cannot be told."""
        if request.document is not None:
            for company in directory.companies:
                for document in company.documents:
                    if document.name == request.document:
                        named, _ = directory.find(question.core)
                        return (company,), [n for n in named if n.company == company], document
            return f"there is no document {request.document!r} in the library; see finagent documents list"
        named, ambiguous = directory.find(question.core)
        if not named:
            named_elsewhere, ambiguous_elsewhere = directory.find(question.text)
            named, ambiguous = (
                (named_elsewhere, ambiguous or ambiguous_elsewhere) if not ambiguous else (named, ambiguous)
            )
            if named:
                return tuple(dict.fromkeys(n.company for n in named)), [], None
        if named:
            return tuple(dict.fromkeys(n.company for n in named)), named, None
        if ambiguous:
            names = ", ".join(c.short for c in ambiguous[0].companies[:6])
            return f"{ambiguous[0].text!r} may be any of {names}; name one of them"
        unknown = directory.unknown_names(question.core, named)
        if unknown:
            near = ", ".join(directory.nearest(unknown[0]))
            return f"no company {unknown[0]!r} is in the library; the nearest are {near}"
        if len(directory.companies) == 1:
            return (directory.companies[0],), [], None
        only = self._only_of_quarter(question, directory)
        if only is not None:
            return (only,), [], None
        near = ", ".join(c.short for c in directory.companies[:8])
        more = f" and {len(directory.companies) - 8} more" if len(directory.companies) > 8 else ""
        return f"{NO_COMPANY}; name one of {near}{more}"

    @staticmethod
    def _only_of_quarter(question: Question, directory: Directory) -> Company | None:
        """The one company with a report for a quarter that the question names; the answer names it."""
        quarters = {
            (m.year, m.quarter) for m in find_periods(question.core).mentions if m.quarter and m.year and m.months == 3
        }
        holders = [
            c for c in directory.companies if any((d.fiscal_year, d.fiscal_quarter) in quarters for d in c.documents)
        ]
        return holders[0] if len(holders) == 1 else None

    def _label_score(self, scope: Scope, periods: Sequence[Resolved]) -> Callable[[str], float]:
        """How well a phrase matches a line item printed in the documents for the asked period."""

        def score(phrase: str) -> float:
            period = periods[-1].period if periods else scope.calendar.latest
            documents = order_documents(scope, period)[:2] if period is not None else scope.documents[:1]
            best = 0.0
            for document in documents:
                hits = self._shelf.sheet(document).similar(phrase, 1)
                if hits:
                    best = max(best, hits[0][0])
            return best

        return score

    # Planning

    def plan(self, reading: Reading) -> Planned:
        """The plan of a reading, by the planner."""
        if reading.context is None or (reading.refusal and not reading.anywhere):
            return Planned(reading)
        plan = self._planner.plan(reading.question, reading.context)
        if not reading.anywhere and (unused := unused_time(reading.question, reading.context, plan)):
            return Planned(replace(reading, refusal=unused))
        return Planned(reading, plan, self._planner.name)

    # Carrying out

    def carry_out(self, planned: Planned) -> Answer:
        """Carry out a plan: figures, program, sentence, number gate. What it leaves open goes to the second planner."""
        first = self._carried_out(planned)
        if self._second is None or planned.reading.context is None or not _leaves_open(planned.plan, first):
            return first
        outcome = self._second.answer(planned.reading, self._shelf)
        if outcome is None or not outcome.text:
            return first
        made = self._answered(Planned(planned.reading, None, outcome.planner or self._second.name), outcome)
        sound = made.answered and "*" not in made.unit  # nothing is printed in "shares * shares / USD"
        return made if sound and not _drops_part(planned.plan, first, made) else first

    def _carried_out(self, planned: Planned) -> Answer:
        reading, plan = planned.reading, planned.plan
        if plan is None or reading.context is None or reading.scope is None:
            return self._refused(planned, Outcome(reason=reading.refusal))
        if isinstance(plan, Words):
            return self._words(planned, plan)
        if reading.anywhere:
            return self._refused(planned, Outcome(reason=reading.refusal))
        if stands_in_text(reading.question.core) and not any(m.metric for m in measures_of(plan)):
            said = self._words(planned, Words(reading.question.core), only_typical=True)
            if said.answered:
                return said
        outcome = contradicted(plan, reading.question, self._outcome(plan, reading, reading.context, reading.scope))
        if not outcome.text:
            if _may_be_words(plan) and "does not apply" not in outcome.reason:
                # Not in the figures: the text may still say it, and then it is quoted.
                said = self._words(planned, Words(reading.question.core, not isinstance(plan, Compute)), outcome)
                if said.answered or said.citations:
                    return said
            return self._refused(planned, outcome)
        return self._answered(planned, outcome)

    def _outcome(self, plan: Plan, reading: Reading, context: Context, scope: Scope) -> Outcome:
        barred = applicability(plan, context.company, self._printed(scope, context.periods))
        if barred:
            return Outcome(reason=barred)
        solver = Solver(self._resolver, scope, dict(reading.others))
        question, who = reading.question, context.company.short
        match plan:
            case Compute():
                return compare.compute(plan, solver.solve, question, who)
            case Trend():
                return compare.trend(plan, solver.solve, question, who)
            case Judge():
                return compare.judge(plan, solver.solve, question, who)
            case Largest():
                return compare.largest(plan, solver.solve, question, who)
            case Parts():
                sheets = [self._shelf.sheet(d) for d in order_documents(scope, plan.period)[:2]]
                return parts(plan, sheets, scope, solver.solve, question, who)
            case Lines():
                sheets = [self._shelf.sheet(d) for d in order_documents(scope, plan.period)[:2]]
                return lines(plan, sheets, who)
            case Several():
                return compare.several(plan, solver.solve, question, who)
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
            solved.append(Solver(self._resolver, own).solve(plan.measure, period))
        return compare.between([c.short for c in context.companies], solved, plan.measure, question)

    def _words(
        self, planned: Planned, plan: Words, failed: Outcome | None = None, *, only_typical: bool = False
    ) -> Answer:
        """Answer in quotes. `failed` is what the figures came to, where they were tried first.

        A question for a number is not answered by sentences that may hold another: they are shown with the refusal.
        """
        from chains.words import answer_words

        reading = planned.reading
        assert reading.context is not None
        assert reading.scope is not None
        documents, note = reading.scope.documents, ""
        if not reading.scope.only and not reading.anywhere:
            documents, note = filings_for(documents, [r.period for r in reading.context.periods])
        names = [d.name for d in documents]
        said = answer_words(reading.question, plan, self._library, documents=names, only_typical=only_typical)
        if said.text and (ahead := _ahead(reading, (quote for *_, quote in said.quotes))):
            return self._refused(planned, Outcome(reason=ahead, citations=said.citations[:3]))
        if not said.text:
            return self._refused(planned, Outcome(reason=said.reason, citations=said.nearest))
        bare = (
            failed is not None
            and isinstance(planned.plan, Compute)
            and any(is_bare_row(q) for *_, q in said.quotes[:1])
        )
        if bare or asks_for_a_number(reading.question):
            reason = failed.reason if failed is not None else "no line item, metric or definition was recognised in it"
            return self._refused(planned, Outcome(reason=reason, citations=tuple(said.citations[:3])))
        notes = (note,) if note else ()
        outcome = Outcome(said.text, certainty=said.confidence, notes=notes, citations=tuple(said.citations))
        return self._answered(planned, outcome)

    # Answers

    def _answered(self, planned: Planned, outcome: Outcome) -> Answer:
        reading = planned.reading
        text = outcome.text
        notes = [*outcome.notes, *_renamed(reading)]
        if notes:
            text += " Note: " + "; ".join(notes) + "."
        used = (Citation(f.document, f.page, quote_of(f), f.id) for f in outcome.used)
        cited = tuple(dict.fromkeys((*outcome.citations, *citations_of(outcome.solved), *used)))
        later = tuple(
            Citation(f.document, f.page, quote_of(f), f.id)
            for s in outcome.solved
            for b in s.bound.values()
            if (f := b.later) is not None
        )
        companies = (reading.context.company, *reading.context.companies) if reading.context else ()
        names = [n for c in dict.fromkeys(companies) for n in (*c.names, c.short, *(d.name for d in c.documents))]
        loose = unsupported(text, reading.question, outcome, names, (*cited, *later))
        if loose:
            return self._refused(planned, Outcome(reason=loose, nearest=outcome.nearest))
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

    def _refused(self, planned: Planned, outcome: Outcome) -> Answer:
        reading = planned.reading
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


def _leaves_open(plan: Plan | None, answer: Answer) -> bool:
    """Whether the rules have no exact answer: a refusal, quotes, or a line that its label alone names, not surely.

    A metric that means nothing for a company means nothing whoever plans.
    """
    if not answer.answered:
        return "does not apply" not in answer.reason
    if not answer.program and all(c.figure is None for c in answer.citations):
        return True
    by_label = plan is not None and any(m.origin is Origin.LABEL for m in measures_of(plan))
    return by_label and answer.confidence < SURE


def _ahead(reading: Reading, quotes: Iterable[str]) -> str:
    """Why sentences do not answer a question for a time after all reports: they name none of its years."""
    context = reading.context
    named = {m.year for m in context.asked.mentions if m.year} if context is not None else set()
    known = [d.fiscal_year for d in context.company.documents if d.fiscal_year] if context is not None else []
    if not named or not known or min(named) <= max(known) or any(str(y) in q for q in quotes for y in named):
        return ""
    return f"the reports end with FY{max(known)} and say nothing of {' and '.join(map(str, sorted(named)))}"


def _drops_part(plan: Plan | None, first: Answer, made: Answer) -> bool:
    """Whether another answer is of the whole line item, where the first is of the part that the question names."""
    if not isinstance(plan, Compute) or first.value is None or first.value == made.value:
        return False
    name = plan.measure.name
    hit = default_names().within(name)
    if hit is None or plan.measure.origin is not Origin.LABEL:
        return False
    part = set(content_words(f"{name[: hit[1][0]]} {name[hit[1][1] :]}")) - KIND_WORDS
    return not part <= set(content_words(" ".join(c.quote for c in made.citations)))


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


def read_as_of(text: str | date | None) -> date | None:
    """`latest`, a date as YYYY-MM-DD, or nothing. Raises ChainError."""
    if text is None or isinstance(text, date):
        return text
    if text.strip().lower() == "latest":
        return date.max
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ChainError(f"{text!r} is no date for --as-of; write 'latest' or a date such as 2023-06-30") from None


def build_ask(
    library: Library,
    *,
    planner: Planner | None = None,
    second: SecondPlanner | None = None,
    as_of: str | date | None = None,
) -> Runnable[Any, Answer]:
    """The runnable from a question to an `Answer`: three named steps, so that callbacks show each of them."""
    from langchain_core.runnables import RunnableLambda

    asker = Asker(library, planner=planner, second=second, as_of=as_of)
    chain: Runnable[Any, Answer] = (
        RunnableLambda(asker.read, name="read_question")
        | RunnableLambda(asker.plan, name="plan")
        | RunnableLambda(asker.carry_out, name="answer")
    ).with_config(run_name="finagent_ask")
    return chain


__all__ = ["Answer", "Asked", "Asker", "Figure", "Request", "SecondPlanner", "build_ask", "read_as_of", "read_request"]
