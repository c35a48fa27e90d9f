"""The database of a ledger: its connection, what it remembers of the library, and its errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.errors import LibraryError
from ingest.ledger.changes import Changes
from ingest.ledger.tables import Tables, connect, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

OWNER = "library"
"""The setting that holds the id of the library that the ledger belongs to."""


class _TakenError(Exception):
    """The row to be inserted is there already."""


class Database:
    """An open database with the tables of a ledger. Every method raises `LibraryError` where it cannot be used."""

    def __init__(self, url: str) -> None:
        """Open the ledger at a SQLAlchemy URL, creating what is missing.

        Raises:
            LibraryError: the database cannot be opened, or was written by another version.
        """
        self._t: Tables = tables()
        with translated():
            self._engine: Engine = connect(url)
        self._changes = Changes(self._engine)

    def close(self) -> None:
        self._changes.close()
        self._engine.dispose()

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
            with translated(), self._engine.begin() as connection:
                found = connection.execute(known).scalar()
                if found is None:
                    try:
                        connection.execute(insert(meta).values(name=OWNER, value=library))
                    except IntegrityError as error:
                        raise _TakenError from error
                return str(found or library)
        except _TakenError:  # another library was first, in the same moment
            return self.settings()[OWNER]

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with translated(), self._engine.begin() as connection:
            yield connection


@contextmanager
def translated() -> Iterator[None]:
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
