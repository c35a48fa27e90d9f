from __future__ import annotations

import numpy as np
import pytest

from adapters.training.resampling import interval, resampled_sums


def _means(values: np.ndarray, groups: np.ndarray, **how: int) -> np.ndarray:
    sums = resampled_sums(np.stack([values, np.ones_like(values)], axis=1), groups, **how)
    return sums[:, 0] / sums[:, 1]


def test_the_interval_of_a_mean_is_the_one_that_theory_gives():
    values = np.random.default_rng(0).normal(size=2000)
    low, high = interval(_means(values, np.arange(2000), resamples=4000)) or (0.0, 0.0)
    half = 1.96 * values.std() / np.sqrt(2000)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.006)


def test_rows_of_one_text_stay_together_so_copies_do_not_narrow_the_interval():
    values = np.random.default_rng(0).normal(size=300)
    alone = _means(values, np.arange(300)).std()
    copied = np.repeat(values, 4)
    assert _means(copied, np.repeat(np.arange(300), 4)).std() == pytest.approx(alone, rel=0.1)
    assert _means(copied, np.arange(1200)).std() == pytest.approx(alone / 2, rel=0.1)


def test_a_seed_repeats_the_resamples_and_another_does_not(monkeypatch: pytest.MonkeyPatch):
    values, groups = np.arange(50.0), np.arange(50)
    first = _means(values, groups, seed=1)
    assert (first == _means(values, groups, seed=1)).all()
    assert (first != _means(values, groups, seed=2)).any()
    monkeypatch.setattr("adapters.training.resampling._CELLS", 200)  # in many small parts: the same
    assert (first == _means(values, groups, seed=1)).all()


def test_resamples_without_a_value_are_left_out():
    assert interval(np.array([np.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert interval(np.array([np.nan])) is None
