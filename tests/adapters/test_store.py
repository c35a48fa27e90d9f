import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from adapters import catalogue, packages, store
from adapters.card import read_card, write_card
from adapters.errors import AdapterFilesError, PromotionError, UnknownAdapterError
from adapters.foreign import Foreign
from adapters.store import Store

MakeAdapter = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def shipping(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> Store:
    """A store with a shipped adapter, under the name that is in use by default."""
    shipped = tmp_path / "shipped"
    shutil.copytree(make_adapter("sentiment-minilm"), shipped / "sentiment-minilm")
    return Store(home, shipped=shipped)


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, EntryPoint]:
    """Entry points of packages, by name."""
    points: dict[str, EntryPoint] = {}
    for module in (catalogue, store):
        monkeypatch.setattr(module, "packaged", lambda: points)
    return points


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock") if folder.is_dir() else []


def test_an_added_adapter_is_a_whole_copy_under_its_name(shipping: Store, make_adapter: MakeAdapter) -> None:
    source = make_adapter("news-1")
    (source / "curves.png").write_bytes(b"")  # after the card, so no part of it
    added = shipping.add(source)
    assert (added.name, added.origin) == ("news-1", "installed")
    assert _files(added.directory) == ["adapter_config.json", "adapter_model.safetensors", "card.json"]
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


def _truncate(directory: Path) -> None:
    path = directory / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])


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
        (_truncate, "truncated"),
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
    assert _files(shipping.folder) == []


def test_a_full_disk_leaves_nothing(
    shipping: Store, make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    source = make_adapter("news-1")
    monkeypatch.setattr("adapters.disk.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        shipping.add(source)
    assert _files(shipping.folder) == []


def test_the_next_change_clears_what_a_killed_one_left(shipping: Store, make_adapter: MakeAdapter) -> None:
    left = shipping.folder / ".news-1.abc.part"
    left.mkdir(parents=True)
    assert [one.name for one in shipping.list()] == ["sentiment-minilm"]
    shipping.add(make_adapter("news-1"))
    assert _files(shipping.folder) == ["news-1"]


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


class TestForeign:
    LABELS = ("positive", "negative", "neutral")

    def test_an_adapter_without_a_card_gets_one_that_says_so(
        self, shipping: Store, trained_peft: dict[int, Path], tiny_base: Any, tmp_path: Path
    ) -> None:
        source = tmp_path / "theirs"
        shutil.copytree(trained_peft[50], source)
        (source / "tokenizer_config.json").write_text("{}")
        added = shipping.add(source, foreign=Foreign(tiny_base.name, self.LABELS))
        assert (added.name, added.card.labels, added.card.kind) == ("theirs", self.LABELS, "encoder")
        assert added.card.base.sha256 == tiny_base.sha256
        assert added.card.licence == "unknown"
        assert added.card.input.max_length == 64  # what the base can read
        assert "without a card" in added.card.notes
        assert "tokenizer_config.json" in added.card.sha256
        assert _files(source) == sorted(p.name for p in source.iterdir())
        assert not (source / "card.json").exists()

    @pytest.mark.parametrize(
        ("labels", "says"),
        [
            (("negative", "positive"), "expected each of negative, neutral, positive once"),
            (("negative", "neutral", "neutral"), "expected each of"),
            (("negative", "joy", "positive"), "'joy' is none of"),
            (("negative=bad", "neutral", "positive"), "is none of"),
        ],
    )
    def test_its_labels_must_be_said(
        self, shipping: Store, trained_peft: dict[int, Path], tiny_base: Any, labels: tuple[str, ...], says: str
    ) -> None:
        with pytest.raises(AdapterFilesError, match=says):
            shipping.add(trained_peft[50], name="theirs", foreign=Foreign(tiny_base.name, labels))
        assert _files(shipping.folder) == []

    def test_without_them_the_message_says_how(self, shipping: Store, trained_peft: dict[int, Path]) -> None:
        with pytest.raises(AdapterFilesError, match="--base NAME --task sentiment --labels"):
            shipping.add(trained_peft[50], name="theirs")

    def test_with_a_card_they_are_too_much(self, shipping: Store, make_adapter: MakeAdapter, tiny_base: Any) -> None:
        with pytest.raises(AdapterFilesError, match="has a card"):
            shipping.add(make_adapter(), foreign=Foreign(tiny_base.name, self.LABELS))

    def test_one_for_another_architecture_is_refused(
        self, shipping: Store, trained_peft: dict[int, Path], tiny_base: Any, tmp_path: Path
    ) -> None:
        source = tmp_path / "theirs"
        shutil.copytree(trained_peft[50], source)
        config = json.loads((source / "adapter_config.json").read_text())
        for change, says in (
            ({"target_modules": ["q_proj"]}, "does not fit the base .* No modules were targeted"),
            ({"target_modules": ["query"]}, "has no place for .*lora_A"),
            ({"r": 8}, r"lora_A.weight is \(4, 32\), expected \(8, 32\)"),
            ({"peft_type": "MAGIC"}, "method MAGIC is none that is served"),
            ({"task_type": "TOKEN_CLS"}, "made for TOKEN_CLS"),
            ({"modules_to_save": None}, "has no place for"),
        ):
            (source / "adapter_config.json").write_text(json.dumps({**config, **change}))
            with pytest.raises(AdapterFilesError, match=says):
                shipping.add(source, foreign=Foreign(tiny_base.name, self.LABELS))
        assert _files(shipping.folder) == []


class TestInUse:
    def test_promotions_stack_and_rollbacks_take_them_off(self, shipping: Store, make_adapter: MakeAdapter) -> None:
        shipping.add(make_adapter("a"))
        shipping.add(make_adapter("b"))
        shipping.promote("a", comparison={"n": 3})
        shipping.promote("b", forced=True)
        assert shipping.in_use().name == "b"
        assert [one.name for one in shipping.list() if one.in_use] == ["b"]
        assert shipping.rollback() == "a"
        assert shipping.rollback() == "sentiment-minilm"
        with pytest.raises(PromotionError, match="nothing to go back to"):
            shipping.rollback()
        log = shipping.history().log
        assert [(one.did, one.name) for one in log] == [
            ("promoted", "a"), ("forced", "b"), ("rolled back", "b"), ("rolled back", "a"),
        ]  # fmt: skip
        assert log[0].comparison == {"n": 3}

    def test_the_one_in_use_is_removed_by_force_only(self, shipping: Store, make_adapter: MakeAdapter) -> None:
        for name in ("a", "b"):
            shipping.add(make_adapter(name))
            shipping.promote(name)
        with pytest.raises(PromotionError, match="b is in use for sentiment; promote another first"):
            shipping.remove("b")
        assert shipping.remove("a") is None
        assert shipping.remove("b", force=True) == "sentiment-minilm"
        assert shipping.in_use().name == "sentiment-minilm"
        assert _files(shipping.folder) == ["in_use.json"]

    def test_the_shipped_one_stays(self, shipping: Store) -> None:
        with pytest.raises(PromotionError, match="comes with finagent and stays"):
            shipping.remove("sentiment-minilm", force=True)
        with pytest.raises(UnknownAdapterError, match="there is no adapter 'x'"):
            shipping.remove("x")

    def test_a_broken_adapter_can_be_removed_and_rolled_back(self, shipping: Store, make_adapter: MakeAdapter) -> None:
        for name in ("a", "b"):
            shipping.add(make_adapter(name))
            shipping.promote(name)
        for name in ("a", "b"):
            _truncate(shipping.folder / name)
        listed = {one.name: one for one in shipping.list()}
        assert listed["b"].in_use
        assert "truncated" in (listed["b"].error or "")
        with pytest.raises(AdapterFilesError, match="truncated"):
            shipping.in_use()
        assert shipping.rollback() == "sentiment-minilm"  # past a, which is broken too
        shipping.remove("b")
        assert [one.name for one in shipping.list()] == ["sentiment-minilm", "a"]

    def test_one_that_has_gone_is_named_with_what_to_do(self, shipping: Store, make_adapter: MakeAdapter) -> None:
        shipping.add(make_adapter("a"))
        shipping.promote("a")
        shutil.rmtree(shipping.folder / "a")
        with pytest.raises(UnknownAdapterError, match="a, is not there any more; .*finagent adapters rollback"):
            shipping.in_use()
        assert shipping.rollback() == "sentiment-minilm"

    @pytest.mark.parametrize(
        "content", ["", "[]", '{"format": 2}', '{"format": 1, "tasks": {"sentiment": {"stack": [{"name": 3}]}}}']
    )
    def test_a_damaged_record_is_one_clear_line(self, shipping: Store, content: str) -> None:
        shipping.folder.mkdir(parents=True)
        (shipping.folder / "in_use.json").write_text(content)
        with pytest.raises(AdapterFilesError, match="damaged; .* delete it to use the shipped ones again"):
            shipping.in_use()

    def test_a_record_that_cannot_be_written_stays_as_it_was(
        self, shipping: Store, make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a", "b"):
            shipping.add(make_adapter(name))
        shipping.promote("a")
        with monkeypatch.context() as patch:
            patch.setattr("adapters.disk.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
            with pytest.raises(OSError, match="full"):
                shipping.promote("b")
        assert shipping.in_use().name == "a"
        assert _files(shipping.folder) == ["a", "b", "in_use.json"]

    def test_without_anything_shipped_it_says_so(self, home: Path, tmp_path: Path) -> None:
        with pytest.raises(UnknownAdapterError, match="no adapter for sentiment yet"):
            Store(home, shipped=tmp_path / "none").in_use()


def test_one_that_was_compared_with_another_is_not_promoted(shipping: Store, make_adapter: MakeAdapter) -> None:
    for name in ("a", "b"):
        shipping.add(make_adapter(name))
    shipping.promote("a", instead_of="sentiment-minilm")
    with pytest.raises(PromotionError, match="b was compared with sentiment-minilm, but a was put to use meanwhile"):
        shipping.promote("b", instead_of="sentiment-minilm")
    assert shipping.in_use().name == "a"


class TestPackages:
    def test_a_package_brings_an_adapter(
        self,
        shipping: Store,
        make_adapter: MakeAdapter,
        entries: dict[str, EntryPoint],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("TEST_ADAPTER", str(make_adapter("theirs")))
        (Path(make_adapter("x")).parent / "theirs_module.py").write_text(
            "import os\nfrom pathlib import Path\nDIRECTORY = os.environ['TEST_ADAPTER']\n"
            "def directory():\n    return Path(DIRECTORY)\n"
        )
        monkeypatch.syspath_prepend(os.fspath(make_adapter("y").parent))
        entries["theirs"] = EntryPoint("theirs", "theirs_module:directory", packages.GROUP)
        entries["again"] = EntryPoint("again", "theirs_module:DIRECTORY", packages.GROUP)
        found = shipping.find("theirs")
        assert (found.name, found.origin) == ("theirs", "package")
        assert shipping.find("again").directory == found.directory
        shipping.promote("theirs")
        assert shipping.in_use() == found
        with pytest.raises(PromotionError, match="belongs to a package: pip uninstall it"):
            shipping.remove("theirs")
        with pytest.raises(AdapterFilesError, match="a package adapter again already"):
            shipping.add(make_adapter("z"), name="again")
        assert shipping.add("theirs").origin == "installed"  # a copy that outlives the package
        both = [one for one in shipping.list() if one.name == "theirs"]
        assert [(one.origin, one.in_use) for one in both] == [("installed", True), ("package", False)]
        assert both[1].error == "hidden by the installed adapter of the same name"

    def test_a_broken_package_is_listed_with_its_error_and_stops_nothing(
        self, shipping: Store, entries: dict[str, EntryPoint], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.syspath_prepend(str(tmp_path))
        (tmp_path / "broken_module.py").write_text("import sys\ndef leave():\n    sys.exit(3)\nNUMBER = 3\n")
        (tmp_path / "broken_syntax.py").write_text("def\n")
        entries["gone"] = EntryPoint("gone", "no_such_module:x", packages.GROUP)
        entries["leaves"] = EntryPoint("leaves", "broken_module:leave", packages.GROUP)
        entries["number"] = EntryPoint("number", "broken_module:NUMBER", packages.GROUP)
        entries["syntax"] = EntryPoint("syntax", "broken_syntax:x", packages.GROUP)
        entries["../up"] = EntryPoint("../up", "broken_module:NUMBER", packages.GROUP)
        listed = {one.name: one.error or "" for one in shipping.list()}
        assert "ModuleNotFoundError" in listed["gone"]
        assert "SystemExit: 3" in listed["leaves"]
        assert "gave '3'; expected the path" in listed["number"]
        assert "SyntaxError" in listed["syntax"]
        assert "is no name for an adapter" in listed["../up"]
        assert listed["sentiment-minilm"] == ""
        with pytest.raises(AdapterFilesError, match="leaves"):
            shipping.find("leaves")
        assert shipping.in_use().name == "sentiment-minilm"


def test_an_installed_distribution_is_found_by_its_entry_point(
    shipping: Store, make_adapter: MakeAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "site" / "their_adapters-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: their-adapters\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[finagent.adapters]\nnews-de = their_adapters:directory\nnews-xx = their_adapters:missing\n"
    )
    (tmp_path / "site" / "their_adapters.py").write_text(
        f"from pathlib import Path\n\ndef directory():\n    return Path({str(make_adapter('any'))!r})\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    listed = {one.name: one for one in shipping.list()}
    assert (listed["news-de"].origin, listed["news-de"].error) == ("package", None)
    assert "the package their-adapters (entry point news-xx) failed: AttributeError" in (listed["news-xx"].error or "")
    assert shipping.find("news-de").card.name == "any"
