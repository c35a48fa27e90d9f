"""The SEC viewer's pages (R2.htm, R4.htm): one statement a page, every line item linked to its concept.

Each value is a tagged fact. The page states dates and lengths ("6 Months Ended", "Mar. 29, 2025") but no start:
a duration's start is the day after the same day `n` months before its end.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.grid import build_tables, render
from ingest.grid_cells import GridCell, Item, place
from ingest.numbers import parse_number
from ingest.readers.contexts import local
from ingest.readers.encoding import decode
from ingest.readers.html import parse, read_markup
from ingest.readers.inline import properties
from ingest.readers.markup import table_rows
from ingest.readers.safety import check_markup, read_bytes
from ingest.schema import Block, BlockKind, Page, Period, Reading, TaggedFact

if TYPE_CHECKING:
    from lxml import etree

_DEFINITION = re.compile(r"defref_([A-Za-z0-9-]+)_(\w+)")
_SCALE = re.compile(
    r"(shares|\$|€|£|¥|[A-Z]{3})\s*(?:\([^)]*\)\s*)?in\s+(Thousands|Millions|Billions|Trillions)", re.IGNORECASE
)
_POWERS = {"thousands": 3, "millions": 6, "billions": 9, "trillions": 12}
_CURRENCY = re.compile(r"-\s*([A-Z]{3})\s*\(")
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_MONTHS = re.compile(r"(\d+)\s+Months?\s+Ended", re.IGNORECASE)
_MONTH_NAMES = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_DATE = re.compile(r"([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2}),\s+(\d{4})")


def read_viewer(path: Path) -> Reading:
    """A page of the SEC's viewer.

    Raises:
        UnreadableFileError: it holds no text.
        UnsafeFileError: it is too large or declares entities.
    """
    data = read_bytes(path)
    check_markup(data, path.name)
    text = decode(data, path.name)
    root = parse(text, path.name)
    report = next((t for t in root.iter("table") if "report" in (t.get("class") or "").split()), None)
    if report is None:
        return read_markup(text, path.name)
    rows = [row for row in report.iter("tr") if next(row.iterancestors("table")) is report]
    grid = table_rows(report, {})
    title = grid[0][0].text if grid and grid[0] else ""
    title = " ".join(title.split())
    facts: list[TaggedFact] = []
    placed = place(grid)
    head = [items for row, items in zip(rows, placed, strict=False) if any(local(c) == "th" for c in row)]
    tagged: list[list[GridCell]] = []
    for row, cells in zip(rows, grid, strict=False):
        concept = _concept(row)
        if concept is None or any(local(c) == "th" for c in row):
            tagged.append(cells)
            continue
        tagged.append([cells[0], *_tag(cells[1:], concept, cells[0].text, title, head, facts)])
    tables = tuple(build_tables(tagged, page=1, number=1, caption=(title,)))
    body = render(tagged)
    stated = properties(facts) | ({"title": title} if title else {})
    blocks = (
        Block(BlockKind.HEADING, title),
        Block(BlockKind.TABLE if tables else BlockKind.PARAGRAPH, body, table=1 if tables else 0),
    )
    return Reading((Page(1, f"{title}\n{body}", blocks),), tables, tuple(facts), stated)


def _concept(row: etree._Element) -> str | None:
    for link in row.iter("a"):
        match = _DEFINITION.search(link.get("onclick") or "")
        if match:
            return f"{match[1]}:{match[2]}"
    return None


def _tag(
    cells: list[GridCell], concept: str, label: str, title: str, head: list[list[Item]], facts: list[TaggedFact]
) -> list[GridCell]:
    """A row's value cells with their facts, which are also added to `facts`."""
    out: list[GridCell] = []
    column = 1
    for cell in cells:
        over = [item.text for items in head for item in items if item.start <= column < item.end and item.start > 0]
        column += cell.colspan
        text = " ".join(cell.text.split())
        printed = parse_number(text) if text else None
        if not text or re.fullmatch(r"\[\d+\](?:,\s*\[\d+\])*", text):
            out.append(cell)
            continue
        plain = " ".join(label.split())
        if printed is None or printed.value is None:
            fact = TaggedFact(concept, text, None, None, None, period_of(over), " ".join(over), label=plain)
        else:
            unit, power = unit_of(plain, title, text)
            value = Decimal(format(printed.value.scaleb(power), "f"))
            members = tuple(("", line) for line in over if not _MONTHS.search(line) and not _DATE.search(line))
            fact = TaggedFact(concept, text, value, unit, None, period_of(over), " ".join(over), members, plain)
        facts.append(fact)
        out.append(replace(cell, fact=fact))
    return out


def unit_of(label: str, title: str, text: str) -> tuple[str, int]:
    """The unit of a line item and the power of ten of its printed values, from the page's title and the label."""
    powers = {m[1].lower(): _POWERS[m[2].lower()] for m in _SCALE.finditer(title)}
    stated = _CURRENCY.search(title)
    symbol = next((s for s in _SYMBOLS if s in text or s in title), "$")
    currency = stated[1] if stated else _SYMBOLS[symbol]
    lower = label.lower()
    if "%" in text or "percent" in lower:
        return "pure", -2
    if "per share" in lower or ("/ shares" in title.lower() and any(s in text for s in _SYMBOLS)):
        return f"{currency}/share", 0
    if "(in shares)" in lower or ("shares" in lower and "value" not in lower and not any(s in text for s in _SYMBOLS)):
        return "shares", powers.get("shares", 0)
    return currency, next((power for name, power in powers.items() if name != "shares"), 0)


def period_of(headings: list[str]) -> Period | None:
    """The period that a column's headings state; None where they have no date."""
    found = next((m for line in headings for m in _DATE.finditer(line)), None)
    if found is None:
        return None
    month = _MONTH_NAMES.get(found[1])
    try:
        end = date(int(found[3]), month or 0, int(found[2]))
    except ValueError:
        return None
    months = next((int(m[1]) for line in headings if (m := _MONTHS.search(line))), 0)
    return Period(end, _start(end, months)) if months else Period(end)


def _start(end: date, months: int) -> date:
    index = end.year * 12 + end.month - 1 - months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    whole = end.day == calendar.monthrange(end.year, end.month)[1]
    return date(year, month + 1, last if whole else min(end.day, last)) + timedelta(days=1)
