"""What was computed, with one of its two values exchanged: "sorry, on adjusted EPS", "and over total assets?"."""

from __future__ import annotations

import re
from collections.abc import Callable

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn

_AGAINST = re.compile(
    r"(?:on|over|against|relative to|to|as (?:an?\s+)?(?:%|percent|percentage|share) of)\s+(?P<y>.+)", re.I
)
_OPERATIONS = ("percent_of", "margin", "ratio")


def amended(last: Turn, said: Said, value: Callable[[str, Term], Term | None]) -> Turn | None:
    """The last ratio over another value; None where a turn does not begin with what it is to be set against.

    `value` makes a value of a phrase, near another value.
    """
    match = _AGAINST.fullmatch(said.core.strip(" ?.!"))
    if match is None or said.named or said.dated or said.shift is not None or len(last.operands) != 2:
        return None
    if last.operation not in _OPERATIONS or not (said.correction or said.ellipsis):
        return None
    x, y = last.operands
    other = value(match["y"], y)
    if other is None:
        return refused(x, said.core, f"what '{match['y']}' is was not understood; name a line item or a metric")
    return combined(
        "percent_of" if last.operation == "margin" else last.operation, [x, other], unit=said.unit or last.unit
    )
