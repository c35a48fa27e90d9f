import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.embeddings import LateEmbedder
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


def test_a_removed_library_is_gone_from_sight_before_its_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Library.open(tmp_path, "a", embedder=Ones()).close()
    seen = []
    monkeypatch.setattr("shutil.rmtree", lambda path: seen.append((path.is_dir(), list_libraries(tmp_path))))
    assert remove_library(tmp_path, "a")
    assert seen == [(True, [])]


def test_libraries_that_share_a_ledger_are_refused_and_leave_it_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with Library.open(tmp_path, "a", embedder=Ones(), ledger_url=url) as a, a.writing():
        early = Library.open(tmp_path, "early", embedder=Ones(), ledger_url="sqlite://")
        early.ledger.close()
        early.ledger = a.ledger  # opened before the ledger was anyone's
        a.ledger.begin_document(Document("half", "1", "/half"))
        with pytest.raises(LibraryError, match=r"put \{library\} into the `ledger` URL"), early.writing():
            pass
        with pytest.raises(LibraryError, match="'b' belongs to another library"):
            Library.open(tmp_path, "b", embedder=Ones(), ledger_url=url)
        assert [stored.document.name for stored in a.ledger.stored()] == ["half"]
    assert list_libraries(tmp_path) == ["a", "early"]
    with Library.open(tmp_path, "a", embedder=Ones(), ledger_url=url, create=False) as a, a.writing() as left:
        assert left == ["/half"]
    each = f"sqlite:///{tmp_path}/{{library}}.db"
    for name in ("c", "d"):
        with Library.open(tmp_path, name, embedder=Ones(), ledger_url=each) as library, library.writing():
            pass


def test_an_unknown_library_names_the_known_ones(tmp_path: Path) -> None:
    Library.open(tmp_path, "mine", embedder=Ones()).close()
    with pytest.raises(LibraryError, match="there is: mine"):
        Library.open(tmp_path, "other", embedder=Ones(), create=False)
    assert list_libraries(tmp_path) == ["mine"]


def _add(library: Library, name: str, *texts: str) -> int:
    document = Document(name, name, f"/{name}")
    key = library.ledger.begin_document(document)
    passages = [Passage(f"{name}.p{n}.s1", name, n, "", text) for n, text in enumerate(texts, 1)]
    library.index.add(key, passages, library.embedder.encode(texts))
    library.ledger.finish_document(key, document, [], passages=len(texts))
    return key


def _built(home: Path, embedder: "Ones | Axis") -> None:
    with Library.open(home, embedder=embedder) as library, library.writing():
        library.embed_anew()
        _add(library, "A", "one text", "two texts")
        _add(library, "B", "three texts")


class Axis(Ones):
    """Another embedder, of another dimension: the first word decides."""

    dimension = 5

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        words = ["one", "two", "three", "four", "five"]
        return np.array([[float(word in text) for word in words] for text in texts], dtype=np.float32)


def test_another_embedder_hinders_only_searches(tmp_path: Path) -> None:
    _built(tmp_path, Ones("first"))
    with Library.open(tmp_path, embedder=Axis("second")) as library:
        assert [d.name for d in library.documents()] == ["A", "B"]
        assert len(library.passages("A")) == 2
        with pytest.raises(LibraryError, match=r"embedded with first, and the base that is set is second.*ingest"):
            library.search("two", 1)
        assert library.remove("B")


def test_a_library_is_opened_without_asking_anything_of_its_embedder(tmp_path: Path) -> None:
    _built(tmp_path, Ones("first"))
    late = LateEmbedder(lambda: pytest.fail("opened"))
    with Library.open(tmp_path, embedder=late) as library:
        assert len(library.documents()) == 2
        assert library.remove("A")


def test_a_library_can_be_embedded_anew_and_back(tmp_path: Path) -> None:
    _built(tmp_path, Ones("first"))
    told: list[int] = []
    with Library.open(tmp_path, embedder=Ones("first")) as old, Library.open(tmp_path, embedder=Axis("axis")) as new:
        assert old.search("text", 3)
        with new.writing():
            new.embed_anew(on_start=told.append)
            new.embed_anew(on_start=told.append)
        assert told == [3]
        hit = new.search("two", 1)[0]
        assert (hit.passage.id, hit.similarity) == ("A.p2.s1", 1.0)
        with pytest.raises(LibraryError, match="embedded with axis"):  # also one that was open all the time
            old.search("text", 3)
        with old.writing():
            old.embed_anew(on_start=told.append)
        assert old.search("text", 3)
        assert told == [3, 3]
    assert len(list((tmp_path / "libraries/default/index").glob("vectors*"))) == 1


def test_embedding_anew_is_taken_up_where_it_was_cut_short(tmp_path: Path) -> None:
    class Stops(Axis):
        calls = 0

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt
            return super().encode(texts)

    _built(tmp_path, Ones("first"))
    with (
        Library.open(tmp_path, embedder=Stops("axis")) as library,
        pytest.raises(KeyboardInterrupt),
        library.writing(),
    ):
        library.embed_anew()
    with Library.open(tmp_path, embedder=Ones("first")) as library:
        assert len(library.search("text", 5)) == 3  # the old vectors are in use until all is done
    counting = Stops("axis")
    counting.calls = 2
    with Library.open(tmp_path, embedder=counting) as library:
        with library.writing():
            library.embed_anew()
        assert counting.calls == 3
        assert library.search("three", 1)[0].passage.id == "B.p1.s1"


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
