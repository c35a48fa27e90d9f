"""What is checked and what a check says: the rows of a table with their figures, the room that rounding leaves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ingest.labels import clean
from ingest.schema import Figure

ZERO = Decimal(0)
_CELL = re.compile(r"\.r(\d+)\.c(\d+)$")
_DECIMALS = re.compile(r"\.(\d+)")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `expected` is what the parts give, `found` what is printed, both in whole units.

    `figures` are the ids of the parts and, last, of the figure that was checked.
    """

    name: str
    ok: bool
    expected: Decimal
    found: Decimal
    difference: Decimal
    figures: tuple[str, ...]
    page: int
    message: str


@dataclass(slots=True)
class CheckedRow:
    """A printed row: its figures by column."""

    number: int
    label: str
    path: tuple[str, ...]
    cells: dict[int, Figure]
    span: int = 0
    """How many rows above this one it is the tied sum of."""


def tables_of(figures: Iterable[Figure]) -> list[list[CheckedRow]]:
    """The rows of each table that figures were read from, in order."""
    tables: dict[str, dict[int, CheckedRow]] = defaultdict(dict)
    for figure in figures:
        place = _CELL.search(figure.id)
        if not place or not figure.table:
            continue
        number, column = int(place[1]), int(place[2])
        row = tables[figure.table].get(number)
        if row is None:
            row = tables[figure.table][number] = CheckedRow(number, clean(figure.label), figure.path, {})
        row.cells[column] = figure
    return [[rows[number] for number in sorted(rows)] for rows in tables.values()]


def unit_of_rounding(figure: Figure) -> Decimal:
    """The smallest step that a figure's printing can show, in whole units: 1,000,000 for "1,577" in millions."""
    digits = _DECIMALS.search(figure.printed)
    return Decimal(1).scaleb(figure.scale - (len(digits[1]) if digits else 0))


def tolerance(figure: Figure, addends: int) -> Decimal:
    """How far a figure may be off what so many figures add up to, by rounding alone."""
    return unit_of_rounding(figure) * steps(addends)


def steps(addends: int) -> Decimal:
    """As `tolerance`, in steps of the figure's printing."""
    # Each addend is off by half a step at most; beyond three steps a sum is more likely a coincidence.
    return min(Decimal(addends + 1) / 2, Decimal(3))


def column_of(figure: Figure) -> str:
    """The figure's column in words, for a message."""
    return " ".join(figure.headers) or (str(figure.period.end) if figure.period else "no heading")
