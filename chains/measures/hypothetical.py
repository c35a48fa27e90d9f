"""A result without one of its parts: "what would operating income have been without the litigation charges?".

A charge is added back to a profit and a gain taken out of it. That is plain arithmetic where the part stands within the
result before tax. What tax would have been is not known, so there is no such answer for net income, unless the part is
tax itself; nor for a cost, as how much of a part lies within it is not known. The words are the table [hypothetical] of
planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from chains.formulas.expression import Binary, Expression, FirstOf, Item, Operator
from chains.measures.asking import Asking
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tables, tidy
from chains.planning.plan import Kind, Measure, Origin
from chains.resolve.members import part_name

WITHOUT = " without "
"""Stands in the name of such a measure between the result and the part."""
_SURELY, _PRINTED = 0.85, 0.75
_JOINED, _MOST = re.compile(r",\s*(?:and\s+)?|\s+(?:and|plus)\s+"), 5
"""What joins several parts, and how many there may be."""

Read = Callable[[str], Asking | None]


def parts_of(text: str) -> tuple[str, str] | None:
    """The result and the part that it is asked without; None where a text asks no such thing."""
    flat = flatten(text).lower().strip(" ,:;-")
    for pattern in _patterns():
        match = pattern.fullmatch(flat)
        if match is not None and (result := tidy(match["x"])) and (part := tidy(match["y"].strip(" ,"))):
            return result, part
    return None


def hypothetical(text: str, read: Read, labels: Callable[[str], float]) -> Asking | None:
    """The measure of a result without one of its parts. `labels` tells how well a phrase is printed."""
    said = parts_of(text)
    if said is None:
        return None
    result, part = read(said[0]), said[1]
    if result is None or result.operations or result.certainty < _SURELY or labels(flatten(text)) >= 0.97:
        return None
    item = _single(result.measure.expression)
    kind = _kind_of(item)
    if item is None or not kind:
        return None
    table = tables()["hypothetical"]
    words = set(re.findall(r"[a-z]+", part))
    cost, gain = bool(words & set(table["costs"])), bool(words & set(table["gains"]))
    if cost and gain:
        return None
    if words & set(table["after"][kind]) or (kind == "net" and not words & set(table["taxes"])):
        return None
    if not cost and not gain:
        if item.member or not content_words(part):
            return None
        taken: Expression | None = replace(item, member=part_name(part))
    else:
        taken = _taken(part, item, read, labels)
    if taken is None:
        return None
    adds = cost
    operator = Operator.ADD if adds else Operator.SUBTRACT
    name = f"{result.measure.name}{WITHOUT}{part}"
    formula = f"{result.measure.name} {'+' if adds else 'minus'} {part}"
    measure = Measure(name, Binary(operator, item, taken), Kind.CURRENCY, Origin.METRIC, formula)
    return Asking(measure, certainty=0.9)


def _taken(part: str, result: Item, read: Read, labels: Callable[[str], float]) -> Expression | None:
    """What is taken out of a result or added to it: one line, or several that are joined and all of one kind."""
    one = _line(part, result, read, labels)
    if one is not None:
        return one
    pieces = [p.strip(" ,") for p in _JOINED.split(part) if content_words(p)]
    kinds = [{kind for kind in ("costs", "gains") if _words(p) & set(tables()["hypothetical"][kind])} for p in pieces]
    lines = [found for p in pieces if (found := _line(p, result, read, labels)) is not None]
    same = all(len(kind) == 1 and kind == kinds[0] for kind in kinds)
    if not 2 <= len(pieces) <= _MOST or not same or len(set(lines)) < len(pieces):
        return None
    total: Expression = lines[0]
    for line in lines[1:]:
        total = Binary(Operator.ADD, total, line)
    return total


def _line(part: str, result: Item, read: Read, labels: Callable[[str], float]) -> Item | None:
    """The line item that a part is, or the printed line of its name."""
    part = re.sub(r"^(?:the|its|their|all|any)\s+", "", part)
    found = read(part)
    line = _single(found.measure.expression) if found is not None and not found.operations else None
    if line is None or (line.concept is None and labels(part) < _PRINTED) or line.member:
        line = Item(part) if labels(part) >= _PRINTED else None
    return None if line is None or line.concept == result.concept else line


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text))


def _single(expression: Expression) -> Item | None:
    if isinstance(expression, FirstOf):
        return _single(expression.alternatives[0])
    return expression if isinstance(expression, Item) else None


def _kind_of(item: Item | None) -> str:
    """What a result is: an "operating", "pretax" or "net" profit, "" for what parts are not taken out of."""
    results = tables()["hypothetical"]["results"]
    return next((kind for kind, concepts in results.items() if item is not None and item.concept in concepts), "")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = tables()["hypothetical"]
    without, strict = (any_of(table[key]) for key in ("without", "strictly"))
    been = (
        r"(?:have\s+)?(?:been|be|come\s+to|amounted\s+to|amount\s+to|looked\s+like|look\s+like|stood\s+at"
        r"|come\s+in\s+at|reached|totalled|totaled)"
    )
    small = r"(?:(?:the|its|their|any|all|all the|those|these|such|of|effects? of|impact of)\s+)*"
    would = r"(?:what|how\s+(?:much|high|large|big))\s+(?:would|will|might|could)"
    x, y = r"(?P<x>.+?)", r"(?P<y>.+?)"
    return tuple(
        re.compile(p)
        for p in (
            rf"{would}\s+{x}\s+{been}[\s,]+(?:{without})\s+{small}{y}",
            rf"(?:{without})\s+{small}{y}[\s,]+{would}\s+{x}\s+{been}",
            rf"{x}[\s,(]+(?:{strict})\s+{small}{y}\)?",
            rf"{x}\s+(?:with|if\s+(?:you|we|one))\s+{small}{y}\s+(?:added\s+back|stripped\s+out|taken\s+out|left\s+out|excluded|removed)",
            rf"(?:strip|take|leave)\s+{small}{y}\s+out\s+of\s+{small}{x}",
            rf"{x}[\s,]+(?:if|when|once)\s+(?:you|one|we)\s+(?:put|add|bring)\s+(?:back\s+)?{small}{y}(?:\s+back(?:\s+in)?|\s+to\s+it)?",
            rf"{x}[\s,]+(?:putting|adding|bringing)\s+{small}{y}\s+back(?:\s+in)?",
            rf"add\s+{small}{y}\s+back\s+(?:in\s+)?to\s+{small}{x}",
        )
    )


__all__ = ["WITHOUT", "hypothetical", "parts_of"]
