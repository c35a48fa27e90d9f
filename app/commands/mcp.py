"""`finagent mcp`: the read tools and the documents for the models of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, CallError, show_error

HOST, PORT = "127.0.0.1", 8421

if TYPE_CHECKING:
    from mcp.server import Server


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP, under /mcp, not over stdin and stdout.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="With --http: the address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="With --http: the port.")] = None,
    token: Annotated[
        str | None, typer.Option(help="With --http: what a client must show; any host but the loopback needs one.")
    ] = None,
    library: Annotated[str | None, typer.Option(help="The library to read.")] = None,
) -> int:
    """Serve the read tools to a program that speaks the Model Context Protocol."""
    from app.settings import load_settings

    if not http and (host, port, token) != (None, None, None):
        raise CallError("--host, --port and --token go with --http; without it the server talks over stdin and stdout")
    settings = load_settings({"library": library})
    if http:
        _check_address(host or HOST, port or PORT, token)
    from app.mcp.assembly import opened_server

    with opened_server(settings) as server:
        if http:
            from app.mcp.http import PATH, serve_http

            show_error(f"serving MCP on http://{host or HOST}:{port or PORT}{PATH}; Ctrl-C stops it")
            serve_http(server, host=host or HOST, port=port or PORT, token=token)
        else:
            _serve_stdio(server)
    return DONE


def _check_address(host: str, port: int, token: str | None) -> None:
    from app.server.guard import is_loopback

    if not 1 <= port <= 65535:
        raise CallError(f"--port {port} is no port; expected 1 to 65535")
    if not token and not is_loopback(host):
        raise CallError(f"--host {host} can be reached from other machines, so it needs a --token")


def _serve_stdio(server: Server[Any]) -> None:
    """Serve the one client at the other end of stdin and stdout, until it closes them."""
    import signal

    import anyio
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    # A thread waits for the next line: Ctrl-C could not end it. Nothing is written here, so nothing is lost.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(run)
