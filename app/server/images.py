"""Pages of PDF files as PNG images, with the last ones kept in memory."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.server.errors import ApiError

MOST_PIXELS = 16_000_000
_LONGEST = 16_384  # pixels of a side: a page a mile wide and a hair high has few pixels too
_PATIENCE = 20.0  # seconds that a page waits for the drawing of another
_BYTES = 48 << 20
_lock = threading.Lock()  # PDFium must not be entered by two threads at once


class Images:
    """Draws pages. `kept` is how many bytes of images stay in memory."""

    def __init__(self, kept: int = _BYTES) -> None:
        self._kept, self._bytes = kept, 0
        self._images: OrderedDict[tuple[str, int, float], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, path: Path, sha256: str, number: int, scale: float) -> bytes:
        """The PNG of a page (from 1), `scale` pixels a point, or less where it would be too large."""
        key = sha256, number, scale
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
                return self._images[key]
        made = _draw(path, number, scale)
        with self._lock:
            if key not in self._images:
                self._images[key] = made
                self._bytes += len(made)
            while self._bytes > self._kept and len(self._images) > 1:
                self._bytes -= len(self._images.popitem(last=False)[1])
        return made


@contextmanager
def _drawing() -> Iterator[None]:
    """The one place where PDFium works. Raises ApiError where a page, however it was made, keeps it busy."""
    if not _lock.acquire(timeout=_PATIENCE):
        raise ApiError(503, "another page takes long to draw; try again later", headers={"Retry-After": "30"})
    try:
        yield
    finally:
        _lock.release()


def page_size(path: Path, number: int) -> tuple[float, float]:
    """Width and height of a page in points, as it is shown."""
    with _drawing():
        document = _opened(path)
        try:
            width, height = document.get_page_size(number - 1)
            return float(width), float(height)
        finally:
            document.close()


def _draw(path: Path, number: int, scale: float) -> bytes:
    with _drawing():
        document = _opened(path)
        try:
            page = document[number - 1]
            width, height = page.get_size()
            fitting = min((MOST_PIXELS / max(width * height, 1)) ** 0.5, _LONGEST / max(width, height, 1))
            image = page.render(scale=min(scale, fitting)).to_pil()
            page.close()
        except _damage() as error:
            raise ApiError(409, f"page {number} cannot be drawn; the file is damaged") from error
        finally:
            document.close()
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _opened(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except _damage() as error:
        raise ApiError(410, "the file cannot be opened as a PDF any more; ingest it again") from error


def _damage() -> tuple[type[Exception], ...]:
    import pypdfium2

    return (pypdfium2.PdfiumError, OSError, IndexError, ValueError)
