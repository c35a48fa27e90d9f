"""Sums told as orders: "add A to B", "take A, deduct B and divide by C" as formulas in symbols.

The verbs are the table [orders] of formula.toml. What a word may join or separate ("to", "from", "by" also stand within
names) is for the reader of the formula to decide: `formulas` gives every way to read the orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from chains.formulas.lexer import grammar_table
from chains.measures.phrases import any_of

MAX_ORDERS = 6
_MOST_READINGS = 24
_JOINT = r"(?:^|[\s,;.:]*(?:[,;.:]|\band\b|\bthen\b)[\s,]*(?:and\s+)?(?:then\s+)?(?:finally\s+)?)"
_BACK = r"(?:it|that|this|them|those|these|the (?:result|sum|total|difference|rest)|what is left)"


@cache
def _verbs() -> re.Pattern[str]:
    table = grammar_table()["orders"]
    groups = []
    for name, words in table.items():
        groups.append(rf"(?P<{name}>{any_of(words)})")
    return re.compile(rf"(?P<joint>{_JOINT})(?:{'|'.join(groups)})(?![\w-])\s*", re.I)


def formulas(text: str) -> Iterator[str]:
    """The formulas in symbols that a text of orders can mean, the plainest first; none where it gives no orders."""
    text = re.sub(r"^\W*(?:please|now|so|by)\s+", "", text.strip(" ,.;:"), flags=re.I)
    found = list(_verbs().finditer(text))
    if not found or found[0].start() or len(found) > MAX_ORDERS:
        return
    ends = [*(m.start() for m in found[1:]), len(text)]
    orders = [(m.lastgroup or "", text[m.end() : e].strip(" ,.;:")) for m, e in zip(found, ends, strict=True)]
    yield from islice(_carried(orders, ""), _MOST_READINGS)


def _carried(orders: list[tuple[str, str]], so_far: str) -> Iterator[str]:
    if not orders:
        if so_far:
            yield so_far
        return
    verb, said = orders[0]
    for formula in _done(verb, said, so_far):
        yield from _carried(orders[1:], formula)


def _done(verb: str, said: str, so_far: str) -> Iterator[str]:
    """What one order makes of what there is so far."""
    if not said:
        return
    if verb == "take":
        if not so_far:
            yield f"({said})"
        return
    joint = {"add": "to", "subtract": "from", "divide": "by", "multiply": "by"}[verb]
    sign = {"add": "+", "subtract": "-", "divide": "/", "multiply": "*"}[verb]
    pairs = [(said[: m.start()].strip(), said[m.end() :].strip()) for m in re.finditer(rf"\b{joint}\b", said)]
    if so_far:
        for a, b in pairs:
            if verb in ("divide", "multiply") and (not a or re.fullmatch(_BACK, a, re.I)):
                yield f"({so_far}) {sign} ({b})"
            if verb in ("add", "subtract") and re.fullmatch(_BACK, b, re.I):
                yield f"({so_far}) {sign} ({a})"
        if not pairs or verb in ("add", "subtract"):
            yield f"({so_far}) {sign} ({said})"
        return
    for a, b in pairs:
        if a and b and not re.fullmatch(_BACK, b, re.I) and not re.fullmatch(_BACK, a, re.I):
            yield f"({b}) - ({a})" if verb == "subtract" else f"({a}) {sign} ({b})"
    if verb == "add" and re.search(r",|\band\b|\bplus\b|&", said):
        yield f"({said})"
