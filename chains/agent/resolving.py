"""What references of steps mean, once the steps that they wait for are done: names, programs, periods."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chains.agent.choosing import picked
from chains.agent.step_values import Artifacts, UnresolvedStepError, figures_of, program_of, record_of, side_of
from chains.agent.steps import Formula, Pick, Ref, Step

_NOTE = 300  # characters of an answer that are kept as a note
_YEAR = re.compile(r"\b(?:fiscal(?: year)?|FY|year|in|of)\s?((?:19|20)\d\d)\b", re.IGNORECASE)


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
    return str(side_of(ref.what, artifact)["company"])


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


def _document(ref: Ref, artifact: Mapping[str, Any]) -> str:
    documents: Sequence[Mapping[str, Any]] = artifact.get("documents") or ()
    if not documents:
        raise UnresolvedStepError("there is no document to go on with")
    return str(documents[0 if ref.what == "newest" else -1]["document"])


def _period(ref: Ref, artifact: Mapping[str, Any]) -> str:
    side = ref.what.removeprefix("period ")
    return str(side_of(side, artifact, "period")["period"])


def _answer(ref: Ref, artifact: Mapping[str, Any]) -> str:
    """What a step said, for a note: the sentence of its value."""
    said = str(record_of(ref, artifact)["answer"])
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


_OTHERS: dict[str, Callable[[Ref, Mapping[str, Any]], str]] = {
    "newest": _document,
    "oldest": _document,
    "figure": figures_of,
    "figures": figures_of,
    "value": program_of,
    "value highest": program_of,
    "value lowest": program_of,
    "answer": _answer,
    "year": _year,
    "portion": _portion,
    **{f"period {side}": _period for side in ("highest", "lowest", "better", "worse")},
}
