"""What the values of steps decide: whether a condition is met, and which of some names is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chains.agent.step_values import Artifacts, UnresolvedStepError, directed, exact, record_of
from chains.agent.steps import Condition, Pick


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
        shown = record_of(condition.refs[0], artifacts.get(condition.refs[0].step) or {}).get("unit")
        percent = condition.unit == "percent" or (shown == "percent" and other > 1)
        if percent and unit not in ("pure", "percent"):
            raise UnresolvedStepError("the value is not in the unit of the condition")
        other = other / 100 if percent and unit == "pure" else other
    return first > other if condition.kind == "above" else first < other


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
    side = directed(pick.side, pick.better, "value")
    amounts = [amount for amount, _ in values]
    wanted = max(amounts) if side == "highest" else min(amounts)
    fits = {name for name, amount in zip(pick.names, amounts, strict=True) if amount == wanted}
    if len(fits) != 1:
        raise UnresolvedStepError("the values do not tell one from the other")
    return fits.pop()
