"""Which adapter is in use: promotions, rollbacks, removals, and a record that is damaged or cannot be written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.errors import AdapterFilesError, PromotionError, UnknownAdapterError
from adapters.store import Store
from tests.adapters.conftest import MakeAdapter, files_in, truncate


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
        assert files_in(shipping.folder) == ["in_use.json"]

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
            truncate(shipping.folder / name)
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
        assert files_in(shipping.folder) == ["a", "b", "in_use.json"]

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
