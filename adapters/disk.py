"""Files and folders that appear whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_DRAFT = ".part"


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that it appears complete or stays as it was."""
    draft = _draft(path)
    try:
        with draft.open("x", encoding="utf-8") as file:  # and not mkstemp, whose modes know nothing of the umask
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def make_home(folder: Path) -> None:
    """Make a folder of the data directory, and the folders above it that are not there, for their owner alone.

    What is made of private texts is the user's own: others may not read it.
    """
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # a file of that name is an error


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_files(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy files of one folder into another, and wait until the disk has them."""
    for name in names:
        with (source / name).open("rb") as read, (target / name).open("xb") as written:
            shutil.copyfileobj(read, written, 1 << 20)
            written.flush()
            os.fsync(written.fileno())


@contextmanager
def draft_folder(beside: Path) -> Iterator[Path]:
    """A new folder beside the folder `beside`, to be renamed to it once it is whole; otherwise it is gone after."""
    draft = _draft(beside)
    draft.mkdir()
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def new_parents(path: Path) -> Iterator[None]:
    """Make the folders above `path` that are not there, and take them away again if what is done in them fails."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in missing:
            if not any(folder.iterdir()):
                folder.rmdir()
        raise


def _draft(beside: Path) -> Path:
    """A name next to `beside` that no other process takes."""
    return beside.with_name(f".{beside.name}.{secrets.token_hex(8)}{_DRAFT}")


def remove_folder(folder: Path) -> None:
    """Delete a folder: under its name it is there whole or not at all."""
    with draft_folder(folder) as aside:
        folder.replace(aside / folder.name)


def clear_drafts(parent: Path) -> None:
    """Delete the drafts that killed processes left in `parent`; only for who is alone there."""
    for left in parent.glob(f".*{_DRAFT}"):
        shutil.rmtree(left, ignore_errors=True)
