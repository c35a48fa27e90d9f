"""An id for every request, a line for each where they are wanted, and the answer to what nobody foresaw."""

from __future__ import annotations

import re
import secrets
import sys
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.errors import response_of, unforeseen

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class RequestIds:
    """ASGI middleware, the outermost: `X-Request-Id` on every response, a client's own where it is sane.

    With `verbose` it writes a line a request to standard error: method, path, status, milliseconds, id. The query of
    the address, the body and the headers are never written.
    """

    def __init__(self, app: ASGIApp, *, verbose: bool = False) -> None:
        self._app, self._verbose = app, verbose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if _SANE.fullmatch(given) else secrets.token_hex(12)
        scope["request_id"] = identity
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the boundary of a request: no traceback, and the server goes on
            found = unforeseen(error, identity)
            if not status:
                await response_of(found, scope)(scope, receive, sending)
        finally:
            if self._verbose:
                self._write(scope, status, time.perf_counter() - started, identity)

    @staticmethod
    def _write(scope: Scope, status: int, seconds: float, identity: str) -> None:
        shown: Any = "".join(c if c.isprintable() else "?" for c in str(scope["path"]))[:200]
        said = status or "hung up"
        print(f"{scope['method']} {shown} {said} {seconds * 1000:.0f} ms {identity}", file=sys.stderr)  # noqa: T201
