"""Debt less cash and what lies beside it: "total debt net of the cash and the short-term investments".

The words are [net_of] of whole_balance.toml.
"""

from __future__ import annotations

import re
from functools import cache

from chains.measures.phrases import any_of
from chains.measures.phrasing import flatten
from chains.measures.whole_balance import debt_words, names_debt

_SMALL = r"(?:(?:the|its|their|any|all|both)\s+)*"


def net_of_cash(text: str) -> str | None:
    """A text in which what debt is taken net of stands item by item; None where it is taken net of nothing known."""
    flat = flatten(text)
    match = re.fullmatch(rf"(?P<debt>.+?)[\s,]+(?:{_lead()})\s+(?P<list>.+)", flat)
    if match is None or not names_debt(match["debt"]):
        return None
    taken = cash_taken(match["list"])
    return f"{match['debt']} minus {' minus '.join(taken)}" if taken else None


def cash_taken(text: str) -> list[str]:
    """The items of a list that begins with cash; empty where one is no cash and lies not beside it."""
    words = debt_words()["net_of"]
    cash, beside = any_of(words["cash"]), any_of(words["beside"])
    listed = re.fullmatch(
        rf"{_SMALL}(?:{cash})(?P<more>(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|plus|&|minus|less)\s+){_SMALL}(?:{beside}))*)",
        text.strip(" ,.?"),
    )
    if listed is None:
        return []
    return [words["as"], *re.findall(rf"(?<![\w-])(?:{beside})(?![\w-])", listed["more"])]


@cache
def _lead() -> str:
    return any_of(debt_words()["net_of"]["lead"])
