"""`finagent serve`: the page and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import DONE, CallError, show_error

if TYPE_CHECKING:
    import socket

    from app.settings import Settings

_SHORTEST = 16
_GRACE = 30  # seconds that running requests have when the server is told to end


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 for any that is free [8321].")] = None,
    token: Annotated[
        str | None, typer.Option(help="What requests must show. Better in FINAGENT_TOKEN: others see a command line.")
    ] = None,
    library: Annotated[str | None, typer.Option(help="The library to serve.")] = None,
    capacity: Annotated[int | None, typer.Option(help="Requests that are worked on at a time [2].")] = None,
    verbose: Annotated[bool | None, typer.Option("--verbose", help="A line a request, without its content.")] = None,
) -> int:
    """Serve the page and the HTTP API on this machine; anywhere else only with a token."""
    from app.settings import load_settings

    settings = load_settings(
        {"host": host, "port": port, "token": token, "library": library, "capacity": capacity, "verbose": verbose}
    )
    return _serve(settings)


def _serve(settings: Settings) -> int:
    import contextlib

    from app.server.application import create_app
    from app.server.listening import run
    from app.server.services import Services

    check_access(settings)
    listening = bound(settings.host, settings.port)
    services = Services(settings)
    services.library()  # what is wrong with it is told now, and not to the first client
    _one_core_each()
    app = create_app(services, warm=True)
    show_error(f"serving {address(settings, listening)} (library {settings.library}); Ctrl-C ends it")
    with contextlib.closing(listening):
        run(app, listening, grace=_GRACE)
    show_error("ended; conversations and uploads are kept")
    return DONE


def _one_core_each() -> None:
    """Let numpy use one core for one multiplication: requests work side by side, and its threads would wait, spinning,
    for cores that others use."""
    import numpy  # noqa: F401 - what is not loaded yet cannot be told
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it has no stubs

    threadpool_limits(1, user_api="blas")


def check_access(settings: Settings) -> None:
    """Raise CallError where others could reach the server without a token, or with one that can be guessed."""
    from app.server.guard import is_loopback

    if is_loopback(settings.host):
        return
    if settings.token is None:
        raise CallError(
            f"--host {settings.host}: other machines can reach it, so a token is needed; set FINAGENT_TOKEN to "
            f"{_SHORTEST} characters or more, or leave --host out to serve this machine only"
        )
    if len(settings.token) < _SHORTEST:
        raise CallError(f"the token is too short for --host {settings.host}; expected {_SHORTEST} characters or more")


def bound(host: str, port: int) -> socket.socket:
    """A socket on the address. Raises CallError where it is taken, or is none of this machine."""
    import socket

    from app.server.guard import is_loopback

    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        if is_loopback(host) and not is_loopback(str(place[0])):
            raise CallError(f"--host {host[:80]} leads to {place[0]}, not to this machine alone; name an address")
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(place)
            made.listen(128)  # whoever reads where we serve may connect at once
        except OSError:
            made.close()
            raise
    except (OSError, UnicodeError) as error:  # a name that is none cannot be looked up
        why = error.strerror if isinstance(error, OSError) else "no host has such a name"
        raise CallError(
            f"{host[:80]}:{port} cannot be listened on ({why}); name another with --host and --port, or end "
            "what uses it"
        ) from error
    return made


def address(settings: Settings, listening: socket.socket) -> str:
    """Where a browser finds the page; the token itself is not written."""
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host.strip("[]") else settings.host
    return f"http://{host}:{port}/" + ("?token=YOUR-TOKEN" if settings.token else "")
