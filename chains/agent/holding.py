"""One client at a time in a conversation: here by a lock, in other processes and machines by the memory's own locks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from chains.agent.thread_names import check_name
from chains.errors import ChainError

if TYPE_CHECKING:
    from chains.agent.locks import Held
    from chains.agent.memory import Memory

WAIT = 30.0
"""Seconds that the second of two clients in one thread waits for the first."""


class ThreadBusyError(ChainError):
    """Somebody else is in the thread, and did not leave in time."""


@dataclass(slots=True)
class Holding:
    """Keeps others out of the conversations of a memory. Safe to use from several threads."""

    memory: Memory
    _locks: dict[str, tuple[Lock, int]] = field(default_factory=dict)
    _held: dict[str, Held] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    @contextmanager
    def held(self, thread: str, wait: float = WAIT) -> Iterator[None]:
        """Keep others out of a conversation, here and in other processes. Raises ThreadBusyError after `wait` s."""
        release = self.hold(thread, wait)
        try:
            yield
        finally:
            release()

    def hold(self, thread: str, wait: float = WAIT) -> Release:
        """Like `held`, for what is left in another thread of execution than it was entered in."""
        check_name(thread)
        started = time.monotonic()
        lock = self._entered(thread)
        if not lock.acquire(timeout=max(wait, 0)):
            self._left(thread)
            raise _busy(thread)
        try:
            if self.memory.locks is not None:
                with self.memory.reading():
                    held = self.memory.locks.hold(thread, max(wait - (time.monotonic() - started), 0))
                self._held[thread] = held
        except BaseException as error:
            lock.release()
            self._left(thread)
            if isinstance(error, TimeoutError):
                raise _busy(thread) from None
            raise
        return Release(self, thread, lock)

    def _entered(self, thread: str) -> Lock:
        with self._guard:
            lock, users = self._locks.get(thread, (Lock(), 0))
            self._locks[thread] = (lock, users + 1)
        return lock

    def _left(self, thread: str) -> None:
        """One user of a lock less; the last takes it away, so that a server does not keep one for every thread."""
        with self._guard:
            lock, users = self._locks[thread]
            if users > 1:
                self._locks[thread] = (lock, users - 1)
            else:
                del self._locks[thread]


@dataclass(slots=True)
class Release:
    """Lets others into a conversation again, once, from whatever thread of execution."""

    holding: Holding
    thread: str
    lock: Lock
    done: bool = False

    def __call__(self) -> None:
        if self.done:
            return
        self.done = True
        held = self.holding._held.pop(self.thread, None)
        if held is not None:
            held.release()
        self.lock.release()
        self.holding._left(self.thread)


def _busy(thread: str) -> ThreadBusyError:
    return ThreadBusyError(
        f"somebody else is asking in the thread {thread!r}; wait until that answer is there, or use another thread"
    )
