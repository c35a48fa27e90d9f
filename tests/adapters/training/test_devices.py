"""Training on what is there: one GPU of several, an average that stays where it is, no device that is not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.training.averaging import Average, put
from adapters.training.batches import TrainingRows
from adapters.training.config import TrainingRecipe
from adapters.training.trainer import Plan, better
from adapters.training.trainer_setup import arguments_of


def test_one_gpu_is_used_where_there_are_several(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from transformers import TrainingArguments

    monkeypatch.setattr(TrainingArguments, "n_gpu", property(lambda _: 4))
    plan = Plan(TrainingRows([], [], 0, 0), [], TrainingRecipe(), 0, 0, tmp_path)
    assert vars(arguments_of(plan, "cpu"))["_n_gpu"] == 1


def test_a_restored_average_stays_where_the_weights_are() -> None:
    import torch

    average = Average({"a": torch.nn.Parameter(torch.zeros(2))}, 0.9)
    kept = average.values["a"]
    put(average.values, {"a": torch.ones(2)})
    assert average.values["a"] is kept and kept.tolist() == [1, 1]


def test_no_metrics_are_never_better() -> None:
    some = {"macro_f1": 0.1, "loss": 2.0}
    assert better(some, {}) and not better({}, some) and not better({}, None) and not better(None, {})
