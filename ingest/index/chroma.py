"""Chroma's graph of nearest neighbours over the vectors of a library. Nothing else knows Chroma.

The graph on disk does not survive a process killed while writing it, and a second process does not see what the
first one wrote. So it is treated as a cache: used under a lock, reopened when another process has written, and
built anew from the vectors when a write was cut short.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import LibraryError
from ingest.locks import exclusive
from ingest.schema import Document

if TYPE_CHECKING:
    from ingest.vectors import Matrix, Vectors

_BATCH = 5_000  # passages written to Chroma at once; it saves its graph after each batch of more than _SAVE_AFTER
_SAVE_AFTER = 1_000
_MANIFEST, _WRITING = "manifest.json", "writing"


class Graph:
    """Chroma's collection of one library, and which versions are in it."""

    def __init__(self, directory: Path) -> None:
        self._root = directory
        self._directory = directory / "chroma"
        self._manifest = directory / _MANIFEST
        self._writing = directory / _WRITING
        self._client: Any = None
        self._collection: Any = None
        self._seen: int | None = None

    def close(self) -> None:
        if self._client is not None:
            client, self._client, self._collection = self._client, None, None
            client.close()

    def keys(self) -> set[int]:
        """The versions whose passages Chroma holds; none after a write that was cut short."""
        if self._writing.exists():
            return set()
        try:
            return set(json.loads(self._manifest.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return set()

    def nearest(self, vector: Matrix, k: int) -> list[tuple[int, str, float]]:
        """The `k` nearest passages as key, id and cosine; none where Chroma cannot be used."""
        from chromadb.errors import ChromaError

        with exclusive(self._root / "chroma.lock"):
            if not self.keys():
                return []
            try:
                answer = self._open().query(query_embeddings=[vector], n_results=k, include=["distances"])
            except ChromaError:
                self.close()
                self._manifest.unlink(missing_ok=True)  # so that the next ingest builds it anew
                return []
        found = []
        for stored, distance in zip(answer["ids"][0], answer["distances"][0], strict=True):
            key, _, identity = stored.partition("/")
            found.append((int(key), identity, 1.0 - float(distance)))
        return found

    def clear(self) -> None:
        """Give up all that Chroma holds."""
        with exclusive(self._root / "chroma.lock"):
            self._manifest.unlink(missing_ok=True)
            self._clear()

    def update(self, ready: Mapping[int, tuple[Document, int]], vectors: Vectors, least: int) -> None:
        """Add the ready versions that are missing and delete those that are gone."""
        known = self.keys()
        missing, gone = sorted(set(ready) - known), sorted(known - set(ready))
        if sum(ready[key][1] for key in missing) < least and len(gone) * 20 <= len(known):
            return
        from chromadb.errors import ChromaError

        with exclusive(self._root / "chroma.lock"):
            try:
                if not self.keys():
                    self._clear()
                    missing, gone = sorted(ready), []
                self._writing.touch()
                self._manifest.unlink(missing_ok=True)
                collection = self._open()
                for key in gone:
                    collection.delete(where={"key": key})
                for batch in _batches({key: ready[key][0] for key in missing}, vectors):
                    collection.upsert(**batch)
                draft = self._manifest.with_suffix(".part")
                draft.write_text(json.dumps(sorted(ready)), encoding="utf-8")
                draft.replace(self._manifest)
                self._seen = self._manifest.stat().st_mtime_ns
                self._writing.unlink()
            except (ChromaError, OSError) as error:
                self.close()
                raise LibraryError(
                    f"the vector index cannot be written ({error}); free some disk space, then run again"
                ) from error

    def _open(self) -> Any:
        """The collection, opened anew when another process has written since."""
        import chromadb
        from chromadb.config import Settings

        stamp = self._manifest.stat().st_mtime_ns if self._manifest.exists() else None
        if self._client is not None and stamp is not None and stamp != self._seen:
            self.close()
        if self._client is None:
            # Each given, and so none read from the environment or a file `.env`, which could name a server or tracing.
            plain = {name: field.get_default() for name, field in Settings.model_fields.items()}
            settings = Settings(**plain | {"anonymized_telemetry": False, "is_persistent": True})
            self._client = chromadb.PersistentClient(str(self._directory), settings=settings)
            self._seen = stamp
            hnsw = {"space": "ip", "ef_construction": 100, "ef_search": 128, "max_neighbors": 16}
            self._collection = self._client.get_or_create_collection(
                "passages",
                configuration={"hnsw": hnsw | {"batch_size": 100, "sync_threshold": _SAVE_AFTER}},
                embedding_function=None,
            )
        return self._collection

    def _clear(self) -> None:
        self.close()
        shutil.rmtree(self._directory, ignore_errors=True)
        self._writing.unlink(missing_ok=True)


def _batches(documents: Mapping[int, Document], vectors: Vectors) -> Iterator[dict[str, list[Any]]]:
    """Arguments for Chroma's upsert, of about _BATCH passages each."""
    batch: dict[str, list[Any]] = {"ids": [], "embeddings": [], "metadatas": []}
    for key, d in documents.items():
        entry = vectors.get(key)
        facts = {"key": key, "document": d.name, "company": d.company, "form": d.form, "year": d.fiscal_year or 0}
        for identity, vector in zip(entry.ids, entry.vectors, strict=True) if entry else ():
            page = identity.removeprefix(d.name + ".p").partition(".")[0]
            batch["ids"].append(f"{key}/{identity}")
            batch["embeddings"].append(vector)
            batch["metadatas"].append(facts | {"page": int(page) if page.isdigit() else 0})
            if len(batch["ids"]) == _BATCH:
                yield batch
                batch = {"ids": [], "embeddings": [], "metadatas": []}
    if batch["ids"]:
        yield batch
