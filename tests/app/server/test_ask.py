"""Questions, documents, figures and pages over the sample reports."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.server import figures
from app.server.page_blocks import blocks
from app.server.services import Services
from ingest.schema import Passage
from tests.app.server.conftest import REVENUE, client_of, error_of, services
from tests.conftest import REPORTS

PDF, HTML, XLSX = "larkmoor_10k_2025", "northmere_10q_2025q3", "harrowgate_2025"


def test_an_answer_is_that_of_the_command_line(client: TestClient, home: Path, finagent: Any, monkeypatch: Any) -> None:
    import json

    monkeypatch.setenv("FINAGENT_HOME", str(home))
    made = client.post("/v1/ask", json={"question": REVENUE}).json()
    line = json.loads(finagent("ask", REVENUE, "--json").out)
    assert made | {"seconds": 0} == line | {"seconds": 0}
    assert (made["status"], made["value"], made["unit"]) == ("answered", 1284.3, "USD millions")


def test_an_explanation_comes_only_where_it_is_wanted(client: TestClient) -> None:
    assert "explain" not in client.post("/v1/ask", json={"question": REVENUE}).json()
    told = client.post("/v1/ask", json={"question": REVENUE, "explain": True}).json()
    assert told["explain"]["figures"]


def test_a_refusal_is_an_answer(client: TestClient) -> None:
    told = client.post("/v1/ask", json={"question": "What was the revenue of Nobody Ever Inc in FY2025?"}).json()
    assert told["status"] == "refused"
    assert told["reason"]


def test_a_document_that_is_named_must_be_there(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": REVENUE, "document": "larkmoor"})
    assert response.status_code == 404
    assert PDF in error_of(response)["message"]
    assert client.post("/v1/ask", json={"question": "What was the revenue?", "document": PDF}).json()["value"] == 1284.3


def test_many_clients_get_each_its_own_answer(client: TestClient) -> None:
    questions = {
        REVENUE: 1284.3,
        "What was Larkmoor's revenue in FY2024?": 1201.7,
        "What was Larkmoor's revenue in FY2023?": 1149.9,
    }
    asked = [*questions] * 8
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda q: client.post("/v1/ask", json={"question": q}).json(), asked))
    assert [a["question"] for a in answers] == asked
    assert [a["value"] for a in answers] == [questions[q] for q in asked]


def test_scripts_in_a_question_come_back_as_data(client: TestClient) -> None:
    question = "<script>alert(1)</script> What was Larkmoor's revenue in FY2025?"
    response = client.post("/v1/ask", json={"question": question})
    assert response.headers["content-type"] == "application/json"
    assert response.json()["question"] == question


def test_documents_are_listed_with_their_checks(client: TestClient) -> None:
    listed = {one["document"]: one for one in client.get("/v1/documents").json()}
    assert set(listed) >= {PDF, HTML, XLSX}
    assert listed[PDF]["pages"] == 13
    assert listed[PDF]["checks"] == {"tie": 103, "broken": []}
    assert {one["document"] for one in client.get("/v1/documents?company=harrowgate").json()} == {XLSX}
    told = client.get(f"/v1/documents/{PDF}").json()
    assert len(told["checks"]["all"]) == 103
    assert {one["statement"] for one in told["statements"]} >= {"income", "balance"}


def test_nothing_tells_where_files_are(client: TestClient, home: Path) -> None:
    for path in ("/v1/documents", f"/v1/documents/{PDF}", f"/v1/documents/{PDF}/pages/6", "/v1/adapters", "/v1/news"):
        text = client.get(path).text
        assert str(home) not in text
        assert "samples/reports" not in text


def test_a_figure_has_the_place_where_it_is_printed(client: TestClient) -> None:
    cited = client.post("/v1/ask", json={"question": REVENUE}).json()["citations"][0]
    figure = client.get(f"/v1/figures/{cited['figure']}").json()
    assert (figure["value"], figure["printed"], figure["page"]) == ("1284300000", "1,284.3", cited["page"])
    x0, top, x1, bottom = figure["box"]
    page = client.get(f"/v1/documents/{PDF}/pages/{figure['page']}?figure={figure['id']}").json()
    assert 0 <= x0 < x1 <= page["width"]
    assert 0 <= top < bottom <= page["height"]
    assert [one["id"] for one in page["figures"] if one["marked"]] == [figure["id"]]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        (f"document={PDF}&item=revenue&period=FY2025&page=6", {"Total net sales"}),
        (f"document={PDF}&concept=Revenues&period=FY2025&page=6", {"Total net sales"}),
        (f"document={PDF}&item=total net sales&period=2025-09-27&page=6", {"Total net sales"}),
        ("company=larkmoor&concept=Revenues&period=FY2025&page=6", {"Total net sales"}),
    ],
)
def test_figures_are_found_by_item_concept_and_period(client: TestClient, query: str, labels: set[str]) -> None:
    found = client.get(f"/v1/figures?{query}").json()
    assert labels <= {one["label"] for one in found}
    assert all(one["fiscal_year"] == 2025 or "period=2025" in query for one in found)


@pytest.mark.parametrize(
    "query", ["period=FY2025", "document=x&item=y", "company=nobody", f"document={PDF}&period=soon"]
)
def test_figures_that_cannot_be_looked_for(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/figures?{query}").status_code in (400, 404)


def test_no_more_documents_are_searched_than_it_takes(
    client: TestClient, shared: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "_AT_ONCE", 1)
    whole = client.get("/v1/figures?item=net sales&limit=1000").json()
    ledger, searched = shared.library().ledger, []
    look = ledger.figures
    monkeypatch.setattr(ledger, "figures", lambda names, **given: searched.append(names) or look(names, **given))
    some = client.get("/v1/figures?item=net sales&limit=3").json()
    assert some == whole[:3]
    assert len({one["id"] for one in whole}) == len(whole) > 3
    assert len(searched) < len(client.get("/v1/documents").json())


def test_a_page_of_a_pdf_is_an_image(client: TestClient) -> None:
    page = client.get(f"/v1/documents/{PDF}/pages/6").json()
    assert (page["pages"], page["width"], page["height"]) == (13, 612, 792)
    image = client.get(page["image"])
    assert image.headers["content-type"] == "image/png"
    assert image.content.startswith(b"\x89PNG")
    again = client.get(page["image"], headers={"If-None-Match": image.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "pages/0",
        "pages/14",
        "pages/-1",
        "pages/x",
        "pages/99999999999999999999",
        "pages/6/image?scale=1000",
        "pages/6/image?scale=nan",
    ],
)
def test_pages_that_are_not_there(client: TestClient, path: str) -> None:
    response = client.get(f"/v1/documents/{PDF}/{path}")
    assert response.status_code in (404, 422)
    error_of(response)


def test_a_page_of_a_filing_or_workbook_is_blocks_with_the_row_marked(client: TestClient) -> None:
    figure = client.get(f"/v1/figures?document={HTML}&item=net sales&limit=1").json()[0]
    page = client.get(f"/v1/documents/{HTML}/pages/{figure['page']}?figure={figure['id']}").json()
    assert page["image"] is None
    table = next(block for block in page["blocks"] if block["kind"] == "table")
    rows = [row for row in table["rows"] if row["marked"]]
    assert [row["label"] for row in rows] == [figure["label"]]
    assert [cell["figure"] for cell in rows[0]["cells"] if cell["marked"]] == [figure["id"]]
    texts = " ".join(block["text"] for block in page["blocks"] if block["kind"] == "text")
    assert figure["printed"].lstrip("$ ") not in texts  # what is in the table is not told twice
    assert client.get(f"/v1/documents/{HTML}/pages/{figure['page']}/image").status_code == 404
    assert any(b["kind"] == "table" for b in client.get(f"/v1/documents/{XLSX}/pages/2").json()["blocks"])


def test_scripts_in_a_document_are_text(client: TestClient) -> None:
    passage = Passage("d.p1.s1", "d", 1, "", "<script>alert(1)</script>\nNet sales 5")
    assert blocks([passage], [], None) == [{"kind": "text", "section": "", "text": passage.text}]


def test_a_pdf_that_moved_or_changed_shows_its_text_and_says_why(sample_home: Path, tmp_path: Path) -> None:
    from ingest.pipeline import ingest_paths

    home, path = tmp_path / "home", tmp_path / "own.pdf"
    shutil.copy(REPORTS / f"{PDF}.pdf", path)
    made = services(home)
    list(ingest_paths([path], made.library(), workers=1))
    made.close()
    with client_of(services(home)) as client:
        os.utime(path)  # touched, and still the same
        assert client.get("/v1/documents/own/pages/6/image").status_code == 200
        with path.open("ab") as file:
            file.write(b"%changed")
        assert client.get("/v1/documents/own/pages/6/image").status_code == 409
        path.unlink()
        response = client.get("/v1/documents/own/pages/6/image")
        assert response.status_code == 410
        assert str(tmp_path) not in response.text
        page = client.get("/v1/documents/own/pages/6").json()
        assert page["image"] is None
        assert "not where it was" in page["remark"]
        assert any(block["kind"] == "table" for block in page["blocks"])
