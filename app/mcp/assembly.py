"""The server of `finagent mcp`, put together as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from app.mcp.server import build_server
from app.news import open_news
from app.wiring import find_adapter, open_asker, open_library, open_sentiment
from chains.agent.tools import toolbox

if TYPE_CHECKING:
    from mcp.server import Server

    from app.settings import Settings


@contextmanager
def opened_server(settings: Settings) -> Iterator[Server[Any]]:
    """The server over the library that the settings name, which is closed in the end.

    Raises CallError where there is no such library, or a setting is wrong.
    """
    with open_library(settings) as library:
        tools = toolbox(
            open_asker(library, settings),
            library,
            news=open_news(settings),
            sentiment=lambda: open_sentiment(settings, find_adapter(settings)),  # at the first text: it takes a while
            min_confidence=settings.min_confidence,
        )
        yield build_server(tools, library, version=version("finagent"))
