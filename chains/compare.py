"""Answers that compare: trends and yes/no tests, judgements by rules of thumb, and which is the largest.

Every function gives an `Outcome`: the sentence, the value where there is one, what was solved, and how sure it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from chains.answer import Citation, Shown, common_scale, grouped, period_text, rounded, show, written
from chains.answer_form import OutputUnit
from chains.company_names import possessive
from chains.expression import Binary, Constant, FiscalPeriod, Operator
from chains.plan import Compute, Criterion, Judge, Kind, Largest, Measure, Origin, Several, Trend, TrendTest
from chains.program import Program, Result
from chains.question import Question
from chains.solve import Failed, Solved
from chains.trees import at, at_year_end, walk
from chains.units import Quantity
from ingest.schema import Figure

Solve = Callable[[Measure, FiscalPeriod | None], Solved | Failed]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What carrying out a plan gave. `text` is empty and `reason` says why where it could not be done.

    `used` are figures that the text or a program of `ran` rests on beside those of `solved`. `planner` names who
    planned it, where several could have.
    """

    text: str = ""
    shown: Shown | None = None
    solved: tuple[Solved, ...] = ()
    certainty: float = 0.0
    reason: str = ""
    nearest: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    ran: tuple[tuple[Program, Result], ...] = ()
    constants: tuple[Decimal, ...] = ()
    used: tuple[Figure, ...] = ()
    planner: str = ""

    @property
    def programs(self) -> tuple[str, ...]:
        """All programs that were run, each once."""
        return tuple(dict.fromkeys((*(str(s.program) for s in self.solved), *(str(p) for p, _ in self.ran))))


def compute(plan: Compute, solve: Solve, question: Question, who: str) -> Outcome:
    """One number, with its formula and where each figure is printed."""
    solved = solve(plan.measure, None)
    remark: tuple[str, ...] = ()
    if isinstance(solved, Failed) and solved.instead is not None:
        plan = replace(plan, measure=solved.instead)
        remark = ("growth is no percentage of a base that is not positive, so this is the change itself",)
        solved = solve(plan.measure, None)
    if isinstance(solved, Failed):
        return failed_outcome(solved)
    figures = [b.figure for b in solved.bound.values()]
    if plan.measure.kind is Kind.PERCENT and solved.value.unit not in ("pure", "percent", ""):
        units = " and ".join(sorted({f.unit for f in figures}))
        return Outcome(reason=f"a percentage needs two values of one unit, not of {units}", nearest=tuple(figures[:4]))
    shown = show(solved.value, plan.measure, question, figures)
    when = period_text(plan.periods, solved.bound)
    name = plan.measure.name
    # "The difference between ..." is nobody's: a name with its article says itself of whom it is.
    subject = f"{name[:1].upper()}{name[1:]}" if name.startswith("the ") else f"{possessive(who)} {name}"
    text = f"{subject}{' in ' + when if when else ''} was {shown.text}."
    if plan.measure.said:
        text = plan.measure.said.replace("{value}", shown.text)
    scaled = any(isinstance(node, Constant) for node in walk(solved.expression))
    if len(solved.bound) > 1 or len(solved.program.steps) > 1 or (scaled and solved.program.steps):
        formula = f"{solved.measure.formula} = " if solved.measure.formula else ""
        scale = common_scale(figures)
        text += f" It is {formula}{written(solved.expression, solved.bound, scale)}{unit_remark(figures, scale)}."
    return Outcome(text, shown, (solved,), solved.certainty, notes=(*solved.notes, *remark))


def _when(solved: Solved) -> str:
    return period_text((solved.period,) if solved.period is not None else (), solved.bound)


def unit_remark(figures: Sequence[Figure], scale: int) -> str:
    words = {3: "thousands", 6: "millions", 9: "billions"}
    money = {f.unit for f in figures if len(f.unit) == 3 and f.unit.isupper()}
    return f" (in {money.pop()} {words[scale]})" if len(money) == 1 and scale in words else ""


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
    series = ", ".join(f"{s.text} in {_when(o)}" for s, o in zip(shown, solved, strict=True))
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
            + "; ".join(f"{_when(o)}: {written(o.expression, o.bound, scale)}" for o in solved)
            + f"{unit_remark(figures, scale)}."
        )
    certainty = min(s.certainty for s in solved)
    done = (*solved, change, *(s for s in steps if isinstance(s, Solved)))
    constants = (plan.tolerance if plan.tolerance is not None else _TOLERANCE[percent],)
    notes = (*_notes(solved), remark) if remark else _notes(solved)
    return Outcome(text, shown[-1] if yes is None else None, done, certainty, notes=notes, constants=constants)


def _in_each(plan: Trend, solve: Solve) -> tuple[list[Solved], Failed | None]:
    """The measure in each period, and the last failure where one could not be solved."""
    done = [solve(plan.measure, period) for period in plan.periods]
    return [s for s in done if isinstance(s, Solved)], next((s for s in reversed(done) if isinstance(s, Failed)), None)


def _notes(solved: Iterable[Solved]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for s in solved for n in s.notes))


def _change(measure: Measure, old: Solved, new: Solved, solve: Solve, *, points: bool) -> Solved | Failed:
    """The change from one solved period to another, as a program: in points, or relative to the first."""
    assert old.period is not None
    assert new.period is not None
    after, before = at(measure.expression, new.period), at(measure.expression, old.period)
    difference = Binary(Operator.SUBTRACT, after, before)
    expression = difference if points else Binary(Operator.DIVIDE, difference, before)
    kind = measure.kind if points else Kind.PERCENT
    return solve(replace(measure, expression=expression, kind=kind, name=f"change in {measure.name}"), None)


_TOLERANCE = {True: Decimal(2), False: Decimal(10)}
"""What is stable where the question names no tolerance: percentage points of a ratio, percent of an amount."""


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


def judge(plan: Judge, solve: Solve, question: Question, who: str, *, opposite: bool = False) -> Outcome:
    """A yes/no by the first criterion that decides; all that can be computed are shown.

    `opposite` says that the question asks for the contrary of what the plan judges ("Is it loss-making?").
    """
    lines: list[str] = []
    solved: list[Solved] = []
    verdicts: list[bool] = []
    levels: list[Decimal] = []
    failed: Failed | None = None
    for criterion in plan.criteria:
        one = solve(criterion.measure, plan.period)
        if isinstance(one, Failed):
            failed = failed or one
            if criterion is plan.criteria[0] and criterion.measure.metric and _never(one):
                return failed_outcome(one)
            continue
        solved.append(one)
        shown = show(one.value, criterion.measure, question, [b.figure for b in one.bound.values()])
        level = criterion.level
        line = f"{criterion.measure.name} was {shown.text}"
        if not level.is_nan():
            levels.append(level)
            verdicts.append(_passes(criterion, one.value, shown))
        if len(one.bound) > 1:
            scale = common_scale(b.figure for b in one.bound.values())
            line += f" ({written(one.expression, one.bound, scale)})"
        lines.append(line)
    if not solved or not verdicts:
        return (
            failed_outcome(failed) if failed else Outcome(reason=f"{plan.name} cannot be judged from the figures found")
        )
    yes = any(verdicts)
    verdict = plan.yes if yes else plan.no
    word = "Yes" if yes != opposite else "No"
    remark = f": {verdict}" if verdict and verdict not in ("yes", "no") else ""
    told = f"{possessive(who)} {'; '.join(lines)} in {_when(solved[0])}"
    if lines[0].startswith("the "):
        # What was computed of several values says itself of whom and when they are.
        told = f"{lines[0][:1].upper()}{'; '.join(lines)[1:]}"
    text = f"{word}{remark}. {told}."
    return Outcome(
        text,
        None,
        tuple(solved),
        min(s.certainty for s in solved),
        notes=_notes(solved),
        constants=tuple(levels),
    )


def _never(failed: Failed) -> bool:
    return "does not apply" in failed.reason


def _passes(criterion: Criterion, value: Quantity, shown: Shown) -> bool:
    number = (
        shown.value
        if shown.unit in ("percent", "percentage points", "basis points", "days", "times", "")
        else value.value
    )
    return (
        number > criterion.level or (number == criterion.level and criterion.level == 1)
        if criterion.above
        else number < criterion.level
    )


def largest(plan: Largest, solve: Solve, question: Question, who: str) -> Outcome:
    """Which of several measures is the largest."""
    solved: list[Solved] = []
    for measure in plan.choices:
        one = solve(measure, plan.period)
        if isinstance(one, Failed):
            return failed_outcome(one)
        solved.append(one)
    ordered = sorted(solved, key=lambda s: s.value.value, reverse=not plan.smallest)
    shown = {s.measure.name: show(s.value, s.measure, question, [b.figure for b in s.bound.values()]) for s in ordered}
    top = ordered[0]
    others = ", ".join(f"{s.measure.name} {shown[s.measure.name].text}" for s in ordered[1:])
    word = "least" if plan.smallest else "most"
    name, first = f"{top.measure.name[:1].upper()}{top.measure.name[1:]}", shown[top.measure.name].text
    text = f"{name}: {first} in {_when(top)} for {who}, the {word} of them (the others: {others})."
    if plan.period is None:
        # Each has its own time or company, which its name tells.
        degree = (
            ("lower" if plan.smallest else "higher") if len(ordered) == 2 else "lowest" if plan.smallest else "highest"
        )
        beside = "the other" if len(ordered) == 2 else "the others"
        text = f"{name} was the {degree}: {first} ({beside}: {others})."
        if ordered[0].value.value == ordered[-1].value.value:
            text = f"They are equal: {name} {first}, {others}."
    return Outcome(
        text, shown[top.measure.name], (top, *ordered[1:]), min(s.certainty for s in solved), notes=top.notes
    )


def several(plan: Several, solve: Solve, question: Question, who: str) -> Outcome:
    """Several measures, a sentence each; refused where one of them is. There is no single value."""
    made: list[Outcome] = []
    for part in plan.parts:
        one = compute(part, solve, question, who) if isinstance(part, Compute) else trend(part, solve, question, who)
        if not one.text:
            return one
        made.append(one)
    return Outcome(
        " ".join(o.text for o in made),
        None,
        tuple(s for o in made for s in o.solved),
        min(o.certainty for o in made),
        notes=tuple(dict.fromkeys(n for o in made for n in o.notes)),
        constants=tuple(dict.fromkeys(c for o in made for c in o.constants)),
    )


def failed_outcome(failed: Failed) -> Outcome:
    return Outcome(reason=failed.reason, nearest=failed.nearest)


def between(names: Sequence[str], solved: Sequence[Solved | Failed], measure: Measure, question: Question) -> Outcome:
    """The same measure for several companies, the largest first."""
    failed = next((s for s in solved if isinstance(s, Failed)), None)
    if failed is not None:
        return failed_outcome(failed)
    done = [(n, s) for n, s in zip(names, solved, strict=True) if isinstance(s, Solved)]
    shown = [(n, s, show(s.value, measure, question, [b.figure for b in s.bound.values()])) for n, s in done]
    shown.sort(key=lambda e: e[1].value.value, reverse=True)
    text = "; ".join(f"{possessive(n)} {measure.name} was {sh.text}" for n, _, sh in shown)
    text = (
        f"{text}: {shown[0][0]} had the higher one." if len(shown) == 2 else f"{text}; {shown[0][0]} had the highest."
    )
    if shown[0][2].value == shown[-1][2].value:
        text = "; ".join(f"{possessive(n)} {measure.name} was {sh.text}" for n, _, sh in shown) + ": they are equal."
    return Outcome(
        text,
        None,
        tuple(s for _, s in done),
        min(s.certainty for _, s in done),
        notes=_notes(s for _, s in done),
    )


__all__ = ["Kind", "Outcome", "between", "compute", "judge", "largest", "trend"]
