"""Parts ranked by a measure that no table breaks down: a margin, a ratio, a profit that does not add up.

The parts are those of the breakdown of revenue, which is printed for every kind of part and adds up. The measure is
then looked up or computed for each of them, as if each had been asked for alone; without one there is no ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chains.answers.answer import show
from chains.answers.outcome import Outcome, Solve, failed_outcome
from chains.answers.solve import Failed, Solved
from chains.formulas.expression import Item
from chains.measures.asking import Asking
from chains.measures.part_measure import of_part
from chains.planning.breakdowns import breakdown, is_part, part_name
from chains.planning.plan import Measure, Origin, Parts
from chains.questions.company_names import possessive
from chains.questions.question import Question
from chains.resolve.shelf import Sheet

REVENUE = Measure("revenue", Item("revenue", "Revenues"), origin=Origin.CONCEPT)


def measure_of(measure: Measure, part: str) -> Measure | None:
    """A measure of the whole company as that of one part; None where it cannot be one of a part."""
    if isinstance(measure.expression, Item) and measure.expression.concept is None:
        return replace(measure, expression=Item(f"{part} {measure.expression.phrase}"))
    asking = of_part(Asking(measure), part, measure.name)
    return asking.measure if asking is not None else None


def whole_of(plan: Parts, solve: Solve) -> Solved | Failed:
    """What is broken down: the measure of the company, or of the part that the question names."""
    if not plan.within:
        return solve(plan.of, plan.period)
    of = measure_of(plan.of, plan.within)
    if of is None:
        return Failed(plan.of, plan.period, f"{plan.of.name} of {plan.within} is not printed")
    return solve(replace(of, name=f"{plan.within} {plan.of.name}"), plan.period)


def ranked_by_member(plan: Parts, sheets: Sequence[Sheet], solve: Solve, question: Question, who: str) -> Outcome:
    """The part whose measure leads, each part's being solved on its own."""
    revenue = REVENUE if not plan.within else measure_of(REVENUE, plan.within)
    whole = solve(revenue, plan.period) if revenue is not None else None
    if not isinstance(whole, Solved) or len(whole.bound) != 1:
        return Outcome(reason=f"no breakdown by {plan.noun} was found that adds up")
    total = next(iter(whole.bound.values())).figure
    for sheet in sheets:
        parts = breakdown(sheet, total, total.value, plan.noun)
        names = [name for figure in parts if is_part(name := part_name(figure, total))]
        if len(names) >= 2:
            break
    else:
        return Outcome(reason=f"no breakdown by {plan.noun} was found that adds up", nearest=(total,))
    done: list[tuple[str, Solved]] = []
    for name in names:
        of = measure_of(plan.of, name)
        solved = solve(of, plan.period) if of is not None else None
        if solved is None:
            return Outcome(reason=f"{plan.of.name} is not printed by {plan.noun}", nearest=(total,))
        if isinstance(solved, Failed):
            return failed_outcome(solved)
        done.append((name, solved))
    units = {s.value.unit for _, s in done}
    figures = [{b.figure.id for b in s.bound.values()} for _, s in done]
    if len(units) != 1 or any(a & b for i, a in enumerate(figures) for b in figures[:i]):
        # Two parts read from one figure: it is of neither of them alone.
        return Outcome(reason=f"{plan.of.name} is not printed by {plan.noun}", nearest=(total,))
    done.sort(key=lambda d: d[1].value.value, reverse=not plan.smallest)
    if plan.fell and done[0][1].value.value >= 0:
        return Outcome(reason=f"no {plan.noun} has a negative {plan.of.name} in {plan.period}", nearest=(total,))
    shown = [show(s.value, plan.of, question, [b.figure for b in s.bound.values()]) for _, s in done]
    if shown[0].value == shown[1].value:
        return Outcome(reason=f"{done[0][0]} and {done[1][0]} have the same {plan.of.name}")
    said = [f"{name} {one.text}" for (name, _), one in zip(done, shown, strict=True)]
    word = "lowest" if plan.smallest else "highest"
    text = f"{done[0][0]}: {possessive(who)} {plan.of.name} in {plan.period} was {word} there, {shown[0].text}; "
    text += f"the others: {', '.join(said[1:])}."
    solved_all = tuple(replace(s, measure=plan.of) for _, s in done)
    return Outcome(text, None, solved_all, min(0.85, *(s.certainty for s in solved_all)))
