"""Answers of one number, with its formula and figures; several of them stand a sentence each."""

from __future__ import annotations

from dataclasses import replace

from chains.answers.answer import common_scale, period_text, show, written
from chains.answers.outcome import Outcome, Solve, failed_outcome, unit_remark
from chains.answers.solve import Failed
from chains.answers.trend import trend
from chains.formulas.expression import Constant
from chains.formulas.trees import walk
from chains.planning.plan import Compute, Kind, Several
from chains.questions.company_names import possessive
from chains.questions.question import Question


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
