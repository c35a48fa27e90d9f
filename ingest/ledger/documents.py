"""The documents of a ledger: their versions, and how one takes the place of another."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.errors import LibraryError
from ingest.ledger.database import Database, translated
from ingest.ledger.rows import document_of, document_values, figure_rows
from ingest.records import to_json
from ingest.schema import Document, Figure

if TYPE_CHECKING:
    from ingest.checks import CheckResult


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


class DocumentStore(Database):
    """The versions of documents."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._ready: tuple[int, tuple[Document, ...]] | None = None

    def documents(self) -> list[Document]:
        """The documents that are ready, by name; read again only where something was written since."""
        with translated():
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
