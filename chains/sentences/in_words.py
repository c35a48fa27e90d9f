"""Questions that sentences of the filings answer: which filings, the number that one tells, else quotes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chains.answers.answer import cite, show
from chains.answers.outcome import Outcome
from chains.formulas.expression import Item
from chains.formulas.units import Quantity
from chains.planning.plan import Compute, Kind, Measure, Words
from chains.questions.names import speaking, unprinted
from chains.questions.question import Question
from chains.questions.request import Planned, Reading
from chains.resolve.resolver import TOLD
from chains.resolve.scope import order_documents
from chains.sentences.asked_words import is_outlook
from chains.sentences.filings import filings_for
from chains.told_numbers.number_sentences import NumberShelf

if TYPE_CHECKING:
    from chains.told_numbers.prose_numbers import Told
    from ingest.library import Library
    from ingest.schema import Document

MOST_TOLD = 6
"""Filings whose sentences are weighed for a number, at most."""


class InWords:
    """Answers out of the sentences of one library."""

    def __init__(self, library: Library, numbers: NumberShelf) -> None:
        self._library = library
        self._numbers = numbers

    def outcome(
        self,
        planned: Planned,
        plan: Words,
        failed: Outcome | None = None,
        *,
        only_typical: bool = False,
        only_told: bool = False,
    ) -> Outcome:
        """What the sentences come to. `failed` is what the figures came to, where they were tried first.

        A question for a number is not answered by sentences that may hold another: they are shown with the refusal.
        With `only_told` nothing but the one number that a sentence surely tells is an answer.
        """
        from chains.sentences.words import answer_words

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
            return replace(self._told_answer(reading, told), notes=(note,) if note else ())
        if only_told:
            return failed or Outcome()
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
            return Outcome(reason=ahead, citations=said.citations[:3])
        if not said.text:
            return Outcome(reason=said.reason, citations=said.nearest)
        bare = (
            failed is not None
            and isinstance(planned.plan, Compute)
            and any(is_bare_row(q) for *_, q in said.quotes[:1])
        )
        if bare or asks_for_a_number(reading.question):
            reason = failed.reason if failed is not None else "no line item, metric or definition was recognised in it"
            return Outcome(reason=reason, citations=tuple(said.citations[:3]))
        if (lacks := _lacks_number(reading, said.quotes, documents)) and not only_typical:
            return Outcome(reason=lacks, citations=tuple(said.citations[:3]))
        notes = (note,) if note else ()
        return Outcome(said.text, certainty=said.confidence, notes=notes, citations=tuple(said.citations))

    def changed(self, planned: Planned) -> Outcome:
        """The change of one thing that the question asks the amount of, where sentences surely tell it."""
        from chains.questions.asked_change import asked_change
        from chains.told_numbers.change_sentences import changed, figure_of_change

        reading = planned.reading
        if reading.context is None or reading.scope is None or reading.anywhere:
            return Outcome()
        context, scope = reading.context, reading.scope
        when = context.periods[-1] if context.periods else None
        period = when.period if when is not None else context.calendar.latest
        documents = scope.documents if scope.only or period is None else order_documents(scope, period)
        documents = documents[: MOST_TOLD if when is not None else 1]
        asked = asked_change(reading.question, context, documents)
        if asked is None:
            return Outcome()
        told = changed(asked, when, context.calendar, [self._numbers.of(d) for d in documents])
        if told is None:
            return Outcome()
        figure = figure_of_change(told)
        if not told.then:
            when_asked = f" of {when.period}" if when is not None else ""
            return Outcome(
                reason=f"the sentences tell that change of another time, not{when_asked}", citations=(cite(figure),)
            )
        kind = Kind.POINTS if told.amount.unit == "points" else Kind.NUMBER
        shown = show(Quantity(figure.value, figure.unit), Measure("", Item(""), kind), reading.question, (figure,))
        text = f"{shown.text}, as the text says: “{figure.caption}”"
        return Outcome(text, shown, certainty=TOLD, used=(figure,))

    def _told(self, planned: Planned, documents: Sequence[Document], *, sought: bool = False) -> Told | None:
        """The number of a sentence that fits the question best, sure or not; `sought` that a figure was looked for."""
        from chains.told_numbers.prose_numbers import told_number

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
        from chains.told_numbers.prose_numbers import figure_of

        figure = figure_of(told)
        shown = show(Quantity(figure.value, figure.unit), Measure("", Item("")), reading.question, (figure,))
        text = f"{shown.text}, as the text says: “{figure.caption}”"
        return Outcome(text, shown, certainty=TOLD, used=(figure,))


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
    from chains.told_numbers.number_topic import asked_stems, speaks_of
    from chains.told_numbers.wanted_number import wants_number

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
