"""`finagent mcp`: the read tools and the documents for the models of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, CallError, show_error

if TYPE_CHECKING:
    from mcp.server import Server

    from app.settings import Settings


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP, under /mcp, not over stdin and stdout.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="With --http: the address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="With --http: the port; 0 for any that is free [8322].")] = None,
    token: Annotated[
        str | None,
        typer.Option(help="With --http: what a client must show. Better in FINAGENT_TOKEN: others see a command line."),
    ] = None,
    library: Annotated[str | None, typer.Option(help="The library to read.")] = None,
) -> int:
    """Serve the read tools to a program that speaks the Model Context Protocol."""
    from app.settings import load_settings

    if not http and (host, port, token) != (None, None, None):
        raise CallError("--host, --port and --token go with --http; without it the server talks over stdin and stdout")
    settings = load_settings({"library": library, "host": host, "mcp_port": port, "token": token})
    if http:
        from app.commands.serve import check_access

        check_access(settings)
    from app.mcp.assembly import opened_server

    with opened_server(settings) as server:
        if http:
            _serve_http(server, settings)
        else:
            _serve_stdio(server)
    return DONE


def _serve_http(server: Server[Any], settings: Settings) -> None:
    """Serve whoever may ask, until the process is told to end."""
    from app.commands.serve import address, bound
    from app.mcp.http import PATH, serve_http

    with bound(settings.host, settings.mcp_port) as listening:
        where = address(settings, listening).partition("?")[0].rstrip("/")
        show_error(f"serving MCP on {where}{PATH} (library {settings.library}); Ctrl-C ends it")
        serve_http(server, listening, host=settings.host, token=settings.token)


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
