"""Server-sent events: a stream of work to a client, with the client's going noticed at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.server.errors import ApiError, as_api_error, unforeseen
from app.server.work import Stream

T = TypeVar("T")
PAUSE = 10.0
"""Seconds without an event after which a comment is sent, so that nobody in between takes the line for dead."""
_COMMENT = b": working\n\n"


def event(kind: str, record: Any) -> bytes:
    """One event; JSON has no line break of its own."""
    return f"event: {kind}\ndata: {as_json(record)}\n\n".encode()


def as_json(record: Any) -> str:
    """Compact JSON; what JSON has not (a Decimal, a date) as text."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str)


class EventStream(Response):
    """The response of a stream that has begun. A client that hangs up stops the work at its next step."""

    media_type = "text/event-stream"

    def __init__(
        self,
        stream: Stream[T],
        frame: Callable[[T], bytes],
        failed: Callable[[ApiError], bytes],
        *,
        first: bytes = b"",
        last: Callable[[], bytes] = lambda: b"",
    ) -> None:
        """`frame` writes an item, `failed` what the work ended with; `first` and `last` go around them."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._stream: Stream[Any] = stream
        self._frame: Callable[[Any], bytes] = frame
        self._failed, self._first, self._last = failed, first, last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_gone(receive))
        frames = self._frames(scope)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while True:
                coming: asyncio.Future[bytes | None] = asyncio.ensure_future(anext(frames, None))
                waited: set[asyncio.Future[Any]] = {coming, gone}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait([coming])
                    return
                frame = coming.result()
                if frame is None:
                    break
                await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except OSError:
            return  # the line broke while it was written to
        finally:
            gone.cancel()
            self._stream.close()
            await frames.aclose()

    async def _frames(self, scope: Scope) -> Any:
        if self._first:
            yield self._first
        try:
            async for item in self._stream.items(PAUSE):
                yield _COMMENT if item is None else self._frame(item)
        except Exception as error:  # noqa: BLE001 - the status is sent: what is wrong is told in the stream
            yield self._failed(as_api_error(error) or unforeseen(error, scope.get("request_id", "")))
            return
        if end := self._last():
            yield end


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
