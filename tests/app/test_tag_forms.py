"""What `finagent tag` reads and writes: forms, encodings, lines that are no rows."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from tests.app.tag_calls import ADDED, Call, one_line, read_csv, stdin
from tests.app.tag_stub import StubModel


def test_standard_input_and_output_hold_one_text_a_line_or_the_format_given(
    finagent: Call, model: StubModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stdin(monkeypatch, b"a good year\n\na bad year")
    result = finagent("tag", "-", "--output", "-")
    rows = list(csv.DictReader(io.StringIO(result.out), delimiter="\t"))
    assert [(r["text"], r["sentiment"]) for r in rows] == [
        ("a good year", "positive"), ("", ""), ("a bad year", "negative"),
    ]  # fmt: skip
    stdin(monkeypatch, b'{"text": "a good year"}\n')
    result = finagent("tag", "-", "--format", "jsonl", "--output", "-")
    assert json.loads(result.out)["sentiment"] == "positive"
    stdin(monkeypatch, b"x")
    assert "--json and --output -" in one_line(finagent("tag", "-", "--output", "-", "--json").err)
    assert "no file" in one_line(finagent("tag", "-", "--output", "-", "--resume").err)
    assert "Parquet is not read" in one_line(finagent("tag", "-", "--format", "parquet", "--output", "o").err)


def test_names_that_clash_are_settled_by_a_prefix(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "n.csv").write_text("text,sentiment\na good year,?\n")
    assert finagent("tag", "n.csv", "--output", "o.csv", "--prefix", "our_").code == 0
    assert read_csv(tmp_path / "o.csv")[0]["our_sentiment"] == "positive"


def test_lines_that_are_no_rows_are_listed_and_kept_beside(finagent: Call, model: StubModel, tmp_path: Path):
    lines = ['{"text": "a good year", "n": 1.50, "deep": {"a":[1,  2]}}', "{broken", '{"text": null}', "[1]", "",
             '{"text": "x", "confidence": 1}', '{"text": 5}', '{"text": "\\ud83d half"}']  # fmt: skip
    (tmp_path / "n.jsonl").write_text('{"text": "first"}\n' * 200 + "\n".join(lines))
    result = finagent("tag", "n.jsonl", "--output", "o.jsonl", "--json")
    assert result.code == 1
    said = json.loads(result.out)
    assert (said["rows"], said["empty"], said["rejected"]) == (207, 2, 3)
    assert [line.split(":")[1].split(",")[1] for line in result.err.splitlines()[:3]] == [" line 202"," line 204"," line 206"]  # fmt: skip
    assert (tmp_path / "o.jsonl.rejected").read_text() == "".join(lines[i] + "\n" for i in (1, 3, 5))
    out = (tmp_path / "o.jsonl").read_text().splitlines()[200:]
    assert out[0].startswith(lines[0][:-1] + ', "sentiment": "positive"')
    assert [json.loads(line)["sentiment"] for line in out] == ["positive", None, None, "neutral"]
    (tmp_path / "n.jsonl").write_text('{"text": "first"}\n')
    assert finagent("tag", "n.jsonl", "--output", "o.jsonl").code == 0
    assert not (tmp_path / "o.jsonl.rejected").exists()


def test_a_table_becomes_jsonl_and_jsonl_a_table(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "n.csv").write_text('id,text\n1,"good, ""very"" 🚀"\n2\n')
    assert finagent("tag", "n.csv", "--output", "o.jsonl.gz").code == 0
    with gzip.open(tmp_path / "o.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert rows[0]["text"] == 'good, "very" 🚀' and rows[0]["sentiment"] == "positive"
    assert rows[1] == {"id": "2", "text": "", **dict.fromkeys(ADDED)}
    assert finagent("tag", "o.jsonl.gz", "--output", "back.csv", "--prefix", "x_").code == 0
    back = read_csv(tmp_path / "back.csv")
    assert back[0]["text"] == rows[0]["text"] and back[0]["x_sentiment"] == "positive"


def test_encodings_are_found_out_and_odd_lines_counted(finagent: Call, model: StubModel, tmp_path: Path):
    text = "id,text\n1,good café 🚀\n2,bad “quotes”\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        (tmp_path / "n.csv").write_bytes(text.encode(encoding))
        assert finagent("tag", "n.csv", "--output", "o.csv").code == 0
        rows = read_csv(tmp_path / "o.csv")
        assert [(r["id"], r["text"], r["sentiment"]) for r in rows] == [
            ("1", "good café 🚀", "positive"), ("2", "bad “quotes”", "negative"),
        ], encoding  # fmt: skip
    mixed = "text\nutf café\n".encode() + "cp café “x”\n".encode("cp1252") + b"raw \x81\x00 end\n"
    (tmp_path / "n.csv").write_bytes(mixed)
    result = finagent("tag", "n.csv", "--output", "o.csv", "--json")
    assert json.loads(result.out)["other_encoding"] == 2
    assert "2 lines are not utf-8" in one_line(result.err)
    assert [r["text"] for r in read_csv(tmp_path / "o.csv")] == ["utf café", "cp café “x”", "raw \x81\x00 end"]
    (tmp_path / "n.csv").write_bytes("text\n良い good\n".encode("shift_jis"))
    assert finagent("tag", "n.csv", "--output", "o.csv", "--encoding", "shift_jis").err == ""
    assert read_csv(tmp_path / "o.csv")[0]["text"] == "良い good"


def test_long_cells_are_tagged_and_kept(finagent: Call, model: StubModel, tmp_path: Path):
    cell = "a good year, " * 80_000
    (tmp_path / "n.csv").write_text(f'id,text\n1,"{cell}"\n2,bad\n')
    assert finagent("tag", "n.csv", "--output", "o.csv").code == 0
    csv.field_size_limit(1 << 24)
    rows = read_csv(tmp_path / "o.csv")
    assert rows[0]["text"] == cell and [r["sentiment"] for r in rows] == ["positive", "negative"]
