"""What `--explain` shows: the plan, the figures with page and cell, the program's steps with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from chains.answers.outcome import Outcome
from chains.formulas.expression import Average, Binary, Constant, Expression, FirstOf, FiscalPeriod, Item, Optional
from chains.planning.plan import Plan
from chains.questions.fiscal_calendar import Resolved
from chains.resolve.bound import Bound
from ingest.schema import Figure

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "exp": "^"}


def explanation(plan: Plan | None, planner: str, outcome: Outcome, periods: Sequence[Resolved]) -> dict[str, Any]:
    """Everything that led to an answer, as plain data for JSON."""
    return {
        "planner": planner,
        "plan": plain(plan),
        "periods": [str(r.period) for r in periods],
        "figures": [_bound(b) for s in outcome.solved for b in s.bound.values()] + [_used(f) for f in outcome.used],
        "steps": [
            {"step": str(v.step), "operands": [str(o) for o in v.operands], "value": str(v.result)}
            for result in (*(s.result for s in outcome.solved), *(r for _, r in outcome.ran if outcome.used))
            for v in result.steps
        ],
        "results": [
            {"measure": s.measure.name, "period": str(s.period or ""), "program": str(s.program), "value": str(s.value)}
            for s in outcome.solved
        ],
        "restatements": [
            figure(b.later) | {"instead_of": b.figure.id}
            for s in outcome.solved
            for b in s.bound.values()
            if b.later is not None
        ],
        "nearest": [figure(f) for f in outcome.nearest],
        "notes": list(outcome.notes),
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return figure(bound.figure) | {
        "item": bound.item.phrase,
        "asked_concept": bound.item.concept,
        "asked_period": str(bound.item.period),
        "certainty": bound.certainty,
        "sign_turned": bound.negate,
        "features": {k: round(v, 3) for k, v in bound.features.items()},
        "rivals": [figure(f) for f in bound.rivals],
    }


def _used(shown: Figure) -> dict[str, Any]:
    """A figure that a planner chose itself: no item was bound to it."""
    period = FiscalPeriod(shown.fiscal_year, shown.fiscal_quarter) if shown.fiscal_year is not None else ""
    return figure(shown) | {"item": shown.label, "asked_period": str(period)}


def figure(shown: Figure) -> dict[str, Any]:
    """A figure with its place: document, page, table and cell."""
    return {
        "figure": shown.id,
        "document": shown.document,
        "page": shown.page,
        "table": shown.table,
        "statement": shown.statement.value,
        "label": shown.label,
        "path": list(shown.path),
        "headers": list(shown.headers),
        "printed": shown.printed,
        "value": str(shown.value),
        "unit": shown.unit,
        "period_end": shown.period.end.isoformat() if shown.period else None,
        "period_start": shown.period.start.isoformat() if shown.period and shown.period.start else None,
        "concept": shown.concept,
        "segment": shown.segment,
        "restated": shown.restated,
        "check": shown.check.value,
    }


def formula(expression: Expression) -> str:
    """An expression in words: "(Net income FY2018) / (Revenue FY2018)"."""
    match expression:
        case Constant(value):
            return str(value)
        case Item(phrase, _, period, shift):
            when = str(period) if period is not None else "" if shift == 0 else f"{shift:+d}y"
            return f"{phrase} {when}".strip()
        case Binary(operator, left, right):
            return f"({formula(left)} {_SIGNS[operator.value]} {formula(right)})"
        case Average(terms):
            return f"average({', '.join(map(formula, terms))})"
        case Optional(term):
            return f"optional({formula(term)})"
        case FirstOf(alternatives):
            return " or else ".join(map(formula, alternatives))


def plain(value: Any) -> Any:
    """A plan as data for JSON; expressions are written out."""
    if isinstance(value, Constant | Item | Binary | Average | Optional | FirstOf):
        return formula(value)
    if isinstance(value, FiscalPeriod):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {"kind": type(value).__name__} | {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value
