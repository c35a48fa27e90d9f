"""The figures of a ledger, and what else was found in its documents: their tables, concepts and checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ingest.ledger.documents import DocumentStore
from ingest.ledger.rows import FIGURE_COLUMNS, FigureReader
from ingest.records import from_json
from ingest.schema import Figure, Statement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from ingest.checks import CheckResult


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table of a document: its id, caption, statement, first page, and how many figures were read from it."""

    document: str
    table: str
    caption: str
    statement: Statement
    page: int
    figures: int


class FigureStore(DocumentStore):
    """What the ready documents hold."""

    def figures(
        self,
        document: str | Collection[str] | None = None,
        *,
        concept: str | Collection[str] | None = None,
        statement: Statement | None = None,
        label_contains: str | None = None,
        table: str | None = None,
        page: int | None = None,
        fiscal_year: int | None = None,
        period_end: date | None = None,
    ) -> list[Figure]:
        """The figures of one, some or all ready documents that meet every condition, in document order.

        `label_contains` ignores the case of ASCII letters; `%` and `_` mean themselves.
        """
        t = self._t
        where: list[ColumnElement[bool]] = []
        if concept is not None:
            names = [concept] if isinstance(concept, str) else list(concept)
            where.append(t.items.c.concept.in_(names))
        if label_contains is not None:
            where.append(t.items.c.label.icontains(label_contains, autoescape=True))
        if statement is not None:
            where.append(t.tables.c.statement == statement.value)
        if table is not None:
            where.append(t.tables.c.name == table)
        if page is not None:
            where.append(t.figures.c.page == page)
        if fiscal_year is not None:
            where.append(t.columns.c.fiscal_year == fiscal_year)
        if period_end is not None:
            where.append(t.columns.c.period_end == period_end.isoformat())
        keys = self.keys([document] if isinstance(document, str) else document)
        if document is not None and not keys:
            return []
        if not where:
            return [figure for name, key in sorted(keys.items(), key=lambda k: k[1]) for figure in self._all(name, key)]
        if document is not None:
            where.append(t.figures.c.document.in_(keys.values()))
        return self._figures(keys, where)

    def figure(self, figure_id: str) -> Figure | None:
        """The figure with that id, or None. Document names may hold dots, so every split is tried."""
        pieces = figure_id.split(".")
        splits = {".".join(pieces[:i]): ".".join(pieces[i:]) for i in range(1, len(pieces))}
        f = self._t.figures
        for name, key in self.keys(splits).items():
            found = self._figures({name: key}, [f.c.document == key, f.c.name == splits[name]])
            if found:
                return found[0]
        return None

    def lines_with(self, words: Collection[str]) -> list[tuple[str, str]]:
        """(document, printed words) of the labels, headings and column heads that hold one of the words."""
        from sqlalchemy import or_, select

        t = self._t
        names = {key: name for name, key in self.keys().items()}
        found: list[tuple[str, str]] = []
        texts = ((t.items, ("label", "path", "segment")), (t.columns, ("headers",)))
        with self._begin() as connection:
            for table, columns in texts:
                held = [table.c[column] for column in columns]
                like = [c.icontains(word, autoescape=True) for c in held for word in words]
                if like:
                    query = select(table.c.document, *held).where(or_(*like)).distinct()
                    found += [
                        (names[key], " | ".join(map(str, said)))
                        for key, *said in connection.execute(query)
                        if key in names
                    ]
        return found

    def concepts_of(self, document: str) -> dict[str, int]:
        """How many figures the document has for each of its concepts."""
        from sqlalchemy import and_, func, select

        t = self._t
        key = self.keys([document]).get(document)
        query = (
            select(t.items.c.concept, func.count())
            .join(t.figures, and_(t.figures.c.document == t.items.c.document, t.figures.c.item == t.items.c.number))
            .where(t.items.c.document == key, t.items.c.concept.is_not(None))
            .group_by(t.items.c.concept)
            .order_by(t.items.c.concept)
        )
        with self._begin() as connection:
            return {str(concept): int(n) for concept, n in connection.execute(query)}

    def tables(self, document: str, *, statement: Statement | None = None) -> list[TableEntry]:
        """The tables of a document that figures were read from, in document order."""
        from sqlalchemy import func, select

        t = self._t
        key = self.keys([document]).get(document)
        f = t.figures
        counted = (  # before the join: one pass over the document's figures
            select(f.c.table, func.min(f.c.page).label("page"), func.count().label("figures"))
            .where(f.c.document == key)
            .group_by(f.c.table)
            .subquery()
        )
        query = (
            select(t.tables, counted.c.page, counted.c.figures)
            .join(counted, counted.c.table == t.tables.c.number)
            .where(t.tables.c.document == key)
            .order_by(t.tables.c.number)
        )
        if statement is not None:
            query = query.where(t.tables.c.statement == statement.value)
        with self._begin() as connection:
            return [
                TableEntry(document, row[2], row[3], Statement(row[4]), int(row[5]), int(row[6]))
                for row in connection.execute(query)
            ]

    def checks(self, document: str) -> list[CheckResult]:
        """What the checks found when the document was ingested."""
        from sqlalchemy import select

        from ingest.checks import CheckResult

        t = self._t
        key = self.keys([document]).get(document)
        query = select(t.checks.c.result).where(t.checks.c.document == key).order_by(t.checks.c.number)
        with self._begin() as connection:
            return [from_json(CheckResult, text) for text in connection.execute(query).scalars()]

    def _figures(self, keys: dict[str, int], where: Sequence[ColumnElement[bool]]) -> list[Figure]:
        """Figures of the versions `keys` where every condition holds, in one query."""
        from sqlalchemy import and_, select

        t = self._t
        f = t.figures
        joined: Any = f
        columns = [f.c[name] for name in FIGURE_COLUMNS]
        for table, number in ((t.tables, f.c.table), (t.items, f.c.item), (t.columns, f.c.column)):
            joined = joined.join(table, and_(table.c.document == f.c.document, table.c.number == number))
            columns += [c for c in table.c if c.name not in ("document", "number")]
        query = select(*columns).select_from(joined).where(*where).order_by(f.c.document, f.c.number)
        reader = FigureReader({key: name for name, key in keys.items()})
        with self._begin() as connection:
            return reader.joined(connection.execute(query).all())

    def _all(self, name: str, key: int) -> list[Figure]:
        """All figures of a version. Reading what they share by itself takes half the time that a join takes."""
        from sqlalchemy import select

        t = self._t
        reader = FigureReader({key: name})
        with self._begin() as connection:
            for table, add in (
                (t.tables, reader.add_table),
                (t.items, reader.add_item),
                (t.columns, reader.add_column),
            ):
                for row in connection.execute(select(table).where(table.c.document == key)):
                    add(*row)
            own = select(*(t.figures.c[column] for column in FIGURE_COLUMNS)).where(t.figures.c.document == key)
            return reader.figures(connection.execute(own.order_by(t.figures.c.number)).all())
