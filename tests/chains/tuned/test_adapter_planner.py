"""The report-QA adapter as the second planner: its pointers become figures, and what cannot be shown is not said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from adapters.errors import EngineError
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import (
    Answered,
    Constant,
    Evidence,
    Kind,
    Operation,
    Point,
    Solution,
    Source,
    Span,
    Step,
)
from chains.answers.answer import Answer
from chains.answers.in_turn import InTurn
from chains.ask import Asker
from chains.tuned.adapter_planner import AdapterPlanner
from ingest.library import Library

OPEN = "How much separates Larkmoor's Digital Services sales from Process Valves sales in fiscal 2024?"
"""A question that the rules leave open."""

Solve = Callable[[Evidence], Solution]


class Pointing:
    """A model that points as the test says, as sure as the test says."""

    def __init__(self, solve: Solve, confidence: float = 0.9) -> None:
        self.solve, self.confidence = solve, confidence
        self.seen: list[Evidence] = []

    def answer(self, evidences: Sequence[Evidence]) -> list[Answered]:
        self.seen += evidences
        return [Answered(self.solve(one), self.confidence, None, None, (), "", candidates_of(one)) for one in evidences]


def cell(evidence: Evidence, label: str, head: str) -> Point:
    """The cell of the row so labelled in the column so headed; Point(0) where there is none."""
    for index, candidate in enumerate(candidates_of(evidence)):
        if candidate.source is Source.TABLE and candidate.value is not None and candidate.column > 0:
            heads = " ".join(row[candidate.column] for row in evidence.table[:3])
            if evidence.table[candidate.line][0] == label and head in heads:
                return Point(index)
    return Point(0)


def calculate(operation: Operation, *cells: tuple[str, str], scale: str = "") -> Solve:
    def solve(evidence: Evidence) -> Solution:
        return Solution(Kind.PROGRAM, (Step(operation, tuple(cell(evidence, *one) for one in cells)),), scale=scale)

    return solve


DIFFERENCE = calculate(Operation.SUBTRACT, ("Digital Services", "2024"), ("Process Valves", "2024"))


def ask(library: Library, model: Pointing, question: str = OPEN, least: float = 0.6) -> Answer:
    planner = AdapterPlanner("tiny", lambda: model, library.passages, least=least)
    return Asker(library, second=planner).ask(question)


def test_pointers_become_figures_with_their_units(sample_library: Library) -> None:
    model = Pointing(DIFFERENCE)
    answer = ask(sample_library, model)
    assert (answer.status, answer.value) == ("answered", Decimal("-264.3"))
    assert answer.program.startswith("subtract(larkmoor_10k_2025.p")
    assert answer.confidence == 0.9
    assert {c.page for c in answer.citations} <= {4, 10}
    assert all(c.figure for c in answer.citations)
    assert answer.explain["planner"] == "adapter tiny"
    assert model.seen[0].question == OPEN
    assert any("Digital Services" in row[0] for row in model.seen[0].table)


def test_a_share_is_said_in_percent(sample_library: Library) -> None:
    share = calculate(Operation.DIVIDE, ("Digital Services", "2024"), ("Process Valves", "2024"), scale="percent")
    answer = ask(sample_library, Pointing(share))
    assert round(answer.value or Decimal(0), 2) == Decimal("35.99")


def test_what_it_is_not_sure_of_leaves_the_first_answer(sample_library: Library) -> None:
    plain = Asker(sample_library).ask(OPEN)
    unsure = ask(sample_library, Pointing(DIFFERENCE, confidence=0.59))
    assert (unsure.answer, unsure.status) == (plain.answer, plain.status)


@pytest.mark.parametrize(
    "solution",
    [
        Solution(Kind.REFUSAL),
        Solution(Kind.SPANS, picked=(Span(0, 0, 5),)),
        Solution(Kind.SPANS, picked=(Point(0),)),
        Solution(Kind.PROGRAM, (Step(Operation.ADD, (Constant("const_1"), Constant("const_2"))),)),
        Solution(Kind.PROGRAM, (Step(Operation.DIVIDE, (Point(0), Constant("const_m1"))),)),
    ],
)
def test_what_is_no_number_of_the_reports_is_not_said(sample_library: Library, solution: Solution) -> None:
    plain = Asker(sample_library).ask(OPEN)
    assert ask(sample_library, Pointing(lambda _: solution)).answer == plain.answer


def test_exact_rules_come_first(sample_library: Library) -> None:
    model = Pointing(DIFFERENCE)
    answer = ask(sample_library, model, "What was Larkmoor's revenue in FY2025?")
    assert answer.value == Decimal("1284.3")
    assert not model.seen


def test_questions_about_words_are_not_asked(sample_library: Library) -> None:
    model = Pointing(DIFFERENCE)
    ask(sample_library, model, "Why did Larkmoor close its valve foundry?")
    assert not model.seen


def test_an_adapter_that_cannot_be_opened_is_told_of_once(sample_library: Library) -> None:
    def opened() -> Pointing:
        raise EngineError("the engine is gone")

    said: list[str] = []
    planner = AdapterPlanner("tiny", opened, sample_library.passages, on_failure=said.append)
    asker = Asker(sample_library, second=planner)
    plain = Asker(sample_library).ask(OPEN)
    assert [asker.ask(OPEN).answer for _ in range(2)] == [plain.answer] * 2
    assert said == ["adapter tiny cannot be asked: the engine is gone"]


def test_planners_are_asked_in_turn(sample_library: Library) -> None:
    unsure, sure = Pointing(DIFFERENCE, confidence=0.1), Pointing(DIFFERENCE)
    planners = [
        AdapterPlanner("first", lambda: unsure, sample_library.passages),
        AdapterPlanner("second", lambda: sure, sample_library.passages),
    ]
    answer = Asker(sample_library, second=InTurn(planners)).ask(OPEN)
    assert answer.explain["planner"] == "adapter second"
    assert unsure.seen


@pytest.mark.parametrize(
    "question",
    [
        "How much did the company orchestra of Larkmoor spend on violins in FY2024?",  # no table has the words
        "What is Larkmoor's Digital Services less its Process Valves in FY2019?",  # no table has the year
    ],
)
def test_tables_that_could_not_answer_are_not_read(sample_library: Library, question: str) -> None:
    model = Pointing(DIFFERENCE)
    assert ask(sample_library, model, question).value is None
    assert not model.seen
