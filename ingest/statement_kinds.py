"""Which tables of a document are its primary statements, by their rows and titles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.patterns import any_of, read_table
from ingest.schema import Statement, Table

_ORDER = (Statement.BALANCE, Statement.CASH_FLOW, Statement.EQUITY, Statement.INCOME, Statement.COMPREHENSIVE_INCOME)
# A statement takes at most this many pages.
_MOST_PAGES = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    titles: re.Pattern[str]
    rows: tuple[re.Pattern[str], ...]
    groups: int


@lru_cache(maxsize=1)
def _kinds() -> tuple[dict[Statement, _Kind], re.Pattern[str]]:
    data = read_table("statement_kinds.toml")
    kinds = {
        statement: _Kind(
            any_of(data[statement.value]["titles"]),
            tuple(any_of(group) for group in data[statement.value]["rows"]),
            data[statement.value]["groups"],
        )
        for statement in _ORDER
    }
    return kinds, any_of(data["without_anywhere"])


def classify(tables: Sequence[Table]) -> list[Statement]:
    """The kind of each table: one primary statement of a kind (with its continuations), notes otherwise.

    Where several tables qualify (a parent's own, a summary), the titled, longest, first one wins.
    """
    scores = [_scores(table) for table in tables]
    found = [Statement.NOTE] * len(tables)
    for statement in _ORDER:
        best, most = -1, 0.0
        for index, by_kind in enumerate(scores):
            score = by_kind.get(statement, 0.0)
            if found[index] is Statement.NOTE and score > most:
                best, most = index, score
        if best < 0:
            continue
        found[best] = statement
        for index in _continuations(tables, best, statement):
            if found[index] is Statement.NOTE:
                found[index] = statement
    return found


def _scores(table: Table) -> dict[Statement, float]:
    kinds, without = _kinds()
    title = _title(table)
    scores: dict[Statement, float] = {}
    for statement, kind in kinds.items():
        groups = _groups(table, kind)
        if groups < kind.groups:
            continue
        titled = bool(kind.titles.search(title))
        spoilt = bool(without.search(title))
        numbers = sum(any(cell is not None for cell in row.cells) for row in table.rows)
        if statement is Statement.INCOME and not titled and groups < len(kind.rows):
            continue
        if statement in (Statement.EQUITY, Statement.COMPREHENSIVE_INCOME) and not titled:
            continue
        # A title counts most; then length, up to that of a usual statement; an earlier page breaks ties.
        score = 2.0 + groups + (6.0 if titled and not spoilt else 0.0) - (5.0 if spoilt else 0.0)
        score += 4.0 * min(numbers, 24) / 24 + ("consolidated" in title) - table.page / 10_000
        if (
            statement is Statement.INCOME
            and re.search(r"comprehensive", title)
            and not re.search(r"(?:operations|income|earnings) and comprehensive|and comprehensive", title)
        ):
            score -= 4.0
        if score > 4.0:
            scores[statement] = score
    return scores


def _groups(table: Table, kind: _Kind) -> int:
    """How many of a statement's groups of rows the table has one of."""
    labels = [row.label.lower() for row in table.rows if row.label]
    return sum(any(pattern.search(label) for label in labels) for pattern in kind.rows)


def _title(table: Table) -> str:
    """The short lines over the table; a long line is prose, and says nothing of what the table is."""
    lines = [line.lower() for line in (*table.caption, table.stub) if len(line) < 90]
    return " ".join(lines)


def _continuations(tables: Sequence[Table], best: int, statement: Statement) -> list[int]:
    """Tables that go on with the statement: same columns on the same or the next page, titled alike or headed alike."""
    kinds, _ = _kinds()
    first = tables[best]
    near: list[int] = []
    for step in (-1, 1):
        index, previous = best + step, first
        while 0 <= index < len(tables):
            table = tables[index]
            if abs(table.page - first.page) >= _MOST_PAGES or abs(table.page - previous.page) > 1:
                break
            if len(table.columns) != len(first.columns):
                break
            titled = bool(kinds[statement].titles.search(_title(table)))
            same_page = table.page == previous.page
            heads = [c.headers for c in table.columns] == [c.headers for c in first.columns]
            other = any(k.titles.search(_title(table)) for s, k in kinds.items() if s is not statement) and not titled
            goes_on = heads and (same_page or _groups(table, kinds[statement]) >= 2)
            if other or not (titled or goes_on):
                break
            near.append(index)
            index, previous = index + step, table
    return near
