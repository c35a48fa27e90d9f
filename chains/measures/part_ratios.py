"""Ratios of a part of the company to its own revenue: "contribution margin of the international segment".

What a part earns has names that no table of line items knows; the ratio is computed of the lines that the filings print
for the part. The names are [part_ratios] of plain_asking.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from chains.formulas.expression import Binary, Expression, Operator
from chains.formulas.trees import items, substitute
from chains.measures.asking import Asking
from chains.measures.phrasing import KIND_WORDS, content_words, flatten, tidy
from chains.planning.plan import Kind, Measure, Origin
from chains.questions.plain_asking import under, ways
from chains.tables import read_table

_LIKELY = 0.75
"""Certainty of a line that filings print in other words."""


def part_ratio(text: str, before: str, read: Callable[[str], Asking | None]) -> Asking | None:
    """The ratio of a part that a text asks for; None where it asks for none, or names no part."""
    for name, (top, base) in read_table("plain_asking.toml")["part_ratios"].items():
        pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.I)
        if pattern.search(text) is None:
            continue
        for way in (*ways(text), *under(text, before), flatten(text)):
            over, below = read(pattern.sub(top, way)), read(pattern.sub(base, way))
            if over is None or below is None or over.operations or below.operations or over.certainty < _LIKELY:
                continue
            if not items(below.measure.expression) or not all(i.member for i in items(below.measure.expression)):
                continue
            # That it is called a segment tells "International Streaming" from a place.
            kind = next((w for w in content_words(way) if w in KIND_WORDS), "")
            ratio = Binary(Operator.DIVIDE, over.measure.expression, _called(below.measure.expression, kind))
            measure = Measure(tidy(way), ratio, Kind.PERCENT, Origin.METRIC, f"{top} / {base}")
            return Asking(measure, certainty=min(0.9, over.certainty + 0.1))
    return None


def _called(expression: Expression, kind: str) -> Expression:
    """The items of an expression with what their part is called: a "segment"."""
    return substitute(expression, lambda item: replace(item, member=f"{item.member} {kind}".strip()))
