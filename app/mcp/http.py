"""The server over HTTP: streamable HTTP under /mcp, with the rules of `finagent serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server.transport_security import TransportSecuritySettings

from app.server.guard import Guard
from app.server.ids import RequestIds

if TYPE_CHECKING:
    from mcp.server import Server
    from starlette.types import ASGIApp

PATH = "/mcp"
SESSIONS = 256
"""Conversations that may be open at once; the next is answered 503 until one has ended or lain idle."""
IDLE = 600.0
"""Seconds after which a conversation that lies idle is closed."""


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
    return RequestIds(Guard(inner, host=host, token=token))


def serve_http(server: Server[Any], *, host: str, port: int, token: str | None = None) -> None:
    """Serve until the process is told to stop. Raises OSError where the port is taken."""
    import uvicorn

    uvicorn.run(
        http_app(server, host=host, token=token),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
