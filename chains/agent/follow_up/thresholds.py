"""An answer set against zero or against a value that has a name, and a share of it that a turn says."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.combining import combined, compared, judged, operations
from chains.agent.follow_up.cues import tables as cues
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.fitting import only, same
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.planning.plan import Kind


@cache
def _signs() -> tuple[tuple[bool, re.Pattern[str]], ...]:
    kinds = cues()["sign"]
    return tuple((k == "above", re.compile(rf"(?<![\w-])(?:{any_of(kinds[k])})(?![\w-])")) for k in ("above", "below"))


def by_sign(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """ "Is it positive?", "positive or negative?": the last answer set against zero."""
    lower = flat.lower()
    found = [(above, pattern) for above, pattern in _signs() if pattern.search(lower)]
    if not found or said.named or said.dated or said.shift is not None:
        return None
    for _, pattern in found:
        lower = pattern.sub(" ", lower)
    tokens = set(re.findall(r"[a-z%']+", lower)) - {"or", "still", "number", "result"}
    if not only(tokens, frozenset(n for o in operations().values() for n in o.nouns), said):
        return None
    return judged(earlier.last, above=found[0][0])


_AGAINST = re.compile(
    r"(?:is|was|were|are|would|will)\s+(?P<x>it|that|this|they|those|these|that (?:figure|number|amount|result))"
    r"\s+(?:be\s+|still\s+)*"
    r"(?:(?P<up>above|higher than|more than|larger than|bigger than|greater than|over)|below|under|lower than|"
    r"less than|smaller than)\s+(?P<y>.+)",
    re.I,
)


_DID = re.compile(
    r"(?:what\s+)?(?:it|they|the company)\s+(?:generated|made|earned|took in|brought in|spent|paid|paid out|put)\s+"
    r"(?:(?:from|in|on|into|out in|as|for)\s+)?(?P<what>.+)",
    re.I,
)
_OPERATIONS = re.compile(r"(?:its\s+)?(?:operations|operating activities)", re.I)


def _done(match: re.Match[str]) -> str:
    """The line item of what a company did: "generated from operations" is its cash from operations."""
    return "cash from operations" if _OPERATIONS.fullmatch(match["what"].strip()) else match["what"]


def set_against(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """ "Is that above the 2021 operating income?": the last answer set against a value that has a name."""
    match = _AGAINST.fullmatch(flat)
    named = _DID.sub(_done, match["y"]) if match is not None else ""
    if match is None or not known_measure(named):
        return None
    y, x = earlier.one(named), earlier.one(match["x"])
    if y is None or x is None or not isinstance(y[0], Term) or not isinstance(x[0], Term) or same(x[0], y[0]):
        return None
    if (x[0].measure.kind is Kind.PERCENT) != (y[0].measure.kind is Kind.PERCENT):
        return None
    return compared(x[0], y[0], above=match["up"] is not None)


_PART = re.compile(
    r"(?:(?:[\w ]{0,40}?\b(?:at|is|take|calculate|compute|of)\s+)|what(?:'s| is| are| would be)\s+)?"
    r"(?P<n>\d{1,3}(?:\.\d{1,4})?)\s?(?:%|percent) of (?P<y>[\w' ]+)",
    re.I,
)


def part_of(said: Said, earlier: Earlier) -> Turn | None:
    """ "Materiality at 5% of that": an earlier answer times a share that the turn says."""
    match = _PART.fullmatch(said.core.strip(" ?.!"))
    found = earlier.one(match["y"]) if match is not None else None
    if match is None or found is None or not isinstance(found[0], Term) or not found[1]:
        return None
    base = found[0]
    turn = earlier.turn_of(base)
    if said.ellipsis and base == earlier.last and turn is not None and turn.operation == "product":
        base = turn.operands[0]  # "and 3% of that": of what the other share was of
    return combined("product", [base, Decimal(match["n"]) / 100], unit="" if "percent" in said.unit else said.unit)
