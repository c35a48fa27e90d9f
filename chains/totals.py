"""Words that ask for a sum over several periods, at an edge of what is asked: "add up X", "X together", "X all told".

They are the table [totals] of planner.toml. Between two measures the same words ask for their sum; that is for the
shapes of measures to read.
"""

from __future__ import annotations

import re
from functools import cache

from chains.phrases import any_of
from chains.phrasing import content_words, flatten, tables


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
