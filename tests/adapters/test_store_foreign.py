"""Adapters that come without a card: what is asked of them, and the card that they get."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import AdapterFilesError
from adapters.foreign import Foreign
from adapters.store import Store
from tests.adapters.conftest import MakeAdapter, files_in


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
        assert files_in(source) == sorted(p.name for p in source.iterdir())
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
        assert files_in(shipping.folder) == []

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
        assert files_in(shipping.folder) == []
