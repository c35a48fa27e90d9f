"""Libraries, and the embedder of their passages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import CallError
from app.settings import Settings

if TYPE_CHECKING:
    from ingest.embeddings import Embedder
    from ingest.library import Library


def open_embedder(settings: Settings) -> Embedder:
    """The embedder of the base that the settings name.

    Raises CallError where there is no such base, EngineError where its engine cannot be built.
    """
    from adapters import embedder
    from adapters.bases import resolve_base
    from adapters.errors import BaseModelError

    try:
        base = resolve_base(settings.base, home=settings.home, download=settings.download)
    except BaseModelError as error:
        raise CallError(str(error)) from error
    return embedder.open_embedder(
        base.directory, sha256=base.sha256, cache=settings.home / "cache", threads=settings.threads
    )


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """Open the library that the settings name; its embedder is opened when something is embedded.

    Raises CallError where there is no such library or it cannot be used.
    """
    from adapters.disk import make_home
    from adapters.errors import EngineError
    from ingest.embeddings import LateEmbedder
    from ingest.errors import LibraryError
    from ingest.library import Library, list_libraries

    if not create and settings.library not in list_libraries(settings.home):
        raise CallError(_no_library(settings, list_libraries(settings.home)))
    embedder = LateEmbedder(lambda: open_embedder(settings), failures=(EngineError,))
    if create:
        make_home(settings.home)
    try:
        if create:  # to write into it: better to know now that the base is not there than after the first file
            embedder.opened()
        return Library.open(
            settings.home, settings.library, embedder=embedder, ledger_url=settings.ledger, create=create
        )
    except LibraryError as error:
        raise CallError(str(error)) from error


def no_document(name: str, library: Library) -> CallError:
    """The error that `library` holds no document of that name, with the names that are nearest to it."""
    from difflib import get_close_matches

    known = [document.name for document in library.documents()]
    near = get_close_matches(name, known, n=5, cutoff=0.3) or known[:5]
    return CallError(
        f"there is no document {name[:80]!r} in the library {library.name} (nearest: {', '.join(near) or 'none'}); "
        "`finagent documents list` shows all"
    )


def _no_library(settings: Settings, known: list[str]) -> str:
    have = f"there is {', '.join(known)}" if known else "there is none yet"
    return (
        f"there is no library {settings.library[:80]!r} in {settings.home} ({have}); "
        "`finagent ingest PATH` makes one, --library names another"
    )
