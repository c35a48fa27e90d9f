"""What is computed of earlier answers: one plan over the expressions of theirs, and a sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from chains.agent.follow_up.cues import spelt_out, tables
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.agent.follow_up.wording import Worded, listed, worded
from chains.formulas.expression import Average, Binary, Constant, Expression, Operator
from chains.formulas.trees import substitute
from chains.planning.plan import Compute, Criterion, Judge, Kind, Largest, Measure, Origin, Plan, Trend, TrendTest
from chains.questions.answer_form import find_decimals, find_unit
from chains.questions.fiscal_calendar import Resolved
from chains.questions.question import Question
from chains.questions.request import Planned
from chains.resolve.scope import Scope

PLANNER = "follow-up"
"""What `--explain` calls the planner of a plan over earlier answers."""
MOST = 12
"""Earlier answers that one operation takes."""
_PAIRS = ("growth", "cagr", "change", "difference", "percent_of", "margin", "ratio", "product", "days")
_SUMS = ("sum", "average")
REFUSED = "refused"
"""The operation of a turn that is known not to be understood."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An entry [[operation]] of follow_up.toml."""

    name: str
    sentence: str
    result: str
    formula: str
    bare: frozenset[str]
    templates: tuple[str, ...]
    verbs: frozenset[str]
    nouns: tuple[str, ...]
    asks: tuple[str, ...]
    words: tuple[str, ...]
    beside: frozenset[str]


@cache
def operations() -> dict[str, Operation]:
    """The operations of follow_up.toml by their names."""

    def read(row: dict[str, Any]) -> Operation:
        return Operation(
            row["name"],
            row["sentence"],
            row["result"],
            row["formula"],
            frozenset(row.get("bare", ())),
            tuple(t for template in row.get("templates", ()) for t in spelt_out(template)),
            frozenset(row.get("verbs", ())),
            tuple(row.get("nouns", ())),
            tuple(row.get("asks", ())),
            tuple(row.get("words", ())),
            frozenset(row.get("beside", ())),
        )

    return {row["name"]: read(row) for row in tables()["operation"]}


@cache
def operation_words() -> frozenset[str]:
    """The words that name an operation, and not what it is of."""
    return frozenset(w for o in operations().values() for b in (*o.bare, *o.verbs, *o.nouns) for w in b.split())


def combined(
    name: str, operands: Sequence[Term | Decimal], *, unit: str = "", test: TrendTest = TrendTest.COMPARE
) -> Turn | None:
    """The turn that computes something of earlier answers; None where these are too few or too many for it.

    `operands` are values, the first of two being x and the second y, or a number for y. Of a change or a growth x is
    the new value. `unit` is the remark about the unit; a change in percent is a growth.
    """
    terms = [t for t in operands if isinstance(t, Term)]
    if not terms or not (2 <= len(operands) <= MOST) or (name in _PAIRS and len(operands) != 2):
        return None
    if name in _SUMS and len({(t.signature, t.periods, t.company, t.months) for t in terms}) < len(terms):
        return None  # nothing is added to itself
    asked = find_unit(unit)
    x = terms[0]
    if name in ("change", "difference") and asked.kind == "percent" and x.measure.kind is not Kind.PERCENT:
        name = "growth"
    if name == "growth" and asked.kind == "currency":
        name = "change"  # "by how many million did it grow?"
    if name == "cagr" and years_apart(terms) is None:
        return None
    operation = operations()[name]
    texts = [t.spoken if isinstance(t, Term) else f"{t:f}" for t in operands]
    said = {"x": texts[0], "y": texts[1], "all": listed(texts), "plus": " + ".join(texts)}
    words = worded(name, operands) or Worded(operation.sentence.format(**said), operation.result.format(**said))
    text = words.text
    expressions, scope, others = _in_scopes(operands)
    plan: Plan
    result: Measure | None = None
    if name in ("largest", "smallest"):
        choices = tuple(
            replace(t.measure, name=t.spoken, expression=e) for t, e in zip(terms, expressions, strict=True)
        )
        plan = Largest(choices, None, name == "smallest")
    elif name == "trend":
        if any(t.fixed for t in terms):
            return combined("largest", operands, unit=unit)
        opened = x.opened
        if opened is None or x.signature != terms[-1].signature or x.company != terms[-1].company:
            return None
        plan = Trend(opened, (terms[-1].periods[-1], x.periods[-1]), test)
    else:
        labels = [t.name if isinstance(t, Term) else f"{t:f}" for t in operands]
        if len(set(labels)) < len(labels):
            labels = [t.when or t.company.short if isinstance(t, Term) else f"{t:f}" for t in operands]
        if len(set(labels)) < len(labels):
            labels = [t.company.short if isinstance(t, Term) else f"{t:f}" for t in operands]
        wording = {"x": labels[0], "y": labels[1], "all": listed(labels), "plus": " + ".join(labels)}
        expression, kind = _computed(name, expressions, terms)
        result = Measure(
            words.result, expression, kind, Origin.METRIC, operation.formula.format(**wording), said=words.said
        )
        plan = Compute(result, ())
    reading = x.planned.reading
    assert reading.context is not None
    periods = sorted({p for t in terms for p in t.periods}, key=lambda p: (p.year, p.quarter or 5))
    context = replace(
        reading.context,
        periods=tuple(map(Resolved, periods)),
        companies=tuple(dict.fromkeys(t.company for t in terms)),
    )
    question = Question(f"{text} {unit}".strip(), text, (), asked, find_decimals(unit))
    reading = replace(
        reading, question=question, context=context, scope=scope, others=others, refusal="", anywhere=False
    )
    planned = Planned(reading, plan, PLANNER)
    made = () if result is None else (Term(result.name, result, tuple(periods[-1:]), x.company, planned),)
    made = (x,) if name == "trend" else made
    numbers = tuple(o for o in operands if isinstance(o, Decimal))
    return Turn(text, planned, unit, False, made, name, tuple(terms), constants=numbers)


def again(turn: Turn, terms: Sequence[Term], *, unit: str = "") -> Turn | None:
    """What a turn computed, of other values."""
    return combined(turn.operation, [*terms, *turn.constants], unit=unit)


def _computed(name: str, parts: Sequence[Expression], terms: Sequence[Term]) -> tuple[Expression, Kind]:
    x, y, kind = parts[0], parts[1], terms[0].measure.kind
    match name:
        case "growth":
            return Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, x, y), y), Kind.PERCENT
        case "cagr":
            one = Constant(Decimal(1))
            power = Binary(Operator.DIVIDE, one, Constant(Decimal(years_apart(terms) or 1)))
            grown = Binary(Operator.EXP, Binary(Operator.DIVIDE, x, y), power)
            return Binary(Operator.SUBTRACT, grown, one), Kind.PERCENT
        case "change" | "difference":
            return Binary(Operator.SUBTRACT, x, y), Kind.POINTS if kind is Kind.PERCENT else kind
        case "percent_of" | "margin":
            return Binary(Operator.DIVIDE, x, y), Kind.PERCENT
        case "ratio":
            return Binary(Operator.DIVIDE, x, y), kind if isinstance(y, Constant) else Kind.TIMES
        case "days":
            year = Constant(Decimal(365))
            return Binary(Operator.DIVIDE, Binary(Operator.MULTIPLY, year, x), y), Kind.DAYS
        case "product":
            return Binary(Operator.MULTIPLY, x, y), kind
        case "average":
            return Average(tuple(parts)), kind
        case _:
            total = parts[0]
            for part in parts[1:]:
                total = Binary(Operator.ADD, total, part)
            return total, kind


def years_apart(terms: Sequence[Term]) -> int | None:
    """The years from the second value to the first; None where they are no whole years of the same measure."""
    if len(terms) != 2 or not all(t.periods for t in terms):
        return None
    new, old = terms[0].periods[-1], terms[1].periods[-1]
    return new.year - old.year if new.quarter == old.quarter and new.year > old.year else None


def refused(term: Term, text: str, why: str) -> Turn:
    """A turn that is understood as far as to know that it cannot be computed, which is said instead of a level."""
    reading = term.planned.reading
    question = Question(text, text)
    planned = replace(term.planned, reading=replace(reading, question=question, refusal=why), plan=None)
    return Turn(text, planned, "", False, (), REFUSED)


def _in_scopes(operands: Sequence[Term | Decimal]) -> tuple[list[Expression], Scope, tuple[tuple[str, Scope], ...]]:
    """The operands' expressions, each bound where its answer was: the first one's scope, and the others by name.

    What was answered before is taken as it was answered, from the same filing.
    """
    terms = [t for t in operands if isinstance(t, Term)]
    first = terms[0].planned.reading.scope
    assert first is not None
    others: dict[str, Scope] = {}
    made: list[Expression] = []
    for n, operand in enumerate(operands):
        if isinstance(operand, Decimal):
            made.append(Constant(operand))
            continue
        own = operand.planned.reading.scope
        held = dict(operand.planned.reading.others)
        if own is None or (own == first and not held):
            made.append(operand.measure.expression)
            continue
        names = {name: f"{n + 1} {name}".strip() for name in ("", *held)}
        others |= {names[name]: scope for name, scope in (("", own), *held.items())}
        made.append(
            substitute(operand.measure.expression, lambda i, names=names: replace(i, scope=names[i.scope]))  # type: ignore[misc]
        )
    return made, first, tuple(others.items())


def judged(term: Term, *, above: bool) -> Turn | None:
    """The turn that asks whether an earlier answer is above (or below) zero."""
    reading = term.planned.reading
    if reading.context is None or not term.periods:
        return None
    text = f"Is {term.spoken} {'positive' if above else 'negative'}?"
    plan = Judge(term.name, (Criterion(term.measure, Decimal(0), above),), term.periods[-1])
    planned = replace(
        term.planned, reading=replace(reading, question=Question(text, text), refusal=""), plan=plan, planner=PLANNER
    )
    return Turn(text, planned, "", False, (term,))


def compared(x: Term, y: Term, *, above: bool) -> Turn | None:
    """The turn that asks whether one value is above (or below) another."""
    made = combined("difference", [x, y])
    judged_so = judged(made.terms[-1], above=above) if made is not None and made.terms else None
    if judged_so is None:
        return None
    text = f"Is {x.spoken} {'above' if above else 'below'} {y.spoken}?"
    return replace(judged_so, text=text, terms=(x,))


def is_sum(name: str) -> bool:
    """Whether an operation takes any number of values."""
    return name in _SUMS or name in ("largest", "smallest")
