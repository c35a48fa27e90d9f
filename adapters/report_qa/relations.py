"""How each candidate lies to the ones already chosen: same row, same column, the year before. Numpy and torch alike."""

from __future__ import annotations

from typing import Any

NAMES = (
    "chosen", "same", "line", "column", "key", "next_line", "line_before", "next_column", "column_before", "same_year",
    "year_before", "year_after", "line_not_column", "column_not_line", "both_numbers_of_text",
)  # fmt: skip
COUNT = 2 * len(NAMES)
"""Features of a candidate: as many for the last chosen one as for the one before it."""


def relation(line: Any, column: Any, year: Any, key: Any, own: Any, other: Any) -> list[Any]:
    """The relations, in the order of NAMES without "chosen", of candidates to a chosen one.

    `own` holds the arrays' positions, `other` is (position, line, column, year, key) of the chosen one, broadcast
    against them. Returns boolean arrays of the broadcast shape.
    """
    place, its_line, its_column, its_year, its_key = other
    same_line, same_column = (line == its_line) & (line >= 0), (column == its_column) & (column >= 0)
    both = (year > 0) & (its_year > 0)
    return [
        own == place,
        same_line,
        same_column,
        key == its_key,
        same_column & (line == its_line + 1),
        same_column & (line == its_line - 1),
        same_line & (column == its_column + 1) & (column >= 0),
        same_line & (column == its_column - 1) & (column >= 0),
        both & (year == its_year),
        both & (year == its_year - 1),
        both & (year == its_year + 1),
        same_line & ~same_column,
        same_column & ~same_line,
        (column < 0) & (its_column < 0) & (line >= 0),
    ]
