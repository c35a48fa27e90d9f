"""Where conversations are kept: LangGraph's checkpointer and store, in files of the user's own or in PostgreSQL.

The store holds what must never be lost: every acknowledged turn and every note. The checkpointer holds what the agent
needs to go on: the messages its model sees, and a call that waits for a yes. It can be made again from the turns.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from adapters.disk import make_home
from chains.agent.locks import FileLocks, Locks
from chains.agent.postgres import SCHEMES, PostgresError, open_postgres
from chains.errors import ChainError

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.store.base import BaseStore

FOLDER = "memory"
"""The folder of the data directory that conversations are kept in."""
NONE = "none"
"""The URL of a memory that ends with the process."""
_STORE, _CHECKPOINTS = "store.sqlite", "checkpoints.sqlite"
_BESIDE = ("", "-wal", "-shm")  # SQLite's own files of one database
_OPENING = 30.0  # seconds to wait for another process that opens the same files


class MemoryFailedError(ChainError):
    """Conversations cannot be read or written: a full disk, a damaged file, a server that does not answer."""


@dataclass(slots=True)
class Memory:
    """An open checkpointer and store. `locks` keep other processes out of a thread; None where nothing is kept."""

    checkpointer: BaseCheckpointSaver[Any]
    store: BaseStore
    locks: Locks | None
    where: str
    _failures: tuple[type[BaseException], ...] = ()
    _advice: str = "free some space or repair it"
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tell a failure of the database as what it means for the user. Raises MemoryFailedError."""
        try:
            yield
        except self._failures as error:
            said = " ".join(str(error).split())
            raise MemoryFailedError(
                f"the memory of conversations ({self.where}) cannot be used: {said}; what was acknowledged before is "
                f"kept there: {self._advice}, or choose another with the setting memory"
            ) from error

    def close(self) -> None:
        """Close the files or the connections. What was written stays."""
        self._open.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def open_memory(home: Path, url: str | None = None, *, on_remark: Callable[[str], None] = lambda _: None) -> Memory:
    """The memory in the data directory `home`, or at a `postgresql://` URL; "none" keeps nothing after the process.

    A file that is damaged is set aside under another name, a new one begun, and `on_remark` told. Raises ChainError
    where the URL cannot be used, MemoryFailedError where the files or the server cannot.
    """
    if url is not None and url.strip().lower() == NONE:
        return _nothing()
    if url:
        return _postgres(_checked(url.strip()))
    folder = home / FOLDER
    make_home(folder)
    folder.chmod(0o700)
    with FileLock(folder / "open.lock", timeout=_OPENING, mode=0o600):
        return _files(folder, on_remark)


def _checked(url: str) -> str:
    """The URL as PostgreSQL reads it; `postgresql+psycopg://` is how the ledger's is written."""
    scheme, divider, rest = url.partition("://")
    url = f"{scheme.removesuffix('+psycopg')}{divider}{rest}"
    if not url.startswith(SCHEMES):
        known = f"a postgresql:// URL, {NONE!r}, or nothing (files in the data directory)"
        told = f"{scheme}://..." if divider and scheme.isalpha() else "no URL"  # the rest may hold a password
        raise ChainError(f"the setting memory is {told}; expected {known}")
    return url


def _nothing() -> Memory:
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.store.memory import InMemoryStore

    return Memory(InMemorySaver(), InMemoryStore(), None, "none")


def _files(folder: Path, on_remark: Callable[[str], None]) -> Memory:
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.store.sqlite import SqliteStore

    store_file, checkpoints_file = folder / _STORE, folder / _CHECKPOINTS
    with ExitStack() as stack:
        # A store keeps SQLite's default journal, in which nobody reads while somebody writes. A saver turns on
        # write-ahead logging, and that stays with the file.
        with ExitStack() as briefly:
            _opened(store_file, SqliteSaver.from_conn_string, briefly, on_remark)
        store = _opened(store_file, SqliteStore.from_conn_string, stack, on_remark)
        checkpointer = _opened(checkpoints_file, SqliteSaver.from_conn_string, stack, on_remark)
        # The error classes of the database, by way of its connection: only the ledger imports a database's library.
        locks = FileLocks(folder / "locks")
        return Memory(checkpointer, store, locks, str(folder), (store.conn.Error,), _open=stack.pop_all())


def _opened(path: Path, opener: Callable[[str], Any], stack: ExitStack, on_remark: Callable[[str], None]) -> Any:
    """A database of LangGraph's, read once to see that it is whole; one that is damaged is set aside."""
    for again in (False, True):
        _make_private(path)
        inner = ExitStack()
        opened = inner.enter_context(opener(str(path)))
        try:
            opened.setup()
            _read_once(opened)
        except opened.conn.Error as error:
            damaged = not isinstance(error, opened.conn.OperationalError)
            inner.close()
            said = " ".join(str(error).split())
            if again or not damaged:
                raise MemoryFailedError(
                    f"{path}: conversations cannot be kept there: {said}; free some space, check the permissions, or "
                    "choose another place with the setting memory"
                ) from error
            aside = _set_aside(path)
            on_remark(f"{path} was damaged ({said}); it was set aside as {aside.name}, and a new one begun")
            continue
        stack.push(inner)
        return opened
    raise AssertionError("unreachable")  # pragma: no cover


def _read_once(opened: Any) -> None:
    if hasattr(opened, "search"):
        opened.search(("threads",), limit=1)
    else:
        opened.get_tuple({"configurable": {"thread_id": "", "checkpoint_ns": ""}})


def _make_private(path: Path) -> None:
    """The file, for its owner alone; SQLite makes the files beside it in the same mode."""
    if path.exists() and not path.is_file():
        raise MemoryFailedError(f"{path}: is no file, and conversations are kept in one of that name; move it away")
    path.touch(mode=0o600)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _set_aside(path: Path) -> Path:
    """Rename a damaged database with its own files, so that whoever repairs it has all of it."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{path}.damaged-{stamp}{ending}")
    return Path(f"{path}.damaged-{stamp}")


def _postgres(url: str) -> Memory:
    with ExitStack() as stack:
        try:
            opened = open_postgres(url, stack)
        except PostgresError as error:
            raise MemoryFailedError(str(error)) from error
        return Memory(
            opened.checkpointer,
            opened.store,
            opened.locks,
            opened.where,
            opened.failures,
            "check that the server runs and that the user may write there",
            stack.pop_all(),
        )
