"""The earlier turns of a conversation: what answered them, as features of the candidates and of the question.

"And in 2007?", "what is the percentage change?": what such a question means is said by the program before it. Its
operands are what the next one most often uses, or lies beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.report_qa import relations
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Candidate, Evidence, Kind, Operation, Point, Solution, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_TURNS = 8
"""Turns of a conversation that are looked back at, the latest."""

_SHOWN = 2  # turns that are told of one by one
_STEPS = 3  # steps of a program whose operations are told
_OF_TURN = ("picked", "first", "second", "other")
NAMES = (
    *(f"turn_{number + 1}_{name}" for number in range(_SHOWN) for name in _OF_TURN),
    "turn_first",
    "turn_any",
    *(f"turn_{name}_{which}" for which in ("last", "before") for name in relations.NAMES[1:]),
)
"""The features of a candidate: how the last two known turns use it, whether the first or any does, and how it lies to
the last two candidates that were pointed to."""

_OPERATIONS = list(Operation)
_KINDS = list(Kind)
_TOLD = 1 + len(_KINDS) + _STEPS * len(_OPERATIONS) + 1
COUNT = _SHOWN * _TOLD + 2
"""What `summary` tells of the last two turns, whether there are any, and how many."""


def turn_of(evidence: Evidence, number: int) -> Evidence:
    """The earlier question `number` with what was known when it was asked."""
    return replace(
        evidence,
        question=evidence.history[number],
        history=evidence.history[:number],
        earlier=evidence.earlier[:number],
    )


def open_turns(evidence: Evidence) -> range:
    """The numbers of the earlier questions that are to be answered before this one: none where answers are given."""
    count = len(evidence.history)
    return range(0) if evidence.earlier else range(max(0, count - MOST_TURNS), count)


def told(evidence: Evidence, found: Iterable[Solution]) -> Evidence:
    """The evidence with the answers that were found to its `open_turns`."""
    given = tuple(found)
    return replace(evidence, earlier=(*([None] * (len(evidence.history) - len(given))), *given)) if given else evidence


def earlier_solutions(evidence: Evidence, count: int) -> list[Solution]:
    """What answered the last known turns, oldest first; their points are among the `count` candidates of this one."""
    if not any(evidence.earlier):
        return []
    asked = [len(candidates_of(Evidence(one))) for one in (evidence.question, *evidence.history)]
    own, before = asked[0], asked[1:]
    found = []
    for number, solution in enumerate(evidence.earlier[: len(before)]):
        if solution is None:
            continue
        first, older = before[number], sum(before[:number])

        def moved(index: int, first: int = first, older: int = older) -> int:
            if index < first:  # its own question is the last line of what is history now
                return own + older + index
            if index < first + older:
                return own + index - first
            return index - first - older + own + sum(before)

        made = _with_points(solution, moved, count)
        if made is not None:
            found.append(made)
    return found[-MOST_TURNS:]


def features(
    evidence: Evidence,
    candidates: Sequence[Candidate],
    year: NDArray[np.int64],
    label: NDArray[np.int64],
) -> NDArray[np.float32]:
    """(n, len(NAMES)) of all candidates; `year` and `label` say of which year and label each is."""
    import numpy as np

    made = np.zeros((len(candidates), len(NAMES)), dtype=np.float32)
    solutions = earlier_solutions(evidence, len(candidates))
    if not solutions or not candidates:
        return made
    for back, solution in enumerate(reversed(solutions[-_SHOWN:])):
        for name, index in _uses(solution):
            made[index, NAMES.index(f"turn_{back + 1}_{name}")] = 1
    for _, index in _uses(solutions[0]):
        made[index, NAMES.index("turn_first")] = 1
    used = [index for solution in solutions for _, index in _uses(solution)]
    made[used, NAMES.index("turn_any")] = 1
    sources = list(Source)
    line = np.array([one.line * len(sources) + sources.index(one.source) for one in candidates], dtype=np.int64)
    column = np.array([one.column for one in candidates], dtype=np.int64)
    place = len(_OF_TURN) * _SHOWN + 2
    for other in list(dict.fromkeys(reversed(used)))[:2]:
        which = (other, line[other], column[other], year[other], label[other])
        lies = relations.relation(line, column, year, label, np.arange(len(candidates)), which)
        made[:, place : place + len(lies)] = np.stack(lies, 1)
        place += len(lies)
    return made


def summary(evidence: Evidence) -> NDArray[np.float32]:
    """(COUNT,) what the last two turns were: their kinds, and the operations of their first steps."""
    import numpy as np

    made = np.zeros(COUNT, dtype=np.float32)
    known = [solution for solution in evidence.earlier if solution is not None]
    for back, solution in enumerate(reversed(known[-_SHOWN:])):
        base = back * _TOLD
        made[base] = 1
        made[base + 1 + _KINDS.index(solution.kind)] = 1
        for number, step in enumerate(solution.steps[:_STEPS]):
            made[base + 1 + len(_KINDS) + number * len(_OPERATIONS) + _OPERATIONS.index(step.operation)] = 1
        made[base + _TOLD - 1] = len(solution.steps) / 6
    made[-2] = bool(evidence.history)
    made[-1] = min(len(evidence.history), MOST_TURNS) / MOST_TURNS
    return made


def _uses(solution: Solution) -> list[tuple[str, int]]:
    """How a solution uses candidates, in its order: picked, or as an operand of the first or a later step."""
    found = [("picked", one.index) for one in solution.picked if isinstance(one, Point)]
    for number, step in enumerate(solution.steps):
        for place, operand in enumerate(step.operands):
            if isinstance(operand, Point):
                name = ("first", "second")[place] if number == 0 and place < 2 else "other"
                found.append((name, operand.index))
    return found


def _with_points(solution: Solution, moved: Callable[[int], int], count: int) -> Solution | None:
    """The solution with its points moved; None where one is beyond the candidates."""
    steps = tuple(
        replace(
            step,
            operands=tuple(
                Point(moved(one.index)) if isinstance(one, Point) else one for one in step.operands
            ),
        )
        for step in solution.steps
    )  # fmt: skip
    picked = tuple(Point(moved(one.index)) if isinstance(one, Point) else one for one in solution.picked)
    made = replace(solution, steps=steps, picked=picked)
    return made if all(0 <= index < count for _, index in _uses(made)) else None
