"""What surrounds the loop: metrics, the choice of the better run, the optimiser's groups, the average."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.training.averaging import Average
from adapters.training.config import TrainingRecipe
from adapters.training.strategies import validation_metrics
from adapters.training.trainer import better
from adapters.training.trainer_setup import optimizer_of


def test_metrics_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    random = np.random.default_rng(0)
    scores, truth = random.normal(size=(200, 3)).astype(np.float32), random.integers(0, 3, 200)
    metrics = validation_metrics(scores, truth)
    probabilities = np.exp(scores.astype(np.float64))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    assert metrics["accuracy"] == pytest.approx(accuracy_score(truth, scores.argmax(1)))
    assert metrics["macro_f1"] == pytest.approx(f1_score(truth, scores.argmax(1), average="macro"))
    assert metrics["loss"] == pytest.approx(log_loss(truth, probabilities))


def test_scores_without_bounds_give_a_finite_loss() -> None:
    assert np.isfinite(validation_metrics(np.array([[1e4, 0, -1e4]], np.float32), np.array([2]))["loss"])


def test_macro_f1_decides_and_then_the_loss() -> None:
    good, sure, bad = ({"macro_f1": f1, "loss": loss} for f1, loss in ((0.9, 0.5), (0.90001, 0.4), (0.8, 0.1)))
    assert better(good, bad) and not better(bad, good)
    assert better(sure, good) and not better(good, good)
    assert better(bad, None) and not better(None, bad) and not better(None, None)


def test_vectors_do_not_decay_and_the_head_has_its_own_rate() -> None:
    import torch

    made = {
        "layer.lora_A.default.weight": torch.nn.Parameter(torch.zeros(2, 2)),
        "layer.magnitude": torch.nn.Parameter(torch.zeros(2)),
        "classifier.modules_to_save.default.weight": torch.nn.Parameter(torch.zeros(2, 2)),
        "classifier.modules_to_save.default.bias": torch.nn.Parameter(torch.zeros(2)),
    }
    recipe = TrainingRecipe(learning_rate=1e-3, head_learning_rate=1e-2, weight_decay=0.1)
    groups = optimizer_of(made, recipe, ("classifier",)).param_groups
    assert [(group["lr"], group["weight_decay"], group["params"][0].ndim) for group in groups] == [
        (1e-3, 0.1, 2), (1e-3, 0.0, 1), (1e-2, 0.1, 2), (1e-2, 0.0, 1),
    ]  # fmt: skip


def test_the_average_follows_at_first_and_then_holds() -> None:
    import torch

    parameters = {"a": torch.nn.Parameter(torch.zeros(3)), "b": torch.nn.Parameter(torch.zeros(3, 3))}
    average = Average(parameters, 0.99)
    average.values = dict(reversed(average.values.items()))  # as read from a file
    for step in range(1, 6):
        with torch.no_grad():
            for value in parameters.values():
                value.fill_(step)
        average.update(step)
    assert 3 < float(average.values["a"][0]) < 5, "the start is forgotten within some steps"
    with average.in_place():
        assert torch.equal(parameters["a"], average.values["a"])
    assert parameters["a"].tolist() == [5, 5, 5]
