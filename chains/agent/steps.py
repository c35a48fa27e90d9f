"""The steps of a request: calls of tools, some of which wait for what others give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that an earlier step finds out: of step number `step` the `what`.

    `what` is "highest", "lowest", "better" or "worse" (a company of a comparison), "newest" or "oldest" (a document of
    a list), "figure" or "figures" (the id of the first figure that was looked up, or the ids of all), "value" (the
    program of a value, record number `place` of the `of` that it has), "answer" (what was said), "period highest" and
    the like (the period of a comparison's row), "year" (the one that the best passage names), or
    "portion" (the segment, region or the like that an answer names first).
    """

    step: int
    what: str
    place: int | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """The name beside the highest or the lowest of some values, or beside the text of a sentiment ("negative").

    `kind` is what it is a name of: "company", "period" or "item".
    """

    refs: tuple[Ref, ...]
    names: tuple[str, ...]
    side: str
    better: str = ""
    kind: str = "company"


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculation over values that steps find: an operation of the program language, "growth" or "percent"."""

    operation: str
    operands: tuple[Ref | Formula | str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be so for a step to be taken.

    `kind` is "above" or "below" (the value of the first ref against the second's, or against `number`), "leads" (the
    value of the first ref is at the `side` of all refs), "exists" (there is a value), "missing" (there is none: the
    step looks into the text instead, and nothing is said of the condition), or "sentiment" (of the first ref's
    texts or news, `side`). `wanted` False means that it must not be so. `text` is how the user put it.
    """

    kind: str
    refs: tuple[Ref, ...]
    text: str
    number: Decimal | None = None
    unit: str = ""
    side: str = ""
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a tool. Values of `arguments` may be a `Ref`, or a tuple of texts and Refs that are joined to one text.

    `given` is the condition that it is taken on; `label` names the result of a calculation; `of_value` says that a
    value is asked for: sentences are no answer to it.
    """

    tool: str
    arguments: Mapping[str, Any]
    text: str = ""
    given: Condition | None = None
    label: str = ""
    of_value: bool = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What it waits for."""
        return tuple(ref for value in self.arguments.values() for ref in _refs(value))


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What is to be done for a request: its steps, or a text alone (`said`, with its `status`) where none is needed.

    `understood` is the request as it stands on its own, "" where it does already.
    """

    steps: tuple[Step, ...] = ()
    said: str = ""
    status: str = ""
    understood: str = ""
    notes: tuple[str, ...] = field(default=())


def moved(value: Any, places: Mapping[int, int]) -> Any:
    """A value of arguments, or a condition, whose references are to steps that now have other numbers."""
    match value:
        case Ref():
            return replace(value, step=places[value.step])
        case Pick() | Condition():
            return replace(value, refs=tuple(moved(ref, places) for ref in value.refs))
        case Formula():
            return replace(value, operands=tuple(moved(one, places) for one in value.operands))
        case tuple():
            return tuple(moved(one, places) for one in value)
        case _:
            return value


def _refs(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, Pick):
        return list(value.refs)
    if isinstance(value, Formula):
        return [ref for one in value.operands for ref in _refs(one)]
    if isinstance(value, list | tuple):
        return [ref for one in value for ref in _refs(one)]
    return []
