"""A page of a PDF file as an image. PDFium reads whatever it is given: call it in a worker (`ingest.workers`)."""

from __future__ import annotations

import io
from pathlib import Path

from ingest.errors import UnreadableFileError

MOST_PIXELS = 16_000_000
LONGEST = 16_384  # pixels of a side: a page a mile wide and a hair high has few pixels too


class NotOpenedError(UnreadableFileError):
    """The file is no PDF any more."""


def page_image(path: str, number: int, scale: float | None) -> tuple[float, float, bytes]:
    """Width and height in points, as it is shown, of a page (from 1), and its PNG: `scale` pixels a point, or fewer
    where it would be too large. With None nothing is drawn.

    Raises NotOpenedError, and UnreadableFileError where the page is damaged or not there.
    """
    import pypdfium2

    damage = (pypdfium2.PdfiumError, OSError, IndexError, ValueError)
    try:
        document = pypdfium2.PdfDocument(Path(path))
    except damage as error:
        raise NotOpenedError("the file cannot be opened as a PDF any more; ingest it again") from error
    try:
        width, height = document.get_page_size(number - 1)
        if scale is None:
            return float(width), float(height), b""
        page = document[number - 1]
        fitting = min((MOST_PIXELS / max(width * height, 1)) ** 0.5, LONGEST / max(width, height, 1))
        image = page.render(scale=min(scale, fitting)).to_pil()
        page.close()
    except damage as error:
        raise UnreadableFileError(f"page {number} cannot be drawn; the file is damaged") from error
    finally:
        document.close()
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return float(width), float(height), out.getvalue()
