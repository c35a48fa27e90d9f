"""Which adapter is in use for each task, and which were before: HOME/adapters/in_use.json.

    {"format": 1, "tasks": {"sentiment": {"stack": [Use, ...], "log": [Event, ...]}}}

The last of the stack is in use, and a rollback takes it off. An empty stack means the shipped adapter. The log keeps
what was done, with the comparison that allowed it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.disk import write_whole
from adapters.errors import AdapterFilesError

FILE = "in_use.json"
FORMAT = 1
_LOGGED = 1000


@dataclass(frozen=True, slots=True)
class Use:
    """An adapter that was put to use: its name and the day, 2026-11-22."""

    name: str
    since: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done: "promoted", "forced", "rolled back" or "removed", to which adapter, with what result."""

    did: str
    name: str
    date: str
    comparison: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TaskUse:
    """The record of one task."""

    stack: tuple[Use, ...] = ()
    log: tuple[Event, ...] = ()

    def put(self, name: str, event: Event) -> TaskUse:
        """With `name` in use."""
        return self._with((*self.stack, Use(name, event.date)), event)

    def back(self, event: Event) -> TaskUse:
        """With the one in use taken off."""
        return self._with(self.stack[:-1], event)

    def without(self, name: str, event: Event) -> TaskUse:
        """With every mention of `name` taken off the stack, so that no rollback leads to it."""
        kept: list[Use] = []
        for use in self.stack:
            if use.name != name and not (kept and kept[-1].name == use.name):
                kept.append(use)
        return self._with(tuple(kept), event)

    def _with(self, stack: tuple[Use, ...], event: Event) -> TaskUse:
        return replace(self, stack=stack, log=(*self.log, event)[-_LOGGED:])


@dataclass(frozen=True, slots=True)
class InUse:
    """The whole record, by task."""

    tasks: dict[str, TaskUse] = field(default_factory=dict)

    def of(self, task: str) -> TaskUse:
        """The record of a task; empty where nothing was ever promoted."""
        return self.tasks.get(task, TaskUse())

    def having(self, task: str, use: TaskUse) -> InUse:
        """The record with another state of one task."""
        return InUse({**self.tasks, task: use})


def read_in_use(folder: Path) -> InUse:
    """The record in `folder`; empty where there is none.

    Raises:
        AdapterFilesError: it cannot be read.
    """
    path = folder / FILE
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            raise ValueError("another format")
        return InUse({str(task): _task(state) for task, state in value["tasks"].items()})
    except FileNotFoundError:
        return InUse()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AdapterFilesError(
            f"{path}: damaged; expected the record of the adapters in use: delete it to use the shipped ones again, "
            "and promote yours once more"
        ) from error


def write_in_use(record: InUse, folder: Path) -> None:
    """Write the record so that it appears whole or stays as it was."""
    tasks = {task: asdict(state) for task, state in record.tasks.items()}
    write_whole(folder / FILE, json.dumps({"format": FORMAT, "tasks": tasks}, ensure_ascii=False, indent=1) + "\n")


def _task(state: dict[str, Any]) -> TaskUse:
    stack = tuple(Use(_text(use["name"]), _text(use["since"])) for use in state["stack"])
    log = tuple(
        Event(_text(one["did"]), _text(one["name"]), _text(one["date"]), one.get("comparison")) for one in state["log"]
    )
    return TaskUse(stack, log)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
