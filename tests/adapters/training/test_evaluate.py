from __future__ import annotations

import json

import numpy as np
import pytest

from adapters.errors import DataError
from adapters.labels import LABELS
from adapters.training.calibration import softmax
from adapters.training.evaluate import evaluate_sentiment

SURE = {label: np.where(np.array(LABELS) == label, 0.9, 0.05) for label in LABELS}


def test_calibrated_probabilities_are_found_to_be_so():
    draw = np.random.default_rng(0)
    rows = softmax(draw.normal(scale=2, size=(5000, 3)))
    truth = [LABELS[i] for i in (draw.random((5000, 1)) > rows.cumsum(axis=1)).sum(axis=1)]
    report = evaluate_sentiment(truth, probabilities=rows)
    assert report.ece is not None and report.ece < 0.02
    assert abs(report.accuracy - rows.max(axis=1).mean()) < 0.02
    overconfident = evaluate_sentiment(truth, probabilities=rows**3 / (rows**3).sum(axis=1, keepdims=True))
    assert overconfident.ece is not None and overconfident.ece > 0.1
    assert (overconfident.nll or 0) > (report.nll or 0) and (overconfident.brier or 0) > (report.brier or 0)
    for name in ("accuracy", "macro_f1", "weighted_f1"):
        low, high = report.intervals[name]
        assert low < getattr(report, name) < high < low + 0.04
    assert [at.target for at in report.coverage] == [0.9, 0.95, 0.99]
    assert report.coverage[0].coverage > report.coverage[1].coverage > report.coverage[2].coverage


def test_a_word_that_is_no_label_is_wrong_and_never_neutral():
    report = evaluate_sentiment(["neutral", "neutral", "positive"], predictions=["Neutral.", "I think so", None])
    assert (report.accuracy, report.unparsed) == (pytest.approx(1 / 3), 2)
    assert report.confusion["neutral"] == {"negative": 0, "neutral": 1, "positive": 0, "none": 1}
    assert "2 predictions could not be parsed as a label: they count as wrong" in report.remarks
    assert report.ece is report.nll is report.brier is report.curve is None and report.coverage == ()


def test_a_row_of_nan_is_unparsed_and_covered_by_no_threshold():
    rows = np.array([SURE["positive"], [np.nan] * 3])
    report = evaluate_sentiment(["positive", "neutral"], probabilities=rows)
    assert (report.accuracy, report.unparsed) == (0.5, 1)
    assert report.coverage[0].coverage == 0.5
    assert report.ece == pytest.approx(0.1)
    nothing = evaluate_sentiment(["positive"], probabilities=[[np.nan] * 3])
    assert (nothing.accuracy, nothing.unparsed, nothing.ece) == (0, 1, None)


def test_rows_below_the_least_confidence_abstain_and_count_as_wrong():
    rows = np.array([SURE["positive"], [0.3, 0.3, 0.4]])
    report = evaluate_sentiment(["positive", "positive"], probabilities=rows, min_confidence=0.5)
    assert (report.accuracy, report.abstained, report.unparsed) == (0.5, 1, 0)
    assert any("abstain" in remark for remark in report.remarks)
    assert evaluate_sentiment(["positive"], predictions=["abstain"]).abstained == 1


def test_one_class_only_works_and_is_said():
    report = evaluate_sentiment(["positive"] * 4, probabilities=[SURE["positive"]] * 3 + [SURE["negative"]])
    assert report.macro_f1 == pytest.approx((6 / 7 + 0) / 2)  # positive, and negative as a false prediction
    assert [one.f1 for one in report.per_class] == [0, None, pytest.approx(6 / 7)]
    assert report.remarks[0].startswith("every row is positive")
    assert "no row is negative, but 1 prediction is" in report.remarks[1]
    assert "neither a row nor a prediction is neutral" in report.remarks[2]
    perfect = evaluate_sentiment(["neutral"], probabilities=[SURE["neutral"]])
    assert (perfect.accuracy, perfect.macro_f1, perfect.intervals["macro_f1"]) == (1, 1, (1, 1))
    assert perfect.remarks[0].endswith("a sample of 1 shows 5.0% at least")
    many = evaluate_sentiment(["neutral", "positive"] * 50, predictions=["neutral", "positive"] * 50)
    assert many.remarks[0].endswith("a sample of 100 shows 97.0% at least")


def test_rows_of_one_headline_are_drawn_together():
    labels = ["positive", "negative"] * 100
    said = ["positive", "positive"] * 100  # each text has one right and one wrong row, so its accuracy is certain
    texts = [text for i in range(100) for text in (f"Headline {i}", f"  headline   {i}")]
    together = evaluate_sentiment(labels, predictions=said, texts=texts)
    assert (together.texts, together.intervals["accuracy"]) == (100, (0.5, 0.5))
    alone = evaluate_sentiment(labels, predictions=said)
    assert alone.texts == 200 and alone.intervals["accuracy"][0] < 0.45


def test_the_record_is_json_and_the_same_each_time():
    draw = np.random.default_rng(2)
    rows, truth = softmax(draw.normal(size=(60, 3))), [LABELS[i] for i in draw.integers(0, 3, 60)]
    first = json.dumps(evaluate_sentiment(truth, probabilities=rows).record(), allow_nan=False)
    assert first == json.dumps(evaluate_sentiment(truth, probabilities=rows).record())
    record = json.loads(first)
    assert {"n", "accuracy", "macro_f1", "weighted_f1", "ece", "brier", "nll", "coverage"} <= record.keys()
    assert record["per_class"]["neutral"].keys() == {"precision", "recall", "f1", "support", "predicted"}
    assert sum(sum(row.values()) for row in record["confusion"].values()) == record["n"] == 60


@pytest.mark.parametrize(
    ("labels", "given", "said"),
    [
        ([], {"predictions": []}, "hold no row"),
        (["good"], {"predictions": ["positive"]}, "hold good; expected negative, neutral, positive"),
        (["positive"], {}, "nothing to evaluate"),
        (["positive"], {"predictions": []}, "0 predictions for 1 labels"),
        (["positive"], {"predictions": ["positive"], "texts": []}, "0 texts"),
        (["positive"], {"probabilities": [[0.5, 0.5]]}, "probabilities"),
        (["positive"], {"probabilities": [[1.0, 2.0, 3.0]]}, "not logits"),
    ],
)
def test_what_cannot_be_evaluated_is_said(labels: list[str], given: dict[str, object], said: str):
    with pytest.raises(DataError, match=said):
        evaluate_sentiment(labels, **given)  # type: ignore[arg-type]
