"""What a turn of a conversation gives back, piece by piece: the steps, the words, and in the end the turn itself.

The terminal, the web page and the HTTP API read the same events; `record()` of each is plain data, ready for JSON. A
turn runs through `chains.agent.assistant.Assistant`:

    Assistant.stream(text, *, thread=None, document=None) -> Iterator[Event]   # ends with one Turn, or one Approval
    Assistant.decide(thread, approve) -> Iterator[Event]                       # goes on after an Approval
    Assistant.say(text, ...) -> Turn                                           # the last event; writing tools declined
    Assistant.threads() -> list[Thread]; .turns(thread) -> list[Turn]; .waiting(thread) -> Approval | None
    Assistant.remove(thread); .close()

`thread=None` keeps nothing. A turn that was given back has been written to disk before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["answered", "refused", "stopped"]
"""What became of a turn: `stopped` when a limit, the time or the user ended it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a tool. It comes twice: when it begins, and when it is `done` or has `failed`.

    `said` is what the model reads of it; `artifact` the tool's plain data with its citations, {} while it runs.
    """

    id: str
    tool: str
    arguments: Mapping[str, Any]
    status: Literal["running", "done", "failed"] = "running"
    said: str = ""
    artifact: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    kind = "step"

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {
            "id": self.id,
            "tool": self.tool,
            "arguments": dict(self.arguments),
            "status": self.status,
            "said": self.said,
            "artifact": dict(self.artifact),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the answer, to be set behind those before. The answer is whole and checked when it begins."""

    text: str

    kind = "piece"

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Approval:
    """A tool that writes waits for a yes: `Assistant.decide` goes on. `asked` is what the turn began with."""

    thread: str
    tool: str
    arguments: Mapping[str, Any]
    question: str
    asked: str = ""

    kind = "approval"

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {
            "thread": self.thread,
            "tool": self.tool,
            "arguments": dict(self.arguments),
            "question": self.question,
            "asked": self.asked,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked and what was answered, whole.

    `understood` is the question as it stands on its own, "" where it was asked so. `answers` are records of
    `chains.answers.answer.Answer` with their explanation, in the order in which the text uses them; `citations` those
    of all steps, numbered in the text as [1], [2]; `notes` are the remembered habits that changed the answer.
    """

    thread: str
    number: int
    asked: str
    text: str
    status: Status
    understood: str = ""
    answers: tuple[Mapping[str, Any], ...] = ()
    citations: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    at: str = ""
    seconds: float = 0.0

    kind = "turn"

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON; `at` is the time in UTC, ISO 8601."""
        return {
            "thread": self.thread,
            "number": self.number,
            "asked": self.asked,
            "text": self.text,
            "status": self.status,
            "understood": self.understood,
            "answers": [dict(one) for one in self.answers],
            "citations": [dict(one) for one in self.citations],
            "steps": [one.record() for one in self.steps],
            "notes": list(self.notes),
            "reason": self.reason,
            "at": self.at,
            "seconds": self.seconds,
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Turn:
        """The turn of a record that was stored. Raises KeyError or TypeError where it is none."""
        steps = tuple(Step(**one) for one in record["steps"])
        several = {key: tuple(record[key]) for key in ("answers", "citations", "notes")}
        return cls(**{**record, **several, "steps": steps})


Event = Step | Piece | Approval | Turn


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: its name, how many turns it has, and the times of the first and the last, ISO 8601."""

    name: str
    turns: int
    first: str
    last: str
    title: str = ""

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {"name": self.name, "turns": self.turns, "first": self.first, "last": self.last, "title": self.title}
