"""Confidence is a logistic model over what the decoder was sure of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adapters.report_qa.confidence import FEATURES, confidence, features, fit
from adapters.report_qa.forms import Kind, Operation, Point, Solution, Step
from adapters.report_qa.layout import Reader
from adapters.report_qa.search import Found
from tests.adapters.report_qa.conftest import evidence

PROGRAM = Solution(Kind.PROGRAM, (Step(Operation.ADD, (Point(1), Point(2))),))


def test_fit_recovers_a_logistic_model() -> None:
    draw = np.random.default_rng(0)
    weights = np.array([-0.5, 1.5, -1.0, 0.0, 0.3, 0.8, 0.0])
    rows = np.column_stack([np.ones(20_000), draw.normal(size=(20_000, 6))])
    right = draw.random(20_000) < 1 / (1 + np.exp(-rows @ weights))
    found = fit(rows.tolist(), right.tolist())
    assert list(found) == list(FEATURES)
    assert np.allclose(list(found.values()), weights, atol=0.08)


def test_without_right_and_wrong_answers_nothing_is_fitted() -> None:
    row = [1.0] * len(FEATURES)
    assert fit([], []) == {} and fit([row] * 9, [True] * 9) == {} and fit([row] * 9, [True] * 8 + [False]) == {}
    assert fit([[float("nan")] * len(FEATURES)] * 9, [True] * 5 + [False] * 4) == {}


def test_one_sided_and_equal_rows_can_be_fitted() -> None:
    found = fit([[1.0, 5.0, 0, 0, 0, 0, 0]] * 50 + [[1.0, -5.0, 0, 0, 0, 0, 0]] * 50, [True] * 50 + [False] * 50)
    assert found["probability"] > 0.5 and all(np.isfinite(list(found.values())))


def test_surer_solutions_are_more_confident(reader: Callable[..., Reader]) -> None:
    layout = reader().read(evidence())
    weights = {"bias": 0.0, "probability": 1.0}
    sure, unsure = [Found(PROGRAM, 0.9, 1.0)], [Found(PROGRAM, 0.4, 0.5), Found(Solution(Kind.REFUSAL), 0.3, 1.0)]
    assert confidence(sure, layout, weights) == pytest.approx(0.9) and confidence(
        unsure, layout, weights
    ) == pytest.approx(0.4)
    assert confidence([Found(PROGRAM, 1.0, 1.0)], layout, {}) == confidence(sure, layout, {"bias": 99.0}) == 0.99
    assert 0 <= confidence(sure, layout, {"bias": -1e9}) < 1e-9
    row = dict(zip(FEATURES, features(unsure, layout), strict=True))
    assert row["bias"] == 1 and row["steps"] == 1 and row["program"] == 1 and row["left_out"] == 0
    assert row["scale"] == 0 and row["margin"] == pytest.approx(np.log(4 / 3), abs=1e-6)
    assert np.isfinite(features([Found(Solution(Kind.REFUSAL), 0.0, 1.0)], layout)).all()
