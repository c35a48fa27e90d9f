"""Answers: what they hold, how numbers and formulas are written, and the units that questions ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from chains.answers.solve import Solved
from chains.formulas.expression import (
    Average,
    Binary,
    Constant,
    Expression,
    FirstOf,
    FiscalPeriod,
    Item,
    Operator,
    Optional,
)
from chains.formulas.units import Quantity
from chains.planning.plan import Kind, Measure, Origin
from chains.questions.question import Question
from chains.resolve.bound import Bound
from ingest.schema import Figure, Source

_SCALES = {0: "", 3: "thousand", 6: "million", 9: "billion", 12: "trillion"}
_SIGNS = {
    Operator.ADD: "+",
    Operator.SUBTRACT: "minus",
    Operator.MULTIPLY: "*",
    Operator.DIVIDE: "/",
    Operator.EXP: "^",
}
_TIGHT = {Operator.ADD: 1, Operator.SUBTRACT: 1, Operator.MULTIPLY: 2, Operator.DIVIDE: 2, Operator.EXP: 3}


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement of the answer is printed. Pages count from 1; `figure` is the figure's id or None."""

    document: str
    page: int
    quote: str
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What `finagent ask` gives for one question. `value` is in `unit`; `explain` holds the plan, figures and steps."""

    id: str
    question: str
    status: str
    answer: str
    value: Decimal | None = None
    unit: str = ""
    program: str = ""
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    reason: str = ""
    seconds: float = 0.0
    explain: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return self.status == "answered"

    def record(self, *, explain: bool = False) -> dict[str, Any]:
        """The fields of the contract, ready for JSON; the explanation only where wanted."""
        made: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.answer,
            "value": None if self.value is None else _plain(self.value),
            "unit": self.unit,
            "program": self.program,
            "citations": [
                {"document": c.document, "page": c.page, "quote": c.quote, "figure": c.figure} for c in self.citations
            ],
            "confidence": self.confidence,
            "reason": self.reason,
            "seconds": self.seconds,
        }
        if explain:
            made["explain"] = dict(self.explain)
        return made


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass(frozen=True, slots=True)
class Shown:
    """A quantity as the answer shows it: `value` in `unit`, and `text` with both."""

    value: Decimal
    unit: str
    text: str


def show(quantity: Quantity, measure: Measure, question: Question, figures: Iterable[Figure] = ()) -> Shown:
    """A quantity in the unit that the question asks for, or in the one that suits it."""
    asked = question.unit
    kind = _kind(quantity, measure, question)
    value = quantity.value
    if kind in ("percent", "points", "basis_points"):
        percent = value if quantity.unit == "percent" else value * 100
        if kind == "basis_points":
            number = rounded(percent * 100, question.decimals, 0)
            return Shown(number, "basis points", f"{grouped(number)} basis points")
        number = rounded(percent, question.decimals, 2)
        word = "percentage points" if kind == "points" else "percent"
        return Shown(
            number, word, f"{grouped(number)}%" if kind == "percent" else f"{grouped(number)} percentage points"
        )
    unit = quantity.unit
    money = len(unit) == 3 and unit.isupper()
    if money or unit == "shares":
        scale = (
            asked.scale
            if asked.scale is not None
            else 0
            if asked.currency and re.search(r"\bin (?:whole )?(?:us )?dollars", question.text.lower())
            else common_scale(figures)
        )
        while asked.scale is None and scale >= 3 and _each(measure) and 0 < abs(value) < 10**scale:
            scale -= 3  # revenue in millions for each of so many heads
        number = rounded(
            value.scaleb(-scale), question.decimals, max(0, min(3, scale)) if asked.scale is not None else 3
        )
        word = _SCALES.get(scale, f"10^{scale}")
        plural = f"{word}s" if word else ""
        name = f"{unit} {plural}".strip() if money else f"{plural} of shares" if word else "shares"
        text = (
            f"{unit} {grouped(number)} {word}".strip()
            if money
            else f"{grouped(number)} {word} shares".replace("  ", " ")
        )
        return Shown(number, name, text)
    if "/share" in unit:
        number = rounded(value, question.decimals, 4)
        return Shown(number, unit.replace("/share", " per share"), f"{unit.split('/')[0]} {grouped(number)} per share")
    if kind == "days":
        number = rounded(value, question.decimals, 2)
        return Shown(number, "days", f"{grouped(number)} days")
    single = not quantity.constant and quantity.value == quantity.value.to_integral_value()
    number = rounded(value, question.decimals, 0 if single else 4 if abs(value) < 1 else 2)
    if asked.scale is not None and unit == "":
        number = rounded(value.scaleb(-asked.scale), question.decimals, 3)
    return Shown(number, {"times": "times"}.get(kind, unit if unit not in ("pure", "") else ""), grouped(number))


def _each(measure: Measure) -> bool:
    """Whether a measure is so much for each of something."""
    expression = measure.expression
    return isinstance(expression, Binary) and expression.operator is Operator.DIVIDE


def _kind(quantity: Quantity, measure: Measure, question: Question) -> str:
    asked = question.unit.kind
    without = quantity.unit in ("pure", "", "percent")
    if asked in ("percent", "points", "basis_points") and without:
        return asked
    if quantity.unit == "percent":
        return "percent"
    if not without:
        return ""
    if asked in ("days", "times"):
        return asked
    if measure.kind is Kind.PERCENT:
        said_percent = re.search(r"%|percent", question.text.lower())
        plain = question.decimals is not None and not said_percent
        if plain and (
            measure.origin is Origin.DEFINITION
            or re.search(r"\bratio\b|\breturn on\b|\bro[aeic]+\b", f"{measure.name} {question.core}".lower())
        ):
            return "times"
        return "percent"
    if measure.origin is Origin.DEFINITION and "%" in question.core:
        return "percent"
    return measure.kind.value


def common_scale(figures: Iterable[Figure]) -> int:
    """The scale that most money figures are printed in: 6 for millions."""
    scales = [f.scale for f in figures if "/" not in f.unit and f.unit not in ("percent", "pure")]
    return max(set(scales), key=lambda s: (scales.count(s), s)) if scales else 0


def rounded(value: Decimal, decimals: int | None, default: int) -> Decimal:
    """Rounded half up to the places asked for, else to `default` places without trailing zeros."""
    places = default if decimals is None else decimals
    made = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if decimals is None and made == 0 and value != 0:
        made = Decimal(f"{value:.3g}")
    if decimals is None:
        made = made.normalize()
        if made.as_tuple().exponent > 0:  # type: ignore[operator]
            made = made.quantize(Decimal(1))
    return made + 0


def grouped(value: Decimal) -> str:
    """1234567.5 -> "1,234,567.5"."""
    return f"{value:,f}"


def number_of(bound: Bound, scale: int) -> str:
    """A bound figure's value at a scale, as the formula shows it."""
    figure = bound.figure
    if figure.unit == "percent":
        return f"{grouped(rounded(bound.value, None, 6))}%"
    if "/" in figure.unit or figure.unit in ("pure", ""):
        return grouped(rounded(bound.value, None, 6))
    return grouped(rounded(bound.value.scaleb(-scale), None, 6))


def written(expression: Expression, bound: Mapping[Item, Bound], scale: int, level: int = 0) -> str:
    """The expression with its numbers: "365 * average(25,309, 34,616) / (111,934 + (16,047 minus 11,461))"."""
    match expression:
        case Constant(value):
            return grouped(value.normalize() if value != value.to_integral_value() else value.quantize(Decimal(1)))
        case Item():
            return _minus(number_of(bound[expression], scale))
        case Average(terms):
            return f"average({', '.join(written(t, bound, scale) for t in terms)})"
        case Binary(operator, left, right):
            tight = _TIGHT[operator]
            strict = operator in (Operator.SUBTRACT, Operator.DIVIDE, Operator.EXP)
            after = written(right, bound, scale, tight + strict)
            text = f"{written(left, bound, scale, tight)} {_SIGNS[operator]} {after}"
            return f"({text})" if tight < level else text
        case Optional(term):
            return written(term, bound, scale, level)
        case FirstOf(alternatives):
            return written(alternatives[0], bound, scale, level)


def _minus(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def citations_of(solved: Sequence[Solved]) -> tuple[Citation, ...]:
    """One citation a figure used, in order of use."""
    figures = {b.figure.id: b.figure for s in solved for b in s.bound.values()}
    return tuple(map(cite, figures.values()))


def cite(figure: Figure) -> Citation:
    """Where a figure is printed; one that a sentence tells is cited as that sentence."""
    told = figure.source is Source.TEXT and not figure.table
    return Citation(figure.document, figure.page, quote_of(figure), None if told else figure.id)


def quote_of(figure: Figure) -> str:
    """What is printed at a figure: its label, column and number; the sentence where it stands in one."""
    if figure.source is Source.TEXT and not figure.table:
        return figure.caption
    headers = " ".join(h for h in figure.headers if h)
    column = f" [{headers}]" if headers else ""
    return f"{figure.label}{column}: {figure.printed}"


_LENGTHS = {1: "month", 2: "two months", 6: "six months", 9: "nine months", 12: "twelve months"}


def period_text(periods: Sequence[FiscalPeriod], bound: Mapping[Item, Bound] | None = None) -> str:
    """ "FY2018", "FY2015 to FY2017"; "the nine months ended August 31, 2025" where the figures are no quarter's."""
    said = [_span(p, bound or {}) or str(p) for p in periods]
    return "" if not said else said[0] if len(said) == 1 else f"{said[0]} to {said[-1]}"


def _span(period: FiscalPeriod, bound: Mapping[Item, Bound]) -> str:
    """The time that the figures bound for a quarter are printed for, where it is of another length."""
    if period.quarter is None:
        return ""
    flows = [
        p
        for i, b in bound.items()
        if i.period == period and (p := b.figure.period) is not None and not p.instant and p.months != 3
    ]
    if not flows:
        return ""
    end = flows[0].end
    length = _LENGTHS.get(flows[0].months, f"{flows[0].months} months")
    return f"the {length} ended {end:%B} {end.day}, {end.year}"
