from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from adapters.errors import DataError
from adapters.training.evaluate import evaluate_sentiment
from adapters.training.plots import plot_curves
from adapters.training.report import write_report

PNG = b"\x89PNG\r\n"
TRUTH = ["negative", "neutral", "positive", "positive"]
ROWS = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.2, 0.6, 0.2]]


def test_a_report_has_numbers_tables_and_pictures(tmp_path: Path):
    report = evaluate_sentiment(TRUTH, probabilities=ROWS)
    (tmp_path / "notes.txt").write_text("mine")
    written = write_report(report, tmp_path, {**report.record(), "adapter": "a"})
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written} | {"notes.txt"}
    assert json.loads((tmp_path / "metrics.json").read_text())["adapter"] == "a"
    for name in ("confusion.png", "reliability.png", "coverage.png"):
        assert (tmp_path / name).read_bytes().startswith(PNG)
    rows = list(csv.DictReader((tmp_path / "per_class.csv").open()))
    assert [row["label"] for row in rows] == ["negative", "neutral", "positive"]
    assert rows[2]["recall"] == "0.500000" and float(rows[2]["f1_low"]) <= float(rows[2]["f1"])
    confusion = list(csv.reader((tmp_path / "confusion.csv").open()))
    assert confusion[3] == ["positive", "0", "1", "1", "0"]
    assert list(csv.reader((tmp_path / "coverage.csv").open()))[-1] == ["1.000000", "0.750000", "0.500000"]


def test_the_same_numbers_give_the_same_pictures(tmp_path: Path):
    report = evaluate_sentiment(TRUTH, probabilities=ROWS)
    for name in ("a", "b"):
        write_report(report, tmp_path / name)
    assert all(path.read_bytes() == (tmp_path / "b" / path.name).read_bytes() for path in (tmp_path / "a").iterdir())


def test_predictions_alone_give_no_pictures_of_certainty(tmp_path: Path):
    write_report(evaluate_sentiment(["positive"], predictions=["no label"]), tmp_path / "new" / "report")
    names = {path.name for path in (tmp_path / "new" / "report").iterdir()}
    assert names == {"metrics.json", "per_class.csv", "confusion.csv", "confusion.png"}


def test_unparsed_rows_only_are_drawn_too(tmp_path: Path):
    nan = float("nan")
    write_report(evaluate_sentiment(["positive", "neutral"], probabilities=[[nan] * 3, [0.2, 0.3, 0.5]]), tmp_path)
    assert (tmp_path / "coverage.png").read_bytes().startswith(PNG)


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is a file; expected a folder"):
        write_report(evaluate_sentiment(["positive"], predictions=["positive"]), tmp_path / "file")


def test_curves_are_drawn_whatever_the_names_and_numbers_hold(tmp_path: Path, recwarn: pytest.WarningsRecorder):
    lines = {"train $": [(0.0, 2.0), (1.0, float("nan"))], "新聞 📈": [(1.0, 1.0)], "none": []}
    plot_curves({"loss": lines, "macro F1": {"validation": [(1, 0.5)]}}, tmp_path / "curves.png")
    plot_curves({}, tmp_path / "nothing.png")
    assert all(path.read_bytes().startswith(PNG) for path in tmp_path.iterdir())
    assert not recwarn.list
