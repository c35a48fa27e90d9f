"""A library of a few pages and figures of one filing, with a real embedder of tiny size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from chains.sentences.stems import stems
from ingest.library import Library
from ingest.schema import Document, Figure, Passage


class StemEmbedder:
    """A real embedder of tiny size: a text is the normalised sum of a fixed random vector for each stem of a word."""

    name = "stems-96"
    dimension = 96

    def encode(self, texts: Sequence[str]) -> Any:
        rows = [sum((self._vector(s) for s in set(stems(t)) if len(s) > 3), np.zeros(96)) + 1e-6 for t in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def _vector(self, stem: str) -> Any:
        return np.random.default_rng(zlib.crc32(stem.encode())).normal(size=96)


@contextmanager
def tiny_library(
    home: Path, document: Document, pages: Mapping[int, str | tuple[str, str]], figures: Sequence[Figure] = ()
) -> Iterator[Library]:
    """The library of one filing: a passage a page, as its text or as its heading and text."""
    texts = {n: ("", page) if isinstance(page, str) else page for n, page in pages.items()}
    name = document.name
    with Library.open(home, embedder=StemEmbedder()) as library:
        passages = [Passage(f"{name}.p{n}.s{n}", name, n, head, text) for n, (head, text) in texts.items()]
        key = library.ledger.begin_document(document)
        library.index.add(key, passages, StemEmbedder().encode([p.text for p in passages]))
        library.ledger.finish_document(key, document, figures, passages=len(passages))
        yield library
