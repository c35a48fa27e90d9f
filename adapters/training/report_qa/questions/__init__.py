"""Questions made over given tables, with exact solutions: training examples for companies and wordings never seen.

What can be asked stands in the TOML files beside this one, written for finagent: shapes of questions, each with its
program and the ways to ask it. Nothing is searched for: a question is worded from the cells that its program names.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from adapters.report_qa.forms import Example
from adapters.training.report_qa.questions.asking import ask
from adapters.training.report_qa.questions.binding import Unfit, bind
from adapters.training.report_qa.questions.phrases import Shape, read_shapes
from adapters.training.report_qa.questions.refusals import refused
from adapters.training.report_qa.questions.sheets import Sheet, read_sheet
from adapters.training.report_qa.questions.talks import talked
from adapters.training.report_qa.questions.telling import told

REFUSED = 0.05
"""The share of questions that the table does not answer."""

TALKED = 0.2
"""The share of questions that are the later ones of a conversation."""

TOLD = 0.12
"""The share of questions whose numbers were moved from the table into sentences."""

_TRIES = 30
_ROUNDS_WITHOUT_NEWS = 3
_OTHER_REGISTER = 0.12


class Tabled(Protocol):
    """Printed rows with the text around them; an Evidence is one."""

    @property
    def table(self) -> tuple[tuple[str, ...], ...]: ...

    @property
    def text(self) -> tuple[str, ...]: ...


def generate(tables: Sequence[Tabled], count: int, seed: int) -> list[Example]:
    """`count` different questions over the tables, each table about equally often; the same seed gives the same list.

    Fewer where the tables give no more; none for tables without numbers. The tables' own texts go along.
    """
    draw = random.Random(seed)
    sheets = [sheet for sheet in dict.fromkeys(read_sheet(one.table, one.text) for one in tables) if sheet.blocks]
    made: list[Example] = []
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    idle = 0
    while sheets and len(made) < count and idle < _ROUNDS_WITHOUT_NEWS:
        before = len(made)
        for sheet in draw.sample(sheets, len(sheets)):
            example = _question(sheet, sheets, draw)
            if example is None:
                continue
            key = (example.page, example.evidence.question, example.evidence.history)
            if key not in seen:
                seen.add(key)
                made.append(replace(example, id=f"generated-{seed}-{len(made)}"))
        idle = idle + 1 if len(made) == before else 0
    return made[:count]


def _question(sheet: Sheet, sheets: Sequence[Sheet], draw: random.Random) -> Example | None:
    """A question over the sheet; None where a number of tries made none."""
    terse = sheet.terse if draw.random() > _OTHER_REGISTER else not sheet.terse
    if draw.random() < REFUSED:
        return refused(sheet, draw.choice(sheets), draw, terse=terse)
    if draw.random() < TALKED:
        return talked(sheet, draw, terse=terse or draw.random() < 0.5)
    if draw.random() < TOLD:
        sheet = told(sheet, draw, terse=sheet.terse) or sheet
    for shape in itertools.islice(_shapes(draw), _TRIES):
        bound = bind(shape.needs, sheet, draw)
        if bound is None or not shape.ways(terse=terse):
            continue
        try:
            return ask(sheet, shape, bound, draw, terse=terse)
        except Unfit:
            continue
    return None


def _shapes(draw: random.Random) -> Iterator[Shape]:
    shapes = read_shapes()
    weights = list(itertools.accumulate(shape.weight for shape in shapes))
    while True:
        yield draw.choices(shapes, cum_weights=weights)[0]


__all__ = ["REFUSED", "Tabled", "generate"]
