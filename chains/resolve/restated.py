"""Whether two figures are of one value: a restatement, or the same number rounded to another scale."""

from __future__ import annotations

from decimal import Decimal

from chains.measures.phrasing import content_words
from ingest.schema import Figure


def comparable(a: Figure, b: Figure) -> bool:
    """Could one be a restatement of the other: the same concept, or the same label, and of like size?"""
    if a.concept != b.concept or (a.concept is None and content_words(a.label) != content_words(b.label)):
        return False
    low, high = sorted((abs(a.value), abs(b.value)))
    return low * 3 >= high


def rounded_alike(a: Figure, b: Figure) -> bool:
    """Is one the other, rounded to a coarser scale?"""
    coarse = max(a.scale, b.scale)
    return abs(abs(a.value) - abs(b.value)) <= Decimal(1).scaleb(coarse) / 2 if a.scale != b.scale else False
