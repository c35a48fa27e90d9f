"""The measure that a question names, as sentences tell it: of which kind its numbers are, and by which names.

The tables of concepts and metrics say so: operating income is an amount of money, so that "operated more than 9,000
locations" tells none; and a sentence that does not name it in one of its names is about something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from chains.formulas.expression import Item
from chains.measures.phrasing import flatten
from chains.measures.vocabulary import default_names
from chains.planning.plan import Kind
from chains.resolve.concept_facts import default_facts
from chains.sentences.asked_words import weak_stems
from chains.told_numbers.prose_words import same_as, stems_of, words_in, words_of

_KINDS = {
    "currency": frozenset({"money"}),
    "per_share": frozenset({"money"}),
    "percent": frozenset({"percent"}),
    "shares": frozenset({"count"}),
    "pure": frozenset({"count"}),
}
_METRICS = {
    Kind.PERCENT: frozenset({"percent", "money"}),  # a margin is told as either
    Kind.CURRENCY: frozenset({"money"}),
    Kind.PER_SHARE: frozenset({"money"}),
}
_APART = 4  # further words among those of a name: "income that we earned from operations"
_OF_A_THING = re.compile(r"([\w-]+)\s+(?:on|of|for|in|to|under|from|over)\s+(?:[\w'’&/-]+\s+)*$", re.IGNORECASE)
_NEXT = re.compile(r"\s*([A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True)
class NamedMeasure:
    """A known measure: `kinds` of which its numbers may be (see `Wanted.kind`), `names` as sets of stems."""

    kinds: frozenset[str]
    names: tuple[frozenset[str], ...]

    def named_in(self, text: str) -> bool:
        """Whether a text says one of its names, its words beside each other."""
        said = _stems(text)
        return any(_beside(name, said) for name in self.names)


@lru_cache(maxsize=256)
def named_measure(text: str) -> NamedMeasure | None:
    """The first known measure that a text names; None where there is none, or it only says which of a thing.

    "The sales force" is none of sales, and "the coupon on the notes payable" no amount of these.
    """
    flat = flatten(text)
    hit = None
    earlier = default_names().within(flat)
    while earlier is not None:
        hit, earlier = earlier, default_names().within(flat[: earlier[1][0]])
    if hit is None:
        return None
    measure, (start, end) = hit
    thing = _OF_A_THING.search(flat[:start])
    if thing is not None and thing[1].lower() not in words_in("narrowing", "sizes"):
        return None
    following = _NEXT.match(flat[end:])
    if following is not None and following[1].lower() not in words_in("narrowing", "joints"):
        return None
    if not isinstance(measure.expression, Item) or measure.expression.concept is None or measure.metric:
        kinds = _METRICS.get(measure.kind, frozenset())
        return NamedMeasure(kinds, _sets((flat[start:end], measure.name)))
    facts = default_facts()
    concept = measure.expression.concept
    return NamedMeasure(
        _KINDS.get(facts.unit(concept), frozenset()), _sets((flat[start:end], *facts.printed_names(concept)))
    )


def _sets(names: Sequence[str]) -> tuple[frozenset[str], ...]:
    empty = (stems_of("fillers") - stems_of("fillers", "kept")) | weak_stems()
    found = (frozenset(s for s in words_of(name) if s not in empty and len(s) > 1) for name in names)
    return tuple(dict.fromkeys(f for f in found if f))


@cache
def _kin(stem: str) -> frozenset[str]:
    return same_as(stem)


@lru_cache(maxsize=512)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def _beside(name: frozenset[str], said: Sequence[str]) -> bool:
    places = [[i for i, s in enumerate(said) if s in _kin(word)] for word in name]
    if not all(places):
        return False
    widest = len(name) + _APART
    return any(
        all(any(at <= p < at + widest for p in of) for of in places) for at in sorted(p for of in places for p in of)
    )
