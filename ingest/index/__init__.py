"""The index: passages found by meaning and by their words (BM25), fused.

Three stores, each with one task. `vectors` holds every vector, in files that are never changed; `lexical` holds
every text; Chroma (`index/chroma.py`) holds an approximate nearest-neighbour graph over the vectors, which makes a
search of hundreds of thousands of passages fast. A search of fewer than `EXACT_LIMIT` passages is exact and does not
load Chroma.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import LibraryError
from ingest.index.chroma import Graph
from ingest.index.hits import Fusion, Hit, Place, fused
from ingest.lexical import Lexical
from ingest.schema import Document, Passage
from ingest.vectors import Vectors

if TYPE_CHECKING:
    from ingest.embeddings import Embedder
    from ingest.vectors import Matrix

__all__ = ["EXACT_LIMIT", "Embedding", "Fusion", "Hit", "Index"]

EXACT_LIMIT = 200_000
"""Reading 150,000 vectors takes 0.4 s, and then a search 30 ms; Chroma takes 1.3 s to load, and then 10 ms."""
_QUERIES = 256


@dataclass(frozen=True, slots=True)
class Embedding:
    """What the vectors of an index were made with: the embedder's name, and the folder that holds them."""

    embedder: str
    folder: str = "vectors"


class Index:
    """The passages of one library.

    `ready` returns the key, document and passage count of each ready document; `embedding` what their vectors were
    made with, None for what the embedder that is given makes.
    """

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        ready: Callable[[], Sequence[tuple[int, Document, int]]],
        embedding: Callable[[], Embedding | None] = lambda: None,
    ) -> None:
        self._directory = directory
        self._embedder = embedder
        self._ready = ready
        self._embedding = embedding
        self._lexical = Lexical(directory / "lexical")
        self._vectors = Vectors(directory / "vectors")
        self._graph = Graph(directory)
        self._queries: dict[str, Matrix] = {}

    def close(self) -> None:
        self._lexical.close()
        self._graph.close()

    def add(
        self, key: int, passages: Sequence[Passage], vectors: Matrix, labels: Mapping[str, str] | None = None
    ) -> None:
        """Write the passages of version `key` durably. `labels` maps passage ids to the labels of their figures.

        Raises:
            LibraryError: the disk is full or read-only.
        """
        self._current().add(key, [p.id for p in passages], vectors)
        self._lexical.remove([key])
        self._lexical.add(key, passages, labels)
        self._lexical.commit()

    def remove(self, keys: Collection[int]) -> None:
        """Remove versions. Searches do not find them from now on."""
        if keys:
            self._lexical.remove(keys)
            self._lexical.commit()
            vectors = self._current()
            for key in keys:
                vectors.remove(key)

    def compact(self, *, least: int | None = None) -> None:
        """Bring Chroma up to date with the ready documents, where `least` or more passages are missing in it.

        By default a twentieth of all: Chroma writes its whole graph anew, and what it lacks is searched exactly.
        """
        ready = {key: (document, count) for key, document, count in self._ready()}
        if least is None:
            least = max(1, sum(count for _, count in ready.values()) // 20)
        self._graph.update(ready, self._current(), least)

    def embed_anew(self, folder: str, texts: Callable[[Passage, Document], str]) -> None:
        """Make the vectors of all ready documents with the embedder, in `folder`, from the `texts` of their passages.

        Searches go on with the old vectors until `embedding` names that folder. A call that was cut short is taken
        up where it ended. The graph over the old vectors is given up.
        """
        fresh = Vectors(self._directory / folder)
        ready = {key: document for key, document, _ in self._ready()}
        self._lexical.reload()
        for key in fresh.keys() - ready.keys():
            fresh.remove(key)
        for key in sorted(ready.keys() - fresh.keys()):
            passages = self._lexical.passages(key)
            vectors = self._embedder.encode([texts(passage, ready[key]) for passage in passages])
            fresh.add(key, [p.id for p in passages], vectors)
        self._graph.clear()

    def drop_old_vectors(self) -> None:
        """Delete the vectors of other embedders than the current one."""
        current = self._current().directory
        for path in self._directory.glob("vectors*"):
            if path != current:
                shutil.rmtree(path, ignore_errors=True)

    def _current(self) -> Vectors:
        """The vectors in the folder that is used now; another process may have made them anew."""
        embedding = self._embedding()
        directory = self._directory / (embedding.folder if embedding else "vectors")
        if directory != self._vectors.directory:
            self._vectors = Vectors(directory)
        return self._vectors

    def _matching(self) -> Vectors:
        """The vectors that a question can be compared with. Raises LibraryError where another embedder made them."""
        embedding = self._embedding()
        if embedding is not None and embedding.embedder != self._embedder.name:
            raise LibraryError(
                f"the passages were embedded with {embedding.embedder}, and the base that is set is "
                f"{self._embedder.name}: set `base` to the one they were embedded with, or run `finagent ingest` with "
                "any path to embed them anew; questions about figures need neither"
            )
        return self._current()

    def search(
        self,
        query: str,
        k: int = 10,
        documents: Collection[str] | None = None,
        *,
        form: str | Collection[str] | None = None,
        year: int | Collection[int] | None = None,
        company: str | Collection[str] | None = None,
        fusion: Fusion | None = None,
    ) -> list[Hit]:
        """The best `k` passages for a question, among the ready documents that meet every condition."""
        fusion = fusion or Fusion()
        forms, years, companies = _set(form), _set(year), _set(company)
        ready = {
            key: count
            for key, d, count in self._ready()
            if (documents is None or d.name in documents)
            and (forms is None or d.form in forms)
            and (years is None or d.fiscal_year in years)
            and (companies is None or d.company in companies)
        }
        if not ready or not query.strip() or k < 1:
            return []
        vectors = self._matching()
        self._lexical.reload()
        vector = self._vector_of(query)
        depth = max(fusion.depth, 2 * k)
        similar = self._nearest(vectors, vector, depth, ready)
        worded = self._lexical.search(query, depth, ready)
        scored = fused({"semantic": similar, "lexical": worded}, fusion)
        best = sorted(scored, key=lambda which: (-scored[which][0], which))[:k]
        cosines = {(key, identity): cosine for key, identity, cosine in similar}
        return self._hits({which: scored[which] for which in best}, cosines, vectors, vector)

    def _vector_of(self, query: str) -> Matrix:
        """The vector of a query; those of the last ones are kept, since some are part of many questions."""
        kept = self._queries.get(query)
        if kept is None:
            kept = self._embedder.encode([query])[0]
            while len(self._queries) >= _QUERIES:
                self._queries.pop(next(iter(self._queries)), None)
            self._queries[query] = kept
        return kept

    def passages(self, document: str, page: int | None = None) -> list[Passage]:
        """The passages of a document, or of one of its pages, in reading order; none for an unknown document."""
        self._lexical.reload()
        keys = [key for key, d, _ in self._ready() if d.name == document]
        return [p for key in keys for p in self._lexical.passages(key, page)]

    def pages(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[Passage]]:
        """The passages of pages, given as document and page; those that are not there are left out."""
        self._lexical.reload()
        wanted = {document for document, _ in places}
        keys = {d.name: key for key, d, _ in self._ready() if d.name in wanted}
        found = {(d, p): self._lexical.passages(keys[d], p) for d, p in places if d in keys}
        return {place: passages for place, passages in found.items() if passages}

    def _hits(
        self,
        best: Mapping[Place, tuple[float, Mapping[str, int]]],
        cosines: dict[Place, float],
        vectors: Vectors,
        vector: Matrix,
    ) -> list[Hit]:
        """The passages of what was found; the cosine of one that only its words found is worked out."""
        wanted: dict[int, list[str]] = {}
        for key, identity in best:
            wanted.setdefault(key, []).append(identity)
        passages = {(key, i): p for key, ids in wanted.items() for i, p in self._lexical.get(key, ids).items()}
        for key, ids in wanted.items():
            entry = vectors.get(key) if any((key, i) not in cosines for i in ids) else None
            if entry is not None:
                place = {identity: n for n, identity in enumerate(entry.ids)}
                cosines |= {(key, i): float(entry.vectors[place[i]] @ vector) for i in ids if i in place}
        return [
            Hit(passages[which], score, ranks, cosines.get(which, 0.0))
            for which, (score, ranks) in best.items()
            if which in passages
        ]

    def _nearest(
        self, vectors: Vectors, vector: Matrix, k: int, ready: Mapping[int, int]
    ) -> list[tuple[int, str, float]]:
        """By Chroma where there are many passages, exactly where there are few or Chroma does not know them yet."""
        if sum(ready.values()) <= EXACT_LIMIT:
            return vectors.nearest(vector, k, ready)
        known = self._graph.keys()
        near = self._graph.nearest(vector, 4 * k) if known else []
        near = [hit for hit in near if hit[0] in ready]
        if len(near) < min(
            k, sum(count for key, count in ready.items() if key in known)
        ):  # the conditions rule out most of what is near, or Chroma cannot be used
            return vectors.nearest(vector, k, ready)
        unknown = vectors.nearest(vector, k, [key for key in ready if key not in known])
        return sorted(near + unknown, key=lambda hit: -hit[2])[:k]


def _set(wanted: Any) -> set[Any] | None:
    if wanted is None:
        return None
    return {wanted} if isinstance(wanted, str | int) else set(wanted)
