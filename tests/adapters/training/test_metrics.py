from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from adapters.training.calibration import softmax
from adapters.training.metrics import (
    brier_scores,
    calibration_error,
    count_confusion,
    coverage_at,
    coverage_curve,
    log_losses,
    reliability,
    score,
)

DRAW = np.random.default_rng(3)
TRUTH = DRAW.integers(0, 3, 500)
ROWS = softmax(DRAW.normal(size=(500, 3)) + 1.5 * np.eye(3)[TRUTH])
SAID = ROWS.argmax(axis=1)


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (TRUTH, SAID),
        (TRUTH[TRUTH != 1], SAID[TRUTH != 1]),  # a class that is predicted and that no row has
        (TRUTH[(TRUTH != 1) & (SAID != 1)], SAID[(TRUTH != 1) & (SAID != 1)]),  # one that is in neither
        (TRUTH, np.where(SAID == 2, 0, SAID)),  # one that is never predicted
        (TRUTH[TRUTH == 2], SAID[TRUTH == 2]),  # one class only
    ],
)
def test_the_scores_are_those_of_scikit_learn(truth: np.ndarray, said: np.ndarray):
    scores = score(count_confusion(truth, said, 3))
    precision, recall, f1, _ = sklearn_metrics.precision_recall_fscore_support(
        truth, said, labels=[0, 1, 2], zero_division=0
    )
    known = np.isin([0, 1, 2], np.union1d(truth, said))
    assert scores.precision == pytest.approx(precision) and scores.recall == pytest.approx(recall)
    assert scores.f1[known] == pytest.approx(f1[known]) and np.isnan(scores.f1[~known]).all()
    assert scores.accuracy == pytest.approx(sklearn_metrics.accuracy_score(truth, said))
    assert scores.macro_f1 == pytest.approx(sklearn_metrics.f1_score(truth, said, average="macro"))
    assert scores.weighted_f1 == pytest.approx(sklearn_metrics.f1_score(truth, said, average="weighted"))


def test_a_prediction_that_is_no_label_is_wrong_and_never_a_hit_of_another_class():
    confusion = count_confusion(np.array([0, 0, 1, 2]), np.array([0, -1, -1, 7]), 3)
    assert confusion.tolist() == [[1, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1]]
    scores = score(confusion)
    assert scores.accuracy == 0.25
    assert scores.precision.tolist() == [1, 0, 0] and scores.recall.tolist() == [0.5, 0, 0]
    assert scores.macro_f1 == pytest.approx((2 / 3 + 0 + 0) / 3)


def test_many_confusion_matrices_are_scored_at_once():
    one, two = count_confusion(TRUTH, SAID, 3), count_confusion(TRUTH[:50], SAID[:50], 3)
    both = score(np.stack([one, two]))
    assert both.macro_f1.tolist() == [float(score(one).macro_f1), float(score(two).macro_f1)]


def test_likelihood_and_brier_score_are_those_of_scikit_learn():
    assert log_losses(ROWS, TRUTH).mean() == pytest.approx(sklearn_metrics.log_loss(TRUTH, ROWS))
    reference = sklearn_metrics.brier_score_loss(TRUTH, ROWS, scale_by_half=False)
    assert brier_scores(ROWS, TRUTH).mean() == pytest.approx(reference)
    assert np.isfinite(log_losses(np.array([[1.0, 0, 0]]), np.array([1]))).all()


def test_bins_hold_each_row_once_with_the_edges_below():
    confidence = np.array([0.0, 0.2, 0.20001, 0.5, 1.0])
    bins = reliability(confidence, np.array([True, False, True, False, True]), bins=5)
    assert [one.n for one in bins] == [2, 1, 1, 0, 1]
    assert (bins[0].confidence, bins[0].accuracy) == (pytest.approx(0.1), 0.5)
    assert (bins[3].confidence, bins[3].accuracy) == (None, None)


def test_the_calibration_error_is_the_mean_gap_over_rows():
    confidence = np.array([0.95] * 10 + [0.55] * 30)
    right = np.array([True] * 8 + [False] * 2 + [True] * 12 + [False] * 18)
    error = calibration_error(reliability(confidence, right, bins=10))
    assert error == pytest.approx((10 * 0.15 + 30 * 0.15) / 40)
    assert calibration_error(reliability(np.zeros(0), np.zeros(0, dtype=bool))) is None


def test_coverage_is_the_most_rows_that_keep_the_accuracy():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, True])
    curve = coverage_curve(confidence, right)
    at = coverage_at(curve, 0.8)  # below it at three rows, reached again at all five
    assert (at.coverage, at.accuracy, at.threshold) == (1.0, 0.8, 0.5)
    assert coverage_at(curve, 0.9).coverage == 0.4
    never = coverage_at(coverage_curve(np.array([0.9, 0.8]), np.array([False, False])), 0.9)
    assert (never.coverage, never.accuracy, never.threshold) == (0, None, None)


def test_equally_sure_rows_are_covered_together_and_rows_without_confidence_never():
    curve = coverage_curve(np.array([0.9, 0.9, np.nan, 0.4]), np.array([True, False, True, True]))
    assert [part.tolist() for part in curve] == [[0.9, 0.4], [0.5, 0.75], [0.5, pytest.approx(2 / 3)]]
    assert coverage_at(coverage_curve(np.array([np.nan]), np.array([False])), 0.9).coverage == 0
