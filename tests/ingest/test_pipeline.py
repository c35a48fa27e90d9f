import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.ledger import Status
from ingest.library import Library
from ingest.pipeline import IngestResult, Progress, ingest_paths

WORK = "pipeline_work:read_text"
HERE = Path(__file__).parent


class Letters:
    """An embedder of our own: counts of letters. Texts with the same words are near each other."""

    name = "letters-1"
    dimension = 26

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        counts = np.array([[t.lower().count(chr(97 + i)) for i in range(26)] for t in texts], dtype=np.float32) + 0.01
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def _work_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home", embedder=Letters()) as opened:
        yield opened


def _write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def _ingest(library: Library, *paths: Path, **options: object) -> dict[str, IngestResult]:
    results = ingest_paths(paths, library, workers=1, work=WORK, **options)  # type: ignore[arg-type]
    return {Path(r.path).name: r for r in results}


def test_files_become_documents_with_figures_and_passages(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="revenue grew\n\ncosts fell", two="dividends were paid")
    results = _ingest(library, folder)
    assert {r.status for r in results.values()} == {"added"}
    one = results["one.txt"]
    assert (one.document, one.pages, one.passages, one.figures) == ("one", 2, 2, 2)
    assert [d.name for d in library.documents()] == ["one", "two"]
    assert library.search("dividends were paid", 1)[0].passage.id == "two.p1.s1"
    assert [f.label for f in library.ledger.figures("one")] == ["revenue grew", "costs fell"]


def test_a_second_run_changes_nothing_and_hashes_nothing(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _write(tmp_path / "in", one="a", two="b")
    _ingest(library, folder)
    monkeypatch.setattr("ingest.sources.hashlib.file_digest", lambda *_: pytest.fail("hashed"))
    assert {r.status for r in _ingest(library, folder).values()} == {"unchanged"}


def test_unchanged_files_take_less_than_ten_milliseconds_each(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", **{f"f{i}": f"text {i}" for i in range(20)})
    _ingest(library, folder)
    started = time.monotonic()
    assert len(_ingest(library, folder)) == 20
    assert time.monotonic() - started < 0.2


def test_a_changed_file_replaces_its_document(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="old words\n\nmore old words")
    _ingest(library, folder)
    _write(folder, one="new words")
    result = _ingest(library, folder)["one.txt"]
    assert (result.status, result.document) == ("updated", "one")
    assert [p.text for p in library.passages("one")] == ["new words"]
    assert [f.label for f in library.ledger.figures("one")] == ["new words"]
    assert len(library.ledger.stored()) == 1


def test_a_touched_file_is_unchanged(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="text")
    _ingest(library, folder)
    os.utime(folder / "one.txt", ns=(1, 1))
    assert _ingest(library, folder)["one.txt"].status == "unchanged"
    assert library.ledger.stored()[0].mtime_ns == 1


def test_the_same_content_twice_is_one_document(library: Library, tmp_path: Path) -> None:
    results = _ingest(library, _write(tmp_path / "in", one="same", two="same"))
    assert {n: (r.status, r.document) for n, r in results.items()} == {
        "one.txt": ("added", "one"),
        "two.txt": ("unchanged", "one"),
    }


def test_the_same_bad_content_twice_fails_twice_each_under_its_own_name(library: Library, tmp_path: Path) -> None:
    results = _ingest(library, _write(tmp_path / "in", one="bad", two="bad"))
    assert {n: r.status for n, r in results.items()} == {"one.txt": "failed", "two.txt": "failed"}
    assert "two.txt holds the same as" in (results["two.txt"].error or "")


def test_another_file_of_the_same_name_gets_a_name_of_its_own(library: Library, tmp_path: Path) -> None:
    _ingest(library, _write(tmp_path / "a", report="first"))
    assert _ingest(library, _write(tmp_path / "b", report="second"))["report.txt"].document == "report~2"


def test_names_hold_only_letters_that_ids_may_hold(library: Library, tmp_path: Path) -> None:
    result = _ingest(library, _write(tmp_path / "in", **{"Q1 – Bericht (ä)": "x"}))
    assert {r.document for r in result.values()} == {"Q1___Bericht____"}


@pytest.mark.parametrize(
    ("text", "says"),
    [("bad", "it is bad"), ("bug", "KeyError"), ("die", "died"), ("huge", "more memory than a worker may use")],
)
def test_one_file_that_fails_does_not_stop_the_others(library: Library, tmp_path: Path, text: str, says: str) -> None:
    results = _ingest(library, _write(tmp_path / "in", a="good", b=text, c="good too"))
    assert {n: r.status for n, r in results.items()} == {"a.txt": "added", "b.txt": "failed", "c.txt": "added"}
    assert says in (results["b.txt"].error or "")
    assert {s.status for s in library.ledger.stored()} == {Status.READY}


def test_a_changed_file_that_cannot_be_read_keeps_the_old_document(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="good")
    _ingest(library, folder)
    _write(folder, one="bad now")
    assert _ingest(library, folder)["one.txt"].status == "failed"
    assert [p.text for p in library.passages("one")] == ["good"]


def test_a_file_that_hangs_is_given_up(tmp_path: Path) -> None:
    from ingest.errors import UnreadableFileError
    from ingest.workers import WorkerPool

    folder = _write(tmp_path, slow="hang", quick="fine")
    with WorkerPool(WORK, 1, seconds=3.0) as pool:
        slow = pool.submit(str(folder / "slow.txt"), "", "slow")
        quick = pool.submit(str(folder / "quick.txt"), "", "quick")
        with pytest.raises(UnreadableFileError, match="took more than 3 s"):
            slow.result()
        assert quick.result().document.name == "quick"


def test_hidden_files_are_passed_over_and_missing_ones_reported(library: Library, tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="x")
    (folder / ".hidden.txt").write_text("no")
    results = list(ingest_paths([folder, tmp_path / "none*.pdf", tmp_path / "gone.pdf"], library, workers=1, work=WORK))
    assert sorted((Path(r.path).name, r.status) for r in results) == [
        ("gone.pdf", "failed"),
        ("none*.pdf", "failed"),
        ("one.txt", "added"),
    ]


def test_progress_ends_with_all_files_and_pages(library: Library, tmp_path: Path) -> None:
    seen: list[Progress] = []
    _ingest(library, _write(tmp_path / "in", one="a\n\nb", two="c"), on_progress=seen.append)
    assert [p.files_done for p in seen] == [1, 2]
    assert (seen[-1].pages_done, seen[-1].pages_total, seen[-1].files_total) == (3, 3, 2)


def test_a_second_run_waits_for_the_first(tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", one="a", two="b")
    waited = threading.Event()
    with Library.open(tmp_path / "home", embedder=Letters()) as first:
        running = ingest_paths([folder], first, workers=1, work=WORK)
        next(running)
        results: list[IngestResult] = []

        def second() -> None:
            with Library.open(tmp_path / "home", embedder=Letters()) as library:
                results.extend(ingest_paths([folder], library, workers=1, work=WORK, on_wait=waited.set))

        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(5)
        list(running)
        thread.join(20)
    assert [r.status for r in results] == ["unchanged", "unchanged"]


def test_a_reader_sees_whole_documents_while_another_process_writes(tmp_path: Path) -> None:
    folder = _write(tmp_path / "in", **{f"f{i}": "one\n\ntwo\n\nthree" + " x" * i for i in range(6)})
    with Library.open(tmp_path / "home", embedder=Letters()) as reader:
        writer = _start(tmp_path, folder)
        seen = 0
        while writer.poll() is None:
            for document in reader.documents():
                assert len(reader.passages(document.name)) == len(reader.ledger.figures(document.name)) == 3
                seen += 1
            reader.search("three", 3)
        assert writer.returncode == 0
        assert seen
        assert len(reader.documents()) == 6


_SCRIPT = """
import os, signal, sys
sys.path[:0] = [{here!r}]
from pathlib import Path
from test_pipeline import Letters, WORK
from ingest import index, ledger, pipeline, vectors, lexical
from ingest.library import Library

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def dies(owner, name, when):
    real, calls = getattr(owner, name), []
    def wrapped(*a, **k):
        calls.append(1)
        if len(calls) < 2: return real(*a, **k)
        if when == "before": die()
        real(*a, **k); die()
    setattr(owner, name, wrapped)

point, when = {point!r}, {when!r}
owners = dict(begin_document=ledger.Ledger, finish_document=ledger.Ledger, forget=ledger.Ledger, add=index.Index,
              remove=index.Index, commit=lexical.Lexical, encode=Letters, update=index.chroma.Graph, upsert=None)
if point == "upsert":
    from chromadb.api.models.Collection import Collection
    dies(Collection, "upsert", when)
elif point:
    dies(owners[point], point, when)
with Library.open(Path({home!r}), embedder=Letters()) as library:
    for result in pipeline.ingest_paths([{folder!r}], library, workers=1, work=WORK):
        print(result.status, flush=True)
"""


def _start(tmp_path: Path, folder: Path, point: str = "", when: str = "") -> "subprocess.Popen[str]":
    script = _SCRIPT.format(here=str(HERE), home=str(tmp_path / "home"), folder=str(folder), point=point, when=when)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", ["begin_document", "commit", "finish_document", "update"])
def test_a_run_killed_at_any_point_is_completed_by_the_next(tmp_path: Path, point: str, when: str) -> None:
    folder = _write(tmp_path / "in", one="old one", two="old two", three="old three")
    with Library.open(tmp_path / "home", embedder=Letters()) as library:
        _ingest(library, folder)
    changed = {
        "one": "new one\n\nmore",
        "two": "new two\n\nmore",
        "three": "new three\n\nmore",
        "four": "new four\n\nmore",
    }
    _write(folder, **changed)
    killed = _start(tmp_path, folder, point, when)
    killed.communicate(timeout=60)
    assert killed.returncode in (-signal.SIGKILL, 0)  # some points are passed only once
    with Library.open(tmp_path / "home", embedder=Letters()) as library:
        for name in ("one", "two", "three"):  # each is wholly old or wholly new, even before the next run
            texts = [p.text for p in library.passages(name)]
            assert texts in ([f"old {name}"], [f"new {name}", "more"])
            assert [f.label for f in library.ledger.figures(name)] == texts
        _ingest(library, folder)
        assert [d.name for d in library.documents()] == ["four", "one", "three", "two"]
        for name in changed:
            assert [p.text for p in library.passages(name)] == [f"new {name}", "more"]
            assert len(library.search(f"new {name}", 20, {name})) == 2
        assert {s.status for s in library.ledger.stored()} == {Status.READY}
        assert library.index._lexical.count() == 8
        assert library.index._vectors.keys() == set(library.ledger.keys().values())
