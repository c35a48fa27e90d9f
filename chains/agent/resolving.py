"""What references of steps mean, once the steps that they wait for are done: names, programs, periods."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from chains.agent.steps import Condition, Formula, Pick, Ref, Step
from chains.errors import ChainError
from chains.program import Program, StepRef, parse_program

_NOTE = 300  # characters of an answer that are kept as a note
_YEAR = re.compile(r"\b(?:fiscal(?: year)?|FY|year|in|of)\s?((?:19|20)\d\d)\b", re.IGNORECASE)
Artifacts = Mapping[int, Mapping[str, Any]]


class UnresolvedStepError(Exception):
    """What a step refers to is not there: nothing was compared, or the values cannot be ranked."""


def resolved(step: Step, artifacts: Artifacts) -> dict[str, Any]:
    """The arguments of a step, what it waits for put in. `artifacts` are those of the steps that are done, by number.

    Raises UnresolvedStepError with the reason where there is nothing to put in.
    """
    return {name: _resolved(value, artifacts) for name, value in step.arguments.items()}


def _resolved(value: Any, artifacts: Artifacts) -> Any:
    match value:
        case Ref():
            return referred(value, artifacts.get(value.step) or {})
        case Pick():
            return picked(value, artifacts)
        case Formula():
            return written(value, artifacts)
        case tuple():
            return "".join(str(_resolved(one, artifacts)) for one in value)
        case list():
            return [_resolved(one, artifacts) for one in value]
        case _:
            return value


def referred(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The name that a reference means. Raises UnresolvedStepError."""
    if ref.what in _OTHERS:
        return _OTHERS[ref.what](ref, artifact)
    return str(_side(ref.what, artifact)["company"])


def _document(ref: Ref, artifact: Mapping[str, Any]) -> str:
    documents: Sequence[Mapping[str, Any]] = artifact.get("documents") or ()
    if not documents:
        raise UnresolvedStepError("there is no document to go on with")
    return str(documents[0 if ref.what == "newest" else -1]["document"])


def _figures(ref: Ref, artifact: Mapping[str, Any]) -> str:
    figures: Sequence[Mapping[str, Any]] = artifact.get("figures") or ()
    if not figures:
        raise UnresolvedStepError("there is no figure to calculate with")
    return ", ".join(str(f["figure"]) for f in figures[: 1 if ref.what == "figure" else None])


def _side(side: str, artifact: Mapping[str, Any], differing: str = "company") -> Mapping[str, Any]:
    """The row of a comparison that is at a side. Raises UnresolvedStepError where none is."""
    highest, lowest = artifact.get("highest"), artifact.get("lowest")
    if not highest or not lowest:
        raise UnresolvedStepError(str(artifact.get("verdict") or "there are no values to tell one from the other"))
    if highest[differing] == lowest[differing] or highest["value"] == lowest["value"]:
        raise UnresolvedStepError(f"the values do not tell one {differing} from the other")
    side = _directed(side, str(artifact.get("better") or ""), str(artifact.get("measure", "value")))
    row: Mapping[str, Any] = highest if side == "highest" else lowest
    return row


def _directed(side: str, better: str, measure: str) -> str:
    """ "better" and "worse" as "highest" and "lowest". Raises UnresolvedStepError where it is neither."""
    if side not in ("better", "worse"):
        return side
    if not better:
        raise UnresolvedStepError(
            f"whether a higher or a lower {measure} is better is not settled; say higher or lower"
        )
    return "highest" if (side == "better") == (better == "higher") else "lowest"


def _period(ref: Ref, artifact: Mapping[str, Any]) -> str:
    side = ref.what.removeprefix("period ")
    return str(_side(side, artifact, "period")["period"])


def _record(ref: Ref, artifact: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record of a value. Raises UnresolvedStepError where there is none."""
    records: Sequence[Mapping[str, Any]] = artifact.get("records") or ()
    place, count = ref.place or 0, ref.of or 1
    if len(records) != count:
        raise UnresolvedStepError("a value that is needed for it was not found")
    record = records[place]
    if record.get("status") != "answered" or record.get("value") is None:
        raise UnresolvedStepError("a value that is needed for it was not found")
    return record


def _program(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The program of a value as one nested call."""
    if artifact.get("kind") == "look_up_figures":
        return _figures(Ref(ref.step, "figure"), artifact)
    if ref.what in ("value highest", "value lowest"):
        places = [replace(ref, what="value", place=place) for place in range(ref.of or 1)]
        values = [exact(one, artifact)[0] for one in places]
        wanted = max(values) if ref.what == "value highest" else min(values)
        return _program(places[values.index(wanted)], artifact)
    record = _record(ref, artifact)
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


def written(formula: Formula, artifacts: Artifacts) -> str:
    """The program of a calculation over values. Raises UnresolvedStepError where one is not there."""
    parts = [str(_resolved(one, artifacts)) for one in formula.operands]
    match formula.operation:
        case "growth":
            new, old = parts
            return f"multiply(divide(subtract({new}, {old}), {old}), const_100)"
        case "gap":
            both = ", ".join(parts)
            return f"subtract(max({both}), min({both}))"
        case "percent":
            return f"multiply(divide({', '.join(parts)}), const_100)"
        case "sum" | "average" if len(parts) == 1:
            return parts[0]
        case operation:
            return f"{operation}({', '.join(parts)})"


def _answer(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """What a step said, for a note: the sentence of its value."""
    said = str(_record(ref, artifact)["answer"])
    return re.sub(r"\s*(?:\[\d+\])+", "", said.split(" Note: ")[0])[:_NOTE].strip()


def _portion(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The segment, region or the like that an answer over all of them names. Raises UnresolvedStepError."""
    records: Sequence[Mapping[str, Any]] = artifact.get("records") or ()
    record = records[0] if len(records) == 1 else {}
    plan = (record.get("explain") or {}).get("plan") or {}
    name, found, _ = str(record.get("answer", "")).partition(":")
    if record.get("status") != "answered" or plan.get("kind") != "Parts" or not found or not name.strip():
        raise UnresolvedStepError("which one is meant was not found")
    return name.strip()


def _year(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """The one year that the best passage names in the sentence that was found."""
    for cited in (artifact.get("citations") or ())[:1]:
        years = list(dict.fromkeys(_YEAR.findall(str(cited.get("quote", "")).split(". ")[0] + " ")))
        years = years or list(dict.fromkeys(_YEAR.findall(str(cited.get("quote", "")))))[:1]
        if len(years) == 1:
            return f"FY{years[0]}"
    raise UnresolvedStepError("the passages do not say in which year it was")


def picked(pick: Pick, artifacts: Artifacts) -> str:
    """The name that a choice among values or texts comes to. Raises UnresolvedStepError."""
    if pick.side in ("positive", "negative", "neutral"):
        texts: Sequence[Mapping[str, Any]] = (artifacts.get(pick.refs[0].step) or {}).get("texts") or ()
        fits = {n for n, text in zip(pick.names, texts, strict=False) if n and text.get("sentiment") == pick.side}
        if len(fits) != 1:
            raise UnresolvedStepError(f"not exactly one company has {pick.side} news")
        return fits.pop()
    values = [exact(ref, artifacts.get(ref.step) or {}) for ref in pick.refs]
    if len({unit for _, unit in values}) > 1:
        raise UnresolvedStepError("the values are in different units and cannot be ranked")
    side = _directed(pick.side, pick.better, "value")
    amounts = [amount for amount, _ in values]
    wanted = max(amounts) if side == "highest" else min(amounts)
    fits = {name for name, amount in zip(pick.names, amounts, strict=True) if amount == wanted}
    if len(fits) != 1:
        raise UnresolvedStepError("the values do not tell one from the other")
    return fits.pop()


def exact(ref: Ref, artifact: Mapping[str, Any]) -> tuple[Decimal, str]:
    """The exact value of a step in whole units, with its unit. Raises UnresolvedStepError."""
    record = _record(ref, artifact)
    results: Sequence[Mapping[str, Any]] = (record.get("explain") or {}).get("results") or ()
    said = str(results[0].get("value", "")) if len(results) == 1 else str(artifact.get("value") or "")
    number, _, unit = said.partition(" ")
    with suppress(InvalidOperation):
        return Decimal(number), unit
    raise UnresolvedStepError("a value that is needed for it was not found")


def holds(condition: Condition, artifacts: Artifacts) -> bool:
    """Whether a condition is met. Raises UnresolvedStepError where it cannot be told."""
    return _holds(condition, artifacts) == condition.wanted


def _holds(condition: Condition, artifacts: Artifacts) -> bool:
    match condition.kind:
        case "exists":
            try:
                exact(condition.refs[0], artifacts.get(condition.refs[0].step) or {})
            except UnresolvedStepError:
                return False
            return True
        case "missing":
            return not _holds(replace(condition, kind="exists"), artifacts)
        case "sentiment":
            artifact = artifacts.get(condition.refs[0].step) or {}
            texts = artifact.get("texts") or ()
            said = {str(text.get("sentiment")) for text in texts} or {str(artifact.get("balance") or "")}
            return said == {condition.side}
    values = [exact(ref, artifacts.get(ref.step) or {}) for ref in condition.refs]
    if condition.kind == "leads":
        amounts = [amount for amount, _ in values]
        if len({unit for _, unit in values}) > 1 or amounts.count(amounts[0]) > 1:
            raise UnresolvedStepError("the values cannot be ranked")
        return amounts[0] == (max(amounts) if condition.side == "highest" else min(amounts))
    first, unit = values[0]
    if len(values) > 1:
        other, other_unit = values[1]
        if unit != other_unit:
            raise UnresolvedStepError("the values are in different units and cannot be compared")
    else:
        other = condition.number or Decimal(0)
        shown = _record(condition.refs[0], artifacts.get(condition.refs[0].step) or {}).get("unit")
        percent = condition.unit == "percent" or (shown == "percent" and other > 1)
        if percent and unit not in ("pure", "percent"):
            raise UnresolvedStepError("the value is not in the unit of the condition")
        other = other / 100 if percent and unit == "pure" else other
    return first > other if condition.kind == "above" else first < other


_OTHERS: dict[str, Callable[[Ref, Mapping[str, Any]], str]] = {
    "newest": _document,
    "oldest": _document,
    "figure": _figures,
    "figures": _figures,
    "value": _program,
    "value highest": _program,
    "value lowest": _program,
    "answer": _answer,
    "year": _year,
    "portion": _portion,
    **{f"period {side}": _period for side in ("highest", "lowest", "better", "worse")},
}
