"""Whether a ledger was written since it was last read: reading all of it again only to see that is what costs."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Changes:
    """The number of a SQLite file's state. Safe to use from several threads.

    SQLite's `data_version` differs after every commit of another connection. The one that asks here does nothing else,
    so all writers are others: those of this process, and of other processes.
    """

    def __init__(self, engine: Engine) -> None:
        file = engine.url.database
        self._told = engine.dialect.name == "sqlite" and bool(file) and file != ":memory:"
        self._engine = engine
        self._connection: Connection | None = None
        self._lock = Lock()

    def version(self) -> int | None:
        """A number that is another one after each write; None where the database tells none."""
        if not self._told:
            return None
        with self._lock:
            if self._connection is None:
                # It must hold no transaction, whose beginning is all that it would ever see.
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
