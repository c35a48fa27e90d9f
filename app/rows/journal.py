"""What a run has worked out so far, so that one that was stopped can go on.

Only the model is slow; reading and writing are not. So the journal keeps the probabilities, batch after batch, each
with a hash of its texts. A run that resumes reads the input from its start, writes the output anew with the kept
probabilities, and asks the model from where they end: no row can be lost or doubled, whatever the form.

The file: a line of JSON, then for each batch the number of rows (uint32), the hash of its texts, the hash of the
next part (16 bytes each), and (rows, 3) float32 probabilities, NaN for a row without a text.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from app.errors import CallError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORMAT = 1
_HEAD = struct.Struct("<I16s16s")
_LONGEST_LINE = 1 << 16
_SYNC_SECONDS = 1.0


class Journal:
    """The journal of one output. Hold it open for the run: nobody else may write that output meanwhile."""

    def __init__(self, path: Path, key: Mapping[str, Any], *, resume: bool, restart: bool = False) -> None:
        """Open the journal at `path`; with `resume`, what it keeps is replayed, with `restart` it is discarded.

        `key` is all that the probabilities depend on, each with the name that a user knows it by.

        Raises CallError where the journal was made with another key, or another run is writing, or where there is one
        and it is to be neither resumed nor discarded.
        """
        self.found = path.exists()
        self.resumed = resume and self.found
        self._path = path
        self._worth = False  # whether it keeps any batch
        self._synced = time.monotonic()
        self._file: BinaryIO = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise CallError(
                f"another `finagent tag` is writing the same output ({path}); wait for it or name another"
            ) from error
        if self.found and os.fstat(self._file.fileno()).st_size and not (resume or restart):
            self._file.close()
            raise CallError(
                "an unfinished run of this output was kept; --resume goes on with it, --restart discards it and begins "
                "anew"
            )
        line = json.dumps({"format": _FORMAT, **key}, ensure_ascii=False).encode() + b"\n"
        if self.resumed:
            try:
                self._check(line)
            except CallError:
                self._file.close()
                raise
        self._reading = self._worth = self.resumed
        if not self.resumed:
            self._file.truncate(0)
            self._file.seek(0)
            self._file.write(line)

    def kept(self, texts: bytes, rows: int) -> NDArray[np.float32] | None:
        """The probabilities of the next batch, (rows, 3), as they were worked out before; None where they were not.

        Raises CallError where the batch has other texts than it had then.
        """
        import numpy as np

        if not self._reading:
            return None
        start = self._file.tell()
        count, digest, check = _HEAD.unpack(self._file.read(_HEAD.size).ljust(_HEAD.size, b"\0"))
        values = self._file.read(12 * rows) if count == rows else b""
        if not count or _hash(digest + values) != check:
            if count and count != rows and self._is_whole(start):
                raise CallError(_CHANGED)
            # The end of what was kept, or a batch that was being written when the run was stopped.
            self._reading = False
            self._file.seek(start)
            self._file.truncate()
            return None
        if digest != _hash(texts):
            raise CallError(_CHANGED)
        return np.frombuffer(values, dtype=np.float32).reshape(rows, 3)

    def keep(self, texts: bytes, probabilities: NDArray[np.float32]) -> None:
        """Add the probabilities of a batch. A killed run keeps them; a machine that fails loses a second at most."""
        values = probabilities.astype("<f4").tobytes()
        digest = _hash(texts)
        content = memoryview(_HEAD.pack(len(probabilities), digest, _hash(digest + values)) + values)
        while content:  # unbuffered: a write may be short where the disk is full
            content = content[self._file.write(content) :]
        self._worth = True
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self, *, done: bool) -> None:
        """Close it, and delete it once the output is there, or where it keeps nothing."""
        if done or not self._worth:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def _is_whole(self, start: int) -> bool:
        """Whether the batch that begins at `start` was written completely, whatever its number of rows."""
        self._file.seek(start)
        count, digest, check = _HEAD.unpack(self._file.read(_HEAD.size))
        size = os.fstat(self._file.fileno()).st_size - self._file.tell()
        whole: bool = 12 * count <= size and _hash(digest + self._file.read(12 * count)) == check
        return whole

    def _check(self, line: bytes) -> None:
        head = self._file.read(_LONGEST_LINE)
        end = head.find(b"\n") + 1
        self._file.seek(end)
        try:
            old, new = json.loads(head[:end] or b"null"), json.loads(line)
        except ValueError:
            old, new = None, None
        if not isinstance(old, dict) or not isinstance(new, dict):
            raise CallError(f"{self._path}: cannot be resumed from (damaged); start anew with --restart")
        other = [name for name in new if old.get(name) != new[name]]
        if other:
            changes = ", ".join(f"{name} (was {old.get(name)!r}, is {new[name]!r})" for name in other)
            raise CallError(
                f"--resume: the stopped run differs in {changes}; call it as then, or start anew with --restart"
            )


def texts_of(texts: Sequence[str | None], entities: Sequence[str | None] | None) -> bytes:
    """The texts and entities of a batch as bytes to hash; different ones give different bytes."""
    return json.dumps([texts, entities]).encode()


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


_CHANGED = "--resume: the input has other texts than when the run was stopped; start anew with --restart"
