"""The value of a step that is done: its record, its exact number and its program, and the side of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from chains.agent.steps import Ref
from chains.answers.program import Program, StepRef, parse_program
from chains.errors import ChainError

Artifacts = Mapping[int, Mapping[str, Any]]
"""What the steps that are done gave, by their numbers."""


class UnresolvedStepError(Exception):
    """What a step refers to is not there: nothing was compared, or the values cannot be ranked."""


def record_of(ref: Ref, artifact: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record of a value. Raises UnresolvedStepError where there is none."""
    records: Sequence[Mapping[str, Any]] = artifact.get("records") or ()
    place, count = ref.place or 0, ref.of or 1
    if len(records) != count:
        raise UnresolvedStepError("a value that is needed for it was not found")
    record = records[place]
    if record.get("status") != "answered" or record.get("value") is None:
        raise UnresolvedStepError("a value that is needed for it was not found")
    return record


def exact(ref: Ref, artifact: Mapping[str, Any]) -> tuple[Decimal, str]:
    """The exact value of a step in whole units, with its unit. Raises UnresolvedStepError."""
    record = record_of(ref, artifact)
    results: Sequence[Mapping[str, Any]] = (record.get("explain") or {}).get("results") or ()
    said = str(results[0].get("value", "")) if len(results) == 1 else str(artifact.get("value") or "")
    number, _, unit = said.partition(" ")
    with suppress(InvalidOperation):
        return Decimal(number), unit
    raise UnresolvedStepError("a value that is needed for it was not found")


def program_of(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The program of a value as one nested call."""
    if artifact.get("kind") == "look_up_figures":
        return figures_of(Ref(ref.step, "figure"), artifact)
    if ref.what in ("value highest", "value lowest"):
        places = [replace(ref, what="value", place=place) for place in range(ref.of or 1)]
        values = [exact(one, artifact)[0] for one in places]
        wanted = max(values) if ref.what == "value highest" else min(values)
        return program_of(places[values.index(wanted)], artifact)
    record = record_of(ref, artifact)
    results: Sequence[Mapping[str, Any]] = (record.get("explain") or {}).get("results") or ()
    said = str(results[0]["program"]) if len(results) == 1 else str(record.get("program") or "")
    if not said or ";" in said or len(results) > 1:
        raise UnresolvedStepError("a value that is needed for it is no single figure or calculation")
    try:
        return nested(parse_program(said))
    except ChainError as error:
        raise UnresolvedStepError(f"a value that is needed for it cannot be used: {error}") from None


def nested(program: Program) -> str:
    """A program as one call, the steps that it refers to put in."""
    said: list[str] = []
    for step in program.steps:
        operands = (said[o.index] if isinstance(o, StepRef) else str(o) for o in step.operands)
        said.append(f"{step.operation}({', '.join(operands)})")
    return said[-1] if said else str(program.only)


def side_of(side: str, artifact: Mapping[str, Any], differing: str = "company") -> Mapping[str, Any]:
    """The row of a comparison that is at a side. Raises UnresolvedStepError where none is."""
    highest, lowest = artifact.get("highest"), artifact.get("lowest")
    if not highest or not lowest:
        raise UnresolvedStepError(str(artifact.get("verdict") or "there are no values to tell one from the other"))
    if highest[differing] == lowest[differing] or highest["value"] == lowest["value"]:
        raise UnresolvedStepError(f"the values do not tell one {differing} from the other")
    side = directed(side, str(artifact.get("better") or ""), str(artifact.get("measure", "value")))
    row: Mapping[str, Any] = highest if side == "highest" else lowest
    return row


def directed(side: str, better: str, measure: str) -> str:
    """ "better" and "worse" as "highest" and "lowest". Raises UnresolvedStepError where it is neither."""
    if side not in ("better", "worse"):
        return side
    if not better:
        raise UnresolvedStepError(
            f"whether a higher or a lower {measure} is better is not settled; say higher or lower"
        )
    return "highest" if (side == "better") == (better == "higher") else "lowest"


def figures_of(ref: Ref, artifact: Mapping[str, Any]) -> str:
    figures: Sequence[Mapping[str, Any]] = artifact.get("figures") or ()
    if not figures:
        raise UnresolvedStepError("there is no figure to calculate with")
    return ", ".join(str(f["figure"]) for f in figures[: 1 if ref.what == "figure" else None])
