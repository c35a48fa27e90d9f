"""Rows of a table told in sentences, so that numbers are found in text as they are in cells."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib import resources
from typing import Any

from adapters.report_qa.forms import Source
from adapters.report_qa.grid import read_grid
from adapters.training.report_qa.questions.binding import Bound
from adapters.training.report_qa.questions.phrases import MARK, choose, fill, finish, slots_of, unmark
from adapters.training.report_qa.questions.sheets import Block, Cell, Place, Series, Sheet
from adapters.training.report_qa.questions.times import When
from adapters.training.report_qa.questions.words import Words

_LEAST_ROWS = 3
_MIXED = 0.4  # of the questions may also need the rows that stayed in the table
_NEXT = {"thousand": "million", "million": "billion"}


@cache
def read_sentences() -> tuple[dict[str, Any], ...]:
    """The sentence forms, by the number of times that they tell of."""
    text = resources.files(__package__).joinpath("sentences.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["sentence"])


def told(sheet: Sheet, draw: random.Random, *, terse: bool) -> Sheet | None:
    """The sheet with one or two of its rows told in the text instead; None where no row can be told."""
    blocks = [block for block in sheet.blocks if block.timed and len(block.series) > 1]
    if not blocks:
        return None
    block = draw.choice(blocks)
    fit = [series for series in block.series if _tellable(series)]
    if not fit:
        return None
    chosen = draw.sample(fit, min(len(fit), draw.choice((1, 1, 2))))
    lines = {series.cells[0][1].place.line for series in chosen}
    table = tuple(row for line, row in enumerate(sheet.table) if line not in lines)
    before, after = read_grid(sheet.table), read_grid(table)
    if after.heads != before.heads or len(table) - after.heads < _LEAST_ROWS:
        return None
    mixed = draw.random() < _MIXED
    texts = list(sheet.text)
    made: dict[int, Series] = {}
    for series in chosen:
        at = draw.randint(0, len(texts))
        sentence, cells, scale = _sentence(series, sheet, draw, terse=terse, rescale=not mixed)
        texts.insert(at, sentence)
        made = {key: _moved_text(one, at) for key, one in made.items()}
        places = [(when, replace(cell, place=replace(cell.place, line=at)), None) for when, cell in cells]
        made[id(series)] = Series(replace(series.item, place=None), tuple(places), scale, series.kind)
    if mixed:
        kept = [
            made.get(id(series)) or _moved(series, lines)
            for series in block.series
            if id(series) in made or _in_rows(series)
        ]
        blocks = [Block(tuple(made.values()), timed=True), Block(tuple(kept), timed=True)]
    else:
        blocks = [Block(tuple(made.values()), timed=True)]
    return replace(sheet, table=table, text=tuple(texts), blocks=tuple(blocks))


def _tellable(series: Series) -> bool:
    if not _in_rows(series) or any(when.year is None or when.after for when, _, _ in series.cells):
        return False
    return all(cell.value > 0 for _, cell, _ in series.cells) and len(series.item.label) > 4 and not series.item.extra


def _in_rows(series: Series) -> bool:
    """Whether a line is a row: its cells stand beside each other."""
    return len({cell.place.line for _, cell, _ in series.cells}) == 1


def _moved(series: Series, gone: set[int]) -> Series:
    """A row that stayed, at its new place."""

    def up(place: Place) -> Place:
        return replace(place, line=place.line - sum(line < place.line for line in gone))

    cells = tuple((when, replace(cell, place=up(cell.place)), head and up(head)) for when, cell, head in series.cells)
    return replace(series, item=replace(series.item, place=series.item.place and up(series.item.place)), cells=cells)


def _moved_text(series: Series, at: int) -> Series:
    """A told line after another sentence was put in before it."""
    cells = tuple(
        (when, replace(cell, place=replace(cell.place, line=cell.place.line + (cell.place.line >= at))), head)
        for when, cell, head in series.cells
    )
    return replace(series, cells=cells)


def _sentence(
    series: Series, sheet: Sheet, draw: random.Random, *, terse: bool, rescale: bool
) -> tuple[str, list[tuple[When, Cell]], str]:
    """A sentence over the latest years of a line, its cells by the character where they start, and their scale."""
    cells = sorted(series.cells, key=lambda one: -(one[0].year or 0))
    first = draw.randrange(len(cells)) if draw.random() < 0.3 else 0
    count = min(len(cells) - first, draw.choice((1, 2, 2, 2, 3, 3)))
    chosen = cells[first : first + count]
    forms = next(row["forms"] for row in read_sentences() if row["times"] == count)
    values, scale = _values([cell for _, cell, _ in chosen], series, draw, rescale=rescale)
    bound = Bound({"x": series.item}, dict(zip("abc", (when for when, _, _ in chosen), strict=False)), kind=series.kind)
    words = Words(bound, sheet, draw, terse=terse)
    line = choose(draw.choice(forms), draw)
    spoken = {slot: words[slot] for slot in slots_of(line) if slot not in _OWN}
    for letter, value in zip("abc", values, strict=False):
        spoken[f"v{letter}"] = MARK + _printed(value, series, scale, terse=terse)
    if len(values) > 1:
        up = values[0] >= values[1]
        spoken["up"] = draw.choice(("increased", "rose", "grew") if up else ("decreased", "declined", "fell"))
        spoken["by"] = _printed(abs(values[0] - values[1]), series, scale, terse=terse)
        spoken["pc"] = f"{abs(values[0] / values[1] - 1) * 100:.1f}%"
    order = [slot for slot in _in_order(line) if slot in ("va", "vb", "vc")]
    text, starts = unmark(finish(fill(line, spoken), draw, terse=terse))
    at = dict(zip(order, starts, strict=True))
    found = []
    for letter, (when, cell, _), value in zip("abc", chosen, values, strict=False):
        start = at.get(f"v{letter}")
        if start is not None:
            found.append((when, Cell(value, cell.percent, Place(Source.TEXT, 0, -1, start), cell.printed)))
    return text, found, scale


_OWN = ("va", "vb", "vc", "up", "by", "pc")


def _in_order(line: str) -> list[str]:
    return [part.partition("}")[0] for part in line.split("{")[1:]]


def _values(cells: Sequence[Cell], series: Series, draw: random.Random, *, rescale: bool) -> tuple[list[Decimal], str]:
    """The values as the text says them: perhaps rounded, in the next larger scale."""
    values = [cell.value for cell in cells]
    larger = _NEXT.get(series.scale) if series.kind == "amount" else None
    if not rescale or larger is None or draw.random() < 0.4 or min(values) < 1000:
        return values, series.scale
    rounded = [(value / 1000).quantize(Decimal(1).scaleb(-draw.choice((1, 1, 2))), ROUND_HALF_EVEN) for value in values]
    return rounded, larger


def _printed(value: Decimal, series: Series, scale: str, *, terse: bool) -> str:
    """A value as running text has it: "$1,452.4 million", "12.5%", in lower-case pages "$ 1452.4 million"."""
    text = f"{value:f}" if terse else f"{value:,f}"
    if series.kind == "percent":
        return f"{text}%"
    sign = ("$ " if terse else "$") if series.kind in ("amount", "per share") else ""
    return f"{sign}{text}{f' {scale}' if scale in ('thousand', 'million', 'billion') else ''}"
