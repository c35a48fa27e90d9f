"""One turn at a time in a conversation: a second client waits for the first, without a thread of the pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import Request

from app.server.errors import ApiError
from app.server.work import until

MOST_WAITING = 8


class Turns:
    """Who speaks in which conversation, in one event loop."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long the second of two waits."""
        self._seconds = seconds
        self._held: dict[str, tuple[asyncio.Lock, int]] = {}

    async def enter(self, request: Request, thread: str) -> Callable[[], None]:
        """Wait for the turn; gives what ends it, to be called once, from any thread.

        Raises ApiError: 429 where many wait already, 409 where the others took too long.
        """
        lock, users = self._held.get(thread, (asyncio.Lock(), 0))
        if users > MOST_WAITING:
            raise ApiError(
                429, "many requests wait in this conversation; try again in 5 s", headers={"Retry-After": "5"}
            )
        self._held[thread] = lock, users + 1
        try:
            await until(request, asyncio.ensure_future(lock.acquire()), self._seconds)
        except BaseException as error:
            self._left(thread)
            if isinstance(error, ApiError) and error.status_code == 504:
                raise ApiError(
                    409, "this conversation is being answered; wait for it, or ask in another conversation"
                ) from error
            raise
        loop = asyncio.get_running_loop()

        def ended() -> None:
            lock.release()
            self._left(thread)

        def release() -> None:
            with suppress(RuntimeError):  # the loop has ended, and its locks with it
                loop.call_soon_threadsafe(ended)

        return release

    def _left(self, thread: str) -> None:
        lock, users = self._held[thread]
        if users > 1:
            self._held[thread] = lock, users - 1
        else:
            del self._held[thread]
