"""Every recipe on a tiny model of its family, and bases that are odd."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import read_card
from adapters.files import check_adapter
from adapters.training.config import load_recipe, recipe_names
from adapters.training.sentiment import TrainResult, train_sentiment

pytestmark = pytest.mark.usefixtures("light")

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
