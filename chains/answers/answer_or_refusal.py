"""The answer or the refusal that an outcome makes: its text, what it cites, and the number gate between the two."""

from __future__ import annotations

import time

from chains.answers.answer import Answer, Citation, citations_of, cite, quote_of
from chains.answers.explain import explanation
from chains.answers.outcome import Outcome
from chains.answers.support import unsupported
from chains.questions.names import says
from chains.questions.request import Planned, Reading


def answer_of(planned: Planned, outcome: Outcome) -> Answer:
    """The answer that an outcome makes, with its citations, if the number gate lets it pass."""
    reading = planned.reading
    text = outcome.text
    notes = [*reading.notes, *outcome.notes, *_renamed(reading)]
    if notes:
        text += " Note: " + "; ".join(notes) + "."
    used = (cite(f) for f in outcome.used)
    cited = tuple(dict.fromkeys((*outcome.citations, *citations_of(outcome.solved), *used)))
    later = tuple(
        Citation(f.document, f.page, quote_of(f), f.id)
        for s in outcome.solved
        for b in s.bound.values()
        if (f := b.later) is not None
    )
    companies = (reading.context.company, *reading.context.companies) if reading.context else ()
    names = [n for c in dict.fromkeys(companies) for n in (*c.names, c.short, *(d.name for d in c.documents))]
    if any(not any(says(name, c.quote) for c in cited) for name in reading.must):
        return refusal_of(planned, Outcome(reason=reading.unless, citations=tuple(cited[:3])))
    loose = unsupported(text, reading.question, outcome, names, (*cited, *later))
    if loose:
        return refusal_of(planned, Outcome(reason=loose, nearest=outcome.nearest))
    return Answer(
        reading.request.id,
        reading.request.question,
        "answered",
        text,
        outcome.shown.value if outcome.shown else None,
        outcome.shown.unit if outcome.shown else "",
        "; ".join(outcome.programs),
        (*cited, *later),
        round(outcome.certainty, 3),
        "",
        round(time.perf_counter() - reading.started, 4),
        explanation(planned.plan, planned.planner, outcome, reading.context.periods if reading.context else ()),
    )


def refusal_of(planned: Planned, outcome: Outcome) -> Answer:
    """The refusal that an outcome without a text makes, with what comes nearest."""
    reading = planned.reading
    nearest = (
        *outcome.citations,
        *(Citation(f.document, f.page, quote_of(f), f.id) for f in outcome.nearest),
    )
    text = f"No answer: {outcome.reason}."
    if nearest:
        text += " Nearest: " + "; ".join(f"{c.quote} ({c.document}, page {c.page})" for c in nearest[:3]) + "."
    return Answer(
        reading.request.id,
        reading.request.question,
        "refused",
        text,
        citations=nearest,
        reason=outcome.reason,
        seconds=round(time.perf_counter() - reading.started, 4),
        explain=explanation(planned.plan, planned.planner, outcome, reading.context.periods if reading.context else ()),
    )


def _renamed(reading: Reading) -> list[str]:
    """Say so where a year was named by the calendar year it ends in."""
    if reading.context is None:
        return []
    made = []
    for resolved in reading.context.periods:
        end = reading.context.calendar.end_of(resolved.period)
        if resolved.renamed and end is not None:
            made.append(f"the year that ended {end:%Y-%m-%d} is the company's own {resolved.period}")
    return made
