"""A generating model as the second planner: it writes a program or prose from evidence, and is held to it.

It takes what the rules refuse or would answer in words (see `chains.ask`). A program is run by `chains.answers.program`
with its units; prose goes through the number gate sentence by sentence. What fails is told to the model once, no more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adapters.errors import AdapterError, PromptTooLongError
from adapters.generating.generator import Generator, Message
from chains.answers.answer import Citation
from chains.answers.outcome import Outcome
from chains.answers.program import FigureRef, Number, Program, Step, StepRef, parse_program
from chains.errors import ChainError, ProgramError
from chains.planning.plan import Kind
from chains.sentences.filings import filings_for
from chains.sentences.retrieval import PageRetriever
from chains.tuned.programmed import outcome_of_program, ungrounded
from chains.tuned.prompting import SCHEMA, Reply, ReplyError, Shown, asking, fitting, instruction, read_reply
from chains.tuned.prose import ProseError, checked_prose
from chains.tuned.shortlist import LIMIT, shortlist
from ingest.errors import IngestError
from ingest.schema import Figure, Passage
from ingest.sentences import sentences

if TYPE_CHECKING:
    from chains.questions.request import Reading
    from chains.resolve.shelf import Shelf
    from ingest.library import Library

FIGURES, PASSAGES, PAGES = LIMIT, 8, 5
LEAST = 4  # pieces of evidence: a model that cannot read as many is of no use
CERTAINTY, SECOND_TRY = 0.6, 0.5
"""What an answer of the model is trusted: it is grounded, but no calibration says how often it is the right one."""
GIVE_UP = 2  # failures in a row after which a run does without the model
_TOKENS = 512
_KINDS = {
    "percent": Kind.PERCENT,
    "percentage points": Kind.POINTS,
    "times": Kind.TIMES,
    "days": Kind.DAYS,
}

Passages = Callable[["Reading"], Sequence[Passage]]


class LlmPlanner:
    """Asks a generator. Safe to use from several threads; a failure costs the answer of this planner alone."""

    def __init__(
        self, generator: Generator, passages: Passages | None = None, on_failure: Callable[[str], None] | None = None
    ) -> None:
        """`passages` finds the text for a question; `on_failure` is told, once a run, why nothing came."""
        self._generator = generator
        self._passages = passages
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._failures = 0
        self._told = False

    @property
    def name(self) -> str:
        return f"llm {self._generator.name}"

    def answer(self, reading: Reading, shelf: Shelf) -> Outcome | None:
        """The outcome; one with a reason and no text where the model refuses or cannot be held to the evidence.

        None where there is nothing to ask of, or the generator failed: then it is as if there were none.
        """
        if self._failures >= GIVE_UP or reading.context is None or reading.scope is None:
            return None
        figures: list[Figure] = []
        if not reading.anywhere:
            figures = shortlist(reading.question, reading.context, reading.scope, shelf, FIGURES)
        shown = fitting(figures, self._text(reading))
        if not shown.size:
            return None
        try:
            outcome = self._shrinking(reading, shown)
        except (AdapterError, ReplyError) as error:
            self._failed(str(error))
            return None
        self._failures = 0
        return outcome

    def _text(self, reading: Reading) -> Sequence[Passage]:
        """The passages; none, which is said once, where the index cannot be searched: figures need no index."""
        if self._passages is None:
            return ()
        try:
            return self._passages(reading)
        except (AdapterError, IngestError) as error:
            self._tell(f"{self.name} is shown figures and no text: {error}")
            return ()

    def _failed(self, reason: str) -> None:
        with self._lock:
            self._failures += 1
        self._tell(f"{self.name} gives no answer, the rules answer alone: {reason}")

    def _tell(self, note: str) -> None:
        with self._lock:
            told, self._told = self._told, True
        if not told and self._on_failure is not None:
            self._on_failure(note)

    def _shrinking(self, reading: Reading, shown: Shown) -> Outcome:
        """Ask with all the evidence, and with the better half of it as long as that is more than the model reads."""
        while True:
            try:
                return self._converse(reading, shown)
            except PromptTooLongError:
                if shown.half().size < LEAST:
                    raise
                shown = shown.half()

    def _converse(self, reading: Reading, shown: Shown) -> Outcome:
        periods = [str(r.period) for r in reading.context.periods] if reading.context else []
        messages: list[Message] = [
            ("system", instruction()),
            ("user", asking(reading.question, shown, periods, reading.request.history)),
        ]
        for certainty in (CERTAINTY, SECOND_TRY):
            text = self._generator.complete(messages, schema=SCHEMA, max_tokens=_TOKENS)
            problem: ChainError
            try:
                return self._held(read_reply(text), reading, shown, certainty)
            except (ReplyError, ProgramError, ProseError) as error:
                problem = error
            told = f"This cannot be used: {problem}. Reply again with one corrected JSON object, or refuse."
            messages += [("assistant", text[:2000]), ("user", told)]
        if isinstance(problem, ReplyError):
            raise problem
        return Outcome(reason=f"{self.name} gave nothing that the evidence supports: {problem}")

    def _held(self, reply: Reply, reading: Reading, shown: Shown, certainty: float) -> Outcome:
        """What a reply comes to. Raises ProgramError or ProseError where the evidence does not hold it."""
        if reply.kind == "refuse":
            # What the model says of it is not repeated: nothing holds its words to the evidence.
            return Outcome(reason=f"{self.name} finds no answer in the evidence")
        company = reading.context.company if reading.context is not None else None
        if reply.kind == "text":
            names = (*company.names, company.short, *(d.name for d in company.documents)) if company else ()
            prose = checked_prose(reply.answer, reading.question, shown, names)
            notes = ("what else the model wrote has no support in the evidence and is dropped",) * bool(prose.dropped)
            return Outcome(prose.text, certainty=certainty, used=prose.figures, citations=prose.citations, notes=notes)
        program = _with_figures(parse_program(reply.program), shown)
        citations = self._grounds(program, reading, shown)
        self._timely(program, reading, shown)
        self._told_apart(program, shown)
        kind = _KINDS.get(reply.unit.strip().lower(), Kind.NUMBER)
        who = company.short if company is not None else "the company"
        return outcome_of_program(
            program,
            shown.figures,
            reading.question,
            who,
            certainty=certainty,
            kind=kind,
            name=reply.name,
            citations=citations,
        )

    @staticmethod
    def _grounds(program: Program, reading: Reading, shown: Shown) -> list[Citation]:
        """The sentences whose numbers a program uses. Raises ProgramError for a number that nothing prints."""
        citations: list[Citation] = []
        for number in program.numbers:
            alone = Program((), number)
            if not ungrounded(alone, reading.question):
                continue
            printed = (
                Citation(p.document, p.page, s)
                for p in shown.passages
                for s in sentences(p.text)
                if not ungrounded(alone, reading.question, [s])
            )
            citation = next(printed, None)
            if citation is None:
                raise ProgramError(f"the number {number} is printed neither in the question nor in the evidence")
            citations.append(citation)
        if not program.figures and not citations:
            raise ProgramError("the program uses nothing of the evidence; use figures such as F1")
        return citations

    @staticmethod
    def _timely(program: Program, reading: Reading, shown: Shown) -> None:
        """Raise ProgramError where all figures are of other years than the question names."""
        asked = {r.period.year for r in reading.context.periods} if reading.context is not None else set()
        held = {f.id: f for f in shown.figures}
        years = {held[f].fiscal_year for f in program.figures}
        if asked and years and None not in years and not asked & years:
            said = ", ".join(f"FY{year}" for year in sorted(asked))
            raise ProgramError(f"no figure of the program is of {said}, which the question asks for")

    @staticmethod
    def _told_apart(program: Program, shown: Shown) -> None:
        """Raise ProgramError for a figure beside which others of the same words and time print other values."""

        def words(figure: Figure) -> tuple[object, ...]:
            place = (figure.document, figure.caption, figure.path, figure.label, figure.segment, figure.headers)
            return (*place, figure.period, figure.fiscal_year, figure.unit)

        for figure in (f for f in shown.figures if f.id in program.figures):
            if any(words(f) == words(figure) and f.value != figure.value for f in shown.figures):
                raise ProgramError(
                    f"{figure.label[:60]!r} is printed with several values, and nothing tells them apart"
                )


def _with_figures(program: Program, shown: Shown) -> Program:
    """The program with the ids of figures for F1, F2, ... Raises ProgramError for an id that was not shown."""

    def named(operand: FigureRef | Number | StepRef) -> FigureRef | Number | StepRef:
        if not isinstance(operand, FigureRef):
            return operand
        figure = shown.named.get(operand.id.upper())
        if not isinstance(figure, Figure):
            known = f"F1 to F{len(shown.figures)}" if shown.figures else "no figure"
            raise ProgramError(f"{operand.id[:40]!r} is no figure of the evidence, which has {known}")
        return FigureRef(figure.id)

    steps = tuple(Step(s.operation, tuple(map(named, s.operands))) for s in program.steps)
    return Program(steps, None if program.only is None else named(program.only))


def passages_of(library: Library) -> Passages:
    """The passages of a library for a question: of the filings of its periods, the best pages first."""

    def found(reading: Reading) -> Sequence[Passage]:
        if reading.context is None or reading.scope is None:
            return ()
        documents = reading.scope.documents
        if not reading.scope.only and not reading.anywhere:
            companies = reading.context.companies or (reading.context.company,)
            periods = [r.period for r in reading.context.periods]
            documents = tuple(d for c in companies for d in filings_for(c.documents, periods)[0])
        pages = PageRetriever(library.index, library.ledger).pages(reading.question.text, documents, PAGES)
        best = [p.passages[0] for p in pages if p.passages]
        return [*best, *(passage for p in pages for passage in p.passages[1:])][:PASSAGES]

    return found
