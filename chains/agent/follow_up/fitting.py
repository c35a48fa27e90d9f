"""What the readers of a turn share: whether its words say nothing else, and operations over values as asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from chains.agent.follow_up.combining import combined, is_sum
from chains.agent.follow_up.cues import fillers
from chains.agent.follow_up.cues import tables as cues
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrasing import content_words

REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|the (?:two|three|first|last|change|difference))\b", re.I
)
"""Words that mean something said before."""


def same(x: Term | Decimal, y: Term | Decimal) -> bool:
    """Whether two values are one: of one measure, time and company."""
    if not isinstance(x, Term) or not isinstance(y, Term):
        return x == y
    alike = x.signature == y.signature or x.name.lower() == y.name.lower()
    return x == y or (alike and (x.periods, x.company, x.months) == (y.periods, y.company, y.months))


def in_order(name: str, terms: Sequence[Term] | None, said: Said, earlier: Earlier | None = None) -> Turn | None:
    """An operation over values as they were asked for; a change goes from the older one to the newer."""
    if not terms:
        return None
    if is_sum(name):
        return combined(name, earlier.amounts(terms) if earlier is not None else terms, unit=said.unit)
    two = [terms[0], terms[-1]] if len(terms) > 1 else []
    if len(two) == 2 and name in ("growth", "change", "difference") and two[0].signature == two[1].signature:
        timed = two[0].periods and two[1].periods and two[0].company == two[1].company
        if timed and two[0].periods[-1] < two[1].periods[-1]:
            two.reverse()
    return combined(name, two, unit=said.unit) if two else None


def only(tokens: set[str], allowed: set[str] | frozenset[str], said: Said) -> bool:
    """Whether the words say nothing else: no measure of their own."""
    if known_measure(said.left) and not tokens <= {*allowed, *fillers()}:
        return False
    counts = set(cues()["references"]["counts"])
    rest = set(content_words(" ".join(tokens - set(allowed) - fillers() - counts)))
    return rest <= {"down", "up", "back", "percentage", "percent", "%", "off", "out", "away"}


_YEAR_DIGITS = 4


def empty(text: str) -> bool:
    """Whether the words before a template carry nothing."""
    return all(w in fillers() or (w.isdigit() and len(w) == _YEAR_DIGITS) for w in content_words(text))
