"""What somebody did to a figure, as the change that it is: "how much have they brought it down" is how much it fell.

The verbs are [brought] of follow_up.toml.
"""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up.cues import tables
from chains.measures.phrases import any_of


def as_change(text: str) -> str:
    """A turn that asks how far a figure was moved, as one that asks how far it moved."""
    for direction, pattern in _brought():
        if pattern.fullmatch(text.strip()) is not None:
            return f"by how much did it {direction}?"
    return text


@cache
def _brought() -> tuple[tuple[str, re.Pattern[str]], ...]:
    t = tables()["brought"]
    lead = r"(?:(?:and|so|ok|now|then)[\s,]+)*(?:by\s+)?(?:how\s+much|how\s+far)\s+(?:have|has|did|had)\s+"
    who = rf"(?:{any_of(t['who'])})\s+(?:(?:now|already|since|actually)\s+)?"
    what = rf"(?:{any_of(t['what'])})"
    made = []
    for direction, name in (("fall", "down"), ("rise", "up")):
        verbs, whole = any_of(t["verbs"]), any_of(t[name])
        made.append(
            (direction, re.compile(rf"{lead}{who}(?:(?:{verbs})\s+{what}\s+{name}|(?:{whole})\s+{what})[\s?.!]*", re.I))
        )
    return tuple(made)
