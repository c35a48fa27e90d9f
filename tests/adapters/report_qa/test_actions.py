"""Solutions as actions and back, and what the grammar lets a decoder say."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from adapters.report_qa.actions import (
    FIXED,
    MAX_PICKED,
    STOP,
    State,
    actions_of,
    allowed,
    solution_of,
)
from adapters.report_qa.forms import (
    BINARY,
    CONSTANTS,
    MAX_OPERANDS,
    MAX_STEPS,
    Constant,
    Earlier,
    Evidence,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Span,
    Step,
)
from adapters.report_qa.layout import Layout, Reader
from adapters.report_qa.programs import program_text, said_value, texts_of, value_of_solution
from tests.adapters.report_qa.conftest import HISTORY, TEXT, evidence, point

Make = Callable[..., Reader]


@pytest.fixture
def layout(reader: Make) -> Layout:
    return reader().read(evidence(history=HISTORY))


def _program(draw: random.Random, layout: Layout) -> Solution:
    numbers = [int(layout.index[place]) for place in np.flatnonzero(layout.number)]
    steps: list[Step] = []
    unused: list[int] = []
    count = draw.randint(1, MAX_STEPS)
    for number in range(count):
        operation = draw.choice(list(Operation))
        last = number == count - 1
        most = 2 if operation in BINARY else MAX_OPERANDS
        operands: list[Operand] = [Earlier(one) for one in unused] if last or len(unused) > 1 else []
        if len(operands) > most:
            operation, most = Operation.SUM, MAX_OPERANDS
        unused = [one for one in unused if Earlier(one) not in operands]
        while len(operands) < max(2, min(most, draw.randint(2, 4))):
            if operation in BINARY and draw.random() < 0.3:
                operands.append(Constant(draw.choice(CONSTANTS)))
            else:
                operands.append(Point(draw.choice(numbers)))
        steps.append(Step(operation, tuple(operands)))
        unused.append(number)
    return Solution(Kind.PROGRAM, tuple(steps), scale=draw.choice(("", "percent")))


def _picked(draw: random.Random, layout: Layout) -> Solution:
    picked: list[Point | Span] = []
    for _ in range(draw.randint(1, 6)):
        if draw.random() < 0.5:
            picked.append(Point(int(draw.choice(layout.index))))
            continue
        line = draw.choice(sorted(set(layout.characters[:, 0])))
        own = np.flatnonzero(layout.characters[:, 0] == line)
        first, last = sorted(draw.choices(own.tolist(), k=2))
        picked.append(Span(int(line), int(layout.characters[first, 1]), int(layout.characters[last, 2])))
    return Solution(draw.choice((Kind.SPANS, Kind.COUNT)), picked=tuple(picked))


def test_random_solutions_come_back_and_each_of_their_prefixes_is_allowed(layout: Layout) -> None:
    draw = random.Random(3)
    for _ in range(300):
        solution = draw.choice((_program, _picked))(draw, layout)
        actions = actions_of(solution, layout)
        if actions is None:  # longer than what is taught
            continue
        assert solution_of(actions, layout, solution.scale) == solution
        state = State()
        for action in actions:
            assert not state.stopped and allowed(state, layout)[action]
            state = state.after(action, len(layout.index))
        assert state.stopped and actions[-1] == STOP


def test_a_refusal_and_words_that_begin_within_a_token(layout: Layout) -> None:
    refusal = Solution(Kind.REFUSAL)
    actions = actions_of(refusal, layout)
    assert actions is not None and len(actions) == 2 and solution_of(actions, layout) == refusal
    start = TEXT[1].index("na Lun")
    cut = actions_of(Solution(Kind.SPANS, picked=(Span(1, start, start + 6),)), layout)
    assert cut is not None
    assert texts_of(solution_of(cut, layout), layout.evidence, layout.candidates) == ("Ana Lund",)


def _walk(draw: random.Random, layout: Layout) -> list[int] | None:
    """Allowed actions at random until the end; None where nothing is allowed any more."""
    state, actions = State(), []
    while not state.stopped:
        may = np.flatnonzero(allowed(state, layout))
        if not may.size:
            return None
        early = may[may < FIXED]
        action = int(draw.choice(early if early.size and draw.random() < 0.6 else may))
        actions.append(action)
        state = state.after(action, len(layout.index))
        assert len(actions) < 80, "it ends"
    return actions


@pytest.mark.parametrize(
    "asked",
    [
        evidence(history=HISTORY),
        evidence(table=()),
        evidence(text=()),
        Evidence("Who leads it?", text=("The fleet in Bergen is led by Ana Lund .",)),
        Evidence("Which?", (("Name", "Role"), ("Ana", "Chair"))),
        Evidence("Why?"),
    ],
)
def test_whatever_is_allowed_ends_in_a_solution_that_can_be_read(asked: Evidence, reader: Make) -> None:
    layout, draw, ended = reader().read(asked), random.Random(1), 0
    for _ in range(150):
        actions = _walk(draw, layout)
        if actions is None:
            continue
        ended += 1
        solution = solution_of(actions, layout)
        assert len(solution.steps) <= MAX_STEPS and len(solution.picked) <= MAX_PICKED
        assert (solution.kind is Kind.PROGRAM) == bool(solution.steps)
        assert (solution.kind in (Kind.SPANS, Kind.COUNT)) == bool(solution.picked)
        value_of_solution(solution, layout.candidates)
        said_value(solution, layout.candidates)
        program_text(solution, layout.candidates)
        for text in texts_of(solution, asked, layout.candidates):
            assert any(text in place for place in (asked.question, *asked.history, *asked.text, *sum(asked.table, ())))
    assert ended > 10


def test_without_anything_to_point_to_only_a_refusal_is_allowed(reader: Make) -> None:
    layout = reader().read(Evidence("Why?"))
    (first,) = np.flatnonzero(allowed(State(), layout))
    assert solution_of([int(first), STOP], layout) == Solution(Kind.REFUSAL)


@pytest.mark.parametrize(
    "steps",
    [
        (Step(Operation.ADD, (Constant("const_11"), Constant("const_1"))),),
        (Step(Operation.ADD, (Constant("const_1"), Earlier(0))),),
        (Step(Operation.ADD, (Earlier(MAX_STEPS), Constant("const_1"))),),
        (Step(Operation.ADD, (Constant("const_1"),)),),
        (Step(Operation.ADD, (Constant("const_1"),) * 3),),
        (Step(Operation.SUM, (Constant("const_1"),) * 2),),
        (Step(Operation.ADD, (Constant("const_1"),) * 2), Step(Operation.ADD, (Constant("const_2"),) * 2)),
        (Step(Operation.ADD, (Constant("const_1"),) * 2),) * (MAX_STEPS + 1),
        (Step(Operation.ADD, (Point(9999), Constant("const_1"))),),
    ],
)
def test_what_the_grammar_does_not_know_has_no_actions(steps: tuple[Step, ...], layout: Layout) -> None:
    assert actions_of(Solution(Kind.PROGRAM, steps), layout) is None


def test_what_the_layout_lacks_has_no_actions(reader: Make) -> None:
    asked = evidence("Who leads the fleet?", text=(*TEXT, *(f"Nothing of note in week {n} ." for n in range(90))))
    solution = Solution(Kind.SPANS, picked=(Span(80, 0, 7),))
    assert actions_of(solution, reader(budget=100).read(asked)) is None
    assert actions_of(solution, reader(budget=5000).read(asked)) is not None
    assert actions_of(Solution(Kind.SPANS, picked=(Span(99, 0, 7),)), reader().read(asked)) is None
    words = point(asked, "Net sales")
    added = Solution(Kind.PROGRAM, (Step(Operation.ADD, (words, Constant("const_1"))),))
    assert actions_of(added, reader().read(asked)) is None, "words are no operand"
