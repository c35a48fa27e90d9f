"""Two times that were spoken of one after the other, where a turn goes on from both: "between those two fiscal years".

The words are [between] of follow_up.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import any_of


def between_times(text: str, turns: Sequence[Turn]) -> str:
    """A turn with the two years of the answers before it in place of the words for them."""
    match = _between().search(text)
    times = _two(turns) if match is not None else ()
    if match is None or not times:
        return text
    return f"{text[: match.start()]}from {times[0]} to {times[1]}{text[match.end() :]}"


def _two(turns: Sequence[Turn]) -> tuple[FiscalPeriod, ...]:
    """The two years of the newest answers, the earlier one first; none where they are not two of one company."""
    found: list[FiscalPeriod] = []
    for turn in reversed(turns):
        if turn.company != turns[-1].company:
            break
        found += [r.period for r in turn.periods if r.period not in found]
        if len(found) > 1:
            break
    return tuple(sorted(found)) if len(found) == 2 and all(p.quarter is None for p in found) else ()


@cache
def _between() -> re.Pattern[str]:
    t = tables()["between"]
    return re.compile(rf"\bbetween\s+(?:{any_of(t['those'])})\s+(?:fiscal\s+)?(?:{any_of(t['times'])})(?![\w-])", re.I)
