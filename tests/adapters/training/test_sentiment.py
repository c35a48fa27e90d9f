"""Training runs on tiny models: what they write, that they repeat and resume, and what they refuse."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import read_card
from adapters.errors import DataError, OutputError, RecipeError, TrainingError
from adapters.files import check_adapter
from adapters.training.config import load_recipe, recipe_names
from adapters.training.sentiment import TrainResult, train_sentiment

QUICK = ("epochs=3", "batch=16", "max_length=32", "start=scratch", "news=0", "r=4", "learning_rate=5e-3", "ema=0.9")
LONGER = ("epochs=8", "base_dropout=0.05", "dropout=0.05")


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures and 8-bit ranges, which take longer than training here; `trained` has them."""
    from adapters.training import plots, sentiment_job

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)
    monkeypatch.setattr(sentiment_job.Job, "prepare", lambda *_: None)


@pytest.fixture(scope="session")
def train(tiny_base: Any, labelled_file: Path) -> Callable[..., TrainResult]:
    """Trains the default recipe on the tiny base, with changes."""

    def run(output: Path, *changes: str, **options: Any) -> TrainResult:
        data = options.pop("data", [labelled_file])
        recipe = load_recipe("minilm", [*QUICK, *changes])
        return train_sentiment(
            data, recipe, output=output, home=tiny_base.home, base=options.pop("base", tiny_base.name), **options
        )

    return run


@pytest.fixture(scope="session")
def trained(train: Callable[..., TrainResult], tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train(tmp_path_factory.mktemp("trained") / "first", *LONGER)


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
    assert _weights(again) == _weights(trained)
    assert (again.directory / "adapter_config.json").read_bytes() == (
        trained.directory / "adapter_config.json"
    ).read_bytes()
    assert _weights(other) != _weights(trained)


def _weights(result: TrainResult) -> bytes:
    return (result.directory / "adapter_model.safetensors").read_bytes()


_KILLED = """
import sys, os, signal
from pathlib import Path
from adapters.training.config import load_recipe
from adapters.training.sentiment import train_sentiment
from adapters.training import trainer
import torch
torch.set_num_threads(1)
trainer._SAVE_EVERY = 0.0
data, base, home, output, stop, *changes = sys.argv[1:]
def watch(at):
    if at.step == int(stop):
        os.kill(os.getpid(), signal.SIGKILL)
train_sentiment([data], load_recipe("minilm", changes), output=Path(output), home=Path(home), base=base, on_progress=watch)
"""


def test_a_killed_run_resumes_to_the_same_bytes(
    trained: TrainResult, train: Callable[..., TrainResult], tiny_base: Any, labelled_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "killed"
    changes = [*QUICK, *LONGER]
    arguments = [labelled_file, tiny_base.name, tiny_base.home, output, 12, *changes]  # of 56 steps, 7 an epoch
    killed = subprocess.run([sys.executable, "-c", _KILLED, *map(str, arguments)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not output.exists()
    with pytest.raises(OutputError, match="--resume"):
        train(output, *LONGER)
    with pytest.raises(OutputError, match="another recipe"):
        train(output, *LONGER, "epochs=4", resume=True)
    steps: list[int] = []
    resumed = train(output, *LONGER, resume=True, on_progress=lambda at: steps.append(at.step))
    assert steps[0] == 12, "the steps before the last checkpoint are not done again"
    assert _weights(resumed) == _weights(trained)
    assert (output / "curves.csv").read_bytes() == (trained.directory / "curves.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["killed"]


def test_ctrl_c_keeps_what_was_done_and_a_checkpoint_cut_short_is_not_used(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    def stop(at: Any) -> None:
        if at.step == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "a", *LONGER, on_progress=stop)
    assert not (tmp_path / "a").exists()
    (tmp_path / ".a.training/scratch/checkpoint-28/complete.json").unlink()
    steps: list[int] = []
    resumed = train(tmp_path / "a", *LONGER, resume=True, on_progress=lambda at: steps.append(at.step))
    assert steps[0] == 22
    assert _weights(resumed) == _weights(trained)


def test_a_full_disk_says_so_and_the_run_goes_on_later(
    train: Callable[..., TrainResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training import checkpoints

    real = checkpoints.write_whole

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_whole", full)
    with pytest.raises(TrainingError, match="disk of .* is full.*--resume"):
        train(tmp_path / "a", "epochs=1")
    monkeypatch.setattr(checkpoints, "write_whole", real)
    assert train(tmp_path / "a", "epochs=1", resume=True).directory.is_dir()


def test_memory_that_runs_out_says_what_to_lower(
    train: Callable[..., TrainResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training.strategies import Encoder

    def starve(*_: Any) -> None:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you tried")

    monkeypatch.setattr(Encoder, "loss", starve)
    with pytest.raises(TrainingError, match=r"out of memory.*training.batch=8.*accumulation=2"):
        train(tmp_path / "a")


def test_a_loss_that_is_no_number_stops_with_advice(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no number at step \d+ .*learning_rate=2.5e\+19"):
        train(tmp_path / "a", "learning_rate=1e20", "max_grad_norm=0", "warmup=0")


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


_FAMILIES = {
    "minilm": ["bert"],
    "minilm-shipped": ["bert"],
    "mt0-large-phrasebank": ["mt5"],
    "encoder-large": ["roberta", "deberta-v2"],
    "causal": ["qwen3", "gpt2"],
}


def test_no_recipe_is_left_untried() -> None:
    assert {name for name in recipe_names() if not name.startswith("report-qa")} == set(_FAMILIES)


@pytest.mark.parametrize(
    ("recipe", "model_type"), [(name, one) for name, families in _FAMILIES.items() for one in families]
)
def test_each_recipe_trains_on_a_tiny_model_of_its_family(
    recipe: str, model_type: str, tiny_model: Callable[[str], Path], tiny_base: Any, labelled_file: Path, tmp_path: Path
) -> None:
    from adapters.sentiment import open_sentiment

    base = tiny_base.name if model_type == "bert" else f"path:{tiny_model(model_type)}"
    told = load_recipe(recipe, ["start=scratch"])
    told = replace(told, data=replace(told.data, news=min(told.data.news, 30)))
    told = replace(told, training=replace(told.training, epochs=1))
    result = train_sentiment([labelled_file], told, output=tmp_path / "made", home=tiny_base.home, base=base)
    card = check_adapter(result.directory)
    assert card.base.model_type == model_type and 0 <= card.metrics["accuracy"] <= 1
    assert read_card(result.directory).recipe["name"] == recipe
    said = open_sentiment(result.directory, home=tiny_base.home, engine="torch").probabilities(
        ["profit rises on day 3"]
    )
    assert said.shape == (1, 3)


@pytest.mark.parametrize(
    "changes",
    [
        ("gradient_checkpointing=true",),
        ("precision=bf16",),
        ("accumulation=3", "schedule=cosine", "weight_decay=0"),
        ("head_learning_rate=1e-2", "label_smoothing=0.1", "freeze=1"),
        ("sentence_share=1", "entity=mark"),
        ("method=adalora",),
        ("method=prefix",),
        ("method=p-tuning", "max_length=64"),
        ("method=pissa",),
    ],
)
def test_what_a_recipe_may_say_is_done(
    changes: tuple[str, ...], train: Callable[..., TrainResult], tiny_base: Any, tmp_path: Path
) -> None:
    from adapters.sentiment import open_sentiment

    result = train(tmp_path / "made", "epochs=1", *changes)
    assert 0 < result.metrics["loss"] < 10
    model = open_sentiment(result.directory, home=tiny_base.home, engine="torch")
    assert model.probabilities(["profit rises on day 3"]).shape == (1, 3)


@pytest.mark.parametrize(("model_type", "method"), [("mt5", "prompt"), ("gpt2", "prompt"), ("qwen3", "prefix")])
def test_virtual_tokens_stand_in_front_of_generating_models(
    model_type: str, method: str, tiny_model: Callable[[str], Path], train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    result = train(tmp_path / "made", "epochs=1", f"method={method}", base=f"path:{tiny_model(model_type)}")
    assert result.card.metrics["n"] == 12


def test_a_base_that_cannot_be_loaded_is_named(
    train: Callable[..., TrainResult], tiny_base: Any, tmp_path: Path
) -> None:
    from adapters.errors import BaseModelError

    bare = shutil.copytree(tiny_base.directory, tmp_path / "bare", ignore=shutil.ignore_patterns("tokenizer*"))
    with pytest.raises(BaseModelError, match="the base path:.*bare cannot be loaded"):
        train(tmp_path / "made", base=f"path:{bare}")
    assert [path.name for path in tmp_path.iterdir()] == ["bare"]


def test_a_base_with_a_head_of_its_own_gets_another(
    train: Callable[..., TrainResult], tiny_base: Any, tmp_path: Path
) -> None:
    from transformers import AutoModelForSequenceClassification

    from adapters.sentiment import open_sentiment

    directory = shutil.copytree(tiny_base.directory, tmp_path / "headed")
    AutoModelForSequenceClassification.from_pretrained(directory, num_labels=5).save_pretrained(directory)
    result = train(tmp_path / "made", "epochs=1", base=f"path:{directory}")
    model = open_sentiment(result.directory, home=tiny_base.home, engine="torch")
    assert model.probabilities(["profit rises on day 3"]).shape == (1, 3)
