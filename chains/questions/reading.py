"""Understand a question: of which company it asks, of which periods, and in which filings to look."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from chains.formulas.expression import FiscalPeriod
from chains.formulas.told import asked_by
from chains.planning.plan import Context
from chains.questions.advice import asks_advice
from chains.questions.asking_sentence import sentences
from chains.questions.bare_text import bare_text
from chains.questions.companies import Company
from chains.questions.directory import Directory, Named
from chains.questions.fiscal_calendar import Calendar, Resolved, resolve_all
from chains.questions.names import names_in, teller_of
from chains.questions.own_terms import Owner, owner_of
from chains.questions.periods import find_periods
from chains.questions.question import Question, read_question
from chains.questions.request import Reading, Request, read_request
from chains.questions.strangers import names_of, stranger
from chains.resolve.members import other_names
from chains.resolve.scope import Scope, order_documents
from chains.resolve.shelf import Shelf
from chains.told_numbers.number_sentences import NumberShelf
from ingest.schema import Document

if TYPE_CHECKING:
    from ingest.library import Library

ADVICE = "it asks for advice or for what shares will be worth; the reports do not say, and no advice is given here"
_MOST_BEFORE = 6
_TOLD = 0.8
"""How well a phrase matches what a sentence gives a number of by that name."""
NO_COMPANY = "the question names no company"
UNKNOWN_COMPANY = "no company"


class QuestionReader:
    """Understands questions over one library. Safe to use from several threads."""

    def __init__(
        self, library: Library, shelf: Shelf, as_of: date | None = None, numbers: NumberShelf | None = None
    ) -> None:
        self._numbers = numbers or NumberShelf(library)
        self._library = library
        self._shelf = shelf
        self._as_of = as_of
        self._documents: tuple[tuple[str, str], ...] = ()
        self._directory: Directory = Directory(())

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
        directory = self.directory
        if not directory.companies:
            return replace(base, refusal="the library is empty; ingest reports first (finagent ingest FILES)")
        chosen = self._choose(request, question, directory)
        if isinstance(chosen, str):
            nobody = chosen.startswith((NO_COMPANY, UNKNOWN_COMPANY))
            owner = self._owner(question, directory) if nobody else None
            if owner is None and nobody and (owner := self._teller(question, directory)) is not None:
                base = replace(base, must=owner.words, unless=chosen)
            if owner is None:
                return self._anywhere(replace(base, refusal=chosen), directory)
            note = f"the question names no company; {', '.join(owner.words)} is printed by {owner.company.short} alone"
            base = replace(base, notes=(note,))
            chosen = (owner.company,), [], None
        companies, named, only = chosen
        company = companies[0]
        asked = find_periods(question.core)
        if not asked.mentions and not asked.years:
            whole = find_periods(question.text)
            if len(whole.mentions) == 1:
                # It stands outside the asking sentence: no words of that are the period's.
                elsewhere = tuple(replace(m, start=0, end=0) for m in whole.mentions)
                asked = replace(whole, mentions=elsewhere, change=asked.change, latest=asked.latest)
        calendar = Calendar.of(company.documents)
        timed = asked
        if asked_by(question.core) and len(told := find_periods(question.text).mentions) > len(asked.mentions):
            # "Add A to B at the end of 2025. How did that sum change from the end of 2024?"
            timed = replace(asked, mentions=told, through=False)
        periods = resolve_all(timed, calendar)
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
        before = self._before(question, directory)
        context = Context(company, calendar, timed, periods, text, companies, self._label_score(scope, periods), before)
        return replace(base, context=context, scope=scope)

    @staticmethod
    def _before(question: Question, directory: Directory) -> str:
        """The sentences beside the asking one, without names of companies and without periods; a line each."""
        if len(question.core) >= len(question.text.rstrip(" ?.!")):
            return ""
        head, mark, _ = question.text.partition(question.core)
        # "Pet segment: what were the net sales?": the head of the sentence itself.
        heads = [head.rstrip(" :").rpartition(". ")[2]] if mark and head.rstrip().endswith(":") else []
        others = [*heads, *(s for s in sentences(question.text) if question.core not in s and s not in heads)]
        return "\n".join(bare_text(s, directory.find(s)[0], find_periods(s)) for s in others[:_MOST_BEFORE])

    def _anywhere(self, reading: Reading, directory: Directory) -> Reading:
        """A question that names no company, read for what it asks; it keeps its refusal for all that needs figures.

        What answers it has to print the names in it. A name that no document prints is that of a company, or a thing,
        which is not here.
        """
        if not reading.refusal.startswith(NO_COMPANY):
            return reading
        core = reading.question.core
        if who := stranger(core, self._library):
            reading = replace(reading, refusal=_unknown(who, directory), must=(who,), unless=_unknown(who, directory))
        elif names := names_of(core):
            said = " and ".join(names)
            unless = f"no company of the library is called {said}, and what comes nearest does not speak of it"
            reading = replace(reading, must=names, unless=unless)
        documents = tuple(d for c in directory.companies for d in c.documents)
        everyone = Company("the library", (), documents)
        asked = find_periods(reading.question.core)
        calendar = Calendar(())
        context = Context(everyone, calendar, asked, (), bare_text(reading.question.core, (), asked), (everyone,))
        return replace(reading, context=context, scope=Scope(documents, calendar), anywhere=True)

    @property
    def directory(self) -> Directory:
        """The companies of the library as it is now; read again only when its documents changed."""
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
            return _unknown(unknown[0], directory)
        if len(directory.companies) == 1:
            if who := stranger(question.core, self._library):
                return _unknown(who, directory)
            return (directory.companies[0],), [], None
        only = self._only_of_quarter(question, directory)
        if only is not None:
            return (only,), [], None
        near = ", ".join(c.short for c in directory.companies[:8])
        more = f" and {len(directory.companies) - 8} more" if len(directory.companies) > 8 else ""
        return f"{NO_COMPANY}; name one of {near}{more}"

    def _owner(self, question: Question, directory: Directory) -> Owner | None:
        """The one company whose reports print what the question names."""
        text = bare_text(question.core, (), find_periods(question.core))
        unknown = directory.unknown_names(question.core, ())
        return owner_of(text, unknown, directory.companies, self._library.ledger)

    def _teller(self, question: Question, directory: Directory) -> Owner | None:
        """The one company whose text prints the names that the question has; what answers it must print them too."""
        names = names_in(question.core)
        return teller_of(names, directory.companies, self._library.index) if names else None

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
                sheet = self._shelf.sheet(document)
                hits = sheet.similar(phrase, 1)
                # Initials ("BCA") are printed where a name is whose initials they are.
                best = max(best, hits[0][0] if hits else 0.0, 0.9 if sheet.rows_called(phrase.lower()) else 0.0)
                for other in other_names(phrase):
                    best = max(best, next((like for like, _ in sheet.similar(other, 1)), 0.0))
                if best < _TOLD and self._numbers.of(document).tells_of(phrase):
                    best = _TOLD
            return best

        return score


def _unknown(name: str, directory: Directory) -> str:
    """Why a name of nobody in the library is refused."""
    return f"{UNKNOWN_COMPANY} {name!r} is in the library; the nearest are {', '.join(directory.nearest(name))}"
