"""The lexical twin of the index: BM25 over passages, and the store that passages are read back from.

Text is searched twice, stemmed ("repurchased" finds "repurchases") and exact ("EBITDA", "10-K"), and so are the
section and the labels of the figures that a passage shows. Commits are atomic: after a crash the index holds
what the last commit held.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError
from ingest.schema import Passage

HEAP_BYTES = 48 << 20  # tantivy writes a segment when its buffer is full
_WORD = re.compile(r"\w+(?:[-&.']\w+)*")
_MAX_WORDS = 64  # of a question; the rest of a 100,000-character one adds nothing
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a match in each field counts in BM25's sum."""

    text: float = 1.0
    exact: float = 0.5
    section: float = 0.7
    labels: float = 1.2


class Lexical:
    """BM25 search over the passages of one library. `key` is the version of a document that a passage belongs to."""

    def __init__(self, directory: Path, *, weights: Weights | None = None) -> None:
        """Open or create the index in `directory`.

        Raises:
            LibraryError: the directory is not writable, or holds something else.
        """
        import tantivy

        self._weights = weights or Weights()
        builder = tantivy.SchemaBuilder()
        for name in ("key", "page"):
            builder.add_unsigned_field(name, stored=True, indexed=True, fast=True)
        builder.add_unsigned_field("ordinal", stored=True, indexed=False, fast=True)
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("table", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", stored=True, tokenizer_name="en_stem", index_option="freq")
        builder.add_text_field("exact", tokenizer_name="default", index_option="position")
        builder.add_text_field("section", stored=True, tokenizer_name="en_stem", index_option="freq")
        builder.add_text_field("labels", tokenizer_name="en_stem", index_option="freq")
        self._schema = builder.build()
        self._writer: Any = None
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(directory))
        except (OSError, ValueError) as error:
            raise LibraryError(
                f"the lexical index in {directory} cannot be opened ({error}); make the directory writable, "
                "or remove the library and ingest its files again"
            ) from error

    def add(self, key: int, passages: Sequence[Passage], labels: Mapping[str, str] | None = None) -> None:
        """Add the passages of one version; they are found after the next `commit`.

        `labels` maps a passage's id to the labels of its figures.
        """
        import tantivy

        writer = self._open_writer()
        for ordinal, p in enumerate(passages):
            fields = {
                "key": key,
                "page": p.page,
                "ordinal": ordinal,
                "id": p.id,
                "table": p.table or "",
                "text": p.text,
                "exact": p.text,
                "section": p.section,
                "labels": (labels or {}).get(p.id, ""),
            }
            writer.add_document(tantivy.Document.from_dict(fields, self._schema))

    def remove(self, keys: Iterable[int]) -> None:
        """Remove the passages of versions, from the next `commit` on."""
        import tantivy

        writer = self._open_writer()
        for key in keys:  # by query: deletion by term takes the number for a signed one, and deletes nothing
            writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "key", key))

    def commit(self) -> None:
        """Make additions and removals durable and visible.

        Raises:
            LibraryError: the disk is full or read-only; the index stays as it was at the last commit.
        """
        if self._writer is None:
            return
        try:
            self._writer.commit()
        except ValueError as error:
            self._writer = None
            raise LibraryError(
                f"the lexical index cannot be written ({error}); free some disk space, then run again"
            ) from error
        self._index.reload()

    def close(self) -> None:
        """Commit nothing, let merges end, and release the writer's lock."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.rollback()
            writer.wait_merging_threads()

    def reload(self) -> None:
        """See what another process committed."""
        self._index.reload()

    def search(self, query: str, k: int, keys: Collection[int] | None) -> list[tuple[int, str, float]]:
        """The best `k` passages of versions `keys` (all for None): key, passage id, BM25 score; best first."""
        words = _WORD.findall(query)[:_MAX_WORDS]
        if not words or (keys is not None and not keys):
            return []
        parsed = self._query(" ".join(words))
        if keys is not None:
            parsed = self._restricted(parsed, keys)
        searcher = self._index.searcher()
        found = []
        for score, address in searcher.search(parsed, limit=k, count=False).hits:
            stored = searcher.doc(address)
            found.append((int(stored["key"][0]), str(stored["id"][0]), float(score)))
        return found

    def get(self, key: int, ids: Collection[str]) -> dict[str, Passage]:
        """Passages of a version by id."""
        import tantivy

        if not ids:
            return {}
        query = tantivy.Query.term_set_query(self._schema, "id", list(ids))
        return {p.id: p for p in self._stored(self._restricted(query, [key]), len(ids))}

    def passages(self, key: int, page: int | None = None) -> list[Passage]:
        """The passages of a version, or of one of its pages, in document order."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, "key", key)
        if page is not None:
            on_page = tantivy.Query.term_query(self._schema, "page", page)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, on_page)])
        return self._stored(query, 1 << 20)

    def count(self) -> int:
        """The number of passages, those of versions that are not ready included."""
        return int(self._index.searcher().num_docs)

    def _query(self, words: str) -> Any:
        w = self._weights
        boosts = {"text": w.text, "exact": w.exact, "section": w.section, "labels": w.labels}
        parsed, _ = self._index.parse_query_lenient(words, list(boosts), field_boosts=boosts)
        return parsed

    def _restricted(self, query: Any, keys: Collection[int]) -> Any:
        import tantivy

        among = tantivy.Query.term_set_query(self._schema, "key", list(keys))
        unscored = tantivy.Query.const_score_query(among, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)])

    def _stored(self, query: Any, limit: int) -> list[Passage]:
        searcher = self._index.searcher()
        rows = []
        for _, address in searcher.search(query, limit=min(limit, max(searcher.num_docs, 1)), count=False).hits:
            stored = searcher.doc(address)
            identity = stored["id"][0]
            document = identity.rsplit(".p", 1)[0]
            table = stored["table"][0] or None
            passage = Passage(identity, document, stored["page"][0], stored["section"][0], stored["text"][0], table)
            rows.append((stored["ordinal"][0], passage))
        return [passage for _, passage in sorted(rows, key=lambda row: row[0])]

    def _open_writer(self) -> Any:
        if self._writer is None:
            try:
                self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
            except ValueError as error:
                raise LibraryError(
                    f"the lexical index cannot be written ({error}); wait until no other finagent writes this library"
                ) from error
        return self._writer
