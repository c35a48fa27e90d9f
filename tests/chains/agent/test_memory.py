"""The files that conversations are kept in: private, whole, and set aside where they are not."""

from __future__ import annotations

import importlib.util
import stat
from pathlib import Path

import pytest

from chains.agent.memory import FOLDER, MemoryFailedError, open_memory
from chains.errors import ChainError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_its_files_are_the_users_own(tmp_path: Path):
    (tmp_path / FOLDER).mkdir(mode=0o755)
    with open_memory(tmp_path) as memory:
        memory.store.put(("notes",), "a", {"text": "x"})
        found = list((tmp_path / FOLDER).iterdir())
        assert _mode(tmp_path / FOLDER) == 0o700
        assert {_mode(path) for path in found if path.is_file()} == {0o600}
        assert any(path.name.endswith("-wal") for path in found)


def test_what_one_writes_another_that_is_open_reads(tmp_path: Path):
    with open_memory(tmp_path) as one, open_memory(tmp_path) as other:
        one.store.put(("notes",), "a", {"text": "x"})
        assert other.store.get(("notes",), "a").value == {"text": "x"}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["store.sqlite", "checkpoints.sqlite"])
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path: Path, name: str):
    open_memory(tmp_path).close()
    path = tmp_path / FOLDER / name
    path.write_bytes(b"no database " * 500)
    remarks: list[str] = []
    with open_memory(tmp_path, on_remark=remarks.append) as memory:
        assert memory.store.search(("threads",)) == []
    kept = [one for one in (tmp_path / FOLDER).iterdir() if f"{name}.damaged-" in one.name]
    assert [one.read_bytes()[:12] for one in kept] == [b"no database "]
    assert len(remarks) == 1 and "set aside" in remarks[0]


def test_a_place_that_cannot_be_used_is_an_error_of_one_line(tmp_path: Path):
    (tmp_path / FOLDER / "store.sqlite").mkdir(parents=True)
    with pytest.raises(MemoryFailedError, match="move it away"):
        open_memory(tmp_path)


def test_none_keeps_nothing(tmp_path: Path):
    with open_memory(tmp_path, "none") as memory:
        memory.store.put(("notes",), "a", {"text": "x"})
    assert list(tmp_path.iterdir()) == []


def test_another_url_is_refused(tmp_path: Path):
    with pytest.raises(ChainError, match="expected a postgresql:// URL"):
        open_memory(tmp_path, "mysql://somewhere")


@pytest.mark.skipif(
    importlib.util.find_spec("langgraph.checkpoint.postgres") is not None, reason="the extra is installed"
)
def test_without_its_driver_postgresql_says_what_to_install(tmp_path: Path):
    with pytest.raises(ChainError, match=r"finagent\[postgres\]"):
        open_memory(tmp_path, "postgresql://localhost/x")
