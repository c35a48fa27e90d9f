"""Errors: one line of JSON with the id of the request, whatever is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.errors import CallError, without_paths
from app.server.errors import as_api_error
from app.server.services import Services
from ingest.errors import LibraryError
from tests.app.server.conftest import Borrowed, client_of, error_of, services

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b'{"question":', 400, "not JSON"),
        (b"\xff\xfe{}", 400, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"question": 1e9999999}', 422, "question"),
        (b'{"question": "\\ud800"}', 422, "question"),
        (b'{"question": 1' + b"0" * 5000 + b"}", 400, "numbers"),
        (b"{}", 422, "question: field required"),
        (b"null", 422, ""),
        (b'{"question": ["a"]}', 422, "question"),
        (b'{"question": "x", "documnet": "y"}', 422, "documnet"),
        (b'{"question": "   "}', 400, "empty"),
        (b'{"question": "' + b"x" * 5000 + b'"}', 400, "characters"),
    ],
)
def test_a_body_that_is_wrong_is_told_what_was_expected(
    client: TestClient, body: bytes, status: int, said: str
) -> None:
    response = client.post("/v1/ask", content=body, headers=JSON)
    assert response.status_code == status
    error = error_of(response)
    assert error["type"] == "invalid_request"
    assert said in error["message"]


def test_what_was_sent_is_not_sent_back(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": {"<script>": "alert(1)"}})
    assert "script" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/nothing", 405),
        ("DELETE", "/v1/ask", 405),
        ("GET", "/v1/documents/nothing", 404),
        ("GET", "/v1/documents/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/v1/figures/nothing", 404),
        ("GET", "/v1/uploads/nothing", 404),
        ("GET", "/v1/figures", 400),
        ("GET", "/v1/figures?item=%00", 422),
        ("GET", "/v1/documents/%00", 404),
        ("GET", "/v1/figures?item=revenue&limit=0", 422),
        ("GET", "/v1/documents?library=nothing", 404),
        ("GET", "/v1/documents?library=..%2f..", 404),
    ],
)
def test_what_is_not_there_is_told_in_the_same_form(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status, response.text
    error_of(response)


def test_a_sane_id_is_kept_and_any_other_replaced(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "trace-1.2:3"}).headers["x-request-id"] == "trace-1.2:3"
    for odd in ("a b", "x" * 65, "<script>", "a\tb", "-x"):
        made = client.get("/healthz", headers={"X-Request-Id": odd}).headers["x-request-id"]
        assert made != odd
        assert len(made) == 24


def test_an_error_that_nobody_foresaw_shows_no_traceback(shared: Services, capfd: pytest.CaptureFixture[str]) -> None:
    with client_of(Borrowed(shared)) as client:

        async def broken() -> None:
            raise ZeroDivisionError("a secret question")

        client.app.router.add_route("/v1/broken", broken)  # type: ignore[attr-defined]
        client.app.router.routes.insert(0, client.app.router.routes.pop())  # type: ignore[attr-defined]
        response = client.get("/v1/broken")
    assert response.status_code == 500
    assert error_of(response)["type"] == "internal"
    written = capfd.readouterr().err
    assert "internal error, TypeError" in written
    assert "secret" not in written + response.text


def test_folders_of_the_machine_stay_untold(tmp_path: Path) -> None:
    told = as_api_error(CallError(f"there is no library 'x' in {tmp_path}/home (there is: default)"))
    assert told is not None
    assert str(tmp_path) not in str(told)
    assert "default" in str(told)
    assert without_paths("see /etc/ssl/private/key.pem, or http://host/a/b/c") == "see key.pem, or http://host/a/b/c"


def test_a_full_disk_has_its_own_status() -> None:
    told = as_api_error(OSError(28, "No space left on device", "/home/someone/secret"))
    assert told is not None
    assert told.status_code == 507
    assert "secret" not in str(told)
    assert (
        as_api_error(LibraryError("the ledger cannot be used: database or disk is full; free some")).status_code == 507
    )  # type: ignore[union-attr]


def test_ready_tells_what_fails(tmp_path: Path) -> None:
    with client_of(services(tmp_path / "empty", adapter="nothing-of-that-name")) as client:
        response = client.get("/readyz")
    assert response.status_code == 503
    assert set(response.json()["failed"]) == {"tagger"}
    assert str(tmp_path) not in response.text


def test_ready_where_all_opens(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "working": 0, "waiting": 0, "uploads": 0}


def test_the_api_is_described_without_another_server(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert {"/v1/ask", "/v1/chat", "/v1/documents", "/v1/figures", "/v1/tag", "/v1/chat/completions"} <= set(
        described["paths"]
    )
    assert "multipart/form-data" in described["paths"]["/v1/documents"]["post"]["requestBody"]["content"]
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404


def test_parts_are_opened_once(home: Path) -> None:
    import threading

    one = services(home)
    made: list[object] = []

    def slow() -> object:
        made.append(object())
        threading.Event().wait(0.05)
        return made[-1]

    threads = [threading.Thread(target=one.once, args=["part", "", slow]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    one.close()
