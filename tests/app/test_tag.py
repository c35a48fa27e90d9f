"""`finagent tag` as a user calls it, with a stand-in for the model."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.card import read_card, write_card
from adapters.errors import EngineError
from tests.adapters.conftest import toy_rows
from tests.app.tag_stub import StubModel

Call = Callable[..., Any]
ROOT = Path(__file__).parents[2]
ADDED = ["sentiment", "confidence", "p_negative", "p_neutral", "p_positive"]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> StubModel:
    """The stand-in that calls in this test use."""
    stub = StubModel()
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (stub, "0" * 64))
    return stub


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_line(err: str) -> str:
    assert err.startswith("finagent: ") and err.count("\n") == 1, err
    return err


def subprocess_call(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "FINAGENT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.app.tag_stub", "tag", *arguments],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


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


def test_an_interrupted_run_is_resumed_with_the_same_result(
    finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "n.csv").write_text("id,text\n" + "".join(f'{i},"text\n {i % 90} good"\n' for i in range(1000)))
    (tmp_path / "o.csv").write_text("old")
    models = [StubModel(), StubModel(stop_after=4), StubModel()]
    used = iter(models)
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (next(used), "0" * 64))
    assert finagent("tag", "n.csv", "--output", "whole.csv", "--batch-rows", "100").code == 0
    call = ("tag", "n.csv", "--output", "o.csv", "--batch-rows", "100")
    result = finagent(*call)
    assert result.code == 1 and "--resume" in one_line(result.err)
    assert (tmp_path / "o.csv").read_text() == "old"
    result = finagent(*call, "--resume", "--json")
    assert (result.code, json.loads(result.out)["resumed"], json.loads(result.out)["rows"]) == (0, 400, 1000)
    assert len(models[2].asked) == 600
    assert (tmp_path / "o.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not list(tmp_path.glob(".o.csv*"))


def stopped(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was stopped after two of five batches."""
    (tmp_path / "n.csv").write_text("text,body\n" + "good,bad\n" * 100)
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (StubModel(stop_after=2), "0" * 64))
    assert finagent("tag", "n.csv", "--output", "o.csv", "--batch-rows", "20").code == 1
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (StubModel(), "0" * 64))


def test_another_call_or_input_is_not_resumed(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stopped(finagent, tmp_path, monkeypatch)
    call = ("tag", "n.csv", "--output", "o.csv", "--resume")
    result = finagent(*call, "--batch-rows", "20", "--column", "body")
    assert result.code == 2 and "--column (was 'text', is 'body')" in one_line(result.err)
    assert "--batch-rows (was 20, is 4096)" in one_line(finagent(*call).err)
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (StubModel(), "1" * 64))
    assert "--adapter" in one_line(finagent(*call, "--batch-rows", "20").err)
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (StubModel(), "0" * 64))
    old = (tmp_path / "n.csv").stat()
    (tmp_path / "n.csv").write_text("text,body\n" + "evil,bad\n" * 100)
    assert "last change" in one_line(finagent(*call, "--batch-rows", "20").err)
    os.utime(tmp_path / "n.csv", ns=(old.st_atime_ns, old.st_mtime_ns))
    result = finagent(*call, "--batch-rows", "20")
    assert result.code == 2 and "other texts" in one_line(result.err)
    assert not (tmp_path / "o.csv").exists()
    (tmp_path / "n.csv").write_text("text,body\n" + "good,bad\n" * 101)
    assert "the size of the input" in one_line(finagent(*call, "--batch-rows", "20").err)
    result = finagent("tag", "n.csv", "--output", "o.csv")
    assert result.code == 2 and "--resume goes on with it, --restart discards it" in one_line(result.err)
    assert "other" not in one_line(finagent(*call, "--restart").err)
    assert "--device (was 'cpu', is 'cuda')" in one_line(finagent(*call, "--batch-rows", "20", "--device", "cuda").err)
    result = finagent("tag", "n.csv", "--output", "o.csv", "--restart")
    assert (result.code, result.err) == (0, "")
    assert len(read_csv(tmp_path / "o.csv")) == 101
    result = finagent(*call)
    assert result.code == 0 and "no stopped run" in one_line(result.err)


@pytest.mark.parametrize("damage", ["torn", "flipped", "head"])
def test_a_damaged_journal_costs_only_what_it_held(
    finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
):
    stopped(finagent, tmp_path, monkeypatch)
    journal = tmp_path / ".o.csv.journal"
    content = bytearray(journal.read_bytes())
    if damage == "torn":
        content = content[:-7]
    elif damage == "flipped":
        content[-7] ^= 1
    else:
        content[:5] = b"\0" * 5
    journal.write_bytes(content)
    result = finagent("tag", "n.csv", "--output", "o.csv", "--batch-rows", "20", "--resume", "--json")
    if damage == "head":
        assert result.code == 2 and "damaged" in one_line(result.err)
    else:
        assert (result.code, json.loads(result.out)["resumed"]) == (0, 20)
        assert [r["sentiment"] for r in read_csv(tmp_path / "o.csv")] == ["positive"] * 100


@pytest.mark.parametrize("suffix", ["csv.gz", "jsonl", "parquet", "txt"])
def test_a_killed_run_is_resumed_with_no_row_lost_or_doubled(tmp_path: Path, suffix: str):
    texts = [f"a {'good' if i % 3 else 'bad'} day {i}" for i in range(400)]
    source, output = f"n.{suffix}", f"o.{'tsv' if suffix == 'txt' else suffix}"
    if suffix == "csv.gz":
        (tmp_path / source).write_bytes(gzip.compress(("text\n" + "\n".join(texts)).encode()))
    elif suffix == "jsonl":
        (tmp_path / source).write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    elif suffix == "txt":
        (tmp_path / source).write_text("\n".join(texts))
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"text": texts}), tmp_path / source, row_group_size=64)
    call = (source, "--output", output, "--batch-rows", "20")
    process = subprocess_call(tmp_path, *call, STUB_DELAY="0.15")
    journal = tmp_path / f".{output}.journal"
    deadline = time.monotonic() + 30
    while not (journal.exists() and journal.stat().st_size > 1300) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / output).exists()
    process = subprocess_call(tmp_path, *call, "--resume", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    said = json.loads(out)
    assert said["rows"] == 400 and 20 <= said["resumed"] < 400
    if suffix == "parquet":
        tagged = pq.read_table(tmp_path / output).to_pylist()
    elif suffix == "jsonl":
        tagged = [json.loads(line) for line in (tmp_path / output).read_text().splitlines()]
    else:
        content = (tmp_path / output).read_bytes()
        content = gzip.decompress(content) if suffix == "csv.gz" else content
        tagged = list(csv.DictReader(io.StringIO(content.decode()), delimiter="\t" if suffix == "txt" else ","))
    assert [row["text"] for row in tagged] == texts
    assert [row["sentiment"] for row in tagged] == ["positive" if i % 3 else "negative" for i in range(400)]
    assert not list(tmp_path.glob(".o*"))


def test_two_runs_do_not_write_one_output(finagent: Call, model: StubModel, tmp_path: Path):
    (tmp_path / "n.txt").write_text("\n".join(f"text {i}" for i in range(200)))
    process = subprocess_call(tmp_path, "n.txt", "--output", "o.tsv", "--batch-rows", "20", STUB_DELAY="1")
    deadline = time.monotonic() + 30
    while not (tmp_path / ".o.tsv.journal").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    result = finagent("tag", "n.txt", "--output", "o.tsv")
    process.kill()
    process.communicate()
    assert result.code == 2 and "another `finagent tag`" in one_line(result.err)


def test_a_full_disk_is_one_line_and_what_was_worked_out_is_kept(
    finagent: Call, model: StubModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from app.rows import csv as csv_rows

    (tmp_path / "n.csv").write_text("text\n" + "good\n" * 100)
    real = csv_rows._CsvWriter.write

    def full(self: Any, batch: Any, tags: Any) -> None:
        if batch.cells["text"] and len(model.asked) >= 60:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, batch, tags)

    monkeypatch.setattr(csv_rows._CsvWriter, "write", full)
    call = ("tag", "n.csv", "--output", "o.csv", "--batch-rows", "20")
    result = finagent(*call)
    assert result.code == 1
    assert "o.csv: no space left on its disk; what was worked out is kept" in one_line(result.err)
    assert sorted(p.name for p in tmp_path.glob(".o*")) == [".o.csv.journal"]
    monkeypatch.setattr(csv_rows._CsvWriter, "write", real)
    assert json.loads(finagent(*call, "--resume", "--json").out)["resumed"] == 60
    assert len(read_csv(tmp_path / "o.csv")) == 100


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


def test_a_summary_that_cannot_be_written_is_made_up_for_by_resuming(
    finagent: Call, model: StubModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "n.csv").write_text("date,text\n2026-01-01,good\n")
    call = ("tag", "n.csv", "--output", "o.csv", "--summary", "s", "--json")
    with monkeypatch.context() as patch:
        patch.setattr("chains.news_plots._save", lambda figure, path: path.mkdir() or path.open("w"))
        result = finagent(*call)
    assert result.code == 1 and "Is a directory" in result.err.splitlines()[-1]
    (tmp_path / "s" / ".by_day.png.part").rmdir()
    assert json.loads(finagent(*call, "--resume").out)["resumed"] == 1
    assert (tmp_path / "s" / "by_day.png").is_file()


def test_long_cells_are_tagged_and_kept(finagent: Call, model: StubModel, tmp_path: Path):
    cell = "a good year, " * 80_000
    (tmp_path / "n.csv").write_text(f'id,text\n1,"{cell}"\n2,bad\n')
    assert finagent("tag", "n.csv", "--output", "o.csv").code == 0
    csv.field_size_limit(1 << 24)
    rows = read_csv(tmp_path / "o.csv")
    assert rows[0]["text"] == cell and [r["sentiment"] for r in rows] == ["positive", "negative"]


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


def test_a_real_adapter_tags(finagent: Call, make_adapter: Call, tmp_path: Path):
    directory = make_adapter("toy")
    rows = toy_rows(60)
    odd = ["", "\x00", "🚀" * 3, "\ud83d", "x" * 1_000_000, "利润上升", "…", "a " * 50_000]
    lines = [{"text": text, "who": "nokia"} for text, _ in rows] + [{"text": text, "who": None} for text in odd]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    call = ("tag", "n.jsonl", "--adapter", directory, "--batch-rows", "16", "--json")
    result = finagent(*call, "--output", "o.jsonl")
    assert (result.code, result.err) == (0, "")
    said = json.loads(result.out)
    assert (said["adapter"], said["engine"], said["rows"], said["empty"]) == ("toy", "openvino", 68, 2)
    tagged = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    right = sum(row["sentiment"] == label for row, (_, label) in zip(tagged, rows, strict=False))
    assert right > 48
    result = finagent(*call, "--output", "e.jsonl", "--entity-column", "who", "--engine", "torch", "--threads", "1")
    assert json.loads(result.out)["engine"] == "torch"


def test_an_adapter_that_is_not_there_or_broken_is_one_line(finagent: Call, make_adapter: Call, tmp_path: Path):
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", "nowhere")
    assert result.code == 2 and "there is no adapter 'nowhere'" in one_line(result.err)
    directory = make_adapter("toy")
    weights = directory / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", directory)
    assert result.code == 2 and str(directory) in one_line(result.err)
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", make_adapter("b"), "--engine", "steam")
    assert result.code == 2 and "unknown engine 'steam'" in one_line(result.err)
    assert not list(tmp_path.glob("*o.csv*"))


@pytest.mark.parametrize("engine", ["openvino", "onnx"])
def test_a_cache_that_cannot_be_written_is_no_wrong_call(
    finagent: Call, make_adapter: Call, tmp_path: Path, engine: str
):
    (tmp_path / "home" / "cache").mkdir(parents=True)
    (tmp_path / "home" / "cache" / {"openvino": "engines"}.get(engine, engine)).write_text("")
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", make_adapter("toy"), "--engine", engine)
    assert result.code == 1 and "internal" not in one_line(result.err)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
@pytest.mark.parametrize(
    "harm",
    [
        {"lora_alpha": [1]}, {"lora_alpha": None}, {"r": "x"}, {"target_modules": {"a": 1}}, {"task_type": "EVIL"},
        {"peft_type": "NONE"}, {"peft_type": "VERA"}, {"peft_type": "PREFIX_TUNING"}, {"alpha_pattern": {"[": 1}},
        {"modules_to_save": 3}, {"layers_to_transform": "x"}, {"bias": "?"}, {"init_lora_weights": "evil"},
        {"rank_pattern": 3}, {"unknown": 1},
        {"classifier.weight": (2, 32)}, {"classifier.bias": (4,)}, {"classifier.bias": ()}, {"dense.bias": (3,)},
        {"dense.weight": (32,)}, {"lora_A.weight": (3, 32)}, {"lora_A.weight": (4,)}, {"lora_B.weight": (32, 4, 1)},
    ],
    ids=str,
)  # fmt: skip
def test_an_adapter_that_makes_no_sense_is_one_line(
    finagent: Call, make_adapter: Call, tmp_path: Path, harm: dict[str, Any], engine: str
):
    from safetensors.numpy import load_file, save_file

    directory = make_adapter("toy")
    path, config = directory / "adapter_model.safetensors", directory / "adapter_config.json"
    weights = load_file(path)
    for name, value in harm.items():
        if isinstance(value, tuple):
            weights |= {key: np.ones(value, dtype=np.float32) for key in weights if key.endswith(name)}
        else:
            config.write_text(json.dumps({**json.loads(config.read_text()), name: value}))
    save_file(weights, path)
    write_card(read_card(directory), directory)
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", directory, "--engine", engine)
    assert result.code in (0, 2), result.err
    if result.code:
        assert "internal error" not in one_line(result.err)


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
