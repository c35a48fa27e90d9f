"""Work in threads that nobody has to wait for: a call that goes on past its time must not hold the process.

A thread cannot be ended. Python waits for the threads of a `ThreadPoolExecutor` when it ends, and a daemon thread that
is inside native code then can bring it down. So whoever ends a process asks `under_way` first, and where something is,
ends it without waiting. Nothing is lost by it: what was acknowledged is on the disk, and what was not is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
_counting = threading.Lock()
_working = 0


def under_way() -> int:
    """How many pieces of work in threads have not ended."""
    return _working


@contextmanager
def counted() -> Iterator[None]:
    """Count what is done inside as work under way, in whatever thread."""
    global _working
    with _counting:
        _working += 1
    try:
        yield
    finally:
        with _counting:
            _working -= 1


def begin(work: Callable[[], T]) -> Future[T]:
    """Begin `work` in a thread of its own, in the caller's context. The future tells what it gave or raised."""
    from concurrent.futures import Future

    future: Future[T] = Future()
    context = copy_context()

    def worked() -> None:
        with counted():
            try:
                made = context.run(work)
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                future.set_exception(error)
            else:
                future.set_result(made)

    threading.Thread(target=worked, name="finagent-call", daemon=True).start()
    return future
