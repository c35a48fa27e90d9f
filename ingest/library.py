"""A library: one named ledger and index in one directory, opened together."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ingest.errors import LibraryError
from ingest.index import Embedding, Hit, Index
from ingest.ledger import OWNER, Ledger, Status
from ingest.locks import exclusive
from ingest.schema import Document, Passage

if TYPE_CHECKING:
    from ingest.embeddings import Embedder

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_EMBEDDER = "embedder"
_ID = "library.id"  # the file in a library's directory with the id that its ledger remembers too


class Library:
    """The documents of one library. Open it with `Library.open`, close it or use it in a `with`."""

    def __init__(self, name: str, directory: Path, ledger: Ledger, embedder: Embedder) -> None:
        self.name = name
        self.directory = directory
        self.ledger = ledger
        self.embedder = embedder
        self.index = Index(directory / "index", embedder, self._ready, self._embedding)

    @classmethod
    def open(
        cls, home: Path, name: str = DEFAULT, *, embedder: Embedder, ledger_url: str | None = None, create: bool = True
    ) -> Library:
        """Open the library `name` under the data directory `home`, creating it unless `create` is False.

        `ledger_url` is a SQLAlchemy URL for a ledger elsewhere, such as PostgreSQL. A ledger belongs to one library:
        the URL holds `{library}` where several use it. The embedder is not touched: one that is opened at its first
        use costs nothing where none is needed, and one that the library was not built with hinders only searches,
        until `embed_anew`.

        Raises:
            LibraryError: the name is not one, there is no such library, it was written by a newer version, its
                directory cannot be used, or its ledger belongs to another library.
        """
        directory = _directory(home, name)
        new = not directory.is_dir()
        if not create and new:
            known = ", ".join(list_libraries(home)) or "none"
            raise LibraryError(
                f"there is no library {name!r} in {home} (there is: {known}); ingest a file into it first"
            )
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is made of private reports is the user's own
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"the directory {directory} cannot be made ({error.strerror}); make {home} writable, "
                "or set FINAGENT_HOME to a directory that is"
            ) from error
        url = ledger_url.replace("{library}", name) if ledger_url else f"sqlite:///{directory / 'ledger.db'}"
        ledger = Ledger(url)
        try:
            owner = ledger.settings().get(OWNER)
            if owner is not None and owner != _id(directory):
                if new:
                    with suppress(OSError):
                        directory.rmdir()
                raise _foreign(name)
            return cls(name, directory, ledger, embedder)
        except LibraryError:
            ledger.close()
            raise

    def close(self) -> None:
        self.index.close()
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def documents(self) -> list[Document]:
        """The documents that are ready, by name."""
        return self.ledger.documents()

    def search(self, query: str, k: int = 10, documents: Collection[str] | None = None, **conditions: Any) -> list[Hit]:
        """The best passages for a question; see `Index.search`."""
        return self.index.search(query, k, documents, **conditions)

    def passages(self, document: str, page: int | None = None) -> list[Passage]:
        """The passages of a document, or of one of its pages, in reading order."""
        return self.index.passages(document, page)

    def remove(self, name: str, *, on_wait: Callable[[], None] | None = None, timeout: float = -1) -> bool:
        """Remove a document from ledger and index; False when there is none of that name.

        `timeout` is how many seconds it waits for another writer, negative for ever; then LibraryError is raised.
        """
        with self.writing(on_wait=on_wait, timeout=timeout):
            keys = self.ledger.retire(name)
            self.index.remove(keys)
            for key in keys:
                self.ledger.forget(key)
            return bool(keys)

    def embed_anew(self, *, on_start: Callable[[int], None] | None = None) -> None:
        """Where another embedder made the passages' vectors, make them with this one. For the writer of the library.

        The files are not needed. `on_start` is told how many passages there are. Until all is done searches in other
        processes use the old vectors; a run that was cut short is taken up by the next.
        """
        from ingest.passages import embedding_text

        name, built = self.embedder.name, self._embedding()
        if built is None:
            self.ledger.remember(embedder=name)
        elif built.embedder != name:
            if on_start:
                on_start(sum(count for _, _, count in self._ready()))
            folder = f"vectors-{sha256(name.encode()).hexdigest()[:12]}"
            self.index.embed_anew(folder, embedding_text)
            self.ledger.remember(embedder=name, vectors=folder)
        self.index.drop_old_vectors()

    @contextmanager
    def writing(self, *, on_wait: Callable[[], None] | None = None, timeout: float = -1) -> Iterator[list[str]]:
        """Be the only writer of the library, in all processes.

        What a writer that crashed has left is cleaned first; gives the paths of the files that it was at.
        """
        with exclusive(self.directory / "write.lock", on_wait=on_wait, timeout=timeout):
            self._own()
            yield self._clean()

    def _own(self) -> None:
        """Make the ledger this library's, where it is nobody's yet. Another's documents must not be touched."""
        own = _id(self.directory)
        if own is None:
            own = secrets.token_hex(16)
            draft = self.directory / f"{_ID}.new"
            try:
                draft.write_text(own, encoding="ascii")
                draft.replace(self.directory / _ID)
            except OSError as error:
                raise LibraryError(
                    f"{self.directory / _ID} cannot be written ({error.strerror}); make its directory writable, "
                    "or set FINAGENT_HOME to one that is"
                ) from error
        if self.ledger.owner(own) != own:
            raise _foreign(self.name)

    def _clean(self) -> list[str]:
        """Drop versions that never became ready, and those that were replaced or removed."""
        left = self.ledger.stored(Status.PENDING, Status.REMOVING)
        self.index.remove([stored.key for stored in left])
        for stored in left:
            self.ledger.forget(stored.key)
        return [stored.document.path for stored in left if stored.status is Status.PENDING]

    def _embedding(self) -> Embedding | None:
        known = self.ledger.settings()
        if _EMBEDDER not in known:
            return None
        return Embedding(known[_EMBEDDER], known.get("vectors", "vectors"))

    def _ready(self) -> list[tuple[int, Document, int]]:
        return [(stored.key, stored.document, stored.passages) for stored in self.ledger.stored(Status.READY)]


def list_libraries(home: Path) -> list[str]:
    """The names of the libraries under the data directory, sorted."""
    root = home / "libraries"
    return (
        sorted(path.name for path in root.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))
        if root.is_dir()
        else []
    )


def remove_library(home: Path, name: str) -> bool:
    """Delete a library with all its files; False when there is none of that name. A ledger elsewhere is left alone."""
    directory = _directory(home, name)
    if not directory.is_dir():
        return False
    # Renamed under the lock, into a name that no library can have: nobody opens it while it is being deleted.
    doomed = directory.with_name(f".{name}.{secrets.token_hex(4)}")
    with exclusive(directory / "write.lock", timeout=0):
        directory.rename(doomed)
    shutil.rmtree(doomed)
    return True


def _id(directory: Path) -> str | None:
    """The id of the library in a directory; None before its first write."""
    try:
        return (directory / _ID).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def _foreign(name: str) -> LibraryError:
    return LibraryError(
        f"the ledger of the library {name!r} belongs to another library; put {{library}} into the `ledger` URL, "
        "so that each has its own, or name an empty database"
    )


def _directory(home: Path, name: str) -> Path:
    if not _NAME.fullmatch(name) or ".." in name:
        raise LibraryError(
            f"{name[:80]!r} is no library name; expected up to 64 letters, digits, '_', '-' and '.', "
            "with a letter or digit first"
        )
    return home / "libraries" / name
