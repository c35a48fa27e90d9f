"""Which files paths name, and what each is for a library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.sources import Job, Registry, find_files


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def _names(found: object, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found.files]  # type: ignore[attr-defined]


def test_a_folder_gives_the_files_that_can_be_read(tmp_path: Path) -> None:
    _touch(*(tmp_path / name for name in ("b.pdf", "a.XLSX", "deep/c.htm", "Thumbs.db", "deep/LICENSE", "run.sh")))
    _touch(tmp_path / ".hidden.pdf", tmp_path / ".git/d.txt")
    found = find_files([tmp_path])
    assert _names(found, tmp_path) == ["a.XLSX", "b.pdf", "deep/c.htm"]
    assert (found.passed_over, found.problems) == (3, [])


def test_what_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    _touch(tmp_path / "run.sh", tmp_path / ".hidden.pdf", tmp_path / "a[1].txt")
    found = find_files([tmp_path / "run.sh", tmp_path / ".hidden.pdf", tmp_path / "a[1].txt", tmp_path / "*.sh"])
    assert _names(found, tmp_path) == ["run.sh", ".hidden.pdf", "a[1].txt"]


def test_loops_of_links_end_and_folders_behind_links_are_searched_once(tmp_path: Path) -> None:
    _touch(tmp_path / "in/a.txt", tmp_path / "out/b.txt")
    (tmp_path / "in/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/again").symlink_to(tmp_path / "in")
    (tmp_path / "in/out").symlink_to(tmp_path / "out")
    (tmp_path / "in/self.txt").symlink_to("self.txt")
    found = find_files([tmp_path / "in"])
    assert _names(found, tmp_path / "in") == ["a.txt", "out/b.txt", "self.txt"]
    error = Registry([]).look_at(tmp_path / "in/self.txt")
    assert isinstance(error, IngestError)
    assert "cannot be read" in str(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    _touch(tmp_path / "open/a.txt", tmp_path / "shut/b.txt")
    (tmp_path / "shut").chmod(0)
    try:
        found = find_files([tmp_path])
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert _names(found, tmp_path) == ["open/a.txt"]
    assert [problem for _, problem in found.problems] == [
        f"the folder {tmp_path / 'shut'} cannot be read (Permission denied); check its permissions"
    ]


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path / "open/a.txt", tmp_path / "shut/b.txt")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_files([tmp_path])
    assert _names(found, tmp_path) == ["open/a.txt"]
    assert [path for path, _ in found.problems] == [str(tmp_path / "shut")]


def test_a_path_that_is_none_is_a_problem_of_its_own(tmp_path: Path) -> None:
    _touch(tmp_path / "a.txt")
    found = find_files([tmp_path / ("x" * 5000), tmp_path / "gone", "~nobody-of-that-name/x", tmp_path / "a.txt"])
    assert _names(found, tmp_path) == ["a.txt"]
    assert len(found.problems) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    subprocess.run(["mkfifo", tmp_path / "pipe.txt"], check=True)
    error = Registry([]).look_at(tmp_path / "pipe.txt")
    assert isinstance(error, IngestError)
    assert "is no file" in str(error)


def test_a_file_that_failed_leaves_its_name_to_others(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/report.txt").write_text("one")
    (tmp_path / "b/report.txt").write_text("two")
    registry = Registry([])
    first = registry.look_at(tmp_path / "a/report.txt")
    assert isinstance(first, Job)
    registry.failed(first, "bad")
    second = registry.look_at(tmp_path / "b/report.txt")
    assert isinstance(second, Job)
    assert (first.name, second.name) == ("report", "report")
