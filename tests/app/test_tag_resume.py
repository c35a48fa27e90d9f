"""Runs of `finagent tag` that were stopped, killed or ran out of disk, and what the next makes of them."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.app.tag_calls import Call, one_line, read_csv, subprocess_call
from tests.app.tag_stub import StubModel


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


def test_a_summary_that_cannot_be_written_is_made_up_for_by_resuming(
    finagent: Call, model: StubModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "n.csv").write_text("date,text\n2026-01-01,good\n")
    call = ("tag", "n.csv", "--output", "o.csv", "--summary", "s", "--json")
    with monkeypatch.context() as patch:
        patch.setattr("chains.news.news_plots._save", lambda figure, path: path.mkdir() or path.open("w"))
        result = finagent(*call)
    assert result.code == 1 and "Is a directory" in result.err.splitlines()[-1]
    (tmp_path / "s" / ".by_day.png.part").rmdir()
    assert json.loads(finagent(*call, "--resume").out)["resumed"] == 1
    assert (tmp_path / "s" / "by_day.png").is_file()
