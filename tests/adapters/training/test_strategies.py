"""What the three kinds of models see of a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.card import CardInput
from adapters.families import families
from adapters.inputs import encode
from adapters.training.classifiers import strategy_for
from adapters.training.config import AdapterRecipe
from adapters.training.data import Example
from adapters.training.strategies import all_scores

EXAMPLES = [
    Example("profit rises on day 3", None, "positive"), Example("demand falls on day 4", "nokia", "negative"),
    Example("orders meets", "orders", "neutral"), Example("sales holds on day 5 on day 5 on day 5", "nokia", "neutral"),
]  # fmt: skip


def _strategy(tiny_model: Callable[[str], Path], model_type: str, how: CardInput) -> Any:
    return strategy_for(families()[model_type], tiny_model(model_type), how)


@pytest.mark.parametrize("entity", ["pair", "mark", "mask"])
def test_many_texts_are_encoded_as_serving_encodes_one(entity: str, tiny_model: Callable[[str], Path]) -> None:
    strategy = _strategy(tiny_model, "roberta", CardInput(entity, 9))
    for row, example in zip(strategy.encode(EXAMPLES), EXAMPLES, strict=True):
        assert row["input_ids"] == encode(strategy.tokenizer, example.text, example.entity, strategy.how)["input_ids"]
        assert len(row["input_ids"]) <= 9


def test_a_batch_is_filled_up_and_its_loss_is_that_of_its_rows(tiny_model: Callable[[str], Path]) -> None:
    import torch

    for model_type in ("roberta", "mt5", "qwen3"):
        strategy = _strategy(tiny_model, model_type, CardInput("pair", 32))
        model = strategy.load(tiny_model(model_type), AdapterRecipe(base_dropout=0.0)).eval()
        rows = strategy.encode(EXAMPLES)
        with torch.inference_mode():
            whole = float(strategy.loss(model, strategy.collate(rows), 0.0))
            single = [float(strategy.loss(model, strategy.collate([row]), 0.0)) for row in rows]
        assert whole == pytest.approx(np.mean(single), rel=1e-4), model_type


def test_the_loss_of_a_causal_model_counts_the_label_alone(tiny_model: Callable[[str], Path]) -> None:
    strategy = _strategy(tiny_model, "qwen3", CardInput("prompt", 32, "News: {text} Answer:"))
    row = strategy.encode(EXAMPLES[:1])[0]
    batch = strategy.collate([row])
    counted = batch["labels"][0] != -100
    assert batch["input_ids"][0][counted].tolist() == row["labels"]
    assert strategy.tokenizer.decode(row["labels"]).split() == ["positive", "</s>"]


def test_scores_come_in_the_order_of_the_rows(tiny_model: Callable[[str], Path]) -> None:
    strategy = _strategy(tiny_model, "roberta", CardInput("pair", 32))
    model = strategy.load(tiny_model("roberta"), AdapterRecipe()).train()
    rows = strategy.encode(EXAMPLES)
    together = all_scores(strategy, model, rows, 2)
    assert model.training, "the mode is as it was"
    for number, row in enumerate(rows):
        assert all_scores(strategy, model, [row], 1)[0] == pytest.approx(together[number], abs=1e-5)
    assert all_scores(strategy, model, [], 2).shape == (0, 3)
