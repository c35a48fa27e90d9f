"""Examples as training targets: the layout that the model reads, and the actions that are right in it."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.report_qa.actions import FIXED, actions_of
from adapters.report_qa.batch import Target
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import SCALES, Evidence, Example, Kind, Point, Solution, Source
from adapters.report_qa.layout import Layout, Reader
from adapters.report_qa.programs import operand_value

MOST_ACTIONS = 24


def targets_of(example: Example, reader: Reader, *, most: int = 3, scaled: bool = True) -> list[Target]:
    """The targets of an example, one for each of its first `most` solutions that the layout can spell; likeliest first.

    The lines that the solutions point to always find room in the layout. `scaled` says that the data states scales.
    """
    solutions = example.solutions[:most]
    layout = reader.read(example.evidence, pointed_lines(solutions, example.evidence))
    made = []
    for solution in solutions:
        actions = actions_of(solution, layout)
        if actions is None or len(actions) > MOST_ACTIONS:
            continue
        scale = SCALES.index(solution.scale) if scaled and solution.kind is not Kind.REFUSAL else -1
        made.append(Target(layout, actions, _also(actions, layout), scale, example.weight))
    return made


def states_scale(example: Example) -> bool:
    """Whether the data that an example is of says in which scale its answer is: TAT-QA's kind."""
    return bool(example.scale or example.answer_type)


def pointed_lines(solutions: Sequence[Solution], evidence: Evidence) -> frozenset[tuple[Source, int]]:
    """The lines that solutions point to."""
    candidates = candidates_of(evidence)
    found: set[tuple[Source, int]] = set()
    for solution in solutions:
        pointed = [*solution.picked, *(operand for step in solution.steps for operand in step.operands)]
        for one in pointed:
            if isinstance(one, Point):
                found.add((candidates[one.index].source, candidates[one.index].line))
            elif hasattr(one, "line"):
                found.add((Source.TEXT, one.line))
    return frozenset(found)


def _also(actions: Sequence[int], layout: Layout) -> dict[int, list[int]]:
    """Other candidates that print the same number: a text that repeats the table's figure is as right as the table.

    Small whole numbers and years agree by accident, so for them only the one that was meant counts.
    """
    values: dict[object, list[int]] = {}
    for place, index in enumerate(layout.index):
        candidate = layout.candidates[index]
        value = operand_value(candidate)
        if value is not None and not candidate.is_year and (abs(value) >= 100 or value != value.to_integral_value()):
            values.setdefault((abs(value), candidate.percent), []).append(FIXED + place)
    same = {action: group for group in values.values() if len(group) > 1 for action in group}
    return {
        step: [one for one in same[action] if one != action] for step, action in enumerate(actions) if action in same
    }
