"""`finagent tag` as a user calls it, with a stand-in for the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import EngineError
from tests.app.tag_calls import ADDED, Call, one_line, read_csv, subprocess_call
from tests.app.tag_stub import StubModel


def test_columns_and_order_are_kept_and_five_are_added(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "news.csv").write_text("id,headline\n7,a good year\n3,a bad year\n5,\n9,a year\n")
    result = finagent("tag", "news.csv", "--output", "tagged.csv")
    assert (result.code, result.err) == (0, "")
    assert "4 rows" in result.out and "1 without a text" in result.out
    rows = read_csv(tmp_path / "tagged.csv")
    assert list(rows[0]) == ["id", "headline", *ADDED]
    assert [(r["id"], r["headline"], r["sentiment"]) for r in rows] == [
        ("7", "a good year", "positive"), ("3", "a bad year", "negative"), ("5", "", ""), ("9", "a year", "neutral"),
    ]  # fmt: skip
    numbers = [float(rows[0][name]) for name in ADDED[1:]]
    assert numbers[0] == max(numbers[1:]) and sum(numbers[1:]) == pytest.approx(1, abs=1e-5)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".tagged", "tagged"))] == ["tagged.csv"]


def test_what_is_not_sure_enough_is_marked_abstain(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "news.txt").write_text("a good year\na year\n")
    result = finagent("tag", "news.txt", "--output", "t.jsonl", "--min-confidence", "0.8", "--json")
    said = json.loads(result.out)
    assert (said["tagged"], said["abstained"], said["counts"]["positive"], said["rows"]) == (1, 1, 1, 2)
    assert [json.loads(line)["sentiment"] for line in (tmp_path / "t.jsonl").read_text().splitlines()] == [
        "positive", "abstain",
    ]  # fmt: skip
    assert finagent("tag", "news.txt", "--output", "t.jsonl", "--min-confidence", "80").code == 2


def test_the_entity_is_given_to_the_model(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "n.csv").write_text("text,who\nup,Acme\nup,Bolt\nup,Acme\nup,\n")
    assert finagent("tag", "n.csv", "--output", "o.csv", "--entity-column", "who").code == 0
    assert model.asked == [("up", "Acme"), ("up", "Bolt"), ("up", "Acme"), ("up", None)]


def test_an_entity_that_is_no_text_is_counted_and_told(finagent: Call, model: StubModel, tmp_path: Path):
    values = ['["Acme"]', '["Acme", "Bolt"]', "5", "null", '{"name": "Acme"}', '"Bolt"', "[]", "[7]"]
    (tmp_path / "n.jsonl").write_text("".join(f'{{"text": "up", "who": {value}}}\n' for value in values))
    result = finagent("tag", "n.jsonl", "--output", "o.jsonl", "--entity-column", "who", "--json")
    assert [entity for _, entity in model.asked] == ["Acme", None, None, None, None, "Bolt", None, None]
    assert (result.code, json.loads(result.out)["odd_entities"]) == (0, 4)
    assert "4 rows name no single text as their entity" in one_line(result.err)


@pytest.mark.parametrize(
    ("name", "content", "arguments", "said"),
    [
        ("n.csv", "id,when\n1,2\n", [], "Its columns: 'id', 'when'"),
        ("n.csv", "id,when\n1,2\n", ["--column", "body"], "there is no column 'body' (--column). Its columns: 'id', 'when'"),
        ("n.csv", "text,when\n1,2\n", ["--entity-column", "who"], "no column 'who' (--entity-column)"),
        ("n.csv", "title,body\n1,2\n", [], "several columns may be the text (title, body); name one with --column"),
        ("n.csv", "a,a\n1,2\n", ["--column", "a"], "2 columns are named 'a'"),
        ("n.csv", "text,sentiment\n1,2\n", [], "already has sentiment; give the added columns other names with --prefix"),
        ("n.csv", "", [], "is empty"),
        ("n.csv", "\n\n", [], "blank lines only"),
        ("n.txt", "", [], "is empty"),
        ("n.jsonl", "\n", [], "is empty"),
        ("n.jsonl", "text\n", [], "expected JSONL"),
        ("n.parquet", "PAR1 no", [], "not a whole Parquet file"),
        ("n.csv.gz", "text\nplain\n", [], "not a whole gzip file"),
        ("n.doc", "x", [], "its form is not known"),
        ("n.csv", "text\nx\n", ["--format", "xml"], "--format xml"),
        ("n.csv", "text\nx\n", ["--encoding", "klingon"], "no such encoding"),
        ("n.csv", "text\nx\n", ["--summary", "s"], "--summary: n.csv has no column"),
        ("n.csv", "text\nx\n", ["--date-column", "d"], "--date-column goes with --summary"),
        ("n.csv", "text\nx\n", ["--batch-rows", "0"], "batch_rows"),
        ("n.csv", "text\nx\n", ["--output", "no/o.csv"], "does not exist"),
        ("n.csv", "text\nx\n", ["--output", "o.parquet"], "Parquet is written from Parquet only"),
        ("n.csv", "text\nx\n", ["--output", "n.csv"], "is the input"),
        ("missing.csv", None, [], "missing.csv: No such file"),
        ("missing.parquet", None, [], "missing.parquet: No such file"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_writes_nothing(
    finagent: Call, model: StubModel, tmp_path: Path, name: str, content: str | None, arguments: list[str], said: str
):
    if content is not None:
        (tmp_path / name).write_text(content)
    output = [] if "--output" in arguments else ["--output", "o.csv"]
    result = finagent("tag", name, *output, *arguments)
    assert result.code in (1, 2) and result.out == ""
    assert said in one_line(result.err)
    assert {p.name for p in tmp_path.iterdir()} <= {name, "home"}


def test_memory_does_not_grow_with_the_rows(tmp_path: Path):
    line = (
        '{"id": %d, "date": "2026-01-02", "text": "Shares of company %d rise after results beat what was expected"}\n'
    )
    peaks = []
    for rows in (10_000, 150_000):
        with (tmp_path / "n.jsonl").open("w") as file:
            file.writelines(line % (i, i) for i in range(rows))
        process = subprocess_call(tmp_path, "n.jsonl", "--output", "o.jsonl", "--summary", "s", STUB_FAST="1")
        err = process.communicate(timeout=120)[1]
        peaks.append(float(err.splitlines()[-1]))
    assert peaks[1] < peaks[0] + 8  # MB; the larger file has 20


def test_a_model_that_breaks_down_is_one_line(
    finagent: Call, model: StubModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(texts: Any, entities: Any = None) -> Any:
        raise EngineError("the adapter stub gives no numbers")

    monkeypatch.setattr(model, "probabilities", broken)
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv")
    assert result.code == 1 and "gives no numbers" in one_line(result.err)
    assert not list(tmp_path.glob("*o.csv*"))


def test_a_summary_is_written_beside(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "n.csv").write_text(
        "date,publisher,ticker,headline\n2026-01-01,Wire,AA;BB,good\n2026-01-03,Wire,AA,bad\n03/04/2026,Post,,bad\n?,,CC,good\n"
    )
    result = finagent("tag", "n.csv", "--output", "o.csv", "--summary", "sum", "--json")
    assert result.code == 0
    said = json.loads(result.out)["summary"]
    assert (said["by"], said["unread_dates"], said["ambiguous_dates"]) == (["date", "source", "ticker"], 1, 1)
    assert said["without"] == {"date": 0, "source": 1, "ticker": 1}
    assert sorted(p.name for p in (tmp_path / "sum").iterdir()) == [
        f"by_{kind}.{ending}" for kind in ("day", "source", "ticker") for ending in ("csv", "png")
    ]  # fmt: skip
    assert [(r["date"], r["n"], r["net"]) for r in read_csv(tmp_path / "sum/by_day.csv")] == [
        ("2026-01-01", "1", "1.0"), ("2026-01-03", "1", "-1.0"),
    ]  # fmt: skip
    assert [(r["ticker"], r["n"]) for r in read_csv(tmp_path / "sum/by_ticker.csv")] == [("AA", "2"), ("BB", "1"), ("CC", "1")]  # fmt: skip
