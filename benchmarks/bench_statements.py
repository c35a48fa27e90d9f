"""Figures of the statements against the tagged facts: read inline XBRL filings as if they had no tags, and compare.

    python -m benchmarks.bench_statements FILING.htm... [--show]

A cell of a primary statement is right when its value (scale and sign included), its period and its unit are those
of the fact that is tagged in it. Signs are compared as printed: XBRL states a payment as a positive number.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.harness import keep
from ingest.identify import identify
from ingest.readers import read
from ingest.schema import Figure, Reading, Statement, TaggedFact
from ingest.statements import read_figures


def untagged(reading: Reading) -> Reading:
    """The same reading without facts, cell by cell."""
    tables = tuple(
        replace(
            table,
            rows=tuple(
                replace(row, cells=tuple(replace(cell, fact=None) if cell else None for cell in row.cells))
                for row in table.rows
            ),
        )
        for table in reading.tables
    )
    return replace(reading, tables=tables, facts=())


def facts_by_cell(reading: Reading) -> dict[tuple[int, int, int, int], TaggedFact]:
    return {
        (table.page, table.number, r, c): cell.fact
        for table in reading.tables
        for r, row in enumerate(table.rows)
        for c, cell in enumerate(row.cells)
        if cell is not None and cell.fact is not None and cell.fact.value is not None
    }


def place(figure: Figure) -> tuple[int, int, int, int]:
    page, table, row, column = figure.id[len(figure.document) + 1 :].split(".")
    return int(page[1:]), int(table[1:]), int(row[1:]) - 1, int(column[1:]) - 1


def wrong(figure: Figure, fact: TaggedFact) -> list[str]:
    """What differs between a figure and the fact in its cell."""
    found = []
    if fact.value is not None and abs(fact.value) != abs(figure.value):
        found.append("value")
    if fact.period is not None:
        period = figure.period
        if period is None or abs((period.end - fact.period.end).days) > 0:
            found.append("period end")
        elif period.instant != fact.period.instant or abs(period.months - fact.period.months) > 0:
            # The beginning balance of a cash flow or equity statement is an instant in a column of a duration.
            found.append("period length")
    return found


def compare(path: Path, *, show: bool) -> dict[str, int | str]:
    reading = read(path)
    document = identify(reading, path, "0" * 64, path.stem)
    facts = facts_by_cell(reading)
    figures = read_figures(untagged(reading), document)
    counts: Counter[str] = Counter()
    for figure in figures:
        fact = facts.get(place(figure))
        if fact is None or figure.statement is Statement.NOTE:
            continue
        counts["cells"] += 1
        differs = wrong(figure, fact)
        counts["right"] += not differs
        for what in differs:
            counts[what] += 1
        if differs and show:
            print(
                f"  {figure.statement} {figure.label[:50]!r} {figure.headers} printed {figure.printed}: "
                f"{figure.value} {figure.period} | tagged {fact.value} {fact.period} {', '.join(differs)}",
                file=sys.stderr,
            )
    return {"file": path.name, **counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filings", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print every cell that differs")
    options = parser.parse_args()
    # Files without tagged statements (press releases, excerpts) have nothing to compare with.
    compared = [compare(path, show=options.show) for path in options.filings]
    rows = [row for row in compared if "cells" in row]
    cells = sum(int(row.get("cells", 0)) for row in rows)
    right = sum(int(row.get("right", 0)) for row in rows)
    result = {"files": rows, "cells": cells, "right": right, "rate": round(right / max(cells, 1), 4)}
    keep("statements", result, ["python", "-m", "benchmarks.bench_statements", "FILING..."])


if __name__ == "__main__":
    main()
