import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest import index as module
from ingest.index import Fusion, Index
from ingest.lexical import Lexical
from ingest.schema import Document, Passage
from ingest.vectors import Vectors


class Letters:
    name, dimension = "letters-1", 26

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        counts = np.array([[t.lower().count(chr(97 + i)) for i in range(26)] for t in texts], dtype=np.float32) + 0.01
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


TEXTS = {
    1: ["Capital expenditures were $1,577 million.", "Dividends were paid to shareholders."],
    2: ["The company repurchased shares.", "EBITDA-based covenants bind us.", "Zebra quiz."],
}
DOCUMENTS = {
    1: Document("A", "a", "/a", "Acme", form="10-K", fiscal_year=2020),
    2: Document("B", "b", "/b", "Bolt", form="10-Q", fiscal_year=2021),
}


def _passages(key: int) -> list[Passage]:
    name = DOCUMENTS[key].name
    return [Passage(f"{name}.p{n}.s1", name, n, "Notes", text) for n, text in enumerate(TEXTS[key], 1)]


def _index(directory: Path, keys: Sequence[int] = (1, 2)) -> Index:
    return Index(directory, Letters(), lambda: [(k, DOCUMENTS[k], len(TEXTS[k])) for k in keys])


@pytest.fixture
def index(tmp_path: Path) -> Index:
    made = _index(tmp_path)
    for key in TEXTS:
        made.add(key, _passages(key), Letters().encode(TEXTS[key]), {"A.p2.s1": "Payments Of Dividends"})
    return made


def test_passages_are_found_by_words_and_by_meaning(index: Index) -> None:
    hit = index.search("capital expenditures", 1)[0]
    assert hit.passage == _passages(1)[0]
    assert hit.ranks == {"semantic": 1, "lexical": 1}
    assert hit.score == pytest.approx(2 / 61)
    assert 0 < hit.similarity <= 1


def test_words_are_stemmed_and_labels_are_searched(index: Index) -> None:
    only_words = Fusion(semantic=0)
    assert index.search("repurchasing", 1, fusion=only_words)[0].passage.id == "B.p1.s1"
    assert index.search("payments", 1, fusion=only_words)[0].passage.id == "A.p2.s1"


def test_conditions_are_kept(index: Index) -> None:
    for conditions in ({"documents": {"A"}}, {"form": "10-K"}, {"year": 2020}, {"company": ["Acme"]}):
        assert {h.passage.document for h in index.search("Zebra quiz", 9, **conditions)} == {"A"}
    assert index.search("Zebra", 9, {"A"}, year=2021) == []


@pytest.mark.parametrize("query", ["", "   ", '"(:[+-*&&', "x" * 100_000, "die Dividende für 2020?", "?" * 50])
def test_any_question_can_be_searched(index: Index, query: str) -> None:
    assert len(index.search(query, 3)) <= 3


def test_passages_come_in_reading_order(index: Index) -> None:
    assert index.passages("B") == _passages(2)
    assert index.passages("B", 2) == [_passages(2)[1]]
    assert index.passages("unknown") == []


def test_what_is_not_ready_or_removed_is_not_found(index: Index, tmp_path: Path) -> None:
    index.close()
    hidden = _index(tmp_path, keys=(1,))
    assert {h.passage.document for h in hidden.search("Zebra quiz", 9)} == {"A"}
    hidden.remove([1])
    assert hidden.search("dividends", 9) == []
    assert hidden._vectors.keys() == {2}


def test_a_large_library_is_searched_with_chroma_alike(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = [h.passage.id for h in index.search("shares", 3)]
    index.compact()
    monkeypatch.setattr(module, "EXACT_LIMIT", 0)
    calls: list[int] = []
    real = index._vectors.nearest
    monkeypatch.setattr(index._vectors, "nearest", lambda v, k, keys: calls.append(len(keys)) or real(v, k, keys))
    assert [h.passage.id for h in index.search("shares", 3, fusion=Fusion(depth=1))] != []
    assert [h.passage.id for h in index.search("shares", 3)] == exact
    assert 0 in calls  # Chroma knew all of them


def test_chroma_cut_short_is_built_anew_from_the_vectors(index: Index, tmp_path: Path) -> None:
    index.compact()
    index.close()
    (tmp_path / "writing").touch()  # what a killed write leaves
    for file in (tmp_path / "chroma").rglob("*.bin"):
        file.write_bytes(b"")
    again = _index(tmp_path)
    assert again._graph.keys() == set()
    again.compact()
    assert again._graph.keys() == {1, 2}
    assert {h[1] for h in again._graph.nearest(Letters().encode(["Zebra quiz."])[0], 1)} == {"B.p3.s1"}
    again.close()


def test_chroma_is_ours_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "192.0.2.1")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CHROMA_OTEL_COLLECTION_ENDPOINT=http://192.0.2.1:4317\n")
    index = _index(tmp_path / "index")
    for key in TEXTS:
        index.add(key, _passages(key), Letters().encode(TEXTS[key]), {})
    index.compact()  # a server would be asked here: the suite's network is off
    settings = index._graph._client._system.settings
    assert (settings.chroma_otel_collection_endpoint, settings.anonymized_telemetry) == ("", False)
    index.close()


def test_a_lost_chroma_is_no_loss(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.compact()
    index.close()
    shutil.rmtree(tmp_path / "chroma")
    monkeypatch.setattr(module, "EXACT_LIMIT", 0)
    assert _index(tmp_path).search("Zebra quiz", 1)[0].passage.id == "B.p3.s1"


def test_vectors_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    vectors = Vectors(tmp_path)
    vectors.add(7, ["x", "y"], np.eye(2, dtype=np.float32))
    (tmp_path / "8.part").write_bytes(b"half")
    assert vectors.keys() == {7}
    assert vectors.nearest(np.array([0, 1], dtype=np.float32), 1, [7, 8]) == [(7, "y", 1.0)]


def test_an_uncommitted_lexical_write_is_not_kept(tmp_path: Path) -> None:
    lexical = Lexical(tmp_path)
    lexical.add(1, _passages(1))
    lexical.commit()
    lexical.add(2, _passages(2))
    lexical.close()
    assert Lexical(tmp_path).count() == 2
