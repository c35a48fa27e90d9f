"""How a measure moves from period to period, and whether it moves as a question asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from chains.answers.answer import common_scale, grouped, rounded, show, written
from chains.answers.outcome import Outcome, Solve, failed_outcome, notes_of, time_of, unit_remark
from chains.answers.solve import Failed, Solved
from chains.formulas.expression import Binary, Operator
from chains.formulas.trees import at, at_year_end
from chains.planning.plan import Kind, Measure, Origin, Trend, TrendTest
from chains.questions.answer_form import OutputUnit
from chains.questions.company_names import possessive
from chains.questions.question import Question

_TOLERANCE = {True: Decimal(2), False: Decimal(10)}
"""What is stable where the question names no tolerance: percentage points of a ratio, percent of an amount."""


def trend(plan: Trend, solve: Solve, question: Question, who: str) -> Outcome:
    """A measure in several periods, and whether it moves as the question asks."""
    solved, failed = _in_each(plan, solve)
    remark = ""
    if failed is not None and plan.measure.origin is Origin.METRIC:
        # The balance before the first year is often out of reach; then all years are measured on year-end balances.
        plain = replace(plan, measure=replace(plan.measure, expression=at_year_end(plan.measure.expression)))
        again, still = _in_each(plain, solve)
        if still is None and plain.measure.expression != plan.measure.expression:
            plan, solved, failed = plain, again, None
            remark = (
                "measured on balances at the end of each period, as an average needs one that is not in the library"
            )
    if len(solved) < 2:
        return failed_outcome(failed) if failed else Outcome(reason="two periods are needed to compare; name them")
    if failed is not None and plan.test is not TrendTest.STABLE:
        return failed_outcome(failed)
    shown = [show(s.value, plan.measure, question, [b.figure for b in s.bound.values()]) for s in solved]
    series = ", ".join(f"{s.text} in {time_of(o)}" for s, o in zip(shown, solved, strict=True))
    percent = shown[-1].unit == "percent"
    values = [s.value.value for s in solved]
    change = _change(plan.measure, solved[0], solved[-1], solve, points=percent or values[0] <= 0)
    steps = (
        [_change(plan.measure, a, b, solve, points=percent) for a, b in pairwise(solved)]
        if plan.test is TrendTest.STABLE
        else []
    )
    if isinstance(change, Failed):
        return failed_outcome(change)
    yes, verdict = _verdict(plan, values, [s for s in steps if isinstance(s, Solved)], percent)
    name = plan.measure.name
    word = "" if yes is None else "Yes. " if yes else "No. "
    text = word + f"{possessive(who)} {name} was {series}{_moved(change, question)}."
    if verdict:
        text += f" {verdict}"
    figures = [b.figure for s in solved for b in s.bound.values()]
    if any(len(s.bound) > 1 for s in solved):
        scale = common_scale(figures)
        text += (
            " Calculation: "
            + "; ".join(f"{time_of(o)}: {written(o.expression, o.bound, scale)}" for o in solved)
            + f"{unit_remark(figures, scale)}."
        )
    certainty = min(s.certainty for s in solved)
    done = (*solved, change, *(s for s in steps if isinstance(s, Solved)))
    constants = (plan.tolerance if plan.tolerance is not None else _TOLERANCE[percent],)
    notes = (*notes_of(solved), remark) if remark else notes_of(solved)
    return Outcome(text, shown[-1] if yes is None else None, done, certainty, notes=notes, constants=constants)


def _in_each(plan: Trend, solve: Solve) -> tuple[list[Solved], Failed | None]:
    """The measure in each period, and the last failure where one could not be solved."""
    done = [solve(plan.measure, period) for period in plan.periods]
    return [s for s in done if isinstance(s, Solved)], next((s for s in reversed(done) if isinstance(s, Failed)), None)


def _change(measure: Measure, old: Solved, new: Solved, solve: Solve, *, points: bool) -> Solved | Failed:
    """The change from one solved period to another, as a program: in points, or relative to the first."""
    assert old.period is not None
    assert new.period is not None
    after, before = at(measure.expression, new.period), at(measure.expression, old.period)
    difference = Binary(Operator.SUBTRACT, after, before)
    expression = difference if points else Binary(Operator.DIVIDE, difference, before)
    kind = measure.kind if points else Kind.PERCENT
    return solve(replace(measure, expression=expression, kind=kind, name=f"change in {measure.name}"), None)


def _moved(change: Solved, question: Question) -> str:
    moved = change.value.value
    if moved == 0:
        return ", unchanged"
    word = "up" if moved > 0 else "down"
    magnitude = replace(change.value, value=abs(moved))
    shown = show(
        magnitude,
        change.measure,
        replace(question, unit=OutputUnit(), decimals=None),
        [b.figure for b in change.bound.values()],
    )
    if shown.unit == "percent" and _in_points(change):
        return f", {word} {grouped(shown.value)} percentage points"
    return f", {word} {shown.text}"


def _in_points(change: Solved) -> bool:
    return isinstance(change.expression, Binary) and change.expression.operator is Operator.SUBTRACT


def _verdict(plan: Trend, values: Sequence[Decimal], steps: Sequence[Solved], percent: bool) -> tuple[bool | None, str]:
    change = values[-1] - values[0]
    match plan.test:
        case TrendTest.CHANGES:
            return change != 0, ""
        case TrendTest.IMPROVES:
            return change * plan.measure.better > 0, ""
        case TrendTest.DECLINES:
            return change < 0, ""
        case TrendTest.RISES:
            return change > 0, ""
        case TrendTest.STABLE:
            tolerance = plan.tolerance if plan.tolerance is not None else _TOLERANCE[percent]
            largest_step = max(steps, key=lambda s: abs(s.value.value), default=None)
            if largest_step is None:
                return None, ""
            worst = _as_percent(largest_step)
            unit = " percentage points" if percent else "%"
            moved = "an increase" if worst > 0 else "a decrease"
            size = f"{grouped(rounded(abs(worst), None, 2))}{unit}"
            said = f"The largest move from one year to the next was {moved} of {size}, "
            return abs(worst) <= tolerance, said + f"against a tolerance of {tolerance.normalize() + 0:f}{unit}."
        case _:
            return None, ""


def _as_percent(solved: Solved) -> Decimal:
    return solved.value.value * (1 if solved.value.unit == "percent" else 100)
