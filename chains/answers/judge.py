"""A yes or no by criteria that figures meet or not."""

from __future__ import annotations

from decimal import Decimal

from chains.answers.answer import Shown, common_scale, show, written
from chains.answers.outcome import Outcome, Solve, failed_outcome, notes_of, time_of
from chains.answers.solve import Failed, Solved
from chains.formulas.units import Quantity
from chains.planning.plan import Criterion, Judge
from chains.questions.company_names import possessive
from chains.questions.question import Question


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
    told = f"{possessive(who)} {'; '.join(lines)} in {time_of(solved[0])}"
    if lines[0].startswith("the "):
        # What was computed of several values says itself of whom and when they are.
        told = f"{lines[0][:1].upper()}{'; '.join(lines)[1:]}"
    text = f"{word}{remark}. {told}."
    return Outcome(
        text,
        None,
        tuple(solved),
        min(s.certainty for s in solved),
        notes=notes_of(solved),
        constants=tuple(levels),
    )


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


def _never(failed: Failed) -> bool:
    return "does not apply" in failed.reason
