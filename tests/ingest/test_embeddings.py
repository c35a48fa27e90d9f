from collections.abc import Sequence

import numpy as np
import pytest

from ingest.embeddings import Embedder, LateEmbedder
from ingest.errors import LibraryError


class _EngineError(Exception):
    pass


class _Broken:
    name, dimension = "broken", 3

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        raise _EngineError("no room for the engine")


def _never() -> Embedder:
    raise _EngineError("no such base")


def test_an_embedder_is_opened_once_and_when_it_is_asked_for_something() -> None:
    opened: list[Embedder] = []
    late = LateEmbedder(lambda: opened.append(_Broken()) or opened[-1])
    assert opened == []
    assert (late.name, late.dimension, len(opened)) == ("broken", 3, 1)


def test_an_embedders_own_errors_are_those_that_ingest_foresees() -> None:
    with pytest.raises(LibraryError, match="no room for the engine"):
        LateEmbedder(_Broken, failures=(_EngineError,)).encode(["a"])
    with pytest.raises(LibraryError, match="no such base"):
        _ = LateEmbedder(_never, failures=(_EngineError,)).name
    with pytest.raises(_EngineError):
        LateEmbedder(_Broken).encode(["a"])
