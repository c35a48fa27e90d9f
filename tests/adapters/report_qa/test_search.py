"""The search finds the likeliest solution of all that the grammar allows, and only what can be computed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adapters.report_qa.actions import FIXED, MAX_ACTIONS, State, allowed, solution_of
from adapters.report_qa.forms import CONSTANTS, SCALES, Evidence, Kind, Operation, Solution
from adapters.report_qa.layout import Layout, Reader
from adapters.report_qa.programs import value_of_solution
from adapters.report_qa.search import Found, decode, with_itself

Make = Callable[..., Reader]
TABLE = (("", "2019", "2018"), ("Sales", "8", "5"), ("Costs", "0", "3"), ("Again", "8", "5"))
SUBTRACT, DIVIDE = (1 + list(Operation).index(one) for one in (Operation.SUBTRACT, Operation.DIVIDE))
GREATER = 1 + list(Operation).index(Operation.GREATER)
SPANS, REFUSAL = 1 + len(Operation), 3 + len(Operation)
HUNDRED = 4 + len(Operation) + CONSTANTS.index("const_100")
FIRST_STEP = 4 + len(Operation) + len(CONSTANTS)


class Toy:
    """A decoder whose scores are a table: what may follow which action at which step."""

    def __init__(self, layout: Layout, liked: dict[int, float], seed: int = 0, noise: float = 1.0) -> None:
        self.size = FIXED + len(layout.index) + len(layout.place)
        draw = np.random.default_rng(seed)
        self.scores = draw.normal(scale=noise, size=(MAX_ACTIONS + 1, self.size + 1, self.size)).astype(np.float32)
        unliked = [action for action in range(self.size) if action not in liked]
        self.scores[:, :, unliked] = -60
        for action, bonus in liked.items():
            self.scores[:, :, action] += bonus

    def read(self, hidden: Any, layout: Layout) -> Any:
        return SimpleNamespace(
            actions=np.arange(self.size, dtype=np.float32)[:, None], state=np.zeros((1, 1), np.float32)
        )

    def begin(self) -> Any:
        return np.full((1, 1), -1, dtype=np.float32)

    def step(self, read: Any, heard: Any, state: Any, context: Any, related: Any, opened: Any) -> Any:
        rows = [self.scores[int(s[0]), int(h[0])] for s, h in zip(state, heard, strict=True)]
        return np.stack(rows), state + 1, context

    def scale_scores(self, read: Any, first: Any, last: Any) -> Any:
        return np.tile(np.array([0, 0, 3, 0, 0], dtype=np.float32), (len(first), 1))

    def every(self, layout: Layout, state: State, actions: list[int], logs: float) -> Iterator[tuple[list[int], float]]:
        """All sequences of liked actions with their log-probabilities."""
        may = allowed(state, layout)
        if not may.any():
            return
        scores = np.where(may, self.scores[len(actions), actions[-1] if actions else -1], -np.inf).astype(np.float64)
        found = scores - np.log(np.exp(scores - scores.max()).sum()) - scores.max()
        for action in np.flatnonzero(found > -30):
            if with_itself(state, actions) and action == actions[-1]:
                continue
            after, total = state.after(int(action), len(layout.index)), logs + found[action]
            if after.stopped:
                yield [*actions, int(action)], total
            elif len(actions) < 6:  # two steps; what is longer is unlikely here
                yield from self.every(layout, after, [*actions, int(action)], total)


def likes(layout: Layout, *printed: str) -> dict[int, float]:
    return {
        FIXED + place: 0.0 for place, index in enumerate(layout.index) if layout.candidates[index].printed in printed
    }


@pytest.fixture
def layout(reader: Make) -> Layout:
    return reader().read(Evidence("What is it?", TABLE))


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_what_trying_everything_finds(seed: int, layout: Layout) -> None:
    liked = {0: 4.0, SUBTRACT: 0.0, DIVIDE: 0.0, SPANS: 0.0, HUNDRED: 0.0, FIRST_STEP: 1.0, **likes(layout, "3", "5")}
    toy = Toy(layout, liked, seed)
    best: dict[Any, tuple[float, Solution]] = {}
    for actions, logs in toy.every(layout, State(), [], 0.0):
        solution = solution_of(actions, layout, "million")
        value = value_of_solution(solution, layout.candidates)
        if solution.kind is Kind.PROGRAM and value is None:
            continue
        key = (solution.kind, value, tuple(one.operation for one in solution.steps)) if value is not None else solution
        before = best.get(key, (0.0, solution))
        best[key] = before[0] + float(np.exp(logs)), before[1]
    expected = max(probability for probability, _ in best.values())
    found = decode(toy, np.zeros((1, 1, 1)), layout, beams=60)  # type: ignore[arg-type]
    assert found[0].probability == pytest.approx(expected, rel=0.02)
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)
    assert found[0].solution.scale == SCALES[2] and found[0].scale_probability == pytest.approx(0.834, abs=0.01)


def test_nothing_is_divided_by_zero(layout: Layout) -> None:
    toy = Toy(
        layout,
        {0: 0.0, DIVIDE: 3.0, SPANS: 0.0, **dict.fromkeys(likes(layout, "0"), 5.0), **likes(layout, "3")},
        1,
        0.1,
    )
    found = decode(toy, np.zeros((1, 1, 1)), layout)  # type: ignore[arg-type]
    assert any(one.solution.kind is Kind.SPANS for one in found) or found[0].solution.kind is Kind.REFUSAL
    for one in found:
        if one.solution.kind is Kind.PROGRAM:
            assert value_of_solution(one.solution, layout.candidates) is not None
    only = Toy(layout, {0: 0.0, DIVIDE: 0.0, **likes(layout, "0")})
    (nothing,) = decode(only, np.zeros((1, 1, 1)), layout, beams=1)  # type: ignore[arg-type]
    assert nothing == Found(Solution(Kind.REFUSAL), 0.0, 1.0)


def test_the_same_program_over_a_number_that_is_printed_twice_is_one_and_likelier(layout: Layout) -> None:
    toy = Toy(layout, {0: 0.0, SUBTRACT: 0.0, **likes(layout, "8", "3")}, noise=0.01)
    found = decode(toy, np.zeros((1, 1, 1)), layout, beams=20)  # type: ignore[arg-type]
    once = [one for one in found if [step.operation for step in one.solution.steps] == [Operation.SUBTRACT]]
    chances = {value_of_solution(one.solution, layout.candidates): one.probability for one in once}
    assert len(chances) == len(once) == 3
    assert chances[5] == pytest.approx(chances[0], rel=0.1), "8 - 3 in two ways; 0 in two: no number from itself"


def test_two_comparisons_are_not_one_for_both_being_true(layout: Layout) -> None:
    toy = Toy(layout, {0: 0.0, GREATER: 0.0, **likes(layout, "0", "3", "5")}, noise=0.01)
    found = decode(toy, np.zeros((1, 1, 1)), layout, beams=20)  # type: ignore[arg-type]
    one_step = [one for one in found if [step.operation for step in one.solution.steps] == [Operation.GREATER]]
    assert len(one_step) > 4 and all(one.probability < 0.5 for one in one_step)


@pytest.mark.parametrize("score", [float("nan"), -1e9])
def test_scores_that_are_no_numbers_end_in_a_refusal_or_an_answer_without_a_word(score: float, layout: Layout) -> None:
    toy = Toy(layout, {})
    toy.scores[:] = score
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = decode(toy, np.zeros((1, 1, 1)), layout)  # type: ignore[arg-type]
    assert found and 0 <= found[0].probability <= 1


def test_a_step_that_nothing_can_fill_is_given_up(reader: Make) -> None:
    words = reader().read(Evidence("Who?", text=("led by Ana Lund .",)))
    total = 1 + list(Operation).index(Operation.SUM)
    toy = Toy(words, {total: 9.0, REFUSAL: 0.0, 0: 0.0}, noise=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = decode(toy, np.zeros((1, 1, 1)), words)  # type: ignore[arg-type]
    assert found[0].solution.kind is Kind.REFUSAL
