"""Which change a question asks the amount of: "How fast did Azure revenue grow?" asks by what percentage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chains.measures.change_words import change_words
from chains.measures.phrases import whole_words
from chains.planning.plan import Context
from chains.questions.fiscal_calendar import Resolved
from chains.questions.question import Question
from chains.sentences.families import cause_verbs
from chains.sentences.retrieval import topic_of
from chains.sentences.stems import stems
from chains.told_numbers.number_topic import rephrased
from chains.told_numbers.prose_words import phrases_of, stems_of, tables, words_of
from chains.told_numbers.told_measure import NamedMeasure, named_measure
from chains.told_numbers.wanted_number import asks_otherwise
from ingest.schema import Document


@dataclass(frozen=True, slots=True)
class AskedChange:
    """The stems of what changed, the numbers of its name, and in what its change is asked for: "percent", "points",

    "money", or "" where any will do; `measure` is the known measure among them."""

    thing: frozenset[str]
    marks: frozenset[str]
    kind: str
    measure: NamedMeasure | None = None


def asked_change(question: Question, context: Context, documents: Sequence[Document]) -> AskedChange | None:
    """The change of one thing in one time that a question asks the amount of; None where it asks for none."""
    core = question.core
    if asks_otherwise(question) or len(context.companies) > 1 or context.asked.years or not one_step(context.periods):
        return None
    if not _changes().search(core) or cause_verbs().search(core) or phrases_of("told_changes", "else").search(core):
        return None
    if phrases_of("fillers", "ahead").search(core):
        return None
    text = rephrased(context.text or core)
    # Every word counts but for those that ask: "Office products" are not "products".
    thing = frozenset(s for s in words_of(topic_of(text, documents)) if len(s) > 1) - _asking()
    if not thing:
        return None
    marks = frozenset(re.findall(r"(?<![\w.,])\d{2,}(?![\w.,]*\d)", text))
    return AskedChange(thing, marks, _kind(question), named_measure(_changes().sub(" ", text)))


def one_step(periods: Sequence[Resolved]) -> bool:
    """Whether the times that are asked for have one change between them: from a year or quarter to the next year's."""
    if len(periods) < 2:
        return True
    first, last = periods[0], periods[-1]
    return len(periods) == 2 and first.months == last.months and first.period.shift(1) == last.period


def _kind(question: Question) -> str:
    unit = question.unit.kind
    if unit in ("points", "basis_points"):
        return "points"
    if unit:
        return {"percent": "percent", "currency": "money"}.get(unit, "none")
    return "percent" if phrases_of("told_changes", "percent").search(question.core) else ""


@cache
def _changes() -> re.Pattern[str]:
    return whole_words([*change_words(), *tables()["told_changes"]["further"]])


@cache
def _asking() -> frozenset[str]:
    """The stems of the words that ask for a change and do not name what changed."""
    moves = frozenset(s for word in change_words() for s in stems(word))
    return moves | stems_of("told_changes", "asking") | stems_of("told_changes", "plain")
