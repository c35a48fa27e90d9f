"""Several second planners as one: each is asked in turn until one answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chains.answers.outcome import Outcome
    from chains.questions.request import Reading, SecondPlanner
    from chains.resolve.shelf import Shelf


class InTurn:
    """The planners in their order; an outcome names the one that it is of."""

    def __init__(self, planners: Sequence[SecondPlanner]) -> None:
        self._planners = tuple(planners)
        self.name = ", ".join(one.name for one in planners)

    def answer(self, reading: Reading, shelf: Shelf) -> Outcome | None:
        """The first outcome that has a text; else the last one's."""
        outcome = None
        for one in self._planners:
            outcome = one.answer(reading, shelf)
            if outcome is not None and outcome.text:
                return replace(outcome, planner=outcome.planner or one.name)
        return outcome
