"""The ledger: documents, figures and checks in SQL. Nothing else in the project knows SQL.

A version of a document is one row of `documents`, known inside by its integer `key`. A new version is written
as `pending` and becomes `ready` in the same transaction that stores its figures and turns the old version into
`removing`. Readers see ready versions only, so they never see half a document, and an interrupted write leaves
nothing but pending or removing rows to clean.

Figures are kept normalised: a table (caption, statement), a line item (label, path, concept, segment) and a
column (headers, period, fiscal year) are each stored once a document, and a figure refers to them by number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.errors import LibraryError
from ingest.ledger.changes import Changes
from ingest.ledger.rows import FIGURE_COLUMNS, FigureReader, document_of, document_values, figure_rows
from ingest.ledger.tables import Tables, connect, tables
from ingest.records import from_json, to_json
from ingest.schema import Document, Figure, Statement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine

    from ingest.checks import CheckResult

OWNER = "library"  # the setting that holds the id of the library that the ledger belongs to


class _TakenError(Exception):
    """The row to be inserted is there already."""


class Status(StrEnum):
    """Where a version of a document is on its way into, or out of, the library."""

    PENDING = "pending"
    READY = "ready"
    REMOVING = "removing"


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of a document as the ledger keeps it.

    `key` is its number inside the library; `size` (bytes) and `mtime_ns` are the file's when it was read.
    """

    key: int
    document: Document
    status: Status
    size: int
    mtime_ns: int
    passages: int
    figures: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table of a document: its id, caption, statement, first page, and how many figures were read from it."""

    document: str
    table: str
    caption: str
    statement: Statement
    page: int
    figures: int


class Ledger:
    """The SQL store of one library. Safe to use from several threads and processes.

    Every method raises `LibraryError` when the database is locked, read-only, damaged or on a full disk.
    """

    def __init__(self, url: str) -> None:
        """Open the ledger at a SQLAlchemy URL, creating what is missing.

        Raises:
            LibraryError: the database cannot be opened, or was written by another version.
        """
        self._t: Tables = tables()
        with _translated():
            self._engine: Engine = connect(url)
        self._changes = Changes(self._engine)
        self._ready: tuple[int, tuple[Document, ...]] | None = None

    def close(self) -> None:
        self._changes.close()
        self._engine.dispose()

    # Settings of the library that the ledger remembers, such as the embedder it was built with.

    def settings(self) -> dict[str, str]:
        """All remembered settings by name."""
        from sqlalchemy import select

        with self._begin() as connection:
            return {row.name: row.value for row in connection.execute(select(self._t.meta))}

    def remember(self, **settings: str) -> None:
        """Remember settings, all of them or, where that fails, none."""
        from sqlalchemy import delete, insert

        meta = self._t.meta
        with self._begin() as connection:
            connection.execute(delete(meta).where(meta.c.name.in_(settings)))
            connection.execute(insert(meta), [{"name": name, "value": value} for name, value in settings.items()])

    def owner(self, library: str) -> str:
        """The id of the library that the ledger belongs to: `library` from now on, where it belonged to none."""
        from sqlalchemy import insert, select
        from sqlalchemy.exc import IntegrityError

        meta = self._t.meta
        known = select(meta.c.value).where(meta.c.name == OWNER)
        try:
            with _translated(), self._engine.begin() as connection:
                found = connection.execute(known).scalar()
                if found is None:
                    try:
                        connection.execute(insert(meta).values(name=OWNER, value=library))
                    except IntegrityError as error:
                        raise _TakenError from error
                return str(found or library)
        except _TakenError:  # another library was first, in the same moment
            return self.settings()[OWNER]

    # Documents

    def documents(self) -> list[Document]:
        """The documents that are ready, by name; read again only where something was written since."""
        with _translated():
            version = self._changes.version()  # asked first: what is written meanwhile is then read twice, not missed
        held = self._ready
        if held is None or version is None or held[0] != version:
            read = tuple(stored.document for stored in self.stored(Status.READY))
            if version is None:
                return list(read)
            self._ready = held = (version, read)
        return list(held[1])

    def document(self, name: str) -> Document | None:
        """The ready document of that name, or None."""
        found = self.stored(Status.READY, name=name)
        return found[0].document if found else None

    def stored(self, *statuses: Status, name: str | None = None) -> list[Stored]:
        """Versions in any of `statuses` (all when none is given), by name and then age."""
        from sqlalchemy import select

        d = self._t.documents
        query = select(d).order_by(d.c.name, d.c.key)
        if statuses:
            query = query.where(d.c.status.in_([s.value for s in statuses]))
        if name is not None:
            query = query.where(d.c.name == name)
        with self._begin() as connection:
            return [_stored(row) for row in connection.execute(query)]

    def status(self, name: str) -> Status | None:
        """The state of the document: ready when a ready version exists, else that of its newest version."""
        found = self.stored(name=name)
        if any(s.status is Status.READY for s in found):
            return Status.READY
        return found[-1].status if found else None

    def keys(self, names: Collection[str] | None = None) -> dict[str, int]:
        """The key of each ready document, by name; only `names` where given."""
        from sqlalchemy import select

        d = self._t.documents
        with self._begin() as connection:
            rows = connection.execute(select(d.c.name, d.c.key).where(d.c.status == Status.READY.value))
            return {name: key for name, key in rows if names is None or name in names}

    def begin_document(self, document: Document, *, size: int = 0, mtime_ns: int = 0) -> int:
        """Write a pending version and return its key. Nothing of it is visible to readers yet."""
        from sqlalchemy import insert

        values = document_values(document) | {
            "status": Status.PENDING.value,
            "size": size,
            "mtime_ns": mtime_ns,
            "passages": 0,
            "figures": 0,
            "warnings": "[]",
        }
        with self._begin() as connection:
            result = connection.execute(insert(self._t.documents).values(**values))
            primary = result.inserted_primary_key
            assert primary is not None
            return int(primary[0])

    def finish_document(
        self,
        key: int,
        document: Document,
        figures: Sequence[Figure],
        checks: Sequence[CheckResult] = (),
        *,
        passages: int = 0,
        warnings: Sequence[str] = (),
    ) -> list[int]:
        """Store the figures and checks, make the version ready and retire older ones, in one transaction.

        Returns the keys of the versions it replaced, which are now `removing`.

        Raises:
            LibraryError: the version is not there any more, or two figures have one id.
        """
        from sqlalchemy import insert, select, update

        d = self._t.documents
        with self._begin() as connection:
            old = select(d.c.key).where(d.c.name == document.name, d.c.status == Status.READY.value, d.c.key != key)
            replaced = [int(k) for k in connection.execute(old).scalars()]
            if replaced:
                connection.execute(update(d).where(d.c.key.in_(replaced)).values(status=Status.REMOVING.value))
            rows = figure_rows(key, document.name, figures)
            for table, values in (
                (self._t.tables, rows.tables),
                (self._t.items, rows.items),
                (self._t.columns, rows.columns),
                (self._t.figures, rows.figures),
                (
                    self._t.checks,
                    [{"document": key, "number": n, "result": to_json(c)} for n, c in enumerate(checks, 1)],
                ),
            ):
                if values:
                    connection.execute(insert(table), values)
            final = document_values(document) | {
                "status": Status.READY.value,
                "passages": passages,
                "figures": len(figures),
                "warnings": json.dumps(list(warnings)),
            }
            changed = connection.execute(update(d).where(d.c.key == key).values(**final))
            if changed.rowcount != 1:
                raise LibraryError(
                    f"document {document.name!r} was removed while it was being ingested; ingest it again"
                )
        return replaced

    def add_document(
        self,
        document: Document,
        figures: Sequence[Figure],
        checks: Sequence[CheckResult] = (),
        *,
        passages: int = 0,
        warnings: Sequence[str] = (),
        size: int = 0,
        mtime_ns: int = 0,
    ) -> int:
        """Add a document that needs no index, replacing the ready one of that name. Returns its key."""
        key = self.begin_document(document, size=size, mtime_ns=mtime_ns)
        for old in self.finish_document(key, document, figures, checks, passages=passages, warnings=warnings):
            self.forget(old)
        return key

    def touch(self, key: int, *, path: str, size: int, mtime_ns: int) -> None:
        """Record where the same content was last seen, so that the next run need not hash it."""
        from sqlalchemy import update

        d = self._t.documents
        with self._begin() as connection:
            connection.execute(update(d).where(d.c.key == key).values(path=path, size=size, mtime_ns=mtime_ns))

    def retire(self, name: str) -> list[int]:
        """Hide a document from readers (`removing`); returns its keys, for the index and then `forget`."""
        from sqlalchemy import select, update

        d = self._t.documents
        with self._begin() as connection:
            keys = [int(k) for k in connection.execute(select(d.c.key).where(d.c.name == name)).scalars()]
            if keys:
                connection.execute(update(d).where(d.c.key.in_(keys)).values(status=Status.REMOVING.value))
            return keys

    def forget(self, key: int) -> None:
        """Delete a version with all its figures and checks."""
        from sqlalchemy import delete

        t = self._t
        with self._begin() as connection:
            for table in (t.figures, t.items, t.columns, t.tables, t.checks):
                connection.execute(delete(table).where(table.c.document == key))
            connection.execute(delete(t.documents).where(t.documents.c.key == key))

    def remove(self, name: str) -> bool:
        """Remove a document with its figures; False when there is none of that name."""
        keys = self.retire(name)
        for key in keys:
            self.forget(key)
        return bool(keys)

    # Figures

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

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with _translated(), self._engine.begin() as connection:
            yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what a database says into a LibraryError of one line."""
    from sqlalchemy.exc import DBAPIError, IntegrityError

    try:
        yield
    except IntegrityError as error:
        raise LibraryError(
            f"the ledger refused a row ({' '.join(str(error.orig).split())}); report it with the file that caused it"
        ) from error
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise LibraryError(f"the ledger cannot be used: {said}; {_advice(said)}") from error


def _advice(said: str) -> str:
    known = {
        "full": "free some disk space and run again; what was ingested before is kept",
        "disk I/O": "the disk is full or fails: free some space and run again; what was ingested before is kept",
        "readonly": "make the library's directory writable, or set FINAGENT_HOME to one that is",
        "locked": "another finagent is writing; wait for it and run again",
        "malformed": "the file is damaged; remove the library and ingest its files again",
        "not a database": "the file is damaged; remove the library and ingest its files again",
        "unable to open": "check that the library's directory exists and is writable",
    }
    return next((advice for word, advice in known.items() if word in said), "check the database and run again")


@lru_cache(maxsize=8192)
def _stored(row: Any) -> Stored:
    """A row of the documents table, read once: a question reads them all several times."""
    return Stored(
        key=row.key,
        document=document_of(row),
        status=Status(row.status),
        size=row.size,
        mtime_ns=row.mtime_ns,
        passages=row.passages,
        figures=row.figures,
        warnings=tuple(json.loads(row.warnings)),
    )
