"""Totals: whether a row is the sum of rows above it in its table."""

from __future__ import annotations

import re
from decimal import Decimal

from ingest.checks.rows import ZERO, CheckedRow, CheckResult, column_of, steps, tolerance, unit_of_rounding
from ingest.schema import Figure, Statement

MAX_ADDENDS = 45
"""How many rows above a total are tried as its addends."""
_TOTAL_LABEL = re.compile(
    r"^(?:total|subtotal|net cash|cash (?:provided|generated|used)|net (?:increase|decrease|change) in cash)\b"
)
_NET_LABEL = re.compile(
    r"(?:,|-)\s*net$|, (?:at )?net\b"
    r"|^net (?!income|loss|earnings|sales|revenue|interest|gain|of\b|periodic|operating loss)\w"
)
_LESS = re.compile(r"^(?:less|deduct)\b")
_NOT_ADDITIVE = re.compile(r"average|price|useful|life|years\)|rate\b|yield|per share|ratio|percent|%", re.I)


def check_totals(rows: list[CheckedRow]) -> list[CheckResult]:
    """The sums of a table, in the columns that confirm one and those that have to. Marks the rows that are sums."""
    results: list[CheckResult] = []
    for at, row in enumerate(rows):
        if at < 2 or not (_TOTAL_LABEL.search(row.label) or _NET_LABEL.search(row.label)):
            continue
        columns = [
            c for c, f in row.cells.items() if f.unit not in ("percent", "pure") and not f.unit.endswith("/share")
        ]
        addends, tied = _best_span(rows, at, columns)
        if not tied:
            continue
        row.span = at - addends[-1]
        for column in tied:
            results.append(_total_result(rows, at, addends, column, True))
        open_columns = [c for c in columns if c not in tied]
        if len(tied) > len(open_columns):
            failed = (
                _total_result(rows, at, addends, c, False) for c in open_columns if _alike(rows, at, addends, c, tied)
            )
            results += [result for result in failed if abs(result.difference) > _limit(row.cells, result, len(addends))]
    return results


def _limit(cells: dict[int, Figure], result: CheckResult, addends: int) -> Decimal:
    return next(tolerance(figure, addends) for figure in cells.values() if figure.id == result.figures[-1])


def _alike(rows: list[CheckedRow], at: int, addends: list[int], column: int, tied: list[int]) -> bool:
    """Whether a column has to add up because its neighbours do: the same kind of column, and as full of numbers."""
    figure = rows[at].cells[column]
    if figure.statement is Statement.NOTE and (len(tied) < 2 or not rows[at].label.startswith("total")):
        return False
    months = {f.period.months if (f := rows[at].cells[c]).period else -1 for c in tied}
    units = {rows[at].cells[c].unit for c in tied}
    kind = figure.period.months if figure.period else -1
    filled = sum(1 for i in addends if column in rows[i].cells)
    if _NOT_ADDITIVE.search(" ".join(figure.headers)):
        return False
    return months == {kind} and units == {figure.unit} and kind >= 0 and filled == len(addends)


def _best_span(rows: list[CheckedRow], at: int, columns: list[int]) -> tuple[list[int], list[int]]:
    """The run of rows above `at` that sums to it in most columns (then the shortest), and those columns."""
    totals = {c: rows[at].cells[c] for c in columns}
    rounding = {c: unit_of_rounding(figure) for c, figure in totals.items()}
    # Small numbers meet by chance.
    open_columns = [c for c in columns if abs(totals[c].value) >= 10 * rounding[c]]
    sums = dict.fromkeys(columns, ZERO)
    counts = dict.fromkeys(columns, 0)
    best: tuple[list[int], list[int]] = ([], [])
    taken: list[int] = []
    index = at - 1
    while index >= 0 and len(taken) < MAX_ADDENDS and open_columns:
        above = rows[index]
        usable = False
        for column in open_columns:
            figure = above.cells.get(column)
            if figure is None or figure.unit != totals[column].unit:
                continue
            usable = True
            counts[column] += 1
            sums[column] += _addend(above, figure)
        if usable:
            taken.append(index)
            tied = [
                c
                for c in open_columns
                if counts[c] >= 2 and abs(sums[c] - totals[c].value) <= rounding[c] * steps(counts[c])
            ]
            if len(tied) > len(best[1]):
                best = (list(taken), tied)
                if len(tied) == len(open_columns):
                    break
        # A subtotal that is a sum itself stands for its parts.
        index -= 1 + above.span
    return best


def _addend(row: CheckedRow, figure: Figure) -> Decimal:
    return -abs(figure.value) if _LESS.match(row.label) else figure.value


def _total_result(rows: list[CheckedRow], at: int, addends: list[int], column: int, ok: bool) -> CheckResult:
    total = rows[at].cells[column]
    parts = [rows[i] for i in addends if column in rows[i].cells and rows[i].cells[column].unit == total.unit]
    expected = sum((_addend(row, row.cells[column]) for row in parts), ZERO)
    ids = (*(row.cells[column].id for row in reversed(parts)), total.id)
    verb = "is" if ok else "is not"
    message = (
        f"{total.label!r} {verb} the sum of the {len(parts)} rows above it (page {total.page}, {column_of(total)})"
    )
    return CheckResult("total", ok, expected, total.value, total.value - expected, ids, total.page, message)
