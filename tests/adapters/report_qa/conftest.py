"""Evidence, a tokenizer of a few lines, and a reader over it: layouts need no model."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Point, Source
from adapters.report_qa.layout import Reader

SALES = (
    ("( in millions )", "2019", "2018"),
    ("Net sales", "$ 1,452.4", "$ 1,300.0"),
    ("Costs:", "", ""),
    ("Material", "(640.2)", "(600.0)"),
    ("Share of wages", "12.5 %", "11 %"),
    ("5.25 % notes due 2024", "-", "250.0"),
)
TEXT = (
    "Net sales rose to $ 1,452.4 million in 2019 from $ 1.3 billion in 2018 .",
    "The fleet in Bergen is led by Ana Lund and has 12 ships .",
)
HISTORY = ("What were net sales in 2018?", "And in twelve months?")


def tokenise(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Words and signs; the same word has the same id, from 10 on."""
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    return [10 + zlib.crc32(one[0].lower().encode("utf-8", "replace")) % 480 for one in found], [
        one.span() for one in found
    ]


def evidence(question: str = "What was the change in net sales from 2018 to 2019?", **changes: object) -> Evidence:
    """A question of a small report, with a table and two sentences."""
    return Evidence(**{"question": question, "table": SALES, "text": TEXT, **changes})  # type: ignore[arg-type]


def point(asked: Evidence, printed: str, source: Source = Source.TABLE, nth: int = 0) -> Point:
    """The nth candidate of a source that prints this."""
    found = [n for n, one in enumerate(candidates_of(asked)) if one.printed == printed and one.source is source]
    return Point(found[nth])


@pytest.fixture
def reader() -> Callable[..., Reader]:
    """Makes a reader: reader(window=256, budget=1024)."""

    def make(window: int = 256, budget: int = 1024) -> Reader:
        return Reader(tokenise, (1, 2), window, budget)

    return make
