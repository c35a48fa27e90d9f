"""Adapters that packages bring, by their entry points."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from adapters import catalogue, packages, store
from adapters.errors import AdapterFilesError, PromotionError
from adapters.store import Store
from tests.adapters.conftest import MakeAdapter


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, EntryPoint]:
    """Entry points of packages, by name."""
    points: dict[str, EntryPoint] = {}
    for module in (catalogue, store):
        monkeypatch.setattr(module, "packaged", lambda: points)
    return points


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
