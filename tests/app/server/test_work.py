"""The pools: how much works at a time, what waits, what is refused, and what ends when a client has gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request

from app.server.errors import ApiError
from app.server.turns import MOST_WAITING, Turns
from app.server.work import ClientGoneError, Pool, Stop
from chains.background import under_way


def request(gone: asyncio.Event | None = None) -> Request:
    """A request whose client hangs up when `gone` is set."""
    never = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await (gone or never).wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": [], "method": "GET", "path": "/"}, receive)


async def test_beyond_the_queue_a_request_is_told_when_to_come_back() -> None:
    pool = Pool("test", capacity=2, queue=3, seconds=10)
    go = threading.Event()
    tasks = [asyncio.create_task(pool.run(request(), lambda stop: go.wait(5))) for _ in range(5)]
    await asyncio.sleep(0.05)
    assert (pool.load.working, pool.load.waiting) == (2, 3)
    with pytest.raises(ApiError) as refused:
        await pool.run(request(), lambda stop: True)
    assert refused.value.status_code == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60  # type: ignore[index]
    go.set()
    assert await asyncio.gather(*tasks) == [True] * 5
    assert await pool.run(request(), lambda stop: "again") == "again"
    assert (pool.load.working, pool.load.waiting) == (0, 0)
    pool.close()


async def test_no_more_work_at_a_time_than_the_capacity() -> None:
    pool = Pool("test", capacity=2, queue=50, seconds=10)
    lock, at, most = threading.Lock(), [0], [0]

    def work(stop: Stop) -> None:
        with lock:
            at[0] += 1
            most[0] = max(most[0], at[0])
        threading.Event().wait(0.01)
        with lock:
            at[0] -= 1

    await asyncio.gather(*(pool.run(request(), work) for _ in range(20)))
    assert most[0] == 2
    pool.close()


async def test_a_client_that_hangs_up_stops_the_work_between_its_steps() -> None:
    pool = Pool("test", capacity=1, queue=5, seconds=10)
    gone, steps, ended = asyncio.Event(), [0], threading.Event()

    def work(stop: Stop) -> None:
        try:
            for _ in range(1000):
                steps[0] += 1
                threading.Event().wait(0.01)
                stop.check()
        finally:
            ended.set()

    task = asyncio.create_task(pool.run(request(gone), work))
    await asyncio.sleep(0.05)
    gone.set()
    with pytest.raises(ClientGoneError):
        await task
    assert await asyncio.to_thread(ended.wait, 2)
    assert steps[0] < 100
    assert await pool.run(request(), lambda stop: "free") == "free"
    pool.close()


async def test_a_client_that_hangs_up_in_the_queue_never_works() -> None:
    pool = Pool("test", capacity=1, queue=5, seconds=10)
    go, gone, worked = threading.Event(), asyncio.Event(), []
    first = asyncio.create_task(pool.run(request(), lambda stop: go.wait(5)))
    second = asyncio.create_task(pool.run(request(gone), lambda stop: worked.append(1)))
    await asyncio.sleep(0.05)
    gone.set()
    with pytest.raises(ClientGoneError):
        await second
    assert pool.load.waiting == 0
    go.set()
    await first
    pool.close()
    assert worked == []


async def test_what_takes_too_long_is_told_so_and_keeps_its_slot_until_its_step_ends() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=0.05)
    go = threading.Event()
    with pytest.raises(ApiError) as late:
        await pool.run(request(), lambda stop: go.wait(5))
    assert late.value.status_code == 504
    with pytest.raises(ApiError) as full:
        await pool.run(request(), lambda stop: True)
    assert full.value.status_code == 429
    go.set()
    await asyncio.sleep(0.05)
    assert await pool.run(request(), lambda stop: True)
    pool.close()


async def test_a_stream_holds_its_slot_only_while_it_works() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=10)
    stream = pool.stream(lambda stop: iter(range(5)))
    await stream.begun(request())
    await asyncio.sleep(0.05)
    assert pool.load.working == 0  # nobody has read it yet
    assert [item async for item in stream.items(1)] == [0, 1, 2, 3, 4]
    pool.close()


async def test_a_stream_that_is_closed_ends_its_work() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=10)
    closed = threading.Event()

    def items(stop: Stop) -> Iterator[int]:
        try:
            for number in range(1000):
                yield number
                threading.Event().wait(0.01)
        finally:
            closed.set()

    stream = pool.stream(items)
    await stream.begun(request())
    stream.close()
    assert await asyncio.to_thread(closed.wait, 2)
    pool.close()


async def test_an_error_before_the_first_item_is_raised_where_a_status_can_tell_it() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=10)

    def items(stop: Stop) -> Iterator[int]:
        raise ApiError(404, "there is none")
        yield 1

    with pytest.raises(ApiError, match="there is none"):
        await pool.stream(items).begun(request())
    pool.close()


async def test_a_pause_of_the_work_is_told() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=10)

    def items(stop: Stop) -> Iterator[int]:
        yield 1
        threading.Event().wait(0.2)
        yield 2

    stream = pool.stream(items)
    await stream.begun(request())
    assert None in [item async for item in stream.items(0.05)]
    pool.close()


async def test_a_closed_pool_says_that_the_server_ends() -> None:
    pool = Pool("test", capacity=1, queue=0, seconds=10)
    pool.close()
    with pytest.raises(ApiError) as ended:
        await pool.run(request(), lambda stop: True)
    assert ended.value.status_code == 503


async def test_a_pool_that_is_closed_waits_no_longer_than_it_is_told_to() -> None:
    pool, go, before = Pool("test", capacity=1, queue=1, seconds=0.05), threading.Event(), under_way()
    with pytest.raises(ApiError):
        await pool.run(request(), lambda stop: go.wait(20))
    assert not pool.close(0.05)
    assert under_way() == before + 1
    go.set()
    assert pool.close(5)
    assert under_way() == before


async def test_two_clients_in_one_conversation_speak_in_turn() -> None:
    turns = Turns(5)
    first = await turns.enter(request(), "a")
    second = asyncio.create_task(turns.enter(request(), "a"))
    other = await turns.enter(request(), "b")
    await asyncio.sleep(0.02)
    assert not second.done()
    first()
    (await second)()
    other()
    await asyncio.sleep(0.02)
    assert turns._held == {}


async def test_a_conversation_that_stays_busy_is_told_and_many_are_refused() -> None:
    turns = Turns(0.05)
    release = await turns.enter(request(), "a")
    with pytest.raises(ApiError) as late:
        await turns.enter(request(), "a")
    assert late.value.status_code == 409
    waiting = [asyncio.create_task(turns.enter(request(), "a")) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as many:
        await turns.enter(request(), "a")
    assert many.value.status_code == 429
    await asyncio.gather(*waiting, return_exceptions=True)
    release()
    await asyncio.sleep(0.02)
    assert turns._held == {}
