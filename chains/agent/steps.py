"""The steps of a request: calls of tools, some of which wait for what others give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class UnresolvedStepError(Exception):
    """What a step refers to is not there: nothing was compared, or the values cannot be ranked."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that an earlier step finds out: of step number `step` the `what`.

    `what` is "highest", "lowest", "better" or "worse" (a company of a comparison), "newest" or "oldest" (a document of
    a list), or "figure" or "figures" (the id of the first figure that was looked up, or the ids of all).
    """

    step: int
    what: str


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a tool. Values of `arguments` may be a `Ref`, or a tuple of texts and Refs that are joined to one text.

    `unless` is what the user is told where a reference cannot be resolved.
    """

    tool: str
    arguments: Mapping[str, Any]
    text: str = ""

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


def _refs(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, list | tuple):
        return [ref for one in value for ref in _refs(one)]
    return []


def resolved(step: Step, artifacts: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """The arguments of a step, what it waits for put in. `artifacts` are those of the steps that are done, by number.

    Raises UnresolvedStepError with the reason where there is nothing to put in.
    """
    return {name: _resolved(value, artifacts) for name, value in step.arguments.items()}


def _resolved(value: Any, artifacts: Mapping[int, Mapping[str, Any]]) -> Any:
    match value:
        case Ref():
            return referred(value, artifacts.get(value.step) or {})
        case tuple():
            return "".join(str(_resolved(one, artifacts)) for one in value)
        case list():
            return [_resolved(one, artifacts) for one in value]
        case _:
            return value


def referred(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The name that a reference means. Raises UnresolvedStepError."""
    if ref.what in ("newest", "oldest"):
        documents: Sequence[Mapping[str, Any]] = artifact.get("documents") or ()
        if not documents:
            raise UnresolvedStepError("there is no document to go on with")
        return str(documents[0 if ref.what == "newest" else -1]["document"])
    if ref.what in ("figure", "figures"):
        figures: Sequence[Mapping[str, Any]] = artifact.get("figures") or ()
        if not figures:
            raise UnresolvedStepError("there is no figure to calculate with")
        return ", ".join(str(f["figure"]) for f in figures[: 1 if ref.what == "figure" else None])
    highest, lowest = artifact.get("highest"), artifact.get("lowest")
    if not highest or not lowest:
        raise UnresolvedStepError(str(artifact.get("verdict") or "there are no values to tell one from the other"))
    if highest["company"] == lowest["company"] or highest["value"] == lowest["value"]:
        raise UnresolvedStepError("the values do not tell one company from the other")
    better = str(artifact.get("better") or "")
    side = ref.what
    if side in ("better", "worse"):
        if not better:
            raise UnresolvedStepError(
                f"whether a higher or a lower {artifact.get('measure', 'value')} is better is not settled; "
                "say higher or lower"
            )
        side = "highest" if (side == "better") == (better == "higher") else "lowest"
    return str((highest if side == "highest" else lowest)["company"])
