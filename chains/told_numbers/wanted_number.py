"""What a question wants a number of: of which kind and time, whether a bound, and what its sentence has to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import whole_words
from chains.planning.plan import Context
from chains.questions.fiscal_calendar import Resolved
from chains.questions.question import Question
from chains.sentences.stems import stems
from chains.told_numbers.number_topic import (
    asked_stems,
    changed_count,
    head_of,
    known_names,
    rephrased,
    without_left_out,
)
from chains.told_numbers.prose_words import any_kin, phrases_of, tables, words_of
from chains.told_numbers.sentence_numbers import AT_END
from chains.told_numbers.told_measure import NamedMeasure, named_measure
from ingest.schema import Document

_OTHERWISE = re.compile(
    r"\W*(?:which|who|whose|whom|why|where|when|how come|name|did|does|do|is|are|was|were|has|have|had"
    r"|can|could|will|would|should)\b",
    re.IGNORECASE,
)
# A later sentence that asks: "The rate was over 100 %. What was the main reason?"
_REASON = re.compile(
    r"[.?!:;]\s+(?:and\s+|so\s+|but\s+)?"
    r"(?:why|how come|what(?:\s+\w+){0,4}?\s+(?:reasons?|causes?|caused|drove|explains?|explained))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants a number of. `counted` are the stems of the thing that is to be counted, in any word;
    `changes` those of the verbs by which it changed ("closed"); `low` and `high` say that a bound is asked for, `on`
    the day or month that is named, `event` that it asks for something that happened without saying when; `required`
    are words of which a sentence has to say one, `barred` those that the question leaves out, and `known` those in
    capitals that are nobody else's name.
    `open` says that it asks for what is left or allowed, `ahead` for what is expected; `measure` is the known measure
    that it names."""

    kind: str
    asked: frozenset[str]
    counted: frozenset[str]
    changes: frozenset[str]
    low: bool
    high: bool
    core: str
    text: str
    currency: str = ""
    per_share: bool = False
    when: Resolved | None = None
    on: date | None = None
    event: bool = False
    known: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    open: bool = False
    ahead: bool = False
    measure: NamedMeasure | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of which its number may be: of "any", those of the measure that it names."""
        if self.kind != "any":
            return frozenset({self.kind})
        share = bool(phrases_of("asks", "shares").search(self.core))
        known = self.measure.kinds if self.measure is not None else frozenset()
        if known:
            return known | {"percent"} if share else known
        # A share is only meant where something that may be one is asked for ("margin", "coupon").
        return frozenset({"count", "money", "percent"} if share else {"count", "money"})

    @property
    def period(self) -> FiscalPeriod | None:
        return self.when.period if self.when is not None else None


def wanted_of(question: Question, context: Context, documents: Sequence[Document]) -> Wanted | None:
    """What a question wants a number of; None where it names nothing."""
    core = rephrased(question.core)
    text, left_out = without_left_out(rephrased(context.text or question.core))
    asked = asked_stems(text, documents)
    changes = frozenset(s for word in changed_count(text) for s in stems(word))
    if not asked | changes:
        return None
    kind = wanted_kind(question)
    counted = any_kin(frozenset(words_of(head_of(text)))) if kind == "count" else frozenset()
    names = known_names((*context.company.names, context.company.short), question.text)
    lower = core.lower()
    low, high, is_open = bounds_asked(lower)
    when = context.periods[0] if context.periods else None
    mention = context.asked.mentions[0] if context.asked.mentions else None
    end = context.calendar.end_of(when.period) if when is not None else None
    on = mention.date if mention is not None and not mention.months else None
    if on is not None and end is not None and abs((on - end).days) <= AT_END:
        on = None
    return Wanted(
        kind=kind,
        asked=asked | changes,
        counted=counted,
        changes=changes,
        low=low,
        high=high,
        core=lower,
        text=question.text,
        currency=question.unit.currency if kind == "money" else "",
        per_share=bool(re.search(r"\b(?:per|a|each) share\b", lower)),
        when=when,
        on=on,
        event=when is None and bool(phrases_of("fillers", "events").search(lower)),
        known=names,
        required=_required(lower),
        barred=any_kin(frozenset(words_of(left_out))) - counted,
        open=is_open,
        ahead=bool(phrases_of("fillers", "ahead").search(lower)),
        measure=named_measure(text),
    )


def wanted_kind(question: Question) -> str:
    """What a question wants: "count", "money", "percent", "any" of them, or "" where it asks for none by its words."""
    if question.unit.kind in ("percent", "currency"):
        return "percent" if question.unit.kind == "percent" else "money"
    core = re.sub(r"(?<=\w)-rate\b", "", rephrased(question.core))
    return next((kind for kind in ("count", "percent", "money", "any") if phrases_of("asks", kind).search(core)), "")


def wants_number(question: Question) -> bool:
    """Whether nothing but a number answers a question ("how many", "what did it bring in")."""
    return bool(phrases_of("asks", "strictly").search(question.core)) and not asks_otherwise(question)


def asks_otherwise(question: Question) -> bool:
    """Whether a question begins, or ends, as one for somebody, a reason, a yes or a no does."""
    return _OTHERWISE.match(question.core) is not None or _REASON.search(question.core) is not None


def is_computed(question: Question) -> bool:
    """Whether a question's number is one computed from others, or a change, or what is yet to come."""
    return bool(phrases_of("computed").search(question.core))


def wants_share_of_money(question: Question, wanted: Wanted) -> bool:
    """Whether a percentage of an amount is wanted and the question does not say which: its change, or a part of it."""
    known = wanted.measure is not None and wanted.measure.kinds == {"money"}
    return wanted.kind == "percent" and known and not phrases_of("asks", "percent").search(question.core)


def bounds_asked(text: str) -> tuple[bool, bool, bool]:
    """Whether a text asks for the least, for the most, and for what is left or allowed."""
    low, high, is_open = (
        bool(phrases_of("bounds", key).search(text)) for key in ("low_asked", "high_asked", "open_asked")
    )
    return low, high, is_open


@cache
def _requirements() -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    return tuple(
        (whole_words(rule["asks"]), frozenset(s for word in rule["says"] for s in stems(word)))
        for rule in tables()["required"]
    )


def _required(core: str) -> frozenset[str]:
    """The words of which a sentence has to say one: "people" are employees only where they are employed."""
    return frozenset(s for asks, says in _requirements() if asks.search(core) for s in says)
