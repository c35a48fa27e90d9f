"""The report-QA adapter as a planner: where the rules find no number, it reads the tables most like the question.

It is asked of printed tables, as it was trained to be: those that hold the likeliest figures, each with the text of
its page. Its pointers are figures of the ledger, so its program is run with their units and cites them.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from adapters.errors import AdapterError
from adapters.report_qa.forms import Answered, Candidate, Evidence, Source, Span
from adapters.report_qa.forms import Kind as Solved
from adapters.report_qa.programs import program_text
from chains.answers.answer import Citation
from chains.answers.open_answers import wants_words
from chains.answers.outcome import Outcome
from chains.answers.program import number_text, parse_program
from chains.errors import ProgramError
from chains.measures.phrasing import KIND_WORDS, content_words
from chains.planning.plan import Kind
from chains.resolve.shelf import Shelf, label_key
from chains.tuned.printed_tables import PrintedTable, printed_table, texts_beside
from chains.tuned.programmed import outcome_of_program, ungrounded
from chains.tuned.shortlist import shortlist
from ingest.schema import Document, Figure, Passage

if TYPE_CHECKING:
    from chains.questions.request import Reading

TABLES = 3
"""Tables that are asked of for one question."""
LEAST = 0.4
"""Below this confidence the adapter's answer is none."""

_SHARED = 0.6  # of the question's words, what the figures of an answer must share

_NUMERIC = re.compile(
    r"^(?:(?:in|for|as of|at|during|from|between|over|based on|considering|if|assuming|using|on)\b.{1,120}?,?\s+)?"
    r"(?:what|how (?:much|many|large|high|low)|by (?:how much|what)|calculate|compute|determine|find|give|and\b)",
    re.IGNORECASE,
)


class Answerer(Protocol):
    """What answers questions from evidence: `adapters.report_qa.answering.ReportQaModel`."""

    def answer(self, evidences: Sequence[Evidence]) -> list[Answered]:
        """One answer for each evidence, in their order."""


@dataclass(frozen=True, slots=True)
class _Asked:
    table: PrintedTable
    document: str
    evidence: Evidence
    passages: Sequence[Passage]


class AdapterPlanner:
    """Answers by a report-QA adapter what the rules leave open.

    `opened` opens the adapter called `name`, when it is first asked: most questions never need it. `passages` gives
    those of a document's page. An adapter that cannot be opened is told of once, by `on_failure`, and answers nothing.
    """

    def __init__(
        self,
        name: str,
        opened: Callable[[], Answerer],
        passages: Callable[[str, int], Sequence[Passage]],
        *,
        least: float = LEAST,
        tables: int = TABLES,
        on_failure: Callable[[str], None] = lambda said: None,
    ) -> None:
        self._open, self._passages, self._least, self._tables = opened, passages, least, tables
        self._on_failure = on_failure
        self._model: Answerer | None = None
        self._failed = False
        self._opening = threading.Lock()
        self.name = f"adapter {name}"

    def answer(self, reading: Reading, shelf: Shelf) -> Outcome | None:
        """The surest answer that can be computed and is grounded; None below the least confidence."""
        core = reading.question.core.strip()
        if reading.context is None or reading.scope is None or not _NUMERIC.match(core) or wants_words(core):
            return None
        asked = self._evidence(reading, shelf)
        answered = self._answers([one.evidence for one in asked]) if asked else []
        order = sorted(range(len(answered)), key=lambda number: -answered[number].confidence)
        for number in order:
            if answered[number].confidence < self._least:
                break
            outcome = _outcome(reading, asked[number], answered[number])
            if outcome is not None and not self._doubtful(reading, shelf, outcome.used):
                left = answered[number].left_out
                note = f"{left} lines of the page that have least to do with the question were not read"
                return replace(outcome, notes=(*outcome.notes, note)) if left else outcome
        return None

    def _answers(self, evidences: Sequence[Evidence]) -> list[Answered]:
        """The adapter's answers; none once it has failed, which is told of the first time."""
        try:
            with self._opening:
                if self._failed:
                    return []
                if self._model is None:
                    self._model = self._open()
            return self._model.answer(evidences)
        except AdapterError as error:
            with self._opening:
                told, self._failed = self._failed, True
            if not told:
                self._on_failure(f"{self.name} cannot be asked: {error}")
            return []

    def _evidence(self, reading: Reading, shelf: Shelf) -> list[_Asked]:
        """The tables that hold the likeliest figures, each with the text of its page."""
        assert reading.context is not None
        assert reading.scope is not None
        weights: dict[tuple[str, str], float] = defaultdict(float)
        for rank, figure in enumerate(shortlist(reading.question, reading.context, reading.scope, shelf)):
            weights[figure.document, figure.table] += 1 / (1 + rank)
        documents = _documents(reading)
        made: list[_Asked] = []
        looked_at = 0
        for document, name in sorted(weights, key=lambda key: -weights[key]):
            known = documents.get(document)
            table = printed_table(shelf.sheet(known).in_table(name)) if known is not None and name else None
            if table is None:
                continue
            if looked_at == self._tables:
                break
            looked_at += 1
            if _off_subject(reading, tuple(table.figures.values())):
                continue  # what would be thrown away afterwards is not asked for: half a second of two cores
            passages = self._passages(document, table.page)
            evidence = Evidence(reading.question.text, table.rows, texts_beside(passages), reading.request.history)
            made.append(_Asked(table, document, evidence, passages))
        return made

    def _doubtful(self, reading: Reading, shelf: Shelf, used: Sequence[Figure]) -> bool:
        """Whether the figures may not be those that are meant: of other years, of other words, or not the only ones."""
        if _off_subject(reading, used):
            return True
        asked = _asked_words(reading)
        documents = _documents(reading)
        return any(
            label_key(other.label) == label_key(figure.label)
            and (other.fiscal_year, other.period) == (figure.fiscal_year, figure.period)
            and other.unit == figure.unit
            and other.value != figure.value
            and len(asked & set(content_words(_words(other)))) >= len(asked & set(content_words(_words(figure))))
            for figure in used
            for other in shelf.sheet(documents[figure.document]).figures
        )


def _off_subject(reading: Reading, figures: Sequence[Figure]) -> bool:
    """Whether figures are of other years than the question, or share too few of its words.

    Then every selection of them does so too, since it has no years and no words that they have not.
    """
    assert reading.context is not None
    years = {r.period.year for r in reading.context.periods}
    held = {figure.fiscal_year for figure in figures}
    if years and held and None not in held and not years & held:
        return True
    asked = _asked_words(reading)
    said = {word for figure in figures for word in content_words(_words(figure))}
    return bool(asked) and len(asked & said) < _SHARED * len(asked)


def _asked_words(reading: Reading) -> set[str]:
    """The words of a question that name what it asks for."""
    assert reading.context is not None
    return {word for word in content_words(reading.context.text) if word not in KIND_WORDS}


def _documents(reading: Reading) -> dict[str, Document]:
    """The documents that a question is about, by name."""
    assert reading.context is not None
    assert reading.scope is not None
    companies = reading.context.companies or (reading.context.company,)
    documents = reading.scope.documents if reading.scope.only else tuple(d for c in companies for d in c.documents)
    return {document.name: document for document in documents}


def _words(figure: Figure) -> str:
    """All words that tell what a figure is."""
    return " ".join((figure.label, *figure.path, *figure.headers, figure.segment or "", figure.caption or ""))


def _outcome(reading: Reading, asked: _Asked, said: Answered) -> Outcome | None:
    """The answer that a solution comes to over the ledger's figures; None where it is no number or not grounded."""
    if said.solution.kind not in (Solved.PROGRAM, Solved.SPANS) or any(
        isinstance(p, Span) for p in said.solution.picked
    ):
        return None
    used: list[Figure] = []
    quoted: list[Citation] = []
    lost = False

    def name(index: int) -> str:
        nonlocal lost
        candidate = said.candidates[index]
        figure = (
            asked.table.figures.get((candidate.line, candidate.column)) if candidate.source is Source.TABLE else None
        )
        if figure is not None and candidate.value is not None:
            used.append(figure)
            return figure.id
        if candidate.value is None or candidate.source is Source.TABLE:
            lost = True  # a head, a label: nothing that a program can use
            return "0"
        if candidate.source is Source.TEXT:
            passage = [p for p in asked.passages if p.table is None][candidate.line]
            quoted.append(Citation(asked.document, passage.page, _sentence(passage.text, candidate)))
        return _number(candidate)

    text = program_text(said.solution, said.candidates, name)
    if lost or not text or not (used or quoted):
        return None
    assert reading.context is not None
    try:
        program = parse_program(text)
        if ungrounded(program, reading.question, [one.quote for one in quoted]):
            return None
        return outcome_of_program(
            program,
            tuple(dict.fromkeys(used)),
            reading.question,
            reading.context.company.short,
            certainty=said.confidence,
            kind=Kind.PERCENT if said.solution.scale == "percent" else Kind.NUMBER,
            citations=tuple(dict.fromkeys(quoted)),
        )
    except ProgramError:
        return None


def _number(candidate: Candidate) -> str:
    """A number of the question or of the text, its scale word multiplied out, as a program writes it."""
    assert candidate.value is not None
    value = candidate.value.scaleb(candidate.scale)
    return f"{value:f}%" if candidate.percent else number_text(Decimal(value))


def _sentence(text: str, candidate: Candidate) -> str:
    """The sentence of a passage around a number."""
    start = max(text.rfind(". ", 0, candidate.start) + 2, 0) if ". " in text[: candidate.start] else 0
    end = text.find(". ", candidate.end)
    return text[start : end + 1 if end >= 0 else len(text)].strip()


__all__ = ["LEAST", "TABLES", "AdapterPlanner", "Answerer"]
