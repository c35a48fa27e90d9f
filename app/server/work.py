"""Work in a bounded pool of threads, with a bounded queue in front, for one result or for a stream of them.

The engines use the CPU: more threads than cores make everybody wait longer. So few requests work at a time, some more
wait for their turn, and any further one is told at once to come back later. A client that hangs up takes its request
out of the queue, or stops it at its next step. A thread cannot be ended: one that goes on past its time keeps its slot
until its step is done.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request

from app.server.errors import ApiError, busy
from chains.background import counted

T = TypeVar("T")
_FIRST_GUESS = 0.5  # seconds of a piece of work, before any was measured


class ClientGoneError(ApiError):
    """The client has gone: nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__(408, "the client has hung up")


class Stopped(Exception):  # noqa: N818 - not a failure
    """The work was told to stop, and did."""


class Stop:
    """What work looks at between its steps."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self) -> None:
        """Stop at the next step."""
        self._told.set()

    @property
    def told(self) -> bool:
        return self._told.is_set()

    def check(self) -> None:
        """Raise Stopped where the work is to end here."""
        if self._told.is_set():
            raise Stopped


@dataclass(frozen=True, slots=True)
class Load:
    """How much a pool has to do: requests that work, requests that wait."""

    working: int
    waiting: int


class Pool:
    """`capacity` threads, `queue` places in front of them, `seconds` for each request, waiting and working."""

    def __init__(self, name: str, *, capacity: int, queue: int, seconds: float) -> None:
        self._threads = ThreadPoolExecutor(capacity, thread_name_prefix=f"finagent-{name}")
        self._capacity, self._places, self._seconds = capacity, capacity + queue, seconds
        self._taken = 0
        self._counting = threading.Condition()
        self._usual = _FIRST_GUESS

    @property
    def load(self) -> Load:
        taken = self._taken
        return Load(min(taken, self._capacity), max(0, taken - self._capacity))

    def close(self, seconds: float | None = None) -> bool:
        """Drop what waits, and let what works end; whether it has, within `seconds` where they are given."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._counting:
            return self._counting.wait_for(lambda: not self._taken, seconds)

    async def run(self, request: Request, work: Callable[[Stop], T]) -> T:
        """The result of `work`. Raises ApiError where the pool is full, the time is over or the client has gone."""
        stop = Stop()
        future = asyncio.wrap_future(self._submit(lambda: work(stop)))
        try:
            return await until(request, future, self._seconds)
        except BaseException:
            stop.tell()
            future.cancel()
            raise

    async def run_unread(self, work: Callable[[], T]) -> T:
        """As `run`, for a request whose body is still to be read: that the client hangs up is seen by who reads it."""
        return await asyncio.wrap_future(self._submit(work))

    def stream(self, work: Callable[[Stop], Iterator[T]]) -> Stream[T]:
        """Begin to work through an iterator; what it gives comes as it is made. Raises ApiError where the pool is full.

        The slot is held until the iterator ends, however slowly the client reads.
        """
        made: Stream[T] = Stream(asyncio.get_running_loop(), self._seconds)
        made.future = self._submit(lambda: made.produce(work))
        made.future.add_done_callback(made.ended)
        return made

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._counting:
            if self._taken >= self._places:
                raise busy(self._patience())
            self._taken += 1
        try:
            future = self._threads.submit(self._timed, work)
        except RuntimeError as error:  # it is being closed
            self._left()
            raise ApiError(503, "the server is shutting down; send the request again later") from error
        future.add_done_callback(lambda _: self._left())
        return future

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            with counted():
                return work()
        finally:
            self._usual = 0.9 * self._usual + 0.1 * (time.perf_counter() - started)

    def _left(self) -> None:
        with self._counting:
            self._taken -= 1
            self._counting.notify_all()

    def _patience(self) -> int:
        """Seconds until about half of the queue will have been worked through."""
        return min(60, max(1, math.ceil(self._usual * self._places / self._capacity / 2)))


class Stream(Generic[T]):
    """What an iterator gives in a thread, for one reader in the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds
        self._items: asyncio.Queue[T | BaseException | None] = asyncio.Queue()
        self._ahead: list[T] = []
        self.stop = Stop()
        self.future: Future[None] | None = None
        self.deadline = time.monotonic() + seconds

    def produce(self, work: Callable[[Stop], Iterator[T]]) -> None:
        """Work through the iterator, in a thread of the pool."""
        items: Any = None
        try:
            self.stop.check()
            items = work(self.stop)
            for item in items:
                self._put(item)
                self.stop.check()
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - it is raised where the stream is read
            self._put(error)
        finally:
            if hasattr(items, "close"):
                items.close()

    def ended(self, future: Future[None]) -> None:
        """No more items come. Called from any thread, once, also where the work never began."""
        self._put(None)

    def _put(self, item: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody reads
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)

    async def begun(self, request: Request) -> None:
        """Wait for the first item, so that an error before it can be answered with its status."""
        try:
            item = await until(request, asyncio.ensure_future(self._items.get()), self._left())
        except BaseException:
            self.close()
            raise
        if isinstance(item, BaseException):
            raise item
        if item is None:
            await self._items.put(None)
        else:
            self._ahead.append(item)

    async def items(self, pause: float) -> AsyncIterator[T | None]:
        """The items; None whenever none has come for `pause` seconds. Raises what the work raised, or ApiError."""
        for item in self._ahead:
            yield item
        while True:
            left = self._left()
            if left <= 0:
                self.close()
                raise too_slow(self._seconds)
            try:
                async with asyncio.timeout(min(pause, left)):
                    got = await self._items.get()
            except TimeoutError:
                yield None
                continue
            if got is None:
                return
            if isinstance(got, BaseException):
                raise got
            yield got

    def close(self) -> None:
        """Stop the work at its next step, or take it out of the queue."""
        self.stop.tell()
        if self.future is not None:
            self.future.cancel()

    def _left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


def too_slow(seconds: float) -> ApiError:
    """The time of a request is over."""
    return ApiError(504, f"the request took more than {seconds:.0f} s (setting time_limit); ask for less, or later")


async def until(request: Request, future: asyncio.Future[T], seconds: float) -> T:
    """The result of a future, unless the client hangs up or the time is over; then the future is cancelled."""
    gone = asyncio.ensure_future(_hung_up(request))
    try:
        waited: set[asyncio.Future[Any]] = {future, gone}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if future.done():
            return future.result()
        future.cancel()
        raise ClientGoneError if gone.done() else too_slow(seconds)
    finally:
        gone.cancel()


async def _hung_up(request: Request) -> None:
    """Returns when the client has gone. The body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
