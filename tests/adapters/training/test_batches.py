"""The order and the views of training rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from adapters.training.batches import LengthGrouped, TrainingRows

ROWS: list[dict[str, Any]] = [{"input_ids": [0] * (1 + number % 37), "row": number} for number in range(1003)]


def _rows(share: float = 0.0) -> TrainingRows:
    plain = [{"input_ids": [0], "row": number} if number % 2 else None for number in range(len(ROWS))]
    return TrainingRows(ROWS, plain, share, seed=5)


def test_every_row_comes_once_in_batches_of_similar_length() -> None:
    order = list(LengthGrouped(_rows(), 8, seed=5))
    assert sorted(order) == list(range(len(ROWS)))
    batches = [order[start : start + 8] for start in range(0, len(order), 8)]
    spreads = [np.ptp([len(ROWS[number]["input_ids"]) for number in batch]) for batch in batches]
    assert np.mean(spreads) < 3
    means = [np.mean([len(ROWS[number]["input_ids"]) for number in batch]) for batch in batches]
    assert abs(np.corrcoef(means[:-1], range(len(means) - 1))[0, 1]) < 0.5, "batches do not come by length"


def test_an_epoch_is_another_order_and_always_the_same() -> None:
    sampler = LengthGrouped(_rows(), 8, seed=5)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    sampler.set_epoch(0)
    assert list(sampler) == first != second
    assert list(LengthGrouped(_rows(), 8, seed=6)) != first


def test_a_share_of_the_entity_rows_is_shown_without_the_entity() -> None:
    rows = _rows(0.3)
    shown = sum(len(rows[number]["input_ids"]) < len(ROWS[number]["input_ids"]) for number in range(1, len(ROWS), 2))
    assert 100 < shown < 200
    assert all(rows[number] is ROWS[number] for number in range(0, len(ROWS), 2))
    before = [rows[number] for number in range(len(rows))]
    rows.set_epoch(1)
    assert [rows[number] for number in range(len(rows))] != before
    rows.set_epoch(0)
    assert [rows[number] for number in range(len(rows))] == before
