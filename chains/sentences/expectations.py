"""Questions for what was expected, wanted or aimed at, and the sentences that tell it.

The figure of a year is not what was expected for it: such a question is answered by a sentence that looks ahead.
"""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"\b(?:did|does|do|had|has|have)(?:n't| not)?\s+(?:[\w.&'’-]+\s+){0,4}?"
    r"(?:expect|forecast|anticipate|guide|target|want|hope|predict|budget|foresee|aim)(?:ed)?\b"
    r"|\b(?:was|were|is|are) (?:[\w.&-]+ ){0,3}(?:expected|forecast|anticipated|targeted|projected) (?:to|for|by|in)\b"
    r"|\b(?:expectations?|forecast|guidance|outlook|target|goal|ambition)s? (?:was |were |is |are )?(?:for|by|of|on)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:expect\w*|anticipat\w*|forecast\w*|target\w*|guidance|intends?|intended|outlook|goals?|objectives?|aims?|aimed"
    r"|plans? to|planned to|project(?:s|ed) (?:to|that)|estimates? (?:that|to|we)|will|on track|ambition\w*"
    r"|believe\w* (?:we|it) (?:can|will))\b",
    re.IGNORECASE,
)


def asks_expectation(text: str) -> bool:
    """Whether a question asks what was expected, and not what came of it."""
    return bool(_ASKS.search(text))


def tells_expectation(sentence: str) -> bool:
    """Whether a sentence looks ahead."""
    return bool(_TELLS.search(sentence))
