"""Which of several is the largest: measures of one company, or one measure of several companies."""

from __future__ import annotations

from collections.abc import Sequence

from chains.answers.answer import show
from chains.answers.outcome import Outcome, Solve, failed_outcome, notes_of, time_of
from chains.answers.solve import Failed, Solved
from chains.planning.plan import Largest, Measure
from chains.questions.company_names import possessive
from chains.questions.question import Question


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
    text = f"{name}: {first} in {time_of(top)} for {who}, the {word} of them (the others: {others})."
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
        notes=notes_of(s for _, s in done),
    )
