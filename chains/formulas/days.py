"""Days in a formula: those of a year by default, or the number that a question wants used."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from chains.formulas.expression import Average, Binary, Constant, Expression, FirstOf, Optional
from chains.planning.plan import Measure

YEAR = Constant(Decimal(365))
_WANTED = re.compile(
    r"[\s,;(]*\b(?:use|using|assume|assuming|with|on|based\s+on|over|take|taking|at|and)\s+(?:a\s+|an\s+)?(?P<days>\d{2,3})[\s-]days?\b"
    r"(?:[\s-]+(?:in\s+(?:the|a)\s+)?(?:year|quarter|period|basis|count|convention)s?)*\)?",
    re.I,
)
_APART = re.compile(
    r"\s*[,;(]\s*(?P<days>36[0456]|9[0-2]|18[0-4])[\s-]days?(?:[\s-]+(?:year|quarter|basis|count|convention))?\s*\)?(?=[\s,;?.]*$)",
    re.I,
)
"""The days of a year or of a part of one, said behind what is asked: "DSO for 2024, 365 days"."""


def wanted_days(text: str) -> int | None:
    """The days that a question wants used ("use 360 days", "on a 92-day quarter"); None where it names none."""
    found = {int(m["days"]) for pattern in (_WANTED, _APART) for m in pattern.finditer(text)}
    return found.pop() if len(found) == 1 else None


def without_days(text: str) -> str:
    """A text without the words that say which days to use."""
    return _APART.sub(" ", _WANTED.sub(" ", text)).strip()


def with_days(expression: Expression, days: int) -> Expression:
    """The expression with the days of a year replaced by others."""
    match expression:
        case Constant():
            return Constant(Decimal(days)) if expression == YEAR else expression
        case Binary(operator, left, right):
            return Binary(operator, with_days(left, days), with_days(right, days))
        case Average(terms):
            return Average(tuple(with_days(t, days) for t in terms))
        case FirstOf(alternatives):
            return FirstOf(tuple(with_days(a, days) for a in alternatives))
        case Optional(term):
            return Optional(with_days(term, days))
        case _:
            return expression


def measured_in(measure: Measure, days: int) -> Measure:
    """A measure of days with the days of a year replaced by others, in its formula too."""
    formula = re.sub(r"\b365\b", str(days), measure.formula)
    return replace(measure, expression=with_days(measure.expression, days), formula=formula)
