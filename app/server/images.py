"""Pages of PDF files as PNG images, with the last ones kept in memory.

They are drawn in processes of their own: a page that brings PDFium down, or keeps it busy, costs that page and not the
server. What could not be drawn is remembered for a while, and not tried again at every look.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import TimeoutError as LateError
from pathlib import Path

from app.server.errors import ApiError
from ingest.errors import UnreadableFileError
from ingest.page_images import NotOpenedError
from ingest.workers import WorkerPool

_PROCESSES = 2
_SECONDS = 15.0  # that a page may take
_PATIENCE = 20.0  # seconds that a request waits for its page, with those before it
_BYTES = 48 << 20
_FORGET = 600.0  # seconds after which a page that could not be drawn is tried again
_MOST_FAILED = 1000

_Key = tuple[str, int, float | None]


class Images:
    """Draws pages. `kept` is how many bytes of images stay in memory. Close it in the end."""

    def __init__(
        self, kept: int = _BYTES, *, work: str = "ingest.page_images:page_image", seconds: float = _SECONDS
    ) -> None:
        """`work` is the function that draws, `seconds` its time for one page."""
        self._kept, self._bytes = kept, 0
        self._images: OrderedDict[tuple[str, int, float], bytes] = OrderedDict()
        self._sizes: dict[tuple[str, int], tuple[float, float]] = {}
        self._failed: OrderedDict[_Key, tuple[float, ApiError]] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing = WorkerPool(work, _PROCESSES, seconds=seconds)

    def page(self, path: Path, sha256: str, number: int, scale: float) -> bytes:
        """The PNG of a page (from 1), `scale` pixels a point, or less where it would be too large.

        Raises ApiError: 409 where it cannot be drawn, 410 where the file is no PDF any more, 503 where others take
        long.
        """
        key = sha256, number, scale
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
                return self._images[key]
        made = self._worked(path, key)[2]
        with self._lock:
            if key not in self._images:
                self._images[key] = made
                self._bytes += len(made)
            while self._bytes > self._kept and len(self._images) > 1:
                self._bytes -= len(self._images.popitem(last=False)[1])
        return made

    def size(self, path: Path, sha256: str, number: int) -> tuple[float, float]:
        """Width and height of a page in points, as it is shown. Raises ApiError, as `page`."""
        known = self._sizes.get((sha256, number))
        if known is None:
            width, height, _ = self._worked(path, (sha256, number, None))
            known = self._sizes[sha256, number] = width, height
        return known

    def close(self) -> None:
        """End the processes."""
        self._drawing.close()

    def _worked(self, path: Path, key: _Key) -> tuple[float, float, bytes]:
        """What a process says of a page."""
        _, number, scale = key
        with self._lock:
            since, failure = self._failed.get(key, (0.0, None))
        if failure is not None and time.monotonic() - since < _FORGET:
            raise failure
        working = self._drawing.submit(str(path), number, scale)
        try:
            made: tuple[float, float, bytes] = working.result(_PATIENCE)
            return made
        except LateError:
            working.cancel()
            later = {"Retry-After": "30"}
            raise ApiError(503, "other pages take long to draw; try again later", headers=later) from None
        except NotOpenedError as error:
            raise ApiError(410, str(error)) from error
        except UnreadableFileError as error:
            failure = ApiError(409, f"page {number} cannot be drawn; the file is damaged, or the page too large")
            with self._lock:
                self._failed[key] = time.monotonic(), failure
                while len(self._failed) > _MOST_FAILED:
                    self._failed.popitem(last=False)
            raise failure from error
