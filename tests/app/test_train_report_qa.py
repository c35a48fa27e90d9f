"""`finagent train report-qa` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.conftest import Tiny
from tests.adapters.report_qa.conftest import qa_base
from tests.adapters.training.report_qa.test_train import QUICK, rows

__all__ = ["qa_base"]  # a fixture
Call = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    return path


@pytest.fixture
def train(finagent: Call, qa_base: Tiny, monkeypatch: pytest.MonkeyPatch) -> Call:
    from adapters.training import plots

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)
    changes = [part for change in (*QUICK, "epochs=1", "generated=0") for part in ("--set", change)]

    def call(*arguments: object) -> Any:
        return finagent("train", "report-qa", "--base", qa_base.directory, *changes, "--threads", 1, *arguments)

    return call


def test_a_run_says_what_it_made_and_a_bad_row_is_named(train: Call, data: Path, finagent: Call) -> None:
    data.write_text(data.read_text() + json.dumps({"question": "", "text": "x", "answer": 1}) + "\n")
    done = train("--data", data, "--output", "made")
    assert done.code == 0, done.err
    assert "made: trained in" in done.out and "questions over held-out pages: execution accuracy" in done.out
    assert "finagent eval report-qa --data FILE --adapter" in done.out
    assert "rows.jsonl, line 31: the question is empty" in done.err
    assert json.loads((Path("made") / "card.json").read_text())["task"] == "report-qa"
    again = train("--data", data, "--output", "made")
    assert (again.code, again.out) == (2, "")
    assert "exists already; name another --output, or replace it by --force" in again.err
    tagged = finagent("tag", data, "--output", "tagged.jsonl", "--adapter", "made")
    assert tagged.code != 0 and "report-qa" in tagged.err and tagged.err.count("\n") == 1


def test_json_is_one_object_and_validation_files_are_kept_apart(train: Call, data: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.jsonl"
    held.write_text("".join(json.dumps(row) + "\n" for row in rows()[:3]))
    done = train("--data", data, "--output", "made", "--validation", held, "--licence", "CC0-1.0", "--json")
    said = json.loads(done.out)
    assert done.code == 0 and set(said) == {"adapter", "name", "metrics", "skipped_rows", "remarks", "seconds"}
    assert set(said["metrics"]) == {"execution_accuracy", "exact_match", "f1", "score", "loss"}
    assert said["name"] == "made" and said["skipped_rows"] == 0
    card = json.loads((Path("made") / "card.json").read_text())
    assert card["metrics"]["n"] == 3 and card["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is nothing to train on; give --data FILE, --from-library NAME, or both"),
        (("--data", "rows.jsonl", "--set", "epoch=3"), "--set epoch: unknown key"),
        (("--data", "rows.jsonl", "--set", "start=auto"), "report QA is trained from scratch"),
        (("--data", "rows.jsonl", "--set", "method=ia3"), "ia3 is not served for report QA on an encoder"),
        (("--data", "rows.jsonl", "--recipe", "best"), "there is no recipe 'best'"),
        (("--data", "nothing.jsonl"), "nothing.jsonl"),
        (("--data", "rows.parquet"), "rows.parquet"),
        (("--data", "rows.jsonl", "--validation", "rows.jsonl", "more.jsonl"), "more.jsonl may be data or validation"),
        (("--data", "rows.jsonl", "--licence", "MIT", "--licence", "CC0-1.0"), "2 licences for 1 data files"),
        (("--data", "rows.jsonl", "--device", "tpu"), "device: "),
        (("--from-library", "nowhere"), "nowhere"),
        (("--data", "rows.jsonl", "--base", "hub:nobody/nothing"), "hub:nobody/nothing is not on this machine"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_nothing(
    options: tuple[str, ...], said: str, train: Call, data: Path
) -> None:
    done = train(*options, "--output", "made")
    assert (done.code, done.out) == (2, "") and said in done.err and done.err.count("\n") == 1, done.err
    assert not list(Path.cwd().glob("*made*"))


def test_an_interrupted_run_says_how_to_go_on(train: Call, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.training.report_qa.strategy import PointerStrategy

    real, batches = PointerStrategy.loss, []

    def interrupted(*given: Any) -> Any:
        batches.append(given)
        if len(batches) == 4:  # of 3 an epoch
            raise KeyboardInterrupt
        return real(*given)

    call = ("--data", data, "--output", "made", "--set", "epochs=2")
    monkeypatch.setattr(PointerStrategy, "loss", interrupted)
    stopped = train(*call)
    assert stopped.code == 1 and "call it again with --resume" in stopped.err
    assert train(*call).code == 2
    assert train(*call, "--resume").code == 0
    assert len(batches) == 4 + 3
