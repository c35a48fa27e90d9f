"""A judgement of one part of a company ("did the International segment turn a profit"): by that part's own figures.

The whole company's figure is no answer to it. What a part earns is its operating income, since interest and taxes are
not the segments' (ASC 280-10-50-22 asks for a measure of segment profit, not for a net income).
"""

from __future__ import annotations

import re
from dataclasses import replace

from chains.formulas.expression import Item
from chains.measures.phrases import whole_words
from chains.measures.phrasing import tables
from chains.planning.plan import Context, Criterion, Judge, Measure, Origin
from chains.questions.question import Question
from chains.sentences.asked_part import asked_part
from chains.sentences.asked_words import weak_stems

_OF_A_PART = {"net income": ("operating income", "OperatingIncomeLoss")}
_LOSS = re.compile(
    r"\b(?:unprofitable|loss-making|loss making|in the red|net loss|operating loss|los(?:e|es|ing) money|make a loss"
    r"|at a loss|not profitable|run a loss|turn a loss)\b",
    re.IGNORECASE,
)


def of_part(plan: Judge, question: Question, context: Context) -> Judge | None:
    """The judgement by the figures of the part that the question names: the plan itself where it names none.

    None where the part has no figures of that kind.
    """
    part = asked_part(_without_cues(question.core, plan.name), context.text, weak_stems())
    if part is None or any(part.named_in(criterion.measure.name) >= 1.0 for criterion in plan.criteria):
        return plan
    criteria = []
    for criterion in plan.criteria:
        found = _OF_A_PART.get(criterion.measure.name)
        if found is None:
            continue
        name = f"{part.name} {found[0]}"
        item = Item(name.lower(), found[1], member=part.name.lower())
        measure = Measure(name, item, criterion.measure.kind, Origin.LABEL)
        criteria.append(Criterion(measure, criterion.level, criterion.above))
    return replace(plan, criteria=tuple(criteria)) if criteria else None


def _without_cues(text: str, name: str) -> str:
    """The question without the words that ask for the judgement: a "capital-intensive business" is no part."""
    cues = [cue for rule in tables()["judgement"] if rule["name"] == name for cue in rule["cues"]]
    return whole_words(cues).sub(" ", text) if cues else text


def asks_of_loss(question: Question) -> bool:
    """Whether "yes" to the question means that there is a loss."""
    return bool(_LOSS.search(question.core))
