"""Training from an earlier adapter: what that one saw does not validate, and the card names it."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardData, CardSplit, read_card, text_id
from adapters.catalogue import Catalogue
from adapters.training.config import load_recipe
from adapters.training.data import read_labelled
from adapters.training.predictions import trained_on
from adapters.training.sentiment import TrainResult, train_sentiment
from adapters.training.starts import Candidate, divide
from tests.adapters.training.conftest import labelled_rows

QUICK = (
    "epochs=1", "batch=16", "max_length=32", "start=scratch", "news=0", "r=4", "learning_rate=5e-3", "ema=0.9",
)  # fmt: skip


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.training import plots, sentiment_job

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)
    monkeypatch.setattr(sentiment_job.Job, "prepare", lambda *_: None)


@pytest.fixture
def train(tiny_base: Any, labelled_file: Path) -> Callable[..., TrainResult]:
    def run(output: Path, *changes: str, **options: Any) -> TrainResult:
        recipe = load_recipe("minilm", [*QUICK, *changes])
        data, base = options.pop("data", [labelled_file]), options.pop("base", tiny_base.name)
        return train_sentiment(data, recipe, output=output, home=tiny_base.home, base=base, **options)

    return run


def _ids(result: TrainResult) -> set[str]:
    assert result.card.split
    return set(result.card.split.validation_ids)


def _written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _card(path: Path, held: set[str], share: float) -> Card:
    data = read_labelled([path])
    split = CardSplit(0, share, "0" * 64, tuple(sorted(held)))
    known = CardData(path.name, data.sources[0].sha256, 120, "")
    return Card("first", CardBase("bundled", "0" * 64, "bert"), data=(known,), split=split)


def test_what_the_start_was_trained_on_does_not_validate(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    first = train(tmp_path / "shipped" / "sentiment-minilm", "seed=1", "validation=0.2")
    store = Catalogue(tmp_path / "home", shipped=tmp_path / "shipped")
    second = train(tmp_path / "second", "start=auto", store=store)
    assert _ids(second) == _ids(first), "another seed and share would have validated on rows that the start knows"
    assert any("the 24 texts that it held out are the validation part" in line for line in second.remarks)


def test_new_rows_are_held_out_beside_those_that_the_start_held_out(tmp_path: Path, labelled_file: Path) -> None:
    rows = labelled_rows(180)
    known, fresh = _written(tmp_path / "known.jsonl", rows[:120]), _written(tmp_path / "fresh.jsonl", rows[120:])
    held = {text_id(row["text"]) for row in rows[:24]}
    start = Candidate("shipped", tmp_path, _card(known, held, 0.2))
    training, validation = divide(read_labelled([known, fresh]), 0.1, 0, start, [])
    ids = {text_id(row.text) for row in validation}
    assert {one for one in ids if one in held} == held and len(ids) == 24 + 6
    assert {row.source for row in validation if text_id(row.text) not in held} == {"fresh.jsonl"}
    assert len(training) + len(validation) == 180
    assert divide(read_labelled([known]), 0.0, 0, start, [])[1] == [], "nothing is held out where the recipe says so"


def test_a_part_of_the_training_file_in_another_order_is_known(tmp_path: Path) -> None:
    rows = labelled_rows(120)
    whole = _written(tmp_path / "whole.jsonl", rows)
    card = _card(whole, {text_id(row["text"]) for row in rows[::5]}, 0.2)
    part = rows[:60]
    random.Random(0).shuffle(part)
    assert trained_on(read_labelled([whole]), card)
    assert trained_on(read_labelled([_written(tmp_path / "part.jsonl", part)]), card)
    assert not trained_on(read_labelled([_written(tmp_path / "held.jsonl", rows[::5])]), card)
    other = [{"text": f"another text {number}", "label": row["label"]} for number, row in enumerate(rows)]
    assert not trained_on(read_labelled([_written(tmp_path / "other.jsonl", other)]), card)
    chance = _written(tmp_path / "chance.jsonl", [*other, rows[0]])
    assert not trained_on(read_labelled([chance]), card), "a headline that two files have is chance"


def test_validation_files_lose_the_rows_that_the_start_knows(
    train: Callable[..., TrainResult], labelled_file: Path, tmp_path: Path
) -> None:
    first = train(tmp_path / "first", "validation=0.2")
    rows = [{"text": f"demand {word} today {number}", "label": label} for number in range(9) for word, label in
            (("falls", "negative"), ("holds", "neutral"), ("rises", "positive"))]  # fmt: skip
    mine = _written(tmp_path / "mine.jsonl", rows)
    second = train(tmp_path / "second", f"start={first.directory}", data=[mine], validation=[labelled_file])
    assert second.card.metrics["n"] == first.card.metrics["n"] == 24
    assert any("was trained on 96 of the validation rows" in line for line in second.remarks)
    assert _ids(second) == _ids(first)


def test_the_card_names_the_start_its_weights_and_its_data(
    train: Callable[..., TrainResult], labelled_file: Path, tmp_path: Path
) -> None:
    first = train(tmp_path / "first", "validation=0.2")
    mine = _written(tmp_path / "mine.jsonl", [{**row, "text": "again " + row["text"]} for row in labelled_rows(30)])
    second = read_card(train(tmp_path / "second", f"start={first.directory}", data=[mine]).directory)
    assert [one.name for one in second.data] == ["mine.jsonl", "adapter first", "rows.jsonl"]
    weights = first.card.sha256["adapter_model.safetensors"]
    assert second.data[1].sha256 == weights
    assert second.notes.startswith(f"Trained from adapter first ({weights[:12]})")
    assert trained_on(read_labelled([labelled_file]), second), "eval of the start's own file says so"
    assert second.split and len(second.split.validation_ids) == 3 + 24, "what the start held out is still unseen"


def test_data_that_holds_out_nothing_starts_from_scratch(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    train(tmp_path / "shipped" / "sentiment-minilm")
    store = Catalogue(tmp_path / "home", shipped=tmp_path / "shipped")
    few = _written(tmp_path / "few.jsonl", [{**row, "text": "again " + row["text"]} for row in labelled_rows(3)])
    result = train(tmp_path / "a", "start=auto", data=[few], store=store)
    assert result.metrics == {} and any("from scratch alone" in line for line in result.remarks)
    assert any("no row is held out" in line for line in result.remarks)


def test_validation_files_choose_where_the_recipe_holds_out_nothing(
    train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    (tmp_path / "shipped").mkdir()
    train(tmp_path / "shipped" / "sentiment-minilm")
    store = Catalogue(tmp_path / "home", shipped=tmp_path / "shipped")
    rows = [{**row, "text": "again " + row["text"]} for row in labelled_rows(30)]
    held = _written(tmp_path / "held.jsonl", rows)
    result = train(tmp_path / "a", "start=auto", "validation=0", "patience=1", validation=[held], store=store)
    assert result.card.metrics["n"] == 30 and any("kept the start from" in line for line in result.remarks)
    without = train(tmp_path / "b", "validation=0", "patience=1")
    assert any("no row is held out" in line for line in without.remarks)


def test_generated_news_stands_in_the_card_as_it_was(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    from adapters.training.data import examples_sha256
    from adapters.training.news import generate_news

    made = read_card(train(tmp_path / "a", "news=20").directory).data[-1]
    assert (made.name, made.rows, made.sha256) == ("generated company news", 20, examples_sha256(generate_news(20, 0)))


def test_a_base_in_a_folder_is_found_from_everywhere(
    train: Callable[..., TrainResult], tiny_base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.sentiment import open_sentiment

    shutil.copytree(tiny_base.directory, tmp_path / "here" / "base")
    monkeypatch.chdir(tmp_path / "here")
    result = train(tmp_path / "made", base="path:base")
    monkeypatch.chdir(tmp_path)
    assert open_sentiment(result.directory, home=tiny_base.home, engine="torch").probabilities(["a"]).shape == (1, 3)
    config = json.loads((result.directory / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str((tmp_path / "here" / "base").resolve())
