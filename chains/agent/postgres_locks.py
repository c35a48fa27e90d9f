"""Locks of conversations that hold across machines: PostgreSQL's advisory locks, in one session of this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from typing import Any

POLL = (0.01, 0.25)  # seconds between two looks at a lock, at first and at most


@dataclass(slots=True)
class SessionLocks:
    """Advisory locks of the database. One connection holds those of this process, and goes back when there are none.

    They end with their connection, so nothing stays held that nobody holds; `kept` sees where that happened too early.
    """

    pool: Any
    _session: Any = None
    _sessions: int = 0  # how many there have been
    _failed: float = 0.0  # when none could be had, the last time
    _mine: set[int] = field(default_factory=set)
    _guard: Lock = field(default_factory=Lock)

    def hold(self, thread: str, wait: float) -> HeldBySession:
        """Hold a thread. Raises TimeoutError where somebody else has it for `wait` seconds more."""
        key = lock_key(f"thread {thread}")
        started, pause = time.monotonic(), POLL[0]
        while True:
            with self._guard:
                if key not in self._mine and self._take(key, started):
                    return HeldBySession(self, key, self._sessions)
            left = wait - (time.monotonic() - started)
            if left <= 0:
                raise TimeoutError
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, POLL[1])

    def _take(self, key: int, asked: float) -> bool:
        with self._in_session(asked) as session:
            got = taken(session, key)
            if got:
                self._mine.add(key)
        return got

    @contextmanager
    def _in_session(self, asked: float) -> Iterator[Any]:
        """The connection of the locks; a new one where it broke. It goes back where no lock needs it any more."""
        from psycopg import Error, OperationalError

        if self._session is not None and not _answers(self._session):
            self._drop()
        if self._session is None:
            if self._failed > asked:  # while this one waited for its turn: not all wait one after another
                raise OperationalError("the server does not answer")
            try:
                self._session = self.pool.getconn()
            except Error:
                self._failed = time.monotonic()
                raise
            self._sessions += 1
        try:
            yield self._session
        except Error:
            self._drop()
            raise
        if not self._mine:
            self._drop()

    def _drop(self) -> None:
        session, self._session = self._session, None
        self.pool.putconn(session)  # a broken one is thrown away there


@dataclass(slots=True)
class HeldBySession:
    """A thread that is held by a connection."""

    locks: SessionLocks
    key: int
    session: int

    def kept(self) -> bool:
        """Whether it was held all the time; where not, it is again. Raises TimeoutError where somebody else has it."""
        asked = time.monotonic()
        with self.locks._guard, self.locks._in_session(asked) as session:
            if self.session == self.locks._sessions:
                return True
            if not taken(session, self.key):
                raise TimeoutError
            self.session = self.locks._sessions
            return False

    def release(self) -> None:
        """Let others in. It never fails: a lock whose connection broke is free."""
        from psycopg import Error

        with self.locks._guard:
            self.locks._mine.discard(self.key)
            session = self.locks._session
            if session is None:
                return
            try:
                if self.session == self.locks._sessions:
                    session.execute("SELECT pg_advisory_unlock(%s)", (self.key,))
            except Error:
                session.close()
            if not self.locks._mine:
                self.locks._drop()


def taken(connection: Any, key: int) -> bool:
    """Take a lock if nobody has it; whether it was taken. Raises psycopg's Error where the server does not answer."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s) AS taken", (key,)).fetchone()
    return bool(row["taken"])


def _answers(connection: Any) -> bool:
    from psycopg import Error

    try:
        connection.execute("")
    except Error:
        return False
    return True


def lock_key(name: str) -> int:
    """The number of a lock, 64 bits with a sign: a database's locks have numbers and no names."""
    return int.from_bytes(blake2b(f"finagent {name}".encode(), digest_size=8).digest(), "big", signed=True)
