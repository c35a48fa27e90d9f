"""Which answers of the rules are open to a second planner, and which of its answers may stand instead."""

from __future__ import annotations

from chains.answers.answer import Answer
from chains.measures.phrases import holds
from chains.measures.phrasing import KIND_WORDS, content_words, flatten, tables
from chains.measures.vocabulary import default_names
from chains.planning.plan import Compute, Origin, Plan, Words, measures_of
from chains.questions.question import read_question
from chains.told_numbers.wanted_number import wants_number

SURE = 0.9
"""What an answer from a line that only its printed label names must be trusted to stand without a second planner."""


def leaves_open(plan: Plan | None, answer: Answer) -> bool:
    """Whether the rules have no exact answer: a refusal, quotes, or a line that its label alone names, not surely.

    A metric that means nothing for a company means nothing whoever plans.
    """
    if not answer.answered:
        return "does not apply" not in answer.reason
    if not answer.program and all(c.figure is None for c in answer.citations):
        return True
    by_label = plan is not None and any(m.origin is Origin.LABEL for m in measures_of(plan))
    return by_label and answer.confidence < SURE


def wants_words(text: str) -> bool:
    """Whether a question asks who, why, where or when, or what drove something, and for no number."""
    said = holds(flatten(text).lower(), tables()["words"]["strong"], hyphens=True)
    return said and not wants_number(read_question(text))


def is_beside(plan: Plan | None, made: Answer) -> bool:
    """Whether another answer is a number where words are asked for: no number says why or who."""
    return made.value is not None and isinstance(plan, Words) and wants_words(plan.topic)


def drops_part(plan: Plan | None, first: Answer, made: Answer) -> bool:
    """Whether another answer is of the whole line item, where the first is of the part that the question names."""
    if not isinstance(plan, Compute) or first.value is None or first.value == made.value:
        return False
    name = plan.measure.name
    hit = default_names().within(name)
    if hit is None or plan.measure.origin is not Origin.LABEL:
        return False
    part = set(content_words(f"{name[: hit[1][0]]} {name[hit[1][1] :]}")) - KIND_WORDS
    return not part <= set(content_words(" ".join(c.quote for c in made.citations)))
