"""The file that a document was read from, as long as it is still where it was and what it was."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.server.errors import ApiError

if TYPE_CHECKING:
    from ingest.ledger import Stored


def is_pdf(one: Stored) -> bool:
    """Whether a document is a PDF file, which has pages that can be shown."""
    return Path(one.document.path).suffix.lower() == ".pdf"


def original(one: Stored) -> Path:
    """The path of the file. Raises ApiError: 410 where it is gone, 409 where it holds something else now."""
    path = Path(one.document.path)
    try:
        state = path.stat()
        # Size and time are those of the ledger's row, or the content is what counts.
        same = (state.st_size, state.st_mtime_ns) == (one.size, one.mtime_ns)
        if not same and _sha256(str(path), state.st_size, state.st_mtime_ns) != one.document.sha256:
            raise ApiError(
                409, f"the file of {one.document.name} has changed since it was read; ingest it again to see it"
            )
    except OSError as error:
        raise ApiError(
            410,
            f"the file of {one.document.name} is not where it was, or cannot be read; its figures and text are kept, "
            "its pages cannot be shown; put it back, or ingest it from where it is now",
        ) from error
    return path


@lru_cache(maxsize=256)
def _sha256(path: str, size: int, mtime_ns: int) -> str:
    from adapters.disk import file_sha256

    return file_sha256(Path(path))
