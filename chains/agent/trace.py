"""Traces: each run of the agent as one local JSON file, and the same run again with what differs.

A trace holds what went in (the text, what was said before it, the document, the notes), what came out (the turn with
its steps, their artifacts and times), and what it rested on (the documents by their hashes, versions, settings). It is
written beside nothing else and sent nowhere.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.disk import make_home, write_whole
from chains.agent.events import Turn
from chains.errors import ChainError

if TYPE_CHECKING:
    from chains.agent.assistant import Assistant
    from chains.agent.runner import Asked

FORMAT = 1
_PACKAGES = ("finagent", "langchain", "langchain-core", "langgraph", "langgraph-checkpoint", "torch", "transformers")
_COMPARED = ("status", "text", "understood", "reason", "notes")
_ANSWER = ("status", "value", "unit", "program")
_SHOWN = 300  # characters of a value in a difference


class TraceError(ChainError):
    """A file that is no trace."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a replayed run has another way: `then` in the trace, `now` in the new run."""

    what: str
    then: Any
    now: Any

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {"what": self.what, "then": self.then, "now": self.now}


@dataclass(frozen=True, slots=True)
class Tracer:
    """Writes traces into a folder. `documents` gives the documents of the library with their hashes, by name."""

    folder: Path
    library: str
    documents: Callable[[], Mapping[str, str]]
    settings: Mapping[str, Any]
    on_remark: Callable[[str], None] = lambda _: None

    def write(self, asked: Asked, turn: Turn, notes: Sequence[str]) -> None:
        """Write the trace of a turn. Where that fails `on_remark` is told: no answer is lost for its trace."""
        stamp = re.sub(r"[^0-9T]", "", turn.at[:23])
        name = f"{stamp}-{turn.thread or 'unkept'}-{turn.number:04d}-{secrets.token_hex(2)}.json"
        made = {
            "finagent_trace": FORMAT,
            "asked": {
                "text": asked.text,
                "thread": asked.thread,
                "document": asked.document,
                "history": list(asked.questions),
                "notes": list(notes),
            },
            "turn": turn.record(),
            "rests_on": self.rests_on(),
        }
        try:
            make_home(self.folder)
            path = self.folder / name
            write_whole(path, json.dumps(made, ensure_ascii=False, indent=1, default=str))
            path.chmod(0o600)
        except OSError as error:
            self.on_remark(f"the trace {self.folder / name} could not be written: {error.strerror or error}")

    def rests_on(self) -> dict[str, Any]:
        """The library with its documents, versions and settings."""
        documents = dict(sorted(self.documents().items()))
        lines = "".join(f"{name} {sha256}\n" for name, sha256 in documents.items())
        return {
            "library": {
                "name": self.library,
                "sha256": hashlib.sha256(lines.encode()).hexdigest(),
                "documents": documents,
            },
            "versions": {"python": platform.python_version(), **dict(_versions())},
            "settings": dict(self.settings),
        }


def read_trace(path: Path) -> dict[str, Any]:
    """A trace that was written. Raises TraceError where the file is none."""
    expected = "expected a file that the setting trace made (finagent chat --trace FOLDER)"
    try:
        trace = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{path}: not a trace: {' '.join(str(error).split())}; {expected}") from error
    if not isinstance(trace, dict) or trace.get("finagent_trace") != FORMAT:
        raise TraceError(f"{path}: not a trace of this version; {expected}")
    try:
        Turn.of(trace["turn"])
        asked = trace["asked"]
        texts = (asked["text"], *asked["history"], *asked["notes"])
        whole = all(isinstance(text, str) for text in texts) and isinstance(asked["document"], str | None)
    except (KeyError, TypeError) as error:
        raise TraceError(f"{path}: not a whole trace ({error} is missing or wrong); {expected}") from error
    if not whole:
        raise TraceError(f"{path}: not a whole trace (a text is missing or wrong); {expected}")
    return trace


def replay(trace: Mapping[str, Any], assistant: Assistant, tracer: Tracer) -> tuple[Turn, list[Difference]]:
    """Run a trace again, keeping nothing, and say what differs; times are not compared.

    Tools that write are not carried out again. A run that rested on notes which are no longer there differs by them.
    """
    asked = trace["asked"]
    turn = assistant.say(asked["text"], document=asked["document"], history=asked["history"])
    now_notes = [note.text for note in assistant.notes.all()]
    differences = [*_rests(trace.get("rests_on") or {}, tracer.rests_on())]
    if list(asked["notes"]) != now_notes:
        differences.append(Difference("notes that are kept", asked["notes"], now_notes))
    return turn, [*differences, *_turns(trace["turn"], json.loads(json.dumps(turn.record(), default=str)))]


def _rests(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    held, holds = (one.get("library", {}).get("documents", {}) for one in (then, now))
    for name in sorted(held.keys() | holds.keys()):
        if held.get(name) != holds.get(name):
            yield Difference(f"document {name}", held.get(name), holds.get(name))
    for part in ("versions", "settings"):
        before, after = then.get(part) or {}, now.get(part) or {}
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                yield Difference(f"{part[:-1]} {name}", before.get(name), after.get(name))


def _turns(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in _COMPARED:
        if then.get(name) != now.get(name):
            yield Difference(name, then.get(name), now.get(name))
    calls = [[(s["tool"], s["arguments"], s["status"]) for s in one.get("steps") or ()] for one in (then, now)]
    if calls[0] != calls[1]:
        yield Difference("calls of tools", *(_said_calls(one) for one in calls))
    for number in range(max(len(then.get("answers") or ()), len(now.get("answers") or ()))):
        before, after = (_nth(one.get("answers") or (), number) for one in (then, now))
        for name in _ANSWER:
            if before.get(name) != after.get(name):
                yield Difference(f"answer {number + 1}, {name}", before.get(name), after.get(name))
    places = [
        [(c.get("document"), c.get("page"), c.get("figure")) for c in one.get("citations") or ()] for one in (then, now)
    ]
    if places[0] != places[1]:
        yield Difference("citations", *([f"{d}, page {p}" for d, p, _ in one] for one in places))


def _said_calls(calls: Sequence[tuple[str, Any, str]]) -> list[str]:
    return [
        f"{tool}({json.dumps(arguments, ensure_ascii=False)[:_SHOWN]}) {status}" for tool, arguments, status in calls
    ]


def _nth(rows: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return rows[number] if number < len(rows) else {}


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
