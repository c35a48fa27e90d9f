"""A turn that is being made: what was asked, its steps so far, and what is written down of it where it waits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from chains.agent.events import Step, Turn
from chains.agent.runner import Asked, Ended, Waiting
from chains.agent.transcript import Past


@dataclass(slots=True)
class Turning:
    """A turn that is being made. `before` are the seconds that it took before it waited."""

    asked: Asked
    past: Past
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, Step] = field(default_factory=dict)
    before: float = 0.0
    stored: bool = False

    @classmethod
    def taken_up(cls, asked: Asked, past: Past, pending: Mapping[str, Any]) -> Turning:
        """The turn that waited, of what was written down."""
        steps = {step["id"]: Step(**step) for step in pending["steps"]}
        return cls(asked, past, pending["at"], steps=steps, before=pending["seconds"])

    def pending(self, waiting: Waiting, decided: Sequence[bool]) -> dict[str, Any]:
        """What is written down of a turn that waits, so that a yes is understood after a restart."""
        return {
            "asked": self.asked.text,
            "document": self.asked.document,
            "at": self.at,
            "seconds": self.before + time.perf_counter() - self.started,
            "steps": [step.record() for step in self.steps.values()],
            "calls": [dict(call) for call in waiting.calls],
            "decided": list(decided),
        }

    def told(self, step: Step) -> Step | None:
        """A step as it is told now; None where it was told before the turn waited."""
        begun = self.steps.get(step.id)
        if begun is not None and step.status == "running":
            return None
        made = replace(step, arguments=begun.arguments, tool=begun.tool) if begun is not None else step
        self.steps[step.id] = made
        return made

    def turn(self, ended: Ended) -> Turn:
        """The turn at its end; a step that still ran was cut short."""
        return Turn(
            self.asked.thread or "",
            self.asked.number,
            self.asked.text,
            ended.text,
            ended.status,  # type: ignore[arg-type]
            ended.understood,
            ended.answers,
            ended.citations,
            tuple(_ended(step) for step in self.steps.values()),
            ended.notes,
            ended.reason,
            self.at,
            round(self.before + time.perf_counter() - self.started, 6),
        )


def _ended(step: Step) -> Step:
    """A step of a turn that is over."""
    return replace(step, status="failed", said="stopped") if step.status == "running" else step
