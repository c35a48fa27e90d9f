"""Questions that the table and its text do not answer: a year that neither has, an item of another table."""

from __future__ import annotations

import random
import re
from functools import lru_cache

from adapters.report_qa.forms import Example
from adapters.training.report_qa.questions.asking import ask
from adapters.training.report_qa.questions.binding import Bound, Unfit, bind
from adapters.training.report_qa.questions.labels import clean
from adapters.training.report_qa.questions.phrases import read_shapes
from adapters.training.report_qa.questions.sheets import Item, Sheet
from adapters.training.report_qa.questions.times import When

_NEEDS = ("one", "times2", "times3")
_TRIES = 8
_OTHER_ITEM = 0.5
_MOST_SHARED = 0.34  # of an item's words may stand in a table that does not have it
_COMMON = frozenset(["and", "the", "for", "net", "total", "other", "from", "with"])


def refused(sheet: Sheet, other: Sheet, draw: random.Random, *, terse: bool) -> Example | None:
    """A question in the usual words that this table cannot answer; None where none was found."""
    shapes = [
        shape
        for shape in read_shapes()
        if shape.needs in _NEEDS and not shape.quantity and shape.pick in ("", "a", "a b")
    ]
    weights = [shape.weight for shape in shapes]
    for _ in range(_TRIES):
        shape = draw.choices(shapes, weights)[0]
        bound = bind(shape.needs, sheet, draw)
        if bound is None or not shape.ways(terse=terse):
            continue
        if draw.random() < _OTHER_ITEM:
            item = _foreign(sheet, other, draw)
            if item is None:
                continue
            bound.items["x"] = item
            bound.unbroken = False
        elif not _moved(sheet, bound, draw):
            continue
        try:
            return ask(sheet, shape, bound, draw, terse=terse, refuse=True)
        except Unfit:
            continue
    return None


def _moved(sheet: Sheet, bound: Bound, draw: random.Random) -> bool:
    """Put a year in that is printed nowhere."""
    name = draw.choice(sorted(bound.whens))
    when = bound.whens[name]
    if when.year is None or when.after:
        return False
    step = draw.choice((1, 2, 3, 4, 6))
    year = when.year + step if name != "a" or (len(bound.whens) == 1 and draw.random() < 0.5) else when.year - step
    printed = _printed(sheet)
    if str(year) in printed or re.search(rf"\b(?:FY|')\s?{str(year)[2:]}\b|/{str(year)[2:]}\b", printed):
        return False
    bound.unbroken = False
    bound.whens[name] = When(str(year), year, when.day, when.ended, when.fiscal)
    return True


def _foreign(sheet: Sheet, other: Sheet, draw: random.Random) -> Item | None:
    items = [series.item for block in other.blocks for series in block.series if block.timed]
    if not items or other.table == sheet.table:
        return None
    item = draw.choice(items)
    words = set(re.findall(r"[a-z]{3,}", clean(item.label).lower())) - _COMMON
    if len(words) < 2:
        return None
    here = _vocabulary(sheet)
    return Item(item.label) if len(words & here) <= _MOST_SHARED * len(words) else None


@lru_cache(maxsize=4096)
def _printed(sheet: Sheet) -> str:
    return "\n".join((*(cell for row in sheet.table for cell in row), *sheet.text))


@lru_cache(maxsize=4096)
def _vocabulary(sheet: Sheet) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{3,}", _printed(sheet).lower()))
