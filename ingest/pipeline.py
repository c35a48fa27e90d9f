"""Ingest: files into a library, several at a time, safely.

Worker processes read files and find their figures; this process embeds the passages and writes. Each document is
written as a pending version, then its index, and last the ledger's transaction that makes it ready and retires the
version it replaces. So a run that ends at any moment leaves each document as it was or as it is, and what it left
pending is done first by the next run.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import IngestError, LibraryError
from ingest.ledger import Status
from ingest.parsing import Parsed
from ingest.schema import Document
from ingest.sources import Job, Registry, find_files
from ingest.workers import WorkerPool

if TYPE_CHECKING:
    from ingest.checks import CheckResult
    from ingest.library import Library

READ = "ingest.parsing:read_document"
_BYTES_PER_PAGE = 16_000  # the first guess of how long a file is; what has been read corrects it
_COMPACT_AFTER = 5_000  # passages


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one file. `status` is added, unchanged, updated or failed; `error` is one line, or None."""

    path: str
    document: str
    status: str
    pages: int = 0
    passages: int = 0
    figures: int = 0
    seconds: float = 0.0
    error: str | None = None
    warnings: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `pages_total` is an estimate until the last file is read; `path` is the file just done."""

    files_done: int
    files_total: int
    pages_done: int
    pages_total: int
    seconds: float
    path: str = ""

    @property
    def pages_per_second(self) -> float:
        return self.pages_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None until a page has been done."""
        speed = self.pages_per_second
        return (self.pages_total - self.pages_done) / speed if speed else None


def ingest_paths(
    paths: Iterable[Path | str],
    library: Library,
    *,
    workers: int = 2,
    on_progress: Callable[[Progress], None] | None = None,
    on_wait: Callable[[], None] | None = None,
    on_embed: Callable[[int], None] | None = None,
    on_skip: Callable[[int], None] | None = None,
    work: str = READ,
) -> Iterator[IngestResult]:
    """Ingest files, folders and globs into a library; one result a file, in the order in which they are done.

    Waits while another process writes the library, after calling `on_wait`. A library that was built with another
    embedder is first embedded anew, after calling `on_embed` with its number of passages. `on_skip` is told how many
    files of folders were passed over, since no reader knows their suffix. `work` names the function that reads a
    file, for tests.

    Raises:
        LibraryError: the library cannot be written at all.
    """
    with library.writing(on_wait=on_wait) as interrupted:
        library.embed_anew(on_start=on_embed)
        found = find_files([*paths, *(p for p in interrupted if Path(p).is_file())])
        if found.passed_over and on_skip:
            on_skip(found.passed_over)
        for path, problem in found.problems:
            yield IngestResult(path, "", "failed", error=problem)
        run = _Run(library, list(found.files), on_progress)
        with WorkerPool(work, workers) as pool:
            yield from run.results(pool, ahead=workers + 1)
        library.index.compact()


class _Run:
    def __init__(self, library: Library, files: Sequence[Path], on_progress: Callable[[Progress], None] | None) -> None:
        self._library = library
        self._files = deque(files)
        self._total = len(files)
        self._on_progress = on_progress
        self._registry = Registry(library.ledger.stored(Status.READY))
        self._sizes = {path: _size(path) for path in files}
        self._started = time.monotonic()
        self._done = self._pages = self._read_bytes = self._read_pages = self._since_compact = 0
        self._left_bytes = sum(self._sizes.values())

    def results(self, pool: WorkerPool, ahead: int) -> Iterator[IngestResult]:
        """Keep `ahead` files being read or waiting to be written; write each as it comes."""
        running: dict[Future[Parsed], tuple[Job, int]] = {}
        again: list[Job] = []
        while self._files or running:
            while self._files and len(running) < ahead:
                path = self._files.popleft()
                job = self._registry.look_at(path)
                if isinstance(job, IngestError):
                    yield self._finished(path, IngestResult(str(path), "", "failed", error=str(job)))
                elif job.same_as is not None:
                    again.append(job)
                    if not job.same_as.in_flight:
                        yield self._unchanged(again.pop())
                else:
                    document = Document(job.name, job.sha256, str(path))
                    key = self._library.ledger.begin_document(document, size=job.size, mtime_ns=job.mtime_ns)
                    running[pool.submit(str(path), job.sha256, job.name)] = job, key
            if running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job, key = running.pop(future)
                    yield self._finished(job.path, self._write(job, key, future))
        for job in again:
            yield self._unchanged(job)

    def _write(self, job: Job, key: int, future: Future[Parsed]) -> IngestResult:
        started = time.monotonic()
        library = self._library
        try:
            parsed = future.result()
            vectors = library.embedder.encode(parsed.texts)
            library.index.add(key, parsed.passages, vectors, parsed.labels)
            replaced = library.ledger.finish_document(
                key,
                parsed.document,
                parsed.figures,
                parsed.checks,
                passages=len(parsed.passages),
                warnings=parsed.warnings,
            )
            self._forget(replaced)
        except IngestError as error:
            self._registry.failed(job, str(error))
            with suppress(LibraryError):  # if it stays pending, the next run drops it
                self._forget([key])
            return IngestResult(str(job.path), job.name, "failed", error=str(error))
        self._registry.ready(job, len(parsed.passages), len(parsed.figures), parsed.document.pages)
        self._since_compact += len(parsed.passages)
        if self._since_compact >= _COMPACT_AFTER:
            self._since_compact = 0
            library.index.compact()
        return IngestResult(
            path=str(job.path),
            document=job.name,
            status="updated" if job.updates else "added",
            pages=parsed.document.pages,
            passages=len(parsed.passages),
            figures=len(parsed.figures),
            seconds=parsed.seconds + time.monotonic() - started,
            warnings=parsed.warnings,
            checks=parsed.checks,
        )

    def _forget(self, keys: Sequence[int]) -> None:
        self._library.index.remove(keys)
        for key in keys:
            self._library.ledger.forget(key)

    def _unchanged(self, job: Job) -> IngestResult:
        same = job.same_as
        assert same is not None
        if same.error is not None:
            error = f"{job.path.name} holds the same as {same.path}: {same.error}"
            result = IngestResult(str(job.path), same.name, "failed", error=error)
        else:
            if same.key is not None and job.moved:
                self._library.ledger.touch(same.key, path=str(job.path), size=job.size, mtime_ns=job.mtime_ns)
            result = IngestResult(str(job.path), same.name, "unchanged", same.pages, same.passages, same.figures)
        return self._finished(job.path, result, read=False)

    def _finished(self, path: Path, result: IngestResult, *, read: bool = True) -> IngestResult:
        self._done += 1
        size = self._sizes.get(path, 0)
        self._left_bytes -= size
        if read and result.pages:
            self._pages += result.pages
            self._read_pages += result.pages
            self._read_bytes += size
        if self._on_progress:
            per_page = self._read_bytes / self._read_pages if self._read_pages else _BYTES_PER_PAGE
            total = self._pages + round(self._left_bytes / max(per_page, 1))
            seconds = time.monotonic() - self._started
            self._on_progress(Progress(self._done, self._total, self._pages, total, seconds, str(path)))
        return result


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
