"""Parquet: types, nested columns and metadata come out as they went in."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.rowfiles import ADDED, open_rows, open_writer
from app.rows.forms import Tags
from tests.app.tag_stub import StubModel


def table() -> pa.Table:
    stamp = dt.datetime(2026, 1, 2, 3, 4, 5, 678901)
    return pa.table(
        {
            "text": pa.array(["good", None, "bad 🚀"], pa.large_string()),
            "feed": pa.array(["a", "b", None]).dictionary_encode(),
            "ns": pa.array([1, None, 1_700_000_000_123_456_789], pa.timestamp("ns", "Europe/Berlin")),
            "us": pa.array([stamp, None, stamp], pa.timestamp("us")),
            "day": pa.array([dt.date(2026, 1, 2)] * 3),
            "tickers": pa.array([["A", "B"], [], None], pa.list_(pa.string())),
            "deep": pa.array([{"x": 1, "y": [1.5]}, None, {"x": None, "y": []}]),
            "price": pa.array([Decimal("1.10"), None, Decimal("-2.00")], pa.decimal128(20, 2)),
            "raw": pa.array([b"\x00\xff", None, b""]),
        },
        metadata={"maker": "test"},
    )


def tagged(path: Path, size: int) -> pa.Table:
    rows = open_rows(str(path), form=None, encoding=None, added=ADDED)
    out = io.BytesIO()
    writer = open_writer(rows, "parquet", out, ADDED)
    for batch in rows.batches(["text"], size):
        writer.write(batch, Tags(["neutral"] * batch.count, [(0.5, 0.25, 0.5, 0.25)] * batch.count))
    writer.close()
    return pq.read_table(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_all_columns_come_out_as_they_went_in(tmp_path: Path, size: int):
    pq.write_table(table(), tmp_path / "n.parquet", row_group_size=2)
    out = tagged(tmp_path / "n.parquet", size)
    assert out.column_names == [*table().column_names, *ADDED]
    kept = out.select(table().column_names)
    assert kept.schema.equals(pq.read_schema(tmp_path / "n.parquet"), check_metadata=True)
    assert kept.to_pylist() == table().to_pylist()
    assert out.schema.field("sentiment").type == pa.string() and out.schema.field("confidence").type == pa.float32()


def test_a_frame_of_pandas_keeps_its_index(tmp_path: Path):
    frame = pd.DataFrame({"text": ["a", "b"]}, index=pd.Index(["x", "y"], name="key"))
    frame.to_parquet(tmp_path / "n.parquet")
    tagged(tmp_path / "n.parquet", 10)
    pq.write_table(tagged(tmp_path / "n.parquet", 10), tmp_path / "o.parquet")
    back = pd.read_parquet(tmp_path / "o.parquet")
    assert list(back.index) == ["x", "y"] and list(back.columns) == ["text", *ADDED]


def test_a_file_without_rows_stays_one(tmp_path: Path):
    pq.write_table(table().slice(0, 0), tmp_path / "n.parquet")
    out = tagged(tmp_path / "n.parquet", 10)
    assert (out.num_rows, out.num_columns) == (0, 14)


@pytest.mark.usefixtures("stub")
def test_it_is_tagged_summed_up_and_turned_into_other_forms(finagent: Callable[..., Any], tmp_path: Path):
    pq.write_table(table(), tmp_path / "n.parquet")
    assert finagent("tag", "n.parquet", "--output", "o.parquet").code == 0
    rows = pq.read_table(tmp_path / "o.parquet").to_pylist()
    assert [row["sentiment"] for row in rows] == ["positive", None, "negative"]
    assert rows[1]["p_neutral"] is None
    call = (
        "tag",
        "n.parquet",
        "--output",
        "o.jsonl",
        "--summary",
        "s",
        "--date-column",
        "ns",
        "--ticker-column",
        "tickers",
    )
    result = finagent(*call, "--json")
    assert json.loads(result.out)["summary"] == {
        "folder": "s", "by": ["date", "source", "ticker"], "unread_dates": 0, "ambiguous_dates": 0,
        "without": {"date": 0, "source": 1, "ticker": 1},
    }  # fmt: skip
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert lines[0]["deep"] == {"x": 1, "y": [1.5]} and lines[0]["us"] == "2026-01-02T03:04:05.678901"
    result = finagent("tag", "n.parquet", "--output", "o.csv", "--column", "day")
    assert result.code == 2 and "holds date32[day]; expected text" in result.err


@pytest.mark.usefixtures("stub")
def test_a_truncated_file_is_one_line(finagent: Callable[..., Any], tmp_path: Path):
    pq.write_table(table(), tmp_path / "n.parquet")
    content = (tmp_path / "n.parquet").read_bytes()
    (tmp_path / "n.parquet").write_bytes(content[: len(content) // 2])
    result = finagent("tag", "n.parquet", "--output", "o.parquet")
    assert result.code == 1 and "not a whole Parquet file" in result.err and result.err.count("\n") == 1
    (tmp_path / "n.parquet").write_bytes(content[:4] + bytes(200) + content[204:])  # the pages are damaged
    result = finagent("tag", "n.parquet", "--output", "o.parquet")
    assert result.code == 1 and "not a whole Parquet file" in result.err and result.err.count("\n") == 1
    assert not (tmp_path / "o.parquet").exists()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (StubModel(), "0" * 64))
