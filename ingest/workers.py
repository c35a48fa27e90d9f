"""Worker processes that read files: bounded, limited in memory and time, and one that dies fails only its file.

A worker is a fresh Python (`python -m ingest.workers`) that is told over its standard input which function to call,
and answers over its standard output. So nothing is inherited from the caller but the import path: no lock, no
thread, no terminal.
"""

from __future__ import annotations

import math
import os
import pickle
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, BinaryIO, Self

from ingest.errors import IngestError, UnreadableFileError

MEMORY_BYTES = 900 << 20
SECONDS = 900.0
_SPARE = 5.0  # seconds after which a worker that was not ended ends itself


class WorkerPool:
    """`workers` processes that call one function, given as `module:name`, with arguments that can be pickled."""

    def __init__(self, work: str, workers: int, *, memory: int = MEMORY_BYTES, seconds: float = SECONDS) -> None:
        """`memory` is each worker's limit in bytes (where the system has one), `seconds` the limit of one call."""
        self._setup = {"work": work, "path": list(sys.path), "memory": memory, "seconds": seconds}
        self._seconds = seconds
        # Who worked last works next: the others need not start.
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._running: set[_Worker] = set()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="finagent-worker")

    def submit(self, *arguments: Any) -> Future[Any]:
        """Call the function. The future raises IngestError, also where the worker died or took too long."""
        return self._threads.submit(self._call, arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, whatever they are at."""
        for worker in list(self._running):
            worker.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _call(self, arguments: tuple[Any, ...]) -> Any:
        worker = self._idle.get()
        try:
            if worker is not None and worker.ended():  # while it was idle
                self._stop(worker)
                worker = None
            if worker is None:
                worker = _Worker(self._setup)
                self._running.add(worker)
            return worker.call(arguments, self._seconds)
        finally:
            if worker is not None and worker.broken:
                self._stop(worker)
                worker = None
            self._idle.put(worker)

    def _stop(self, worker: _Worker) -> None:
        worker.stop()
        self._running.discard(worker)


class _Worker:
    def __init__(self, setup: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.workers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_import_root()
        )
        self.broken = False  # it died, or was not waited for: it gives no more answers
        self._tell(setup)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):  # what was left to write has no reader any more
                    pipe.close()

    def call(self, arguments: tuple[Any, ...], seconds: float) -> Any:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        self.broken = True  # until it has answered
        try:
            self._tell(arguments)
            assert self._process.stdout is not None
            failed, answer = pickle.load(self._process.stdout)  # noqa: S301 - our own process wrote it
            self.broken = False
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            if late.is_set():
                raise UnreadableFileError(
                    f"reading took more than {seconds:.0f} s; split the file or leave it out"
                ) from error
            raise UnreadableFileError(
                "the process that read it died (out of memory, or a damaged file); check the file or leave it out"
            ) from error
        finally:
            timer.cancel()
        if failed is not None:
            raise failed
        return answer

    def _tell(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            return  # it died; reading its answer will say so


def _import_root() -> str:
    # so that `-m ingest.workers` finds this package, wherever the caller's own directory is
    from pathlib import Path

    return str(Path(__file__).resolve().parent.parent)


def _serve(inward: BinaryIO, outward: BinaryIO) -> None:
    setup = pickle.load(inward)  # noqa: S301 - our own process wrote it
    sys.path[:] = setup["path"]
    _limit_memory(setup["memory"])
    module, _, name = setup["work"].partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    while True:
        try:
            arguments = pickle.load(inward)  # noqa: S301 - our own process wrote it
        except EOFError:
            return
        _end_after(setup["seconds"] + _SPARE)  # also where who called is gone
        answer = _answer(function, arguments)
        _end_after(0)
        outward.write(answer)
        outward.flush()


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps((None, function(*arguments)), pickle.HIGHEST_PROTOCOL)
    except IngestError as error:
        failed: IngestError = error
    except MemoryError:
        failed = UnreadableFileError(
            "reading it needs more memory than a worker may use; split the file or leave it out"
        )
    except Exception as error:  # noqa: BLE001 - the boundary of a process: an error of a reader fails one file
        traceback.print_exc()
        said = " ".join(str(error).split())[:200]
        failed = UnreadableFileError(f"it could not be read ({type(error).__name__}: {said}); report it with the file")
    return pickle.dumps((failed, None), pickle.HIGHEST_PROTOCOL)


def _end_after(seconds: float) -> None:
    """Have the system end this process then, whatever it is at; never with 0."""
    import signal

    if hasattr(signal, "alarm"):  # POSIX
        signal.alarm(math.ceil(seconds))


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or hard > limit:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def main() -> None:
    import signal

    # Ctrl-C reaches every process of the terminal; the main one ends the workers when it is ready to.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outward = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not reach the answers
    try:
        _serve(sys.stdin.buffer, outward)
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main()
