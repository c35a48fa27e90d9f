"""How a part of a request says that something is to be kept as a note, or that a note is to go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.agent.wording import at_start, either, without_lead, words

_STRONG = re.compile(
    r"(?:then\s+)?(?:tell|show|give|list|search|compare|compute|calculate|what|how|which|who|look up|find me|read)\b",
    re.IGNORECASE,
)


@cache
def drops() -> re.Pattern[str]:
    """ "Drop that thing about ..."."""
    drops, kept = either(words("tools", "forget", "drops")), either(words("tools", "forget", "kept"))
    return re.compile(
        rf"(?:{drops})\s+(?:that|the|my|this|those)\s+(?:{kept})\s+(?:about|on|that|with|regarding|concerning"
        rf"|of)\s+(?=\S)",
        re.I,
    )


@cache
def keeps() -> re.Pattern[str]:
    """ "Keep that number as a note", "note it down for me"."""
    what = (
        r"(?:that|this|it|them|(?:that|this|the)\s+(?:number|value|figure|result|amount|one|answer|sum|ratio|total"
        r"|percentage))"
    )
    note = (
        r"(?:\s+(?:down|as an?\s+note|as note|in (?:your|my|the) notes?|in (?:a note|memory)|to (?:your|my|the) notes?"
        r"|for me|for later))*"
    )
    return re.compile(rf"(?:{either(words('tools', 'remember', 'keeps'))})\s+{what}{note}", re.IGNORECASE)


def with_notes(parts: Sequence[str]) -> list[str]:
    """The parts of a sentence, those of a note together: it ends where the user orders or asks something else."""
    made: list[str] = []
    noting = False
    for part in parts:
        bare = without_lead(part, "split", "lead")
        begins = any(
            at_start("tools", tool, "opens").match(said) for tool in ("remember", "forget") for said in (part, bare)
        )
        if noting and not begins and not _STRONG.match(part):
            made[-1] = f"{made[-1]} and {part}"
        else:
            made.append(part)
            noting = begins
    return made
