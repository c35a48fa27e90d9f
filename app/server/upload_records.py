"""What is written down of each upload: HOME/uploads/ID.json, whole or not at all, beside the folder of its file."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import show_error

FINAL = ("added", "unchanged", "updated", "failed")
"""What an upload ends as."""
_WITHOUT_FILE = ("unchanged", "failed")
_KEPT = 2000  # of these
_IDENTITY = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was acknowledged. `status` is waiting, reading, added, unchanged, updated or failed.

    `share` is how much of it is read, a fraction of 1: an estimate from its size until it is done.
    """

    upload: str
    name: str
    library: str
    size: int
    at: str
    status: str = "waiting"
    share: float = 0.0
    error: str = ""
    document: str = ""
    pages: int = 0
    figures: int = 0

    def record(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self)


def new_identity() -> str:
    """The name of an upload that nobody has and nobody guesses."""
    return secrets.token_hex(12)


class Records:
    """The records in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> list[Upload]:
        """All records, the oldest first; of very many the oldest that have no file are deleted.

        A damaged one is left alone. A folder without a record was never acknowledged, and is deleted.
        """
        found = []
        for path in self.folder.glob("*.json"):
            try:
                found.append(Upload(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError) as error:
                show_error(f"note: the upload {path.name} cannot be read ({type(error).__name__}); it is left alone")
        found.sort(key=lambda one: one.at)
        done = [one for one in found if one.status in _WITHOUT_FILE]
        for one in done[: max(0, len(done) - _KEPT)]:
            (self.folder / f"{one.upload}.json").unlink(missing_ok=True)
            found.remove(one)
        for folder in self.folder.iterdir():
            if _IDENTITY.fullmatch(folder.name) and folder.is_dir() and not folder.with_suffix(".json").exists():
                shutil.rmtree(folder, ignore_errors=True)
        return found

    def write(self, one: Upload) -> None:
        """Write a record so that the disk has it when this returns."""
        path = self.folder / f"{one.upload}.json"
        draft = path.with_name(f".{one.upload}.json.part")
        try:
            with draft.open("w", encoding="utf-8") as file:
                json.dump(one.record(), file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def drop(self, identity: str) -> None:
        """Delete a record and its file."""
        with suppress(OSError):
            (self.folder / f"{identity}.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder / identity, ignore_errors=True)


def sync(folder: Path) -> None:
    """Wait until the disk knows what the folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
