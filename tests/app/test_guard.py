"""The guard sees whose `adapters` would be imported."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from app import guard
from app.errors import CallError


def resolve_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ModuleSpec("adapters", None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(guard, "find_spec", lambda name: spec)


def test_our_own_package_passes():
    guard.check_adapters()


def test_a_package_found_first_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "adapters").mkdir()
    resolve_to(tmp_path / "adapters", monkeypatch)
    with pytest.raises(CallError, match="pip uninstall -y adapters"):
        guard.check_adapters()


def test_files_overwritten_by_the_other_distribution_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / guard.MARKER).touch()
    resolve_to(tmp_path / "adapters", monkeypatch)
    guard.check_adapters()
    (tmp_path / "adapters-1.2.0.dist-info").mkdir()
    with pytest.raises(CallError, match="`adapters` from PyPI"):
        guard.check_adapters()


def test_marker_is_there():
    assert (Path(guard.__file__).parents[1] / "adapters" / guard.MARKER).is_file()
