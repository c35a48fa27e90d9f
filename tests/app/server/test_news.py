"""Tagging, files of news, and adapters."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.server.adapters import _rows
from app.server.news_files import Columns, tagged
from app.server.services import Services
from app.server.work import Stop
from tests.app.server.conftest import Borrowed, client_of, error_of

ROWS = [("2025-10-27", "Wire", "Larkmoor", "Larkmoor lifts its dividend after a record year"),
        ("2025-10-28", "Wire", "Northmere", "Northmere warns of falling profits"),
        ("2025-10-28", "Gazette", "Larkmoor", "Larkmoor publishes its agenda")]  # fmt: skip


def table(header: str = "date,source,company,headline", rows: Any = ROWS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *rows])
    return out.getvalue().encode()


def send(client: TestClient, name: str, data: bytes, query: str = "") -> Any:
    return client.post(f"/v1/news{query}", files={"file": (name, data)})


def test_texts_are_tagged_in_their_order(client: TestClient) -> None:
    texts = [row[3] for row in ROWS]
    made = client.post("/v1/tag", json={"texts": texts}).json()
    assert [one["sentiment"] for one in made][:2] == ["positive", "negative"]
    for one in made:
        assert abs(one["p_negative"] + one["p_neutral"] + one["p_positive"] - 1) < 1e-3
    rows = [{"text": text, "entity": "Larkmoor"} for text in texts]
    assert (
        client.post("/v1/tag", json={"rows": rows}).json()
        == client.post("/v1/tag", json={"texts": texts, "entity": "Larkmoor"}).json()
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"texts": []},
        {"texts": ["a"], "rows": []},
        {"texts": [""]},
        {"texts": [1]},
        {"texts": ["a"] * 1025},
        {"rows": [{"entity": "x"}]},
        {"texts": "a"},
    ],
)
def test_texts_that_cannot_be_tagged(client: TestClient, given: dict[str, Any]) -> None:
    response = client.post("/v1/tag", json=given)
    assert response.status_code == 422, response.text
    error_of(response)


def test_a_text_of_nothing_is_told(client: TestClient) -> None:
    assert client.post("/v1/tag", json={"texts": ["  "]}).status_code == 400


def test_a_file_is_tagged_kept_and_told(client: TestClient, home: Path) -> None:
    told = send(client, "week.csv", table()).json()
    assert (told["name"], told["rows"]) == ("week.csv", 3)
    assert [(day["date"], day["n"]) for day in told["by_day"]] == [("2025-10-27", 1), ("2025-10-28", 2)]
    assert {one["entity"]: one["n"] for one in told["by_entity"]} == {"Larkmoor": 2, "Northmere": 1}
    assert {one["source"]: one["n"] for one in told["by_source"]} == {"Wire": 2, "Gazette": 1}
    assert client.get("/v1/news").json()["files"][0]["name"] == "week.csv"
    assert client.get("/v1/news/week.csv").json() == told
    kept = (home / "news" / "week.csv").read_bytes()
    # What is tagged already is taken as it is, and nothing that is there is replaced.
    again = send(client, "week.csv", kept).json()
    assert again["name"] == "week~2.csv"
    assert again["by_day"] == told["by_day"]
    assert (home / "news" / "week.csv").read_bytes() == kept == (home / "news" / "week~2.csv").read_bytes()


def test_two_files_of_one_name_at_a_time_are_both_kept(home: Path, tmp_path: Path) -> None:
    data = table("headline,sentiment,confidence", [("Larkmoor wins", "positive", "0.9")])
    sources = [tmp_path / str(n) / "same.csv" for n in range(16)]
    for source in sources:
        source.parent.mkdir()
        source.write_bytes(data)
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda one: tagged(one, tmp_path, Columns(), None, Stop()), sources))
    assert len(made) == 16
    assert {one.read_bytes() for one in made} == {data}


def test_curves_of_a_training_that_went_astray_are_told(tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text("step,loss\n1,0.5\n2,nan\n3,inf\n")
    assert [row["loss"] for row in _rows(tmp_path / "curves.csv")] == [0.5, None, None]


def test_a_column_is_named(client: TestClient) -> None:
    data = table("day,who,whom,words")
    refused = send(client, "odd.csv", data)
    assert refused.status_code == 400
    assert "'words'" in error_of(refused)["message"]
    assert send(client, "odd.csv", data, "?column=words&entity_column=whom").json()["rows"] == 3


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("a.exe", b"x", 415),
        ("a.csv", b"", 400),
        ("a.csv", b"\xff\xfe\x00", 400),
        ("a.parquet", b"PAR1", 400),
        ("a.csv", b"date,source\n2025-01-01,x\n", 400),
    ],
)
def test_files_that_are_no_news(client: TestClient, home: Path, name: str, data: bytes, status: int) -> None:
    before = sorted(p.name for p in (home / "news").glob("*"))
    response = send(client, name, data)
    assert response.status_code in (status, 503), response.text
    assert str(home) not in response.text
    error_of(response)
    assert sorted(p.name for p in (home / "news").glob("*")) == before
    assert not list((home / "uploads").glob(".*.part"))


@pytest.mark.parametrize("name", ["nothing.csv", "..%2f..%2fetc%2fpasswd", "..", ".hidden.csv"])
def test_only_files_of_the_folder_are_told(client: TestClient, name: str) -> None:
    assert client.get(f"/v1/news/{name}").status_code == 404


def test_two_files_at_a_time_are_refused(client: TestClient) -> None:
    files = [("file", ("a.csv", table())), ("file", ("b.csv", table()))]
    assert client.post("/v1/news", files=files).status_code == 400


def test_adapters_have_cards_and_curves(client: TestClient) -> None:
    listed = {one["name"]: one for one in client.get("/v1/adapters").json()}
    assert listed["sentiment-minilm"]["in_use"]
    card = client.get("/v1/adapters/sentiment-minilm").json()
    assert card["task"] == "sentiment"
    assert card["in_use"]
    assert card["metrics"]["macro_f1"] > 0.5
    rows = client.get("/v1/adapters/sentiment-minilm/curves").json()["rows"]
    assert rows[0]["step"] > 0
    assert rows[0]["validation_loss"] is None
    plot = client.get("/v1/adapters/sentiment-minilm/curves?format=png")
    assert plot.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2f", "sentiment-minilm%2f..", "~", "/etc"])
def test_a_folder_is_no_adapter(client: TestClient, name: str) -> None:
    for path in (f"/v1/adapters/{name}", f"/v1/adapters/{name}/curves"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/adapters/sentiment-minilm/curves?format=exe").status_code == 422


def test_a_setting_that_names_one_file_takes_no_other(shared: Services, tmp_path: Path) -> None:
    one = tmp_path / "own.csv"
    one.write_bytes(table("headline,sentiment,confidence", [("Larkmoor wins", "positive", "0.9")]))
    with client_of(Borrowed(shared, news=str(one))) as client:
        assert [f["name"] for f in client.get("/v1/news").json()["files"]] == ["own.csv"]
        assert client.get("/v1/news/own.csv").json()["rows"] == 1
        assert send(client, "b.csv", table()).status_code == 409
