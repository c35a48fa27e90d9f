"""Tables that run over pages: a headless table at the top of a page continues the last one of the page before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.schema import Column, Page, Table


def join_continued(tables: Sequence[Table], pages: Sequence[Page]) -> tuple[Table, ...]:
    """Give headless continuations the headings, caption and rows' paths of the table that they continue.

    Rows keep their pages in `row_pages`; the joined table stands on its first page.
    """
    heights = {page.number: page.height for page in pages}
    joined: list[Table] = []
    for table in tables:
        before = joined[-1] if joined else None
        if before is not None and _continues(before, table, heights):
            pages_before = before.row_pages or (before.page,) * len(before.rows)
            pages_now = (table.page,) * len(table.rows)
            joined[-1] = replace(before, rows=before.rows + table.rows, row_pages=pages_before + pages_now)
        elif before is not None and _borrows(before, table):
            joined.append(
                replace(table, columns=before.columns, caption=before.caption, stub=table.stub or before.stub)
            )
        else:
            joined.append(table)
    return tuple(joined)


def _continues(before: Table, table: Table, heights: dict[int, float]) -> bool:
    last_page = before.row_pages[-1] if before.row_pages else before.page
    if table.page != last_page + 1 or table.number != 1 or len(table.columns) != len(before.columns):
        return False
    top = heights.get(table.page) or 792.0
    at_top = table.box is None or table.box.top < 0.25 * top
    return at_top and not _headed(table.columns) and _headed(before.columns)


def _borrows(before: Table, table: Table) -> bool:
    """A headless table right under another with as many columns at the same places shares its headings."""
    if table.page != before.page or _headed(table.columns) or not _headed(before.columns) or before.row_pages:
        return False
    if len(table.columns) != len(before.columns) or table.box is None or before.box is None:
        return False
    return abs(table.box.x1 - before.box.x1) < 8 and not any(len(line) > 80 for line in table.caption)


def _headed(columns: Sequence[Column]) -> bool:
    return any(column.headers for column in columns)
