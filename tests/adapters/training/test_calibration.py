from __future__ import annotations

import numpy as np
import pytest

from adapters.errors import DataError
from adapters.training.calibration import adjust_priors, estimate_priors, fit_temperature, softmax


def _drawn(rows: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from what they say at a temperature."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(scale=3, size=(rows, 3))
    said = softmax(logits, temperature)
    return logits, (draw.random((rows, 1)) > said.cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(temperature: float):
    logits, labels = _drawn(20_000, temperature)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_a_handful_of_right_rows_does_not_make_the_model_certain():
    logits = np.array([[2.0, 0, 0], [0, 2, 0], [0, 0, 2]])
    assert 0.3 < fit_temperature(logits, [0, 1, 2]) < 1


def test_logits_without_any_knowledge_are_made_flat():
    draw = np.random.default_rng(1)
    temperature = fit_temperature(draw.normal(scale=5, size=(3000, 3)), draw.integers(0, 3, 3000))
    assert temperature > 10


def test_one_class_only_and_huge_logits_give_a_finite_temperature():
    assert 0.05 <= fit_temperature(np.array([[1.0, 0, 0]] * 5), [0] * 5) <= 1
    assert 0.05 <= fit_temperature(np.array([[1e30, 0, 0], [0, 1e30, 0]]), [0, 0]) <= 20


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        (np.zeros((0, 3)), []),
        (np.zeros((2, 3)), [0]),
        (np.zeros(3), [0, 1, 2]),
        (np.zeros((1, 3)), [3]),
        (np.zeros((1, 3)), [-1]),
        ([[np.nan, 0, 0]], [0]),
    ],
)
def test_what_no_temperature_can_be_fitted_to_is_said(logits: np.ndarray, labels: list[int]):
    with pytest.raises(DataError, match="a temperature cannot be fitted"):
        fit_temperature(logits, labels)


def _news(shares: list[float], rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities under equal shares, on texts whose classes have other shares; and the classes."""
    draw = np.random.default_rng(seed)
    labels = draw.choice(3, p=shares, size=rows)
    seen = np.eye(3)[labels] * 1.5 + draw.normal(size=(rows, 3))  # three normal clouds: Bayes' rule is a softmax
    return softmax(1.5 * seen), labels


def test_shares_of_unlabelled_texts_are_found_and_using_them_gives_more_right_answers():
    equal, new = [1 / 3] * 3, [0.1, 0.75, 0.15]
    rows, labels = _news(new, 20_000, 0)
    found = estimate_priors(rows, equal)
    assert found == pytest.approx(new, abs=0.02)
    adjusted = adjust_priors(rows, equal, found)
    assert adjusted.sum(axis=1) == pytest.approx(1)
    assert (adjusted.argmax(1) == labels).mean() > (rows.argmax(1) == labels).mean() + 0.05
    assert adjusted.mean(axis=0) == pytest.approx(new, abs=0.02)


def test_texts_with_the_shares_of_training_are_left_as_they_are():
    rows, _ = _news([1 / 3] * 3, 20_000, 1)
    equal = [1 / 3] * 3
    assert estimate_priors(rows, equal) == pytest.approx(equal, abs=0.02)
    assert adjust_priors(rows, equal, equal) == pytest.approx(rows)


def test_counts_do_for_shares_and_a_class_that_is_ruled_out_gets_nothing():
    rows = np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]])
    adjusted = adjust_priors(rows, [10, 10, 10], [30, 30, 0])
    assert adjusted[0] == pytest.approx([0.625, 0.375, 0])
    assert adjusted[1] == pytest.approx([0, 0, 1])  # nowhere else to go


def test_shares_that_are_none_are_refused():
    rows = np.full((2, 3), 1 / 3)
    for train in ([0, 0.5, 0.5], [0.5, 0.5], [np.nan, 0.5, 0.5]):
        with pytest.raises(DataError, match="train_priors"):
            estimate_priors(rows, train)
    for new in ([-1, 1, 1], [0, 0, 0], [1, 1]):
        with pytest.raises(DataError, match="new_priors"):
            adjust_priors(rows, [1, 1, 1], new)
    with pytest.raises(DataError, match="no texts"):
        estimate_priors(np.zeros((0, 3)), [1, 1, 1])
