"""The store of adapters: what is added, found and refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters import store
from adapters.card import read_card, write_card
from adapters.errors import AdapterFilesError, PromotionError, UnknownAdapterError
from adapters.store import Store
from tests.adapters.conftest import MakeAdapter, files_in, truncate


def test_an_added_adapter_is_a_whole_copy_under_its_name(shipping: Store, make_adapter: MakeAdapter) -> None:
    source = make_adapter("news-1")
    (source / "curves.png").write_bytes(b"")  # after the card, so no part of it
    added = shipping.add(source)
    assert (added.name, added.origin) == ("news-1", "installed")
    assert files_in(added.directory) == ["adapter_config.json", "adapter_model.safetensors", "card.json"]
    assert shipping.find("news-1") == added
    assert shipping.add(source, name="other").card.name == "other"
    assert [(one.name, one.origin, one.in_use) for one in shipping.list()] == [
        ("sentiment-minilm", "shipped", True),
        ("news-1", "installed", False),
        ("other", "installed", False),
    ]


def test_looking_creates_nothing(shipping: Store, home: Path) -> None:
    assert shipping.in_use().name == "sentiment-minilm"
    assert len(shipping.list()) == 1
    assert not home.exists()


def test_a_directory_can_be_found_by_its_path(shipping: Store, make_adapter: MakeAdapter) -> None:
    found = shipping.find(make_adapter("news-1"))
    assert (found.name, found.origin) == ("news-1", "directory")
    with pytest.raises(UnknownAdapterError, match="expected one of sentiment-minilm, or a directory"):
        shipping.find("nothing")
    with pytest.raises(UnknownAdapterError):
        shipping.find("../../etc/passwd")
    with pytest.raises(PromotionError, match="is not installed; add it first"):
        shipping.promote(str(found.directory))


def test_a_name_is_taken_once(shipping: Store, make_adapter: MakeAdapter) -> None:
    source = make_adapter("news-1")
    shipping.add(source)
    with pytest.raises(AdapterFilesError, match="an installed adapter news-1 already|installed adapter news-1 already"):
        shipping.add(source)
    with pytest.raises(AdapterFilesError, match="a shipped adapter sentiment-minilm already"):
        shipping.add(source, name="sentiment-minilm")
    for name in ("../up", "a/b", ".hidden", "", "x" * 65):
        with pytest.raises(AdapterFilesError, match="is no name for an adapter"):
            shipping.add(source, name=name or " ")


def _pickle(directory: Path) -> None:
    (directory / "adapter_model.bin").write_bytes(b"\x80")


def _rebase(directory: Path) -> None:
    card = read_card(directory)
    write_card(replace(card, base=replace(card.base, sha256="0" * 64)), directory)


def _relabel(directory: Path) -> None:
    value = json.loads((directory / "card.json").read_text())
    (directory / "card.json").write_text(json.dumps({**value, "labels": ["negative", "positive"]}))


def _break_down(directory: Path) -> None:
    from safetensors.numpy import load_file, save_file

    path = directory / "adapter_model.safetensors"
    weights = load_file(path)
    weights["base_model.model.classifier.bias"][1] = float("nan")
    save_file(weights, path)
    write_card(read_card(directory), directory)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (truncate, "truncated"),
        (_pickle, "safetensors only"),
        (_rebase, r"SHA-256 [0-9a-f]{64}, expected 0{64}"),
        (_relabel, "labels`: expected each of negative, neutral, positive once"),
        (_break_down, r"classifier.bias.* holds NaN or infinity: its training broke down"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    shipping: Store, make_adapter: MakeAdapter, harm: Callable[[Path], None], says: str
) -> None:
    source = make_adapter("news-1")
    harm(source)
    with pytest.raises(AdapterFilesError, match=says):
        shipping.add(source)
    assert files_in(shipping.folder) == []


def test_a_full_disk_leaves_nothing(
    shipping: Store, make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    source = make_adapter("news-1")
    monkeypatch.setattr("adapters.disk.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        shipping.add(source)
    assert files_in(shipping.folder) == []


def test_the_next_change_clears_what_a_killed_one_left(shipping: Store, make_adapter: MakeAdapter) -> None:
    left = shipping.folder / ".news-1.abc.part"
    left.mkdir(parents=True)
    assert [one.name for one in shipping.list()] == ["sentiment-minilm"]
    shipping.add(make_adapter("news-1"))
    assert files_in(shipping.folder) == ["news-1"]


def test_of_two_that_add_one_name_at_once_one_is_told(shipping: Store, make_adapter: MakeAdapter) -> None:
    source = make_adapter("news-1")
    said: list[str] = []

    def add() -> None:
        try:
            said.append(Store(shipping.home, shipped=shipping.shipped).add(source).origin)
        except AdapterFilesError as error:
            said.append(str(error))

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said)[0] == "installed"
    assert "already" in sorted(said)[1]


def test_a_call_that_waits_too_long_says_so(
    shipping: Store, make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    monkeypatch.setattr(store, "_PATIENCE", 0.05)
    shipping.folder.mkdir(parents=True)
    with FileLock(shipping.folder / ".lock"), pytest.raises(PromotionError, match="another finagent is changing"):
        shipping.add(make_adapter("news-1"))


def test_the_base_of_a_card_may_lie_elsewhere_here(shipping: Store, make_adapter: MakeAdapter, tiny_base: Any) -> None:
    source = make_adapter("news-1")
    card = read_card(source)
    write_card(replace(card, base=replace(card.base, name="path:/on/another/machine")), source)
    added = shipping.add(source, base=tiny_base.name)
    assert added.card.base.name == tiny_base.name
    assert added.card.sha256 == card.sha256
