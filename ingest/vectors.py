"""The vectors of passages as files, one for each version of a document. What is written is never changed.

They are what a vector index is built from, and they are searched exactly where few passages are asked for:
20,000 vectors of 384 take about 2 ms once they are read, and no approximate index is as good as that.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import LibraryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_KEPT_BYTES = 400 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """The passages of one version: their ids and their vectors, (n, dimension), unit length."""

    ids: tuple[str, ...]
    vectors: Matrix


class Vectors:
    """The vector files of one library. Vectors are kept in half precision: it changes a cosine by under 0.001."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._kept: OrderedDict[int, Entry] = OrderedDict()
        self._bytes = 0

    def add(self, key: int, ids: Sequence[str], vectors: Matrix) -> None:
        """Write the vectors of a version; the file is there whole or not at all.

        Raises:
            LibraryError: the disk is full or read-only.
        """
        import numpy as np

        path = self._path(key)
        draft = path.with_suffix(".part")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                np.savez(file, ids=np.array(ids, dtype=np.str_), vectors=vectors.astype(np.float16))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise LibraryError(
                f"the index cannot be written ({error.strerror or error}: {path}); free some disk space or make the "
                "library's directory writable, then run again"
            ) from error
        self._drop(key)

    def remove(self, key: int) -> None:
        """Delete the vectors of a version, if they are there."""
        self._drop(key)
        self._path(key).unlink(missing_ok=True)

    def get(self, key: int) -> Entry | None:
        """The vectors of a version; None where it has none."""
        import numpy as np

        entry = self._kept.get(key)
        if entry is not None:
            self._kept.move_to_end(key)
            return entry
        try:
            with np.load(self._path(key)) as file:
                entry = Entry(tuple(file["ids"].tolist()), file["vectors"].astype(np.float32))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError) as error:
            raise LibraryError(
                f"the vectors in {self._path(key)} are damaged ({error}); remove the document and ingest it again"
            ) from error
        self._kept[key] = entry
        self._bytes += entry.vectors.nbytes
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].vectors.nbytes
        return entry

    def keys(self) -> set[int]:
        """The versions that have a file."""
        return {int(path.stem) for path in self.directory.glob("*.npz") if path.stem.isdigit()}

    def nearest(self, vector: Matrix, k: int, keys: Collection[int]) -> list[tuple[int, str, float]]:
        """The `k` passages nearest to a unit vector (dimension,), exactly: key, id, cosine; nearest first."""
        import numpy as np

        entries = [(key, entry) for key in keys if (entry := self.get(key)) is not None and entry.ids]
        if not entries:
            return []
        scores = np.concatenate([entry.vectors @ vector for _, entry in entries])
        starts = np.cumsum([0, *(len(entry.ids) for _, entry in entries)])
        best = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
        best = best[np.argsort(-scores[best], kind="stable")]
        found = []
        for i in best.tolist():
            which = int(np.searchsorted(starts, i, side="right")) - 1
            key, entry = entries[which]
            found.append((key, entry.ids[i - int(starts[which])], float(scores[i])))
        return found

    def _path(self, key: int) -> Path:
        return self.directory / f"{key}.npz"

    def _drop(self, key: int) -> None:
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._bytes -= entry.vectors.nbytes
