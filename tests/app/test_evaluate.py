"""`finagent eval sentiment` with a real adapter on a tiny base."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import CardData, CardSplit, ids_sha256, read_card, text_id, write_card
from tests.adapters.conftest import toy_rows

Call = Callable[..., Any]
ROWS = toy_rows(60)


def _write(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))
    return path


@pytest.fixture
def evaluate(finagent: Call, make_adapter: Call, tmp_path: Path) -> Call:
    """Calls the command with an adapter that knows the toy rows."""
    directory = make_adapter("toy")

    def call(*arguments: object) -> Any:
        return finagent("eval", "sentiment", "--adapter", directory, *arguments)

    return call


def test_json_holds_the_contract_and_nothing_else_is_printed(evaluate: Call, tmp_path: Path):
    result = evaluate("--data", _write(tmp_path / "d.jsonl", ROWS), "--json")
    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    record = json.loads(result.out)
    assert record["n"] == 60
    assert all(0 <= record[name] <= 1 for name in ("accuracy", "macro_f1", "weighted_f1", "ece"))
    assert record["accuracy"] > 0.8  # it learned these rows
    assert (record["adapter"], record["engine"], record["perplexity"]) == ("toy", "openvino", None)
    assert (record["unparsed"], record["abstained"], record["skipped_rows"], record["entity_rows"]) == (0, 0, 0, 0)
    assert record["intervals"]["accuracy"][0] <= record["accuracy"] <= record["intervals"]["accuracy"][1]
    assert {at["target"] for at in record["coverage"]} == {0.9, 0.95, 0.99}
    assert record["trained_on_data"] is False


def test_the_table_says_the_same(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS)
    record = json.loads(evaluate("--data", data, "--json").out)
    shown = evaluate("--data", data)
    assert (shown.code, shown.err) == (0, "")
    for name in ("accuracy", "macro_f1", "weighted_f1", "ece"):
        assert f"{record[name]:.4f}" in shown.out
    assert "true \\ predicted" in shown.out and "can be labelled with 90% accuracy" in shown.out


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_predictions_and_report_agree_with_the_measures(evaluate: Call, tmp_path: Path, suffix: str):
    target = tmp_path / f"predictions{suffix}"
    data = _write(tmp_path / "d.jsonl", ROWS)
    record = json.loads(evaluate("--data", data, "--predictions", target, "--report", "out", "--json").out)
    if suffix == ".csv":
        rows: list[dict[str, Any]] = list(csv.DictReader(target.open(newline="")))
    else:
        rows = [json.loads(line) for line in target.read_text().splitlines()]
    columns = ["text", "entity", "label", "prediction", "confidence", "p_negative", "p_neutral", "p_positive"]
    assert list(rows[0]) == columns
    assert [(row["text"], row["label"]) for row in rows] == ROWS
    right = sum(row["label"] == row["prediction"] for row in rows)
    assert record["accuracy"] == pytest.approx(right / 60, abs=1e-6)
    assert all(float(row["confidence"]) == float(row[f"p_{row['prediction']}"]) for row in rows)
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == record
    assert (tmp_path / "out" / "confusion.png").is_file() and (tmp_path / "out" / "reliability.png").is_file()


def test_bad_rows_are_named_with_their_lines_and_the_rest_is_measured(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS[:9])
    with data.open("a") as file:
        file.write('no json\n{"text": "x", "label": "great"}\n{"label": "positive"}\n')
        file.write('{"text": "half \\ud83d \\u0000 📈 新聞", "label": "positive"}\n')
    result = evaluate("--data", data, "--json", "--predictions", "p.jsonl")
    assert result.code == 1
    record = json.loads(result.out)
    assert (record["n"], record["skipped_rows"]) == (10, 3)
    lines = result.err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"d.jsonl, line {n}" for n in (10, 11, 12)] + [str(data)]
    assert "unknown label 'great'" in lines[1] and "3 rows cannot be used and were left out" in lines[3]
    assert len((tmp_path / "p.jsonl").read_text().splitlines()) == 10


def test_rows_that_repeat_or_contradict_are_measured_as_they_stand(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", [*ROWS[:6], ROWS[0], (ROWS[0][0], "neutral"), ROWS[1]])
    record = json.loads(evaluate("--data", data, "--json").out)
    assert (record["n"], record["texts"]) == (9, 6)
    assert (record["duplicates"], record["contradictions"]) == (2, 3)
    assert "no model gets all of them right" in record["remarks"][0]
    assert record["accuracy"] < 1


def test_an_entity_column_is_used(evaluate: Call, tmp_path: Path):
    (tmp_path / "d.csv").write_text(
        "text,label,entity,about\nnokia falls as siemens rises,negative,nokia,siemens\n"
        "nokia falls as siemens rises,positive,siemens,nokia\nprofit holds,neutral,,\n"
    )
    record = json.loads(evaluate("--data", "d.csv", "--json", "--predictions", "a.csv").out)
    assert (record["n"], record["texts"], record["entity_rows"]) == (3, 2, 2)
    evaluate("--data", "d.csv", "--entity-column", "about", "--json", "--predictions", "b.csv")
    first, second = ([row["p_negative"] for row in csv.DictReader((tmp_path / n).open())] for n in ("a.csv", "b.csv"))
    assert first[0] == second[1] != first[1] and first[1] == second[0]


def test_one_class_only_is_measured_with_a_remark(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", [row for row in ROWS if row[1] == "positive"])
    result = evaluate("--data", data)
    assert result.code == 0
    assert "Note: every row is positive" in result.out


def test_rows_below_the_least_confidence_abstain(evaluate: Call, tmp_path: Path):
    result = evaluate("--data", _write(tmp_path / "d.jsonl", ROWS), "--min-confidence", "1", "--json")
    record = json.loads(result.out)
    assert (record["abstained"], record["accuracy"]) == (60, 0)
    assert "60 rows were not labelled" in " ".join(record["remarks"])


def test_the_training_data_is_recognised_and_its_held_out_part_can_be_measured(
    finagent: Call, make_adapter: Call, tmp_path: Path
):
    data = _write(tmp_path / "d.jsonl", ROWS)
    ids = tuple(text_id(text) for text, _ in ROWS[:12])
    adapter = make_adapter(
        data=(CardData("d.jsonl", hashlib.sha256(data.read_bytes()).hexdigest(), 60, "CC0"),),
        split=CardSplit(0, 0.2, ids_sha256(ids), ids),
    )
    whole = finagent("eval", "sentiment", "--data", data, "--adapter", adapter).out
    assert "the adapter was trained on this file" in whole and "12 of its rows were held out" in whole
    part = json.loads(finagent("eval", "sentiment", "--data", data, "--adapter", adapter, "--held-out", "--json").out)
    assert (part["n"], part["remarks"][0][:16]) == (12, "only the 12 rows")
    other = _write(tmp_path / "other.jsonl", toy_rows(9, offset=600))
    result = finagent("eval", "sentiment", "--data", other, "--adapter", adapter, "--held-out")
    assert result.code == 2 and "holds out no text of this file" in result.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is empty"),
        ("text,label\n", "it is empty"),
        ("body,mark\nhello,positive\n", "it has body, mark; name one with --text-column"),
        ("text,label\nhello,1\nbye,0\n", "say it with --labels"),
        ("text,label\nhello,good\n", "unknown label 'good'"),
    ],
)
def test_data_that_cannot_be_measured_is_a_wrong_call(evaluate: Call, tmp_path: Path, content: str, said: str):
    (tmp_path / "d.csv").write_text(content)
    result = evaluate("--data", "d.csv")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert said in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "none.csv"], "there is no such file"),
        (["--predictions", "p.xlsx"], "expected a name that ends in .jsonl or .csv"),
        (["--predictions", "no/p.csv"], "there is no folder no"),
        (["--predictions", "d.jsonl"], "is the data"),
        (["--predictions", "dir.csv"], "is a folder"),
        (["--report", "d.jsonl"], "is a file; expected a folder"),
        (["--labels", "0=good"], "--labels: '0=good'"),
        (["--engine", "steam"], "unknown engine 'steam'"),
        (["--min-confidence", "2"], "min_confidence"),
        (["--adapter", "nobody"], "there is no adapter 'nobody'"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(evaluate: Call, tmp_path: Path, arguments: list[str], said: str):
    before = _write(tmp_path / "d.jsonl", ROWS[:6]).read_text()
    (tmp_path / "dir.csv").mkdir()
    result = evaluate("--data", "d.jsonl", *arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert said in result.err
    assert (tmp_path / "d.jsonl").read_text() == before


def test_a_foreign_directory_and_another_base_are_refused(finagent: Call, make_adapter: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS[:6])
    (tmp_path / "foreign").mkdir()
    result = finagent("eval", "sentiment", "--data", data, "--adapter", tmp_path / "foreign")
    assert result.code == 2 and "adapter_config.json" in result.err
    other = make_adapter("other")
    card = read_card(other)
    write_card(replace(card, base=replace(card.base, sha256="0" * 64)), other)
    result = finagent("eval", "sentiment", "--data", data, "--adapter", other)
    assert result.code == 2 and "another base" in result.err
