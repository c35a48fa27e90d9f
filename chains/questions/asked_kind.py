"""The kind of number that is asked for, against the kind that was found: a share is no amount, an amount no share."""

from __future__ import annotations

import re

from chains.measures.shares import asks_share, share_of
from chains.questions.question import Question

_NAMES = {
    "percent": "a percentage",
    "points": "a difference in percentage points",
    "basis_points": "a difference in basis points",
    "currency": "an amount of money",
    "days": "a number of days",
    "times": "a ratio",
    "shares": "a number of shares",
}
_COUNTED = re.compile(r"\bhow many (?P<what>days|times|dollars)\b(?! of\b)", re.I)
_KINDS = {"days": "days", "times": "times", "dollars": "currency"}


def asked_kind(question: Question, text: str = "") -> str:
    """The kind of a question's answer, as `OutputUnit.kind` has it; "" where its words leave it open.

    `text` is what is asked without the company and the periods.
    """
    if question.unit.kind:
        return question.unit.kind
    if (counted := _COUNTED.search(question.core)) is not None:
        return _KINDS[counted["what"].lower()]
    return "percent" if text and (asks_share(text) or share_of(text) is not None) else ""


def another_kind(question: Question, text: str, unit: str) -> str:
    """Why a value in `unit` is not of the kind that is asked for; empty where it may be.

    `unit` is that of the answer: "USD millions", "percent", "days", "percentage points", "" for a plain number.
    """
    asked = asked_kind(question, text)
    found = found_kind(unit)
    if not asked or not found or asked == found:
        return ""
    points = ("points", "basis_points", "percent")
    if (asked in points and found in points) or asked == "shares":
        return ""
    if found == "times" and asked in ("percent", "days"):
        return ""  # a plain ratio can be shown as either
    return f"{_NAMES[asked]} is asked for, but what was found is {_NAMES[found]}"


def found_kind(unit: str) -> str:
    """The kind of a unit as answers show it; "" for a plain number or a rate of money."""
    if unit in ("percent", "days", "times"):
        return unit
    if unit in ("percentage points", "basis points"):
        return unit.removeprefix("percentage ").replace(" ", "_")
    if unit.endswith("shares"):
        return "shares"
    return "currency" if re.fullmatch(r"[A-Z]{3}(?: \w+)?", unit) else ""
