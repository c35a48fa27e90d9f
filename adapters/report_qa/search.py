"""Beam search over solutions: only what the grammar allows, and only what can be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from adapters.report_qa.actions import FIXED, MAX_ACTIONS, State, allowed, solution_of
from adapters.report_qa.batch import related_to
from adapters.report_qa.forms import SCALES, Kind, Operation, Solution
from adapters.report_qa.programs import value_of_solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.report_qa.decoder import Decoder
    from adapters.report_qa.layout import Layout

BEAMS = 4
_OF_TWO = (Operation.SUBTRACT, Operation.DIVIDE, Operation.GREATER)


@dataclass(frozen=True, slots=True)
class Found:
    """A solution with its probability under the model (the product of its steps') and that of its scale."""

    solution: Solution
    probability: float
    scale_probability: float


@dataclass(slots=True)
class _Hypothesis:
    actions: list[int]
    score: float
    state: State
    chosen: list[int]
    hidden: NDArray[np.float32]
    context: NDArray[np.float32]
    first: NDArray[np.float32] | None


def decode(decoder: Decoder, hidden: NDArray[np.float32], layout: Layout, beams: int = BEAMS) -> list[Found]:
    """The best solutions over the encoder's last layer (chunks, tokens, width), the likeliest first; at least one.

    Programs that cannot be computed (a division by zero) are left out. Candidates that print the same value where
    another does (a table repeated by the text) are different hypotheses of the same program: their probabilities add.
    """
    read = decoder.read(hidden, layout)
    live = [_Hypothesis([], 0.0, State(), [], read.state[0], np.zeros_like(read.state[0]), None)]
    done: list[_Hypothesis] = []
    for _ in range(MAX_ACTIONS):
        heard = np.stack([read.actions[one.actions[-1]] if one.actions else decoder.begin()[0] for one in live])
        scores, states, contexts = decoder.step(
            read,
            heard,
            np.stack([one.hidden for one in live]),
            np.stack([one.context for one in live]),
            np.stack([related_to(layout, one.chosen) for one in live]),
            np.array([one.state.opened >= 0 for one in live]),
        )
        grown: list[tuple[float, int, int]] = []
        for number, one in enumerate(live):
            may = allowed(one.state, layout)
            if not may.any():  # a step that nothing in the evidence can be an operand of
                continue
            logs = _log_softmax(np.where(may, scores[number], -np.inf))
            if with_itself(one.state, one.actions):
                logs[one.actions[-1]] = -np.inf
            best = np.argsort(-logs, kind="stable")[:beams]
            grown += [(one.score + float(logs[a]), number, int(a)) for a in best if np.isfinite(logs[a])]
        grown.sort(key=lambda one: -one[0])
        new: list[_Hypothesis] = []
        for score, number, action in grown[: beams + len(done)]:
            one = live[number]
            made = _Hypothesis(
                [*one.actions, action],
                score,
                one.state.after(action, len(layout.index)),
                [*one.chosen, action - FIXED] if FIXED <= action < FIXED + len(layout.index) else one.chosen,
                states[number],
                contexts[number],
                one.first if one.first is not None else states[number],
            )
            (done if made.state.stopped else new).append(made)
        live = new[:beams]
        done.sort(key=lambda one: -one.score)
        if not live or (len(done) >= beams and done[beams - 1].score >= live[0].score):
            break
    return _read_out(decoder, read, layout, done[: 2 * beams])


def with_itself(state: State, actions: Sequence[int]) -> bool:
    """Whether the last action once more would take a number from itself, or divide it by itself: nobody's question."""
    return state.operands == 1 and state.operation in _OF_TWO and actions[-1] >= FIXED


def _read_out(decoder: Decoder, read: object, layout: Layout, done: list[_Hypothesis]) -> list[Found]:
    found: dict[object, Found] = {}
    if done:
        firsts = np.stack([one.first for one in done if one.first is not None])
        scales = decoder.scale_scores(read, firsts, np.stack([one.hidden for one in done]))  # type: ignore[arg-type]
    for number, one in enumerate(done):
        probabilities = np.exp(_log_softmax(scales[number]))
        scale = int(probabilities.argmax())
        solution = solution_of(one.actions, layout, SCALES[scale])
        value = value_of_solution(solution, layout.candidates)
        if solution.kind is Kind.PROGRAM and value is None:
            continue
        before, probability = found.get(key := _meant(solution, value)), float(np.exp(one.score))
        if before is None:
            found[key] = Found(solution, min(1.0, probability), float(probabilities[scale]))
        else:
            found[key] = replace(before, probability=min(1.0, before.probability + probability))
    if not found:
        return [Found(Solution(Kind.REFUSAL), 0.0, 1.0)]
    return sorted(found.values(), key=lambda one: -one.probability)


def _meant(solution: Solution, value: Decimal | bool | None) -> object:
    """Equal for solutions that compute the same; a yes or no says too little to tell that of two comparisons."""
    if value is None or isinstance(value, bool):
        return replace(solution, scale="")
    return solution.kind, value, tuple(step.operation for step in solution.steps)


def _log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    above = scores - scores.max()
    made: NDArray[np.float32] = above - np.log(np.exp(above).sum())
    return made
