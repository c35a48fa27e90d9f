import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardData, CardInput, CardSplit, ids_sha256, read_card, text_id, write_card
from adapters.disk import file_sha256
from adapters.errors import AdapterFilesError

CARD = Card(
    name="news-1",
    base=CardBase("bundled", "a" * 64, "bert"),
    input=CardInput("pair", 64),
    data=(CardData("rows.csv", "b" * 64, 10, "CC-BY-4.0"),),
    split=CardSplit(7, 0.1, ids_sha256(("x",)), ("x",)),
    recipe={"method": {"name": "lora", "r": 8}},
    metrics={"macro_f1": 0.91},
    temperature=1.2,
    created="2026-11-22",
)


def test_a_card_comes_back_as_it_was_written_with_the_hashes_of_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "checkpoints").mkdir()
    written = write_card(CARD, tmp_path)
    assert written.sha256 == {"adapter_config.json": file_sha256(tmp_path / "adapter_config.json")}
    assert read_card(tmp_path) == written == replace(CARD, sha256=written.sha256)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".hidden",
        "adapter_config.json",
        "card.json",
        "checkpoints",
    ]


def test_a_metric_without_a_value_is_null(tmp_path: Path) -> None:
    write_card(replace(CARD, metrics={"ece": float("nan"), "per_class": [float("inf")]}), tmp_path)
    assert read_card(tmp_path).metrics == {"ece": None, "per_class": [None]}
    assert "NaN" not in (tmp_path / "card.json").read_text()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(AdapterFilesError, match="`name`: expected letters"):
        write_card(replace(CARD, name="../up"), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 2}, "a card of format 2, expected 1"),
        ({"name": "../../etc"}, "`name`: expected letters"),
        ({"base": None}, "`base`: expected an object"),
        ({"base": {"name": "bundled", "sha256": "12", "model_type": "bert"}}, "`base.sha256`: expected a SHA-256"),
        ({"task": "poetry"}, "`task`: expected one of sentiment, report-qa"),
        ({"labels": []}, "`labels`: expected a list of texts"),
        ({"labels": ["a", "a"]}, "`labels`: expected each of negative, neutral, positive once"),
        ({"temperature": 0}, "`temperature`: expected a number above 0"),
        ({"temperature": "1"}, "`temperature`: expected a number"),
        ({"input": {"max_length": True}}, "`input.max_length`: expected a whole number"),
        ({"input": {"entity": "prompt", "prompt": "say"}}, r"expected a text with \{text\} in it"),
        ({"sha256": {"../x": "a" * 64}}, "is no name of a file in the adapter's own directory"),
        ({"sha256": {"x": 3}}, "`sha256.x`: expected a SHA-256"),
        ({"data": [3]}, r"`data\[0\]`: expected an object"),
        ({"split": []}, "`split`: expected an object"),
    ],
)
def test_a_card_that_does_not_fit_is_refused_with_what_was_expected(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    (tmp_path / "card.json").write_text(json.dumps({**CARD.record(), **changes}))
    with pytest.raises(AdapterFilesError, match=says):
        read_card(tmp_path)


def test_all_problems_of_a_card_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(AdapterFilesError, match=r"`base`.*`name`.*`task`.*`kind`"):
        read_card(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[", b"\xff\xfe", b"3", b"[" * 100_000, b"{}"])
def test_a_broken_card_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(AdapterFilesError, match=r"card\.json"):
        read_card(tmp_path)


def test_an_unknown_key_of_a_later_card_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({**CARD.record(), "later": 1}))
    assert read_card(tmp_path) == CARD


def test_a_text_has_one_id_whatever_its_case_and_spaces() -> None:
    assert text_id("Profit  ROSE \n") == text_id("profit rose") != text_id("profit fell")
    assert len(text_id("\ud800")) == 16
