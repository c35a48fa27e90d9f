"""Ask a library: question -> plan -> figures or passages -> program -> answer, as LangChain runnables.

`build_ask` gives a runnable from a question (text, or a mapping with `question` and perhaps `document`, `id` and
`history`) to an `Answer`; invoke, batch, stream and callbacks work. `Asker` is the same without LangChain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from chains.answers.answer import Answer
from chains.answers.carry_out import PlanRunner
from chains.answers.objections import unused_time
from chains.answers.open_answers import drops_part, is_beside, leaves_open
from chains.answers.outcome import Outcome
from chains.planning.due import plan_due
from chains.planning.plan import Planner
from chains.planning.shipped_planner import default_planner
from chains.questions.companies import Company
from chains.questions.directory import Directory
from chains.questions.reading import QuestionReader
from chains.questions.request import Planned, Reading, Request, SecondPlanner, read_as_of
from chains.resolve.shelf import Shelf
from chains.told_numbers.number_sentences import NumberShelf

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from ingest.library import Library
    from ingest.schema import Figure


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
        self._shelf = Shelf(library.ledger)
        numbers = NumberShelf(library)
        self._reader = QuestionReader(library, self._shelf, read_as_of(as_of), numbers)
        self._runner = PlanRunner(library, self._shelf, numbers)

    def ask(self, given: str | Mapping[str, Any] | Request) -> Answer:
        """Answer or refuse; never raises for an ordinary question."""
        return self.carry_out(self.plan(self.read(given)))

    @property
    def directory(self) -> Directory:
        """The companies of the library as it is now."""
        return self._reader.directory

    def read(self, given: str | Mapping[str, Any] | Request) -> Reading:
        """Understand a question: company, filings and periods."""
        return self._reader.read(given)

    def plan(self, reading: Reading) -> Planned:
        """The plan of a reading, by the planner."""
        if reading.context is None or (reading.refusal and not reading.anywhere):
            return Planned(reading)
        if (due := plan_due(reading, self._shelf)) is not None:
            return due
        plan = self._planner.plan(reading.question, reading.context)
        if not reading.anywhere and (unused := unused_time(reading.question, reading.context, plan)):
            return Planned(replace(reading, refusal=unused))
        return Planned(reading, plan, self._planner.name)

    def mentions(self, name: str, company: Company) -> bool:
        """Whether the documents of a company hold a name."""
        hits = self._library.index.search(name, 3, [d.name for d in company.documents])
        return any("lexical" in hit.ranks for hit in hits)

    def figures(self, planned: Planned) -> Outcome | None:
        """What the figures of a plan come to; None where they are not surely found. Tells readings apart."""
        return self._runner.figures(planned)

    def parts(self, planned: Planned, noun: str = "segment") -> tuple[str, ...]:
        """The names of the parts that the company of a plan reports, in its last period; none where none add up."""
        return self._runner.parts(planned, noun)

    def told(self, planned: Planned) -> Figure | None:
        """The one number that an answer rests on that computes none; None where there is none."""
        return self._runner.told(planned)

    def carry_out(self, planned: Planned) -> Answer:
        """Carry out a plan: figures, program, sentence, number gate. What it leaves open goes to the second planner."""
        first = self._runner.run(planned)
        if self._second is None or planned.reading.context is None or not leaves_open(planned.plan, first):
            return first
        outcome = self._second.answer(planned.reading, self._shelf)
        if outcome is None or not outcome.text:
            return first
        made = self._runner.answered(Planned(planned.reading, None, outcome.planner or self._second.name), outcome)
        sound = made.answered and "*" not in made.unit  # nothing is printed in "shares * shares / USD"
        beside = is_beside(planned.plan, made) or drops_part(planned.plan, first, made)
        # A number of any company is no answer to a question that names none.
        nobody = planned.reading.anywhere and made.value is not None
        return made if sound and not beside and not nobody else first


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
