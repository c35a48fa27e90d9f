"""An earlier answer over several years: "the average of that over the three years shown", "sum over FY2023-2025"."""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up.combining import combined, operations
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import flatten

_MOST = 10
_KINDS = ("average", "sum", "largest", "smallest")


@cache
def _pattern() -> re.Pattern[str]:
    table = tables()["over_years"]
    names = {name: any_of(table[name]) for name in _KINDS}
    kinds = "|".join(f"(?P<{name}>{words})" for name, words in names.items())
    counts = any_of((*tables()["counted"]["counts"], *map(str, range(2, _MOST + 1))))
    which = r"(?:the\s+|those\s+|these\s+|all\s+|its\s+)*(?:(?:last|past|latest|previous)\s+)?"
    span = rf"{which}(?P<n>{counts})\s+(?:fiscal\s+)?years?"
    return re.compile(
        rf"(?:(?:and|what|is|was|the|its|their|just|only)\s+)*(?:(?P<w>[\w& ]+?)\s*[-,:]\s+)?"
        rf"(?:(?:what|is|was|the)\s+)*(?:{kinds})(?:\s+of\s+(?P<x>.+?)|\s+(?P<y>it|that|this))?\s+"
        rf"(?:over|across|for|in|during|of)\s+{span}(?:\s+(?P<shown>{any_of(table['shown'])}))?",
        re.I,
    )


def over_years(said: Said, earlier: Earlier) -> Turn | None:
    """What a turn computes of one earlier answer over several years; None where it asks for something else.

    The years end with the newest report where they are those that are shown, else with the last that was spoken of.
    """
    match = _pattern().fullmatch(flatten(said.core).lower())
    if match is None or said.named or said.unknown or said.ambiguous or not earlier.terms:
        return None
    phrase = match["x"] or match["w"]
    found = earlier.one(phrase) if phrase else (earlier.last, True)
    base = found[0] if found is not None else None
    if not isinstance(base, Term) or not base.periods or base.periods[-1].quarter is not None:
        return None
    count = tables()["counted"]["counts"].get(match["n"]) or int(match["n"])
    if not 2 <= count <= _MOST:
        return None
    context = base.planned.reading.context
    latest = context.calendar.latest if context is not None else None
    spoken = {p.year for p in earlier.since_periods() if p.quarter is None} | {base.periods[-1].year}
    end = latest.year if match["shown"] and latest is not None else max(spoken)
    if latest is not None and latest.quarter is not None and match["shown"]:
        return None
    terms = [earlier.moved(base, year - base.periods[-1].year) for year in range(end - count + 1, end + 1)]
    whole = [t for t in terms if t is not None]
    name = next(name for name in _KINDS if match[name])
    assert name in operations()
    return combined(name, whole, unit=said.unit) if len(whole) == count else None
