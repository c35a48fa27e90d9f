"""The server over HTTP: streamable HTTP under /mcp, with the rules of `finagent serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server.transport_security import TransportSecuritySettings

from app.server.guard import Guard
from app.server.ids import RequestIds
from app.server.listening import run

if TYPE_CHECKING:
    import socket

    from mcp.server import Server
    from starlette.types import ASGIApp

PATH = "/mcp"
SESSIONS = 256
"""Conversations that may be open at once; the next is answered 503 until one has ended or lain idle."""
IDLE = 600.0
"""Seconds after which a conversation that lies idle is closed."""
GRACE = 2
"""Seconds that running calls have when the server is told to end."""


def http_app(server: Server[Any], *, host: str, token: str | None = None) -> ASGIApp:
    """The ASGI application that serves `server` under `PATH`, for one that listens on `host`.

    A request must name a host of the loopback where `host` is one, come from no other site, and show the token.
    """
    inner = server.streamable_http_app(
        streamable_http_path=PATH,
        session_idle_timeout=IDLE,
        max_sessions=SESSIONS,
        host=host,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard's work
    )
    return RequestIds(Guard(inner, host=host, token=token, private=("",)))


def serve_http(server: Server[Any], listening: socket.socket, *, host: str, token: str | None = None) -> None:
    """Serve on a socket that is bound to `host`, until the process is told to end."""
    run(http_app(server, host=host, token=token), listening, grace=GRACE)
