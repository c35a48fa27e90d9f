"""Training runs on tiny models: what they write, that they repeat, and what they refuse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import DataError, OutputError, RecipeError
from adapters.files import check_adapter
from adapters.training.sentiment import TrainResult
from tests.adapters.training.conftest import LONGER, weights_of

pytestmark = pytest.mark.usefixtures("light")


def test_an_adapter_is_whole_and_its_card_says_what_made_it(trained: TrainResult, labelled_file: Path) -> None:
    card = check_adapter(trained.directory)
    names = {path.name for path in trained.directory.iterdir()}
    assert names >= {"adapter_config.json", "adapter_model.safetensors", "card.json", "curves.csv", "curves.png"}
    assert "engine.json" in names, "a BERT encoder is served in 8 bits"
    assert "README.md" not in names
    assert card.kind == "encoder" and card.seed == 0 and card.temperature > 0
    assert [(one.name, one.rows) for one in card.data] == [(labelled_file.name, 120)]
    assert card.metrics["n"] == 12 and len(card.split.validation_ids) == 12  # type: ignore[union-attr]
    assert card.recipe["training"]["epochs"] == 8
    assert set(trained.metrics) == {"accuracy", "macro_f1", "loss"}
    assert not list(trained.directory.parent.glob(".*")), "nothing of the run is left beside the output"


def test_it_learns_and_is_served_as_validated(trained: TrainResult, tiny_base: Any, labelled_file: Path) -> None:
    from adapters.sentiment import open_sentiment

    assert trained.metrics["accuracy"] > 0.5
    rows = [json.loads(line) for line in labelled_file.read_text().splitlines()]
    model = open_sentiment(trained.directory, home=tiny_base.home, engine="torch")
    held = [row for row in rows if _id(row["text"]) in trained.card.split.validation_ids]  # type: ignore[union-attr]
    said = model.probabilities([row["text"] for row in held], [row.get("entity") for row in held])
    truth = [("negative", "neutral", "positive").index(row["label"]) for row in held]
    assert (said.argmax(axis=1) == truth).mean() == pytest.approx(trained.metrics["accuracy"])


def _id(text: str) -> str:
    from adapters.card import text_id

    return text_id(text)


def test_the_curves_have_losses_and_metrics(trained: TrainResult) -> None:
    lines = (trained.directory / "curves.csv").read_text().splitlines()
    assert lines[0].startswith("step,epoch,loss,learning_rate,validation_loss")
    assert sum(bool(line.split(",")[2]) for line in lines[1:]) > 30
    assert sum(bool(line.split(",")[6]) for line in lines[1:]) == 8


def test_the_same_seed_gives_the_same_bytes(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    again = train(tmp_path / "again", *LONGER)
    other = train(tmp_path / "other", *LONGER, "seed=1", "epochs=1")
    assert weights_of(again) == weights_of(trained)
    assert (again.directory / "adapter_config.json").read_bytes() == (
        trained.directory / "adapter_config.json"
    ).read_bytes()
    assert weights_of(other) != weights_of(trained)


def test_an_output_that_exists_is_left_alone_unless_forced(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    output = tmp_path / "taken"
    output.mkdir()
    (output / "mine.txt").write_text("keep")
    (output / "card.json").write_text("{}")
    with pytest.raises(OutputError, match="exists already.*--force"):
        train(output, "epochs=1")
    with pytest.raises(DataError):
        train(output, "epochs=1", force=True, data=[tmp_path / "nothing.csv"])
    assert (output / "mine.txt").read_text() == "keep", "a run that fails replaces nothing"
    train(output, "epochs=1", force=True)
    assert not (output / "mine.txt").exists() and check_adapter(output)
    with pytest.raises(OutputError, match="does not exist; create it"):
        train(tmp_path / "no" / "such", "epochs=1")


def test_one_class_is_refused(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("text,label\n" + "".join(f"row {number},neutral\n" for number in range(9)))
    with pytest.raises(DataError, match="all 9 rows have the label neutral"):
        train(tmp_path / "a", data=[path])
    assert not list(tmp_path.glob(".a*"))


def test_validation_files_are_kept_apart_from_training(
    train: Callable[..., TrainResult], tmp_path: Path, labelled_file: Path
) -> None:
    held = tmp_path / "held.jsonl"
    held.write_text("\n".join(labelled_file.read_text().splitlines()[:9]))
    said: list[str] = []
    result = train(tmp_path / "a", "epochs=1", validation=[held], on_remark=said.append)
    assert result.card.metrics["n"] == 9
    assert any("9 training rows have a text of the validation part" in line for line in said)


def test_a_run_without_validation_keeps_the_last_weights(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    result = train(tmp_path / "a", "epochs=1", "validation=0")
    assert result.metrics == {} and result.card.temperature == 1.0
    assert result.card.split.validation_ids == ()  # type: ignore[union-attr]


def test_training_stops_early_where_nothing_improves(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    steps: list[int] = []
    train(tmp_path / "a", "epochs=9", "patience=1", "learning_rate=0", on_progress=lambda at: steps.append(at.step))
    assert max(steps) == 14


def test_training_goes_on_from_an_earlier_adapter(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    result = train(tmp_path / "a", f"start={trained.directory}", "epochs=1", "start_learning_rate=1e-5", "ema=0")
    assert result.metrics["loss"] == pytest.approx(trained.metrics["loss"], abs=0.05)
    assert result.card.notes.startswith("Trained from adapter")
    with pytest.raises(RecipeError, match="no directory"):
        train(tmp_path / "b", f"start={tmp_path / 'none'}")


def test_auto_trains_both_starts_and_keeps_the_better(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    from adapters.catalogue import Catalogue

    shipped = tmp_path / "shipped"
    shutil.copytree(trained.directory, shipped / "sentiment-minilm")
    store = Catalogue(tmp_path / "home", shipped=shipped)
    result = train(tmp_path / "a", "start=auto", "epochs=1", "learning_rate=1e-4", store=store)
    assert any("kept the start from shipped" in line and "scratch macro-F1" in line for line in result.remarks)
    assert result.metrics["macro_f1"] >= trained.metrics["macro_f1"] - 0.1
    nothing = train(
        tmp_path / "b", "start=auto", "epochs=1", store=Catalogue(tmp_path / "home", shipped=tmp_path / "x")
    )
    assert any("from scratch alone" in line for line in nothing.remarks)
