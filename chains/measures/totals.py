"""Words that ask for a sum over several periods, at an edge of what is asked: "add up X", "X together", "X all told".

They are the table [totals] of planner.toml. Between two measures the same words ask for their sum; that is for the
shapes of measures to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from chains.formulas.expression import FiscalPeriod
from chains.measures.asking import Asking, Vocabulary
from chains.measures.deeds import known_deed
from chains.measures.measure import MeasureReader
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tables
from chains.planning.plan import Kind


def asked_total(
    text: str, periods: Sequence[FiscalPeriod], vocabulary: Vocabulary, reader: MeasureReader
) -> Asking | None:
    """ "Add up net income for 2015, 2016 and 2017": the sum of a known measure over the periods."""
    plain = without_total(text) if len(periods) > 1 else None
    asking = known_deed(plain, vocabulary) or reader.read(plain) if plain else None
    if asking is None or asking.certainty < 0.75 or asking.operations not in ((), ("total",)):
        return None
    if asking.measure.kind not in (Kind.NUMBER, Kind.CURRENCY):
        return None
    return replace(asking, operations=("total",))


def without_total(text: str) -> str | None:
    """What a sum over periods is asked of; None where a text asks for none."""
    flat = flatten(text).strip(" ,:;-")
    shorter = flat
    for _ in range(3):
        shorter = _edge().sub("", shorter).strip(" ,:;-")
    if shorter == flat or not content_words(shorter) or re.search(r"\b(?:average|mean|growth|cagr)\b", shorter, re.I):
        return None
    return shorter


@cache
def _edge() -> re.Pattern[str]:
    lead, tail, small = _words("lead"), _words("tail"), _words("around")
    return re.compile(
        rf"^(?:(?:{small})\s+)*(?:{lead})(?![\w-])\s*(?:(?:of|the|its|their|up|for|all)\s+)*"
        rf"|[\s,]*(?<![\w-])(?:{tail})(?:\s+(?:{small}))*\s*$",
        re.I,
    )


@cache
def _words(name: str) -> str:
    return any_of(tables()["totals"][name], space=" ")
