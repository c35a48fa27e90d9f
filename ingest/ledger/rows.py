"""Between the schema's types and the ledger's rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.schema import Box, Check, Document, Figure, Period, Source, Statement

Values = dict[str, Any]

FIGURE_COLUMNS = (
    "document", "name", "page", "table", "item", "column", "printed", "value", "scale", "unit", "currency", "source",
    "x0", "top", "x1", "bottom", "decimals", "confidence", "check",
)  # fmt: skip


def document_values(document: Document) -> Values:
    """The columns of a document's row that the document itself fills."""
    ends = document.fiscal_year_end
    return {
        "name": document.name,
        "sha256": document.sha256,
        "path": document.path,
        "company": document.company,
        "aliases": json.dumps(document.aliases, ensure_ascii=False),
        "form": document.form,
        "fiscal_year": document.fiscal_year,
        "fiscal_quarter": document.fiscal_quarter,
        "period_end": _iso(document.period_end),
        "fiscal_year_end": f"{ends[0]:02d}-{ends[1]:02d}" if ends else None,
        "filed": _iso(document.filed),
        "currency": document.currency,
        "language": document.language,
        "industry": document.industry,
        "pages": document.pages,
    }


def document_of(row: Any) -> Document:
    """A document from a row of `documents`."""
    month, _, day = (row.fiscal_year_end or "").partition("-")
    return Document(
        name=row.name,
        sha256=row.sha256,
        path=row.path,
        company=row.company,
        aliases=tuple(json.loads(row.aliases)),
        form=row.form,
        fiscal_year=row.fiscal_year,
        fiscal_quarter=row.fiscal_quarter,
        period_end=_date(row.period_end),
        fiscal_year_end=(int(month), int(day)) if month else None,
        filed=_date(row.filed),
        currency=row.currency,
        language=row.language,
        industry=row.industry,
        pages=row.pages,
    )


@dataclass
class FigureRows:
    """The rows of one document's figures: each distinct table, line item and column once, numbered from 1."""

    tables: list[Values] = field(default_factory=list)
    items: list[Values] = field(default_factory=list)
    columns: list[Values] = field(default_factory=list)
    figures: list[Values] = field(default_factory=list)


def figure_rows(key: int, name: str, figures: Iterable[Figure]) -> FigureRows:
    """Rows for the figures of version `key` of the document called `name`."""
    rows = FigureRows()
    seen: dict[tuple[Any, ...], int] = {}

    def number_of(into: list[Values], identity: tuple[Any, ...], values: Values) -> int:
        number = seen.get(identity)
        if number is None:
            number = seen[identity] = len(into) + 1
            into.append({"document": key, "number": number} | values)
        return number

    used: set[str] = set()

    def name_of(figure: Figure) -> str:
        """The id without the document; a second figure of one id gets a name of its own rather than being lost."""
        bare = name_ = figure.id.removeprefix(name + ".")
        times = 1
        while name_ in used:
            times += 1
            name_ = f"{bare}~{times}"
        used.add(name_)
        return name_

    for number, f in enumerate(figures, start=1):
        table = number_of(
            rows.tables,
            ("table", f.table, f.caption, f.statement),
            {"name": f.table, "caption": f.caption, "statement": f.statement.value},
        )
        item = number_of(
            rows.items,
            ("item", f.label, f.path, f.concept, f.segment),
            {"label": f.label, "path": _json(f.path), "concept": f.concept, "segment": f.segment},
        )
        start, end = (f.period.start, f.period.end) if f.period else (None, None)
        column = number_of(
            rows.columns,
            ("column", f.headers, start, end, f.fiscal_year, f.fiscal_quarter, f.restated),
            {
                "headers": _json(f.headers),
                "period_start": _iso(start),
                "period_end": _iso(end),
                "fiscal_year": f.fiscal_year,
                "fiscal_quarter": f.fiscal_quarter,
                "restated": int(f.restated),
            },
        )
        box = f.box
        rows.figures.append(
            {
                "document": key,
                "number": number,
                "name": name_of(f),
                "page": f.page,
                "table": table,
                "item": item,
                "column": column,
                "printed": f.printed,
                "value": str(f.value),
                "scale": f.scale,
                "unit": f.unit,
                "currency": f.currency,
                "source": f.source.value,
                "x0": box.x0 if box else None,
                "top": box.top if box else None,
                "x1": box.x1 if box else None,
                "bottom": box.bottom if box else None,
                "decimals": f.decimals,
                "confidence": f.confidence,
                "check": f.check.value,
            }
        )
    return rows


class FigureReader:
    """Builds figures from rows. What many figures share (a table, a line item, a column) is decoded once."""

    def __init__(self, names: dict[int, str]) -> None:
        """`names` maps the key of each document version to its document's name; other versions are passed over."""
        self._names = names
        self._decoded: dict[str, tuple[str, ...]] = {"": ()}
        self._tables: dict[tuple[int, int], tuple[str, str, Statement]] = {}
        self._items: dict[tuple[int, int], tuple[str, tuple[str, ...], str | None, str]] = {}
        self._columns: dict[tuple[int, int], tuple[tuple[str, ...], Period | None, int | None, int | None, bool]] = {}

    def add_table(self, document: int, number: int, name: str, caption: str, statement: str) -> None:
        """A row of `tables`."""
        self._tables[document, number] = name, caption, _STATEMENTS[statement]

    def add_item(self, document: int, number: int, label: str, path: str, concept: str | None, segment: str) -> None:
        """A row of `items`."""
        self._items[document, number] = label, self._words(path), concept, segment

    def add_column(
        self, document: int, number: int, headers: str, start: str | None, end: str | None,
        year: int | None, quarter: int | None, restated: int,
    ) -> None:  # fmt: skip
        """A row of `columns`."""
        period = Period(date.fromisoformat(end), _date(start)) if end else None
        self._columns[document, number] = self._words(headers), period, year, quarter, bool(restated)

    def _words(self, text: str) -> tuple[str, ...]:
        found = self._decoded.get(text)
        if found is None:
            found = self._decoded[text] = tuple(json.loads(text))
        return found

    def joined(self, rows: Iterable[Sequence[Any]]) -> list[Figure]:
        """Figures from rows of FIGURE_COLUMNS, then those of their table, line item and column."""
        own = []
        for row in rows:
            key, table, item, column = row[0], row[3], row[4], row[5]
            if (key, table) not in self._tables:
                self.add_table(key, table, *row[19:22])
            if (key, item) not in self._items:
                self.add_item(key, item, *row[22:26])
            if (key, column) not in self._columns:
                self.add_column(key, column, *row[26:])
            own.append(row[:19])
        return self.figures(own)

    def figures(self, rows: Iterable[Sequence[Any]]) -> list[Figure]:
        """Figures from rows of FIGURE_COLUMNS; what they share was added before."""
        tables, items, columns, names = self._tables, self._items, self._columns, self._names
        found = []
        for (key, name, page, table, item, column, printed, value, scale, unit, currency, source,
             x0, top, x1, bottom, decimals, confidence, check) in rows:  # fmt: skip
            document = names.get(key)
            if document is None:
                continue
            table_name, caption, statement = tables[key, table]
            label, path, concept, segment = items[key, item]
            headers, period, year, quarter, restated = columns[key, column]
            found.append(Figure(
                f"{document}.{name}", document, page, label, path, printed, Decimal(value), scale, unit, currency,
                period, year, quarter, statement, table_name, caption, headers, concept, segment, restated,
                _SOURCES[source], None if x0 is None else Box(x0, top, x1, bottom), decimals, confidence,
                _CHECKS[check],
            ))  # fmt: skip
        return found


_STATEMENTS = {s.value: s for s in Statement}
_SOURCES = {s.value: s for s in Source}
_CHECKS = {c.value: c for c in Check}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _json(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False) if words else ""
