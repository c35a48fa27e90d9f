"""The numbers that a question brings itself: a value instead of the printed one, a percentage, a threshold."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from adapters.training.report_qa.questions.phrases import MARK
from adapters.training.report_qa.questions.sheets import Cell

_PERCENTS = (
    "5",
    "10",
    "10",
    "20",
    "15",
    "25",
    "50",
    "30",
    "12",
    "8",
    "3",
    "2.5",
    "7.5",
    "40",
    "60",
    "1",
    "2",
    "4",
    "18",
    "33",
)
_IN_WORDS = {"5": "five", "10": "ten", "20": "twenty", "50": "fifty"}


def quantity(
    kind: str, near: Cell | None, cells: Sequence[Cell], scale: str, draw: random.Random, *, money: bool
) -> tuple[str, Decimal] | None:
    """A number of that kind as printed, marked, and its value in a calculation; None where none fits."""
    match kind:
        case "percent":
            digits = draw.choice(_PERCENTS)
            text = draw.choice(("{}%", "{}%", "{}%", "{} %", "{} percent"))
            word = _IN_WORDS.get(digits)
            if word and draw.random() < 0.08:
                return f"{MARK}{word} percent", Decimal(digits) / 100
            return MARK + text.format(digits), Decimal(digits) / 100
        case "near":
            assert near is not None
            if near.value < 0:
                return None  # "if it were 300 instead" of a loss is not asked
            return _printed(_about(near, draw), near, scale, draw, money=money)
        case "amount":
            assert near is not None
            part = _about(near, draw, low=0.03, high=0.4)
            return None if part <= 0 else _printed(_rounded(part), near, scale, draw, money=money)
        case "between":
            value = _between([cell.value for cell in cells], draw)
            return None if value is None else _printed(value, cells[0], scale, draw, money=money)
        case "years":
            count = draw.randint(2, 5)
            return MARK + draw.choice((str(count), ("two", "three", "four", "five")[count - 2])), Decimal(count)
    raise ValueError(f"no quantity is called {kind!r}")


def _about(cell: Cell, draw: random.Random, low: float = 0.55, high: float = 1.7) -> Decimal:
    """A value near a cell's, with as many decimals."""
    decimals = len(cell.printed.partition(".")[2].rstrip("%) $").split()[0]) if re.search(r"\.\d", cell.printed) else 0
    places = min(decimals, 3)
    value = abs(cell.value) * Decimal(str(round(draw.uniform(low, high), 3)))
    if draw.random() < 0.55:
        value = _rounded(value)
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def _rounded(value: Decimal) -> Decimal:
    """To two leading digits, as people make numbers up."""
    if not value:
        return value
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 1), ROUND_HALF_EVEN)


def _between(values: Sequence[Decimal], draw: random.Random) -> Decimal | None:
    """A round threshold that some of the values exceed and some do not."""
    ordered = sorted(values)
    gaps = [(low, high) for low, high in itertools.pairwise(ordered) if high > low and high > 0]
    if not gaps:
        return None
    low, high = draw.choice(gaps)
    low = max(low, Decimal(0))
    middle = low + (high - low) * Decimal(str(round(draw.uniform(0.2, 0.8), 3)))
    if middle <= 0:
        return None
    for digits in range(4):
        value = middle.quantize(Decimal(1).scaleb(middle.adjusted() - digits), ROUND_HALF_EVEN)
        if low < value < high:
            return value
    return None


def _printed(value: Decimal, like: Cell, scale: str, draw: random.Random, *, money: bool) -> tuple[str, Decimal] | None:
    """The value as it is typed: with commas, a currency sign, the scale in words."""
    text = f"{value:,f}" if draw.random() < 0.85 or value < 10000 else f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text and draw.random() < 0.3 else text
    if value <= 0 or re.fullmatch(r"(?:19|20)\d\d", text):
        return None  # it would read like a year
    if like.percent:
        return f"{MARK}{text}{draw.choice(('%', '%', ' percent'))}", value / 100
    if money and scale in ("thousand", "million", "billion"):
        sign = draw.choice(("$", "$", "$", "", "$ "))
        word = draw.choice((f" {scale}", f" {scale}", f" {scale}", "", f" {scale}s", f" (in {scale}s)"))
        return f"{MARK}{sign}{text}{word}", value
    if scale == "percent":
        return f"{MARK}{text}{draw.choice(('%', ''))}", value
    return MARK + draw.choice(("", "$") if money else ("",)) + text, value
