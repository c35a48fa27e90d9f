import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import LibraryError
from ingest.library import Library, list_libraries, remove_library
from ingest.locks import exclusive
from ingest.schema import Document, Passage


class Ones:
    dimension = 3

    def __init__(self, name: str = "ones") -> None:
        self.name = name

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.full((len(texts), 3), 3**-0.5, dtype=np.float32)


def test_a_library_is_made_listed_and_removed(tmp_path: Path) -> None:
    for name in ("b", "a-1.x"):
        Library.open(tmp_path, name, embedder=Ones()).close()
    assert list_libraries(tmp_path) == ["a-1.x", "b"]
    assert remove_library(tmp_path, "b")
    assert not remove_library(tmp_path, "b")
    assert list_libraries(tmp_path) == ["a-1.x"]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a..b", "ü", "x" * 65])
def test_a_name_that_could_leave_the_directory_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LibraryError, match="is no library name"):
        Library.open(tmp_path, name, embedder=Ones())


def test_an_unknown_library_names_the_known_ones(tmp_path: Path) -> None:
    Library.open(tmp_path, "mine", embedder=Ones()).close()
    with pytest.raises(LibraryError, match="there is: mine"):
        Library.open(tmp_path, "other", embedder=Ones(), create=False)
    assert list_libraries(tmp_path) == ["mine"]


def test_a_library_is_searched_only_with_the_embedder_it_was_built_with(tmp_path: Path) -> None:
    Library.open(tmp_path, embedder=Ones("first")).close()
    with pytest.raises(LibraryError, match="built with the embedder first, and this is second"):
        Library.open(tmp_path, embedder=Ones("second"))


def test_a_removed_document_leaves_nothing(tmp_path: Path) -> None:
    with Library.open(tmp_path, embedder=Ones()) as library:
        key = library.ledger.begin_document(Document("A", "a", "/a"))
        library.index.add(key, [Passage("A.p1.s1", "A", 1, "", "text")], Ones().encode(["text"]))
        library.ledger.finish_document(key, Document("A", "a", "/a"), [], passages=1)
        assert library.search("text", 1)
        assert library.remove("A")
        assert not library.remove("A")
        assert library.search("text", 1) == []
        assert library.ledger.stored() == []


def test_a_file_in_the_place_of_the_directory_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "libraries").write_text("")
    with pytest.raises(LibraryError, match="cannot be made"):
        Library.open(tmp_path, embedder=Ones())


def test_a_held_lock_is_waited_for_and_told(tmp_path: Path) -> None:
    told, free = threading.Event(), threading.Event()

    def second() -> None:
        with exclusive(tmp_path / "lock", on_wait=told.set):
            free.set()

    with exclusive(tmp_path / "lock"):
        with pytest.raises(LibraryError, match="in use by another"), exclusive(tmp_path / "lock", timeout=0.1):
            pass
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(5)
        assert not free.is_set()
    thread.join(5)
    assert free.is_set()
