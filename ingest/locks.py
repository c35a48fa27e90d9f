"""One writer at a time across processes, by a lock on a file. A crash releases it.

Readers take no lock: they see versions of documents that are ready, which no writer changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import LibraryBusyError, LibraryError


@contextmanager
def exclusive(path: Path, *, on_wait: Callable[[], None] | None = None, timeout: float = -1) -> Iterator[None]:
    """Hold the lock of the file `path` alone.

    `on_wait` is called once if another process or thread has it; `timeout` is in seconds, negative for ever.

    Raises:
        LibraryBusyError: the timeout passed.
        LibraryError: the lock's file cannot be written.
    """
    import filelock

    # Not thread-local and never a singleton: two holders in one process exclude each other like two processes.
    lock = filelock.FileLock(path, thread_local=False, is_singleton=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            if on_wait:
                on_wait()
            lock.acquire(timeout=timeout, poll_interval=0.05)
    except filelock.Timeout as error:
        raise LibraryBusyError(
            f"the library is in use by another finagent ({path.parent}); wait until it has ended, then run again"
        ) from error
    except OSError as error:
        raise LibraryError(
            f"the library cannot be locked ({error.strerror}: {path}); make its directory writable, "
            "or set FINAGENT_HOME to one that is"
        ) from error
    try:
        yield
    finally:
        lock.release()
