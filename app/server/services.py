"""What the requests share: libraries, askers, assistants, the tagger, the adapters. Each is opened once, when needed.

`create_app(Services(settings))` is all that a test needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from app.server.errors import ApiError
from app.settings import Settings

if TYPE_CHECKING:
    from adapters.store import Store
    from app.tagging import Model
    from chains.agent.assistant import Assistant
    from chains.agent.follow_up import Conversing
    from chains.ask import Asker
    from chains.tag import Tagger
    from ingest.library import Library

T = TypeVar("T")


class Services:
    """The parts of one server, for all its threads. Close it when the last request has ended."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: dict[tuple[str, str], Any] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def library(self, name: str | None = None) -> Library:
        """A library: the one that the settings name, else an existing one. Raises ApiError where there is none."""
        name = name or self.settings.library
        return self._once("library", name, lambda: self._open_library(name))

    def writer(self, name: str | None = None) -> Library:
        """A library opened once more, for one who writes it and closes it then.

        Who writes holds the index until it is closed: the one that all share is never written.
        """
        from ingest.library import Library

        shared = self.library(name)
        return Library.open(self.settings.home, shared.name, embedder=shared.embedder, ledger_url=self.settings.ledger)

    def asker(self, name: str | None = None) -> Asker:
        """What answers one question over a library."""
        from app.wiring import open_asker

        library = self.library(name)
        return self._once("asker", library.name, lambda: open_asker(library, self.settings))

    def assistant(self, name: str | None = None) -> Assistant:
        """What keeps conversations over a library."""
        from app.wiring import open_assistant

        library = self.library(name)
        return self._once("assistant", library.name, lambda: open_assistant(library, self.settings))

    def conversing(self, model: str | None = None) -> Conversing:
        """What answers with the questions before it, by the adapter in use or by the report-QA adapter `model`."""
        from dataclasses import replace

        from app.wiring import open_asker
        from chains.agent.follow_up import Conversing

        if model is None:
            return self._once("conversing", "", lambda: Conversing(self.asker()))
        settings = replace(self.settings, report_qa=model)
        return self._once("conversing", model, lambda: Conversing(open_asker(self.library(), settings)))

    def model(self) -> Model:
        """The sentiment model: the adapter in use when it was first asked."""
        from app.wiring import open_tagger

        return self._once("model", "", lambda: open_tagger(self.settings)[0])

    def tagger(self) -> Tagger:
        """What tells the sentiment of texts."""
        from chains.tag import Tagger

        return self._once("tagger", "", lambda: Tagger(self.model(), min_confidence=self.settings.min_confidence))

    def store(self) -> Store:
        """The adapters."""
        from adapters.store import Store

        return self._once("store", "", lambda: Store(self.settings.home))

    def once(self, kind: str, name: str, make: Callable[[], T]) -> T:
        """A further part, made at its first use."""
        return self._once(kind, name, make)

    def close(self) -> None:
        """Close what was opened, the last first."""
        with self._lock:
            made, self._made = list(self._made.values()), {}
        for one in reversed(made):
            if hasattr(one, "close"):
                one.close()

    def _open_library(self, name: str) -> Library:
        from adapters.disk import make_home
        from adapters.errors import EngineError
        from app.wiring import open_embedder
        from ingest.embeddings import LateEmbedder
        from ingest.library import Library, list_libraries

        settings = self.settings
        known = list_libraries(settings.home)
        if name != settings.library and name not in known:
            raise ApiError(404, f"there is no library {name[:80]!r}; there is {', '.join(known) or 'none yet'}")
        embedder = self._once(
            "embedder", "", lambda: LateEmbedder(lambda: open_embedder(settings), failures=(EngineError,))
        )
        make_home(settings.home)
        return Library.open(settings.home, name, embedder=embedder, ledger_url=settings.ledger)

    def _once(self, kind: str, name: str, make: Callable[[], T]) -> T:
        key = kind, name
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:  # one opens it, and the others that want it wait; what else is opened does not
            if key not in self._made:
                made = make()
                with self._lock:
                    self._made[key] = made
            found: T = self._made[key]
            return found
