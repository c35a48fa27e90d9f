"""Cells of a grid as printed, and how layout cells join into whole ones.

HTML filings print one number in up to three cells ("$", "(1,577", ")"), so a column of the layout is not a
column of the table. Here cells are placed on the layout's columns and joined into `Item`s; `grid` reads on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingest.numbers import Printed, parse_number
from ingest.schema import TaggedFact

MAX_SPAN = 1000
"""Wider spans are a mistake of the file; the HTML standard has the same limit."""

OPENING = re.compile(r"^\(?\s*(?:US\$|C\$|A\$|HK\$|NT\$|R\$|S\$|RMB|USD|EUR|GBP|CHF|[$€£¥₩₹])\s*\(?$|^\($")
CLOSING = re.compile(r"^(?:[)\]]|\)?\s*%\s*\)?|bps?|x|¢|pts?\.?)$")
MARK = re.compile(r"^(?:\((?:[a-z]{1,2}|[A-Z]|\d{1,2}|i{1,3}|iv|vi{0,3})\)|\[\w\]|[*†‡§]+)$")
BRACKETED_DIGIT = re.compile(r"^\(\d{1,2}\)$")
_YEAR = re.compile(r"^(?:19|20)\d\d(?:\s*(?:\(\w{1,2}\)|[*†‡§]))*$")
_TRAILING_MARKS = re.compile(
    r"(?:\s*(?:\((?:[a-z]|[A-Z]|\d{1,2}|i{1,3}|iv|vi{0,3})\)|\[\w\]|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+)(?:\s*,)?)+\s*$"
)
_ONE_MARK = re.compile(r"\((\w+)\)|\[(\w)\]|([*†‡§]+|[¹²³⁴⁵⁶⁷⁸⁹])")
_BULLETS = frozenset("•●▪■◦·‣∙☐☒☑✓–—-")


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as the file has it. `indent` is in points; `marks` are footnote marks taken out of the text.

    `value` is the exact printed value where the file knows it (a spreadsheet); otherwise the text is read.
    """

    text: str
    colspan: int = 1
    rowspan: int = 1
    indent: float = 0.0
    marks: tuple[str, ...] = ()
    value: Decimal | None = None
    fact: TaggedFact | None = None
    link: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A whole printed cell: it covers layout columns `start` to `end` (excluded), its number `core` to `core_end`."""

    text: str
    start: int
    end: int
    core: int
    core_end: int
    cell: GridCell
    printed: Printed | None
    indent: float = 0.0
    marks: tuple[str, ...] = ()

    @property
    def number(self) -> bool:
        """A value or a dash that is no year."""
        printed = self.printed
        if printed is None or (printed.value is None and not printed.dash):
            return False
        return self.cell.fact is not None or not _YEAR.match(self.text)

    @property
    def certain(self) -> bool:
        """A number that can be nothing but a value: tagged, or with a comma, point, bracket or symbol."""
        if BRACKETED_DIGIT.match(self.text) and self.cell.fact is None:
            return False
        return self.number and (self.cell.fact is not None or any(c in self.text for c in ",$€£¥%.("))

    @property
    def year(self) -> bool:
        return self.cell.fact is None and bool(_YEAR.match(self.text))


def place(rows: Sequence[Sequence[GridCell]]) -> list[list[Item]]:
    """The cells that print something, on the layout columns that spans give them."""
    placed: list[list[Item]] = []
    covered: dict[int, int] = {}
    for cells in rows:
        items: list[Item] = []
        below: dict[int, int] = {}
        column = 0
        for cell in cells:
            while covered.get(column, 0):
                column += 1
            span = min(max(cell.colspan, 1), MAX_SPAN)
            if cell.rowspan > 1:
                below.update(dict.fromkeys(range(column, column + span), min(cell.rowspan, len(rows)) - 1))
            text = " ".join(cell.text.split())
            if text or cell.fact:
                items.append(_item(text, column, column + span, cell))
            column += span
        covered = {c: n - 1 for c, n in covered.items() if n > 1} | below
        placed.append(items)
    return placed


def _item(text: str, start: int, end: int, cell: GridCell) -> Item:
    printed = parse_number(text)
    if cell.fact is not None and cell.fact.unit is None:
        printed = None  # tagged as text: a postal code, a date
    elif cell.value is not None:
        printed = Printed(cell.value, symbol=printed.symbol if printed else "", marks=printed.marks if printed else ())
    if printed and printed.value is None and not printed.dash and text in _BULLETS | {"*", "**"}:
        printed = None
    return Item(text, start, end, start, end, cell, printed, cell.indent, cell.marks)


def join(rows: list[list[Item]]) -> list[list[Item]]:
    """Join "$", "(", ")", "%" and footnote marks in cells of their own with the number that they belong to."""
    numeric = {
        column
        for items in rows
        for item in items
        if item.number and not BRACKETED_DIGIT.match(item.text)
        for column in range(item.core, item.core_end)
    }
    return [_join_row(items, numeric) for items in rows]


def _join_row(items: list[Item], numeric: set[int]) -> list[Item]:
    joined: list[Item] = []
    opening: Item | None = None
    for item in items:
        last = joined[-1] if joined else None
        near = last is not None and last.printed is not None and item.start - last.end <= 1
        if last is not None and near and CLOSING.match(item.text):
            joined[-1] = _append(last, item, item.text)
            opening = None
        elif last is not None and near and _is_mark(item, last, numeric):
            joined[-1] = replace(last, end=item.end, marks=(*last.marks, *_marks(item.text)))
        elif OPENING.match(item.text):
            opening = item
            continue
        elif opening is not None and item.start - opening.end <= 1 and item.printed is not None:
            joined.append(_prepend(item, opening))
        elif not (item.text in _BULLETS and not joined and len(items) > 1) and item.text not in {")", "]"}:
            joined.append(item)
        opening = None
    return joined


def _is_mark(item: Item, last: Item, numeric: set[int]) -> bool:
    if not MARK.match(item.text) or item.cell.fact is not None:
        return False
    if BRACKETED_DIGIT.match(item.text):
        return not numeric.intersection(range(item.core, item.core_end))
    return last.number or last.year


def _prepend(item: Item, opening: Item) -> Item:
    return _reread(item, f"{opening.text} {item.text}", start=opening.start)


def _append(item: Item, closing: Item, text: str) -> Item:
    return _reread(item, item.text + text, end=closing.end)


def _reread(item: Item, text: str, start: int | None = None, end: int | None = None) -> Item:
    printed = parse_number(text) or item.printed
    if item.cell.value is not None and printed is not None:
        printed = replace(printed, value=item.cell.value)
    return replace(
        item,
        text=text,
        start=item.start if start is None else start,
        end=item.end if end is None else end,
        printed=printed,
    )


def clean_label(text: str) -> tuple[str, tuple[str, ...]]:
    """A label without dot leaders and trailing footnote marks, and those marks without their brackets."""
    text = " ".join(text.split())
    bare = text.rstrip(" ._")
    text = bare if len(text) - len(bare) > 2 else text
    match = _TRAILING_MARKS.search(text)
    if not match or not match.start():
        return text, ()
    return text[: match.start()].rstrip(), _marks(match.group())


def _marks(text: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _ONE_MARK.findall(text))
