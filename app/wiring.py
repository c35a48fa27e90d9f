"""Put the parts together as the settings say. Everything heavy is imported here, when a command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.settings import Settings

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from chains.ask import Answer, AskInput
    from ingest.library import Library


def open_library(settings: Settings) -> Library:
    """Open the library that the settings name, creating it if there is none.

    Raises LibraryError where it cannot be used.
    """
    from ingest.library import Library

    return Library.open(settings.home, settings.library, ledger_url=settings.ledger)


def open_ask(library: Library, settings: Settings) -> Runnable[AskInput, Answer]:
    """The runnable that answers questions over `library`."""
    from chains.ask import build_ask

    return build_ask(library, as_of=settings.as_of)
