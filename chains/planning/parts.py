"""Which part of a company leads: segments, products or regions by a measure, by their share of it, or by its growth.

A breakdown is trusted where its parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chains.answers.answer import Citation, grouped, quote_of, rounded
from chains.answers.outcome import Outcome, Solve, failed_outcome, unit_remark
from chains.answers.program import FigureRef, Operation, Program, Result, Step, execute
from chains.answers.solve import Failed, Solved, quantity
from chains.planning.breakdowns import breakdown, is_part, part_name
from chains.planning.growing_parts import growing_parts
from chains.planning.plan import Parts
from chains.planning.siblings import ranked_by_member, whole_of
from chains.questions.company_names import possessive
from chains.questions.question import Question
from chains.resolve.shelf import Sheet
from ingest.schema import Figure


def parts(plan: Parts, sheets: Sequence[Sheet], solve: Solve, question: Question, who: str) -> Outcome:
    """Which parts of a breakdown lead, or make up more than a share. The breakdown must add up to the whole."""
    if plan.growth and plan.share is None:
        return growing_parts(plan, sheets, solve, question, who)
    whole = whole_of(plan, solve)
    if isinstance(whole, Failed) or len(whole.bound) != 1:
        by_member = ranked_by_member(plan, sheets, solve, question, who)
        return failed_outcome(whole) if isinstance(whole, Failed) and not by_member.text else by_member
    total = whole.value.value
    figure = next(iter(whole.bound.values())).figure
    for sheet in sheets:
        found = breakdown(sheet, figure, total, plan.noun)
        if found:
            break
    else:
        if plan.share is None and (by_member := ranked_by_member(plan, sheets, solve, question, who)).text:
            return by_member
        return Outcome(
            reason=f"no breakdown of {plan.of.name} by {plan.noun} adds up to the total {figure.printed}",
            nearest=(figure,),
        )
    if plan.share is None:
        found = [f for f in found if is_part(part_name(f, figure))]
        if len(found) < 2:
            return Outcome(
                reason=f"the breakdown of {plan.of.name} by {plan.noun} has only one part", nearest=(figure,)
            )
    if total <= 0:
        return _by_amount(plan, found, figure, whole, who)
    ran = {f.id: _share(f, figure) for f in found}
    shares = sorted(((f, ran[f.id][1].value.value * 100) for f in found), key=lambda p: -p[1])
    scale = figure.scale

    def amount(value: Decimal) -> str:
        return grouped(rounded(value.scaleb(-scale), None, 3))

    def line(part: Figure, share: Decimal) -> str:
        return f"{part_name(part, figure)} {amount(part.value)} or {grouped(rounded(share, None, 1))}%"

    of = f"of {possessive(who)} {whole.measure.name}"
    ordered = shares[::-1] if plan.smallest and plan.share is None else shares
    if plan.share is None:
        others = ", ".join(line(f, s) for f, s in ordered[1:])
        text = f"{part_name(ordered[0][0], figure)}: in {plan.period} {line(*ordered[0])} {of}; the others: {others}."
    else:
        said = "; ".join(line(f, s) for f, s in shares if (s > plan.share) != plan.smallest)
        text = f"Yes. In {plan.period} {said} {of} of {amount(total)}."
        if not said:
            text = f"No. In {plan.period} the largest was {line(*shares[0])} {of} of {amount(total)}."
    text = text.rstrip(".") + unit_remark([figure], scale) + "."
    citations = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f, _ in ordered)
    constants = () if plan.share is None else (plan.share,)
    return Outcome(
        text,
        None,
        (whole,),
        min(whole.certainty, 0.85),
        citations=citations,
        ran=tuple(ran.values()),
        constants=constants,
        used=(ordered[0][0],) if plan.share is None else (),
    )


def _by_amount(plan: Parts, found: Sequence[Figure], whole: Figure, solved: Solved, who: str) -> Outcome:
    """Parts of a whole that is a loss: ranked by what they are, without shares."""
    ordered = sorted(found, key=lambda f: f.value, reverse=not plan.smallest)
    said = [f"{part_name(f, whole)} {f.printed}" for f in ordered]
    others = f"; the others: {', '.join(said[1:])}" if said[1:] else ""
    first = part_name(ordered[0], whole)
    text = f"{first}: in {plan.period} {said[0]} of {possessive(who)} {solved.measure.name}{others}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f in ordered)
    return Outcome(text, None, (solved,), min(solved.certainty, 0.8), citations=cited, used=(ordered[0],))


def _share(part: Figure, whole: Figure) -> tuple[Program, Result]:
    program = Program((Step(Operation.DIVIDE, (FigureRef(part.id), FigureRef(whole.id))),))
    held = {part.id: part, whole.id: whole}
    return program, execute(program, lambda name: quantity(held[name]))
