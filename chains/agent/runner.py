"""What carries out a turn, what it is given, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chains.agent.events import Step, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn begins with. `questions` are those before it, oldest first; `last` the turns that are given whole."""

    text: str
    thread: str | None = None
    document: str | None = None
    number: int = 1
    questions: tuple[str, ...] = ()
    digest: tuple[str, ...] = ()
    last: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that stands still: calls of tools that write, each wanting a yes or a no."""

    calls: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to: the fields of a Turn that are the run's to say."""

    text: str
    status: str
    understood: str = ""
    answers: tuple[Mapping[str, Any], ...] = ()
    citations: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""


class Runner(Protocol):
    """What carries out one turn: its steps as they go, and in the end `Ended`, or `Waiting` for a decision."""

    def run(self, asked: Asked) -> Iterator[Step | Waiting | Ended]:
        """From the beginning."""
        ...

    def go_on(self, asked: Asked, decisions: Sequence[bool]) -> Iterator[Step | Waiting | Ended]:
        """After `Waiting`, with a decision for each of its calls; never of a turn without a thread."""
        ...

    def forget(self, thread: str) -> None:
        """Drop what is kept of a run of `thread` that will not go on."""
        ...
