"""How long the body of a request may be, and how slow: by its stated length before it is read, else as it comes."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.errors import ApiError, response_of

SMALL = 4 << 20
"""Bytes of a body that is no upload: questions, texts to tag, conversations."""
IDLE = 60.0
"""Seconds that may pass until the next piece of a body."""
SLOWEST = 8 << 10
"""Bytes a second that a body must have, after the first `IDLE` seconds."""
UPLOADS = ("/v1/documents", "/v1/news")
"""The paths that files are sent to."""
_CLOSE = {"Connection": "close"}


class BodyLimit:
    """ASGI middleware. `upload` is the most bytes that a request with files may have; others have `SMALL`."""

    def __init__(self, app: ASGIApp, *, upload: int, idle: float = IDLE) -> None:
        self._app, self._upload, self._idle = app, upload, idle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploading = scope["path"].rstrip("/") in UPLOADS
        limit = self._upload if uploading else SMALL
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isdigit() and int(stated) > limit:
            await response_of(_too_long(limit, uploading), scope)(scope, receive, send)
            return
        read, whole = 0, False
        clock = asyncio.get_running_loop().time
        begun = clock()

        async def receiving() -> Message:
            nonlocal read, whole
            if whole:  # what comes now is that the client hangs up
                return await receive()
            left = begun + self._idle + read / SLOWEST - clock()
            try:
                async with asyncio.timeout(min(self._idle, left)):
                    message = await receive()
            except TimeoutError as error:
                raise ApiError(408, "the request comes too slowly; send it again", headers=_CLOSE) from error
            whole = not message.get("more_body", False)
            read += len(message.get("body", b""))
            if read > limit:
                raise _too_long(limit, uploading)
            return message

        await self._app(scope, receiving, send)


def _too_long(limit: int, uploading: bool) -> ApiError:
    advice = "send the files one by one, or raise the setting upload_limit" if uploading else "send it in parts"
    return ApiError(413, f"the request is over the limit of {limit / (1 << 20):,.0f} MB; {advice}", headers=_CLOSE)
