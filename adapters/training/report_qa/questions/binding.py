"""What a shape of question is asked of: items, times and cells drawn from a table so that the question makes sense."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from adapters.report_qa.forms import Source
from adapters.report_qa.grid import read_grid
from adapters.report_qa.numbers import number_of_cell
from adapters.training.report_qa.questions.sheets import Block, Cell, Item, Place, Series, Sheet
from adapters.training.report_qa.questions.times import When

_TIMES = ("a", "b", "c", "d", "e")
_ITEMS = ("x", "y", "z", "w")
_MOST_APART = 4
_MOST_COMPONENTS = 9


class Unfit(Exception):  # noqa: N818 - no error: this shape does not fit what was drawn
    """The question that was drawn cannot be asked or answered exactly."""


@dataclass(slots=True)
class Bound:
    """The slots of a question: items by x, y, z, w, t (a total), times by a to e, the cells that a program names.

    `entries` are the things that may be picked: the name to say, the cell compared, the place to point to.
    """

    items: dict[str, Item] = field(default_factory=dict)
    whens: dict[str, When] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    entries: list[tuple[Cell, Place]] = field(default_factory=list)
    scale: str = ""
    kind: str = "amount"
    unbroken: bool = True
    """Whether the times follow each other in the table, so that they can be said as a span."""


def bind(needs: str, sheet: Sheet, draw: random.Random) -> Bound | None:
    """Draw what a shape with these needs is asked of; None where the table has no such thing."""
    return _NEEDS[needs](sheet, draw)


def _drawn(blocks: Sequence[Block], draw: random.Random, *, fits: Callable[[Series], bool]) -> Series | None:
    """A line of some block; blocks weigh by their number of lines."""
    found = [series for block in blocks for series in block.series if fits(series)]
    return draw.choice(found) if found else None


def _by_year(series: Series) -> list[tuple[When, Cell, Place | None]]:
    return sorted(
        (one for one in series.cells if one[0].year is not None and not one[0].after), key=lambda one: one[0].year or 0
    )


def _one(sheet: Sheet, draw: random.Random) -> Bound | None:
    blocks = [block for block in sheet.blocks if not block.due and not block.change]
    timed = [block for block in blocks if block.timed]
    series = _drawn(timed if timed and draw.random() < 0.75 else blocks, draw, fits=lambda one: True)
    if series is None:
        return None
    when, cell, _ = draw.choice(series.cells)
    return Bound({"x": series.item}, {"a": when}, {"a": cell}, scale=series.scale, kind=series.kind)


def _times(count: int) -> Callable[[Sheet, random.Random], Bound | None]:
    def make(sheet: Sheet, draw: random.Random) -> Bound | None:
        blocks = [block for block in sheet.blocks if block.timed]
        series = _drawn(blocks, draw, fits=lambda one: len(_by_year(one)) >= count)
        if series is None:
            return None
        cells = _by_year(series)
        if count == 2:
            first = draw.randrange(len(cells) - 1)
            step = 1 if draw.random() < 0.7 else draw.randint(1, _MOST_APART)
            chosen = [cells[first], cells[min(first + step, len(cells) - 1)]]
        else:  # years that follow each other
            first = draw.randrange(len(cells) - count + 1)
            chosen = cells[first : first + count]
        years = [when.year or 0 for when, _, _ in chosen]
        unbroken = years[-1] - years[0] == len(years) - 1
        bound = Bound({"x": series.item}, scale=series.scale, kind=series.kind, unbroken=unbroken)
        for name, (when, cell, place) in zip(_TIMES, chosen, strict=False):
            bound.whens[name], bound.cells[name] = when, cell
            if place is not None:
                bound.entries.append((cell, place))
        return bound

    return make


def _items(count: int) -> Callable[[Sheet, random.Random], Bound | None]:
    def make(sheet: Sheet, draw: random.Random) -> Bound | None:
        found = _column(sheet, draw, least=count)
        if found is None:
            return None
        when, lines = found
        plain = [one for one in lines if not one.item.total] if count > 2 or draw.random() < 0.7 else lines
        if len(plain) < count:
            return None
        first = draw.choice(plain)
        alike = [one for one in plain if one.kind == first.kind and one.scale == first.scale]
        if len(alike) < count:
            return None
        chosen = draw.sample(alike, count)
        if draw.random() < 0.6:
            chosen.sort(key=lambda one: alike.index(one))
        return _bound_items(chosen, when)

    return make


def _bound_items(chosen: Sequence[Series], when: When) -> Bound:
    bound = Bound(whens={"a": when}, scale=chosen[0].scale, kind=chosen[0].kind)
    for name, series in zip(_ITEMS, chosen, strict=False):
        cell = series.at(when)
        assert cell is not None
        bound.items[name], bound.cells[name] = series.item, cell
    return bound


def _column(sheet: Sheet, draw: random.Random, least: int) -> tuple[When, list[Series]] | None:
    """The lines of a block that have a number at one of its whens."""
    blocks = [block for block in sheet.blocks if len(block.series) >= least and not block.due and not block.change]
    if not blocks:
        return None
    block = draw.choice(blocks)
    when = draw.choice(draw.choice(block.series).cells)[0]
    lines = [series for series in block.series if series.at(when) is not None]
    return (when, lines) if len(lines) >= least else None


def _parts(count: int, times: int = 1) -> Callable[[Sheet, random.Random], Bound | None]:
    """Parts of a total that stands below (or above) them, at one or two times."""

    def make(sheet: Sheet, draw: random.Random) -> Bound | None:
        blocks = [
            b for b in sheet.blocks if not b.due and any(s.item.total for s in b.series) and (times == 1 or b.timed)
        ]
        if not blocks:
            return None
        block = draw.choice(blocks)
        total = draw.choice([series for series in block.series if series.item.total])
        place = block.series.index(total)
        above = []
        for series in reversed(block.series[:place]):
            if series.item.total:
                break
            above.append(series)
        above = above or [one for one in block.series[place + 1 :] if not one.item.total]
        whens = [when for when, _, _ in (_by_year(total) if times > 1 else total.cells)]
        if len(whens) < times or len(above) < count:
            return None
        at = sorted(draw.sample(range(len(whens)), times))
        chosen = draw.sample(above, count)
        bound = Bound({"t": total.item}, scale=total.scale, kind=total.kind)
        for name, when in zip(_TIMES, (whens[one] for one in at), strict=False):
            bound.whens[name] = when
            for letter, series in (("t", total), *zip(_ITEMS, chosen, strict=False)):
                cell = series.at(when)
                if cell is None or series.kind != total.kind or cell.percent:
                    return None
                bound.items[letter] = series.item
                bound.cells[letter if times == 1 else letter + name] = cell
            whole = bound.cells["t" if times == 1 else "t" + name].value
            if any(abs(c.value) > abs(whole) or c.value * whole <= 0 for c in bound.cells.values()) and times == 1:
                return None
        return bound

    return make


def _grid(sheet: Sheet, draw: random.Random) -> Bound | None:
    blocks = [block for block in sheet.blocks if block.timed and len(block.series) >= 2]
    if not blocks:
        return None
    block = draw.choice(blocks)
    one, other = draw.sample(block.series, 2)
    shared = [when for when, _, _ in _by_year(one) if other.at(when) is not None]
    if len(shared) < 2 or one.kind != other.kind or one.scale != other.scale:
        return None
    first = draw.randrange(len(shared) - 1)
    bound = Bound({"x": one.item, "y": other.item}, scale=one.scale, kind=one.kind)
    for name, when in (("a", shared[first]), ("b", shared[first + 1])):
        bound.whens[name] = when
        for letter, series in (("x", one), ("y", other)):
            cell = series.at(when)
            assert cell is not None
            bound.cells[letter + name] = cell
    return bound


def _due(count: int) -> Callable[[Sheet, random.Random], Bound | None]:
    """Years of a total: "what share of the lease payments is due in 2008"."""

    def make(sheet: Sheet, draw: random.Random) -> Bound | None:
        series = _drawn([b for b in sheet.blocks if b.due], draw, fits=lambda one: len(one.cells) > count + 1)
        if series is None:
            return None
        *years, (_, total, _) = series.cells
        if any(cell.value < 0 or cell.value > total.value for _, cell, _ in years):
            return None
        first = draw.randrange(len(years) - count + 1)
        bound = Bound({"x": series.item}, cells={"t": total}, scale=series.scale, kind=series.kind)
        for name, (when, cell, _) in zip(_TIMES, years[first : first + count], strict=False):
            bound.whens[name], bound.cells[name] = when, cell
        return bound

    return make


def _over_times(sheet: Sheet, draw: random.Random) -> Bound | None:
    """A line over its years, to pick years of."""
    blocks = [block for block in sheet.blocks if block.timed]
    series = _drawn(blocks, draw, fits=lambda one: len(_by_year(one)) >= 2)
    if series is None:
        return None
    cells = [one for one in series.cells if one[2] is not None and not one[0].after]
    if len(cells) < 2 or len({cell.value for _, cell, _ in cells}) < len(cells):
        return None
    years = sorted((when for when, _, _ in cells), key=lambda when: when.year or 0)
    bound = Bound({"x": series.item}, {"a": years[0], "b": years[-1]}, scale=series.scale, kind=series.kind)
    bound.entries = [(cell, place) for _, cell, place in cells if place is not None]
    bound.cells = {f"v{number}": cell for number, (_, cell, _) in enumerate(cells)}
    return bound


def _over_items(sheet: Sheet, draw: random.Random) -> Bound | None:
    """The items of a column, to pick items of."""
    found = _column(sheet, draw, least=3)
    if found is None:
        return None
    when, lines = found
    plain = [one for one in lines if not one.item.total and one.item.place is not None]
    if len(plain) < 3 or len({(one.kind, one.scale) for one in plain}) > 1 or len(plain) > 14:
        return None
    cells = [series.at(when) for series in plain]
    if len({cell.value for cell in cells if cell}) < len(plain):
        return None
    bound = Bound(whens={"a": when}, scale=plain[0].scale, kind=plain[0].kind)
    bound.entries = [
        (c, s.item.place) for c, s in zip(cells, plain, strict=True) if c is not None and s.item.place is not None
    ]
    bound.cells = {f"v{number}": cell for number, (cell, _) in enumerate(bound.entries)}
    whole = [one.item for one in lines if one.item.total]
    if whole:
        bound.items["t"] = whole[-1]
    return bound


def _change(sheet: Sheet, draw: random.Random) -> Bound | None:
    """A change that the table prints itself."""
    series = _drawn([block for block in sheet.blocks if block.change], draw, fits=lambda one: True)
    if series is None:
        return None
    when, cell, _ = draw.choice(series.cells)
    percent = "%" in when.name or "percent" in when.name.lower() or cell.percent
    return Bound(
        {"x": series.item}, {"a": when}, {"a": cell}, scale=series.scale, kind="percent" if percent else "amount"
    )


def _components(sheet: Sheet, draw: random.Random) -> Bound | None:
    """The rows under a heading, or above a total, to name them all."""
    grid = read_grid(sheet.table)
    groups: dict[str, list[tuple[Cell, Place]]] = {}
    since: list[tuple[Cell, Place]] = []
    for line in range(grid.heads, len(grid.rows)):
        label, heading = grid.labels[line], grid.headings[line]
        if not label or not any(number_of_cell(cell) for cell in grid.rows[line][1:]):
            continue
        if re.search(r"\btotals?\b", label, re.IGNORECASE):
            if len(label.split()) > 1 and not heading:
                groups[re.sub(r"\b(?:sub)?totals?:?\s*", "", label, flags=re.IGNORECASE)] = since
            since = []
            continue
        place = Place(Source.TABLE, line, 0)
        entry = (Cell(Decimal(0), False, place, label), place)
        since.append(entry)
        if heading:
            groups.setdefault(heading, []).append(entry)
    fit = [(name, found) for name, found in groups.items() if 2 <= len(found) <= _MOST_COMPONENTS and len(name) > 3]
    if not fit:
        return None
    name, entries = draw.choice(fit)
    return Bound({"t": Item(name)}, entries=entries)


def _performance(sheet: Sheet, draw: random.Random) -> Bound | None:
    """An investment of 100 over the years, as in a performance graph."""
    hundred = Decimal(100)
    blocks = [block for block in sheet.blocks if block.timed]
    series = _drawn(
        blocks, draw, fits=lambda one: len(one.cells) >= 3 and any(c.value == hundred for _, c, _ in _by_year(one)[:1])
    )
    if series is None:
        return None
    cells = _by_year(series)
    when, cell, _ = draw.choice(cells[1:])
    return Bound({"x": series.item}, {"a": cells[0][0], "b": when}, {"a": cells[0][1], "b": cell}, kind="index")


_NEEDS: dict[str, Callable[[Sheet, random.Random], Bound | None]] = {
    "one": _one,
    **{f"times{count}": _times(count) for count in (2, 3, 4, 5)},
    **{f"items{count}": _items(count) for count in (2, 3, 4)},
    **{f"parts{count}": _parts(count) for count in (1, 2, 3)},
    "parts1 times2": _parts(1, 2),
    "grid": _grid,
    "due1": _due(1),
    "due2": _due(2),
    "due3": _due(3),
    "years": _over_times,
    "items": _over_items,
    "change": _change,
    "components": _components,
    "performance": _performance,
}
NEEDS = frozenset(_NEEDS)

__all__ = ["NEEDS", "Bound", "bind"]
