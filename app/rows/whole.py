"""Output files that appear whole or not at all, with their unfinished part in a hidden file beside them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.errors import CallError
from app.files import new_file_mode
from app.rows.forms import is_packed


def hidden(path: Path, ending: str) -> Path:
    """The hidden file beside `path` that belongs to its making."""
    return path.with_name(f".{path.name}.{ending}")


def check_target(output: str) -> Path:
    """Where an output goes, links followed. Raises CallError for a folder, or a file in no folder."""
    path = Path(output)
    if path.is_dir():
        raise CallError(f"--output {output}: is a folder; expected the name of a file to write")
    path = path.resolve()
    if not path.parent.is_dir():
        raise CallError(f"--output {output}: the folder {path.parent} does not exist; create it first")
    return path


@contextmanager
def whole_output(path: Path) -> Iterator[Any]:
    """Open `path` for writing bytes: it is replaced when all is written, and stays as it was if anything fails.

    A run that is killed leaves `.NAME.part`, which the next one overwrites. By a name in .gz the bytes are packed.
    """
    part = hidden(path, "part")
    mode = new_file_mode(path)
    try:
        with part.open("wb") as file:
            if is_packed(path.name):
                # No time and no name inside: the same rows give the same file.
                with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
                    yield packed
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
