"""Solutions as sequences of actions, and the grammar that says which action may come next.

An action is a number: below FIXED one of the vocabulary (stop, operations, constants, earlier steps), then the
candidates of a layout, then its tokens. The grammar keeps a decoder from writing what cannot be read or run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from adapters.report_qa.forms import (
    BINARY,
    CONSTANTS,
    MAX_OPERANDS,
    MAX_STEPS,
    Constant,
    Earlier,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Span,
    Step,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.report_qa.layout import Layout

STOP = 0
_OPERATIONS = list(Operation)
_KINDS = [Kind.SPANS, Kind.COUNT, Kind.REFUSAL]
_FIRST_KIND = 1 + len(_OPERATIONS)
_FIRST_CONSTANT = _FIRST_KIND + len(_KINDS)
_FIRST_STEP = _FIRST_CONSTANT + len(CONSTANTS)
FIXED = _FIRST_STEP + MAX_STEPS
MAX_PICKED = 12
LONGEST_SPAN = 100
"""Tokens of a span at most."""
MAX_ACTIONS = 40


@dataclass(slots=True)
class State:
    """Where a sequence of actions stands. `used` are the earlier steps that something has used."""

    kind: Kind | None = None
    operation: Operation | None = None
    operands: int = 0
    steps: int = 0
    picked: int = 0
    opened: int = -1
    used: frozenset[int] = frozenset()
    stopped: bool = False

    def after(self, action: int, candidates: int) -> State:
        """The state behind `action`, which is allowed here. `candidates` is their number in the layout."""
        new = State(
            self.kind, self.operation, self.operands, self.steps, self.picked, self.opened, self.used, self.stopped
        )
        if action == STOP:
            new.stopped = True
        elif action < _FIRST_KIND:
            new.kind, new.operation, new.operands, new.steps = Kind.PROGRAM, _OPERATIONS[action - 1], 0, self.steps + 1
        elif action < _FIRST_CONSTANT:
            new.kind = _KINDS[action - _FIRST_KIND]
        elif new.kind is Kind.PROGRAM:
            new.operands += 1
            if _FIRST_STEP <= action < FIXED:
                new.used = self.used | {action - _FIRST_STEP}
        elif action < FIXED + candidates:
            new.picked += 1
        elif self.opened < 0:
            new.opened = action - FIXED - candidates
        else:
            new.opened = -1
            new.picked += 1
        return new


def allowed(state: State, layout: Layout) -> NDArray[np.bool_]:
    """Which of the (FIXED + candidates + tokens) actions may come next."""
    candidates, tokens = len(layout.index), len(layout.place)
    mask = np.zeros(FIXED + candidates + tokens, dtype=np.bool_)
    if state.kind is None:
        mask[1:_FIRST_CONSTANT] = True
        if not candidates and not tokens:
            mask[1:_FIRST_CONSTANT] = False
            mask[_FIRST_KIND + _KINDS.index(Kind.REFUSAL)] = True
    elif state.kind is Kind.REFUSAL:
        mask[STOP] = True
    elif state.kind is Kind.PROGRAM:
        assert state.operation is not None
        binary = state.operation in BINARY
        complete = state.operands >= 2
        if state.operands < (2 if binary else MAX_OPERANDS):
            mask[_FIRST_CONSTANT:_FIRST_STEP] = binary
            mask[_FIRST_STEP : _FIRST_STEP + state.steps - 1] = True
            mask[FIXED : FIXED + candidates] = layout.number
        if complete:
            mask[1:_FIRST_KIND] = state.steps < MAX_STEPS
            # what was computed and never used is no part of a program
            mask[STOP] = len(state.used) >= state.steps - 1
    elif state.opened >= 0:
        first = state.opened
        last = min(tokens, first + LONGEST_SPAN)
        same = layout.characters[first:last, 0] == layout.characters[first, 0]
        mask[FIXED + candidates + first : FIXED + candidates + last] = same
    else:
        mask[STOP] = state.picked > 0
        if state.picked < MAX_PICKED:
            mask[FIXED:] = True
    return mask


def name_of(action: int) -> str:
    """What an action below FIXED is called: its operation, kind or constant, #0 for the first step, "" for the stop."""
    steps = [f"#{step}" for step in range(MAX_STEPS)]
    return ("", *map(str, _OPERATIONS), *map(str, _KINDS), *CONSTANTS, *steps)[action]


def actions_of(solution: Solution, layout: Layout) -> list[int] | None:
    """The actions of a solution, STOP at the end; None where the layout lacks something that it points to."""
    places = {int(index): number for number, index in enumerate(layout.index)}
    made: list[int] = []
    if solution.kind is Kind.PROGRAM:
        for step in solution.steps:
            made.append(1 + _OPERATIONS.index(step.operation))
            for operand in step.operands:
                action = _operand(operand, places)
                if action is None:
                    return None
                made.append(action)
    else:
        made.append(_FIRST_KIND + _KINDS.index(solution.kind))
        for one in solution.picked:
            found = _picked(one, layout, places)
            if found is None:
                return None
            made += found
    made.append(STOP)
    return made if _is_allowed(made, layout) else None


def solution_of(actions: Sequence[int], layout: Layout, scale: str = "") -> Solution:
    """The solution that a whole sequence of actions spells."""
    candidates = len(layout.index)
    first = actions[0]
    if _FIRST_KIND <= first < _FIRST_CONSTANT:
        picked: list[Point | Span] = []
        opened = -1
        for action in actions[1:-1]:
            if action < FIXED + candidates:
                picked.append(Point(int(layout.index[action - FIXED])))
            elif opened < 0:
                opened = action - FIXED - candidates
            else:
                start, end = layout.characters[opened], layout.characters[action - FIXED - candidates]
                picked.append(Span(int(start[0]), int(start[1]), int(end[2])))
                opened = -1
        return Solution(_KINDS[first - _FIRST_KIND], picked=tuple(picked), scale=scale)
    steps: list[Step] = []
    for action in actions:
        if 1 <= action < _FIRST_KIND:
            steps.append(Step(_OPERATIONS[action - 1], ()))
        elif action != STOP:
            steps[-1] = Step(steps[-1].operation, (*steps[-1].operands, _said(action, layout)))
    return Solution(Kind.PROGRAM, tuple(steps), scale=scale)


def _said(action: int, layout: Layout) -> Operand:
    if action < _FIRST_STEP:
        return Constant(CONSTANTS[action - _FIRST_CONSTANT])
    return Earlier(action - _FIRST_STEP) if action < FIXED else Point(int(layout.index[action - FIXED]))


def _operand(operand: Operand, places: dict[int, int]) -> int | None:
    match operand:
        case Constant():
            return _FIRST_CONSTANT + CONSTANTS.index(operand.name) if operand.name in CONSTANTS else None
        case Earlier():
            return _FIRST_STEP + operand.step if operand.step < MAX_STEPS else None
        case Point():
            place = places.get(operand.index)
            return None if place is None else FIXED + place


def _picked(one: Point | Span, layout: Layout, places: dict[int, int]) -> list[int] | None:
    if isinstance(one, Point):
        place = places.get(one.index)
        return None if place is None else [FIXED + place]
    where = layout.characters
    inside = np.flatnonzero((where[:, 0] == one.line) & (where[:, 2] > one.start) & (where[:, 1] < one.end))
    if not inside.size:
        return None
    base = FIXED + len(layout.index)
    return [base + int(inside[0]), base + int(inside[-1])]


def _is_allowed(actions: Sequence[int], layout: Layout) -> bool:
    if len(actions) > MAX_ACTIONS:
        return False
    state = State()
    for action in actions:
        if not allowed(state, layout)[action]:
            return False
        state = state.after(action, len(layout.index))
    return True
