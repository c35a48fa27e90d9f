"""How an application is served: what uvicorn is told, and how long a client may take to ask and to read.

uvicorn waits for ever for the rest of a request's head, and for a client that does not read its answer. Each such
connection is a file that others cannot open, so they are given up.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

LOOK = 20.0
"""Seconds between two looks at a connection; one that stands still from one to the next is given up."""
_MOST = 512  # connections; any more are answered 503 before a file is opened for them
_KEPT = 30  # seconds that an idle connection stays open


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with an end to waiting: for the head of a request, and for a reader of its answer."""

    look = LOOK

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._resumed = 0
        self._before: Any = None
        self._looking = self.loop.call_later(self.look, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._looking.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._resumed += 1
        super().resume_writing()

    def _look(self) -> None:
        cycle: Any = self.cycle
        asks = (cycle is None or cycle.response_complete) and self.timeout_keep_alive_task is None
        state = asks, self.flow.write_paused, cycle, self._resumed
        if any(state[:2]) and state == self._before:
            self.transport.abort()
            return
        self._before = state
        self._looking = self.loop.call_later(self.look, self._look)


def config_of(app: ASGIApp, *, grace: int) -> uvicorn.Config:
    """How `app` is served; running requests have `grace` seconds when the server is told to end."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        loop="asyncio",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST,
        timeout_keep_alive=_KEPT,
        timeout_graceful_shutdown=grace,
    )


def run(app: ASGIApp, listening: socket.socket, *, grace: int) -> None:
    """Serve on a bound socket until the process is told to end."""
    # uvicorn ends on these signals, then raises them once more for who had them before: nobody, here.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: None)
    uvicorn.Server(config_of(app, grace=grace)).run(sockets=[listening])
