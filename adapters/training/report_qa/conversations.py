"""Conversations as training examples: each question is taught with the programs that answered the ones before it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example, Operand, Point, Solution, Source
from adapters.report_qa.turns import turn_of

_MISSING = 0.15
_WRONG = 0.25
"""How likely a turn's answer is left out, or points elsewhere, where a question is taught with mistakes before it."""


def informed(examples: Sequence[Example]) -> list[Example]:
    """The examples; those with a history know the solutions of the turns before them that are examples too."""
    known = {one.evidence: one.solutions[0] for one in examples if one.solutions}
    made = []
    for example in examples:
        asked = example.evidence
        if asked.history and not asked.earlier:
            earlier = tuple(known.get(turn_of(asked, number)) for number in range(len(asked.history)))
            asked = replace(asked, earlier=earlier if any(earlier) else ())
        made.append(replace(example, evidence=asked) if asked is not example.evidence else example)
    return made


def mistaken(evidence: Evidence, draw: random.Random) -> Evidence:
    """The evidence as a model finds it that answered some of the earlier turns wrongly, at least one of them."""
    earlier = list(evidence.earlier)
    known = [number for number, one in enumerate(earlier) if one is not None]
    sure = draw.choice(known) if known else -1
    for number in known:
        chance = draw.random()
        if number == sure:
            chance *= _MISSING + _WRONG
        solution = earlier[number]
        assert solution is not None
        if chance < _MISSING:
            earlier[number] = None
        elif chance < _MISSING + _WRONG:
            earlier[number] = _elsewhere(solution, turn_of(evidence, number), draw)
    return replace(evidence, earlier=tuple(earlier))


def _elsewhere(solution: Solution, turn: Evidence, draw: random.Random) -> Solution:
    """The solution with one of its points at another number: of the same row or column, as such mistakes are."""
    candidates = candidates_of(turn)
    points = [one.index for one in solution.picked if isinstance(one, Point)]
    points += [one.index for step in solution.steps for one in step.operands if isinstance(one, Point)]
    if not points:
        return solution
    old = draw.choice(points)
    numbers = [index for index, one in enumerate(candidates) if one.value is not None and index != old]
    meant = candidates[old]
    near = [
        index
        for index in numbers
        if (one := candidates[index]).source is meant.source
        and (one.line == meant.line or (meant.source is Source.TABLE and one.column == meant.column))
    ]
    if not numbers:
        return solution
    new = Point(draw.choice(near or numbers))

    def moved(operand: Operand) -> Operand:
        return new if operand == Point(old) else operand

    steps = tuple(replace(step, operands=tuple(map(moved, step.operands))) for step in solution.steps)
    picked = tuple(new if one == Point(old) else one for one in solution.picked)
    return replace(solution, steps=steps, picked=picked)
