"""Uploads: read once, safe whatever they are called and hold, and refused where they are wrong."""

from __future__ import annotations

import asyncio
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.server.bodies import BodyLimit
from app.server.errors import ApiError
from tests.app.server.conftest import TEXT, client_of, done, error_of, send, services
from tests.conftest import REPORTS


def test_a_document_is_sent_read_asked_and_removed(client: TestClient, home: Path) -> None:
    report = (REPORTS / "northmere_10q_2025q3.htm").read_bytes().replace(b"412,640", b"512,640")
    response = send(
        client, ("changed.htm", report), ("harrowgate.xlsx", (REPORTS / "harrowgate_2025.xlsx").read_bytes())
    )
    assert response.status_code == 202
    added, known = response.json()
    assert (added["name"], added["status"]) == ("changed.htm", "waiting")
    told = done(client, added["upload"])
    assert (told["status"], told["document"], told["share"], told["error"]) == ("added", "changed", 1.0, "")
    assert (home / "uploads" / added["upload"] / "changed.htm").is_file()
    same = done(client, known["upload"])
    assert (same["status"], same["document"]) == ("unchanged", "harrowgate_2025")
    assert not (home / "uploads" / known["upload"]).exists()  # the library has the file elsewhere
    answer = client.post("/v1/ask", json={"question": "What were net sales in Q3 2025?", "document": "changed"}).json()
    assert answer["value"] == 512640
    assert client.delete("/v1/documents/changed").json() == {"document": "changed", "removed": True}
    assert not (home / "uploads" / added["upload"]).exists()
    assert client.get("/v1/documents/changed").status_code == 404
    assert client.get(f"/v1/uploads/{added['upload']}").status_code == 404


@cache
def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", b"\x00" * (12 << 20))
    return out.getvalue()


def lying() -> bytes:
    """A workbook whose directory states a small size for a member that is large."""
    data = bytearray(bomb())
    size = (12 << 20).to_bytes(4, "little")
    at = data.rfind(size)
    data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bomb.xlsx", bomb(), "bomb"),
        ("bomb.zip", bomb(), ""),
        ("lying.xlsx", lying(), ""),
        ("bomb.docx", bomb(), ""),
        ("cut.pdf", b"%PDF-1.7\n" + b"\x00" * 100, ""),
        ("entities.xml", b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>', ""),
        ("image.pdf", b"\x89PNG\r\n", ""),
    ],
)
def test_a_file_that_cannot_be_read_fails_and_is_not_kept(
    client: TestClient, home: Path, name: str, data: bytes, said: str
) -> None:
    upload = send(client, (name, data)).json()[0]["upload"]
    told = done(client, upload)
    assert told["status"] == "failed"
    assert said in told["error"]
    assert "\n" not in told["error"]
    assert str(home) not in told["error"]
    assert not (home / "uploads" / upload).exists()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 400),
        (b"{}", "application/json", 415),
        (b"abc", "multipart/form-data", 415),
        (b"abc", "multipart/form-data; boundary=x", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nab',
            "multipart/form-data; boundary=x",
            400,
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nab\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            400,
        ),
        (b"--x\r\n" + b"A" * 20_000 + b": b\r\n\r\n\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--" + b"x" * 5000 + b"\r\n", "multipart/form-data; boundary=" + "x" * 5000, 400),
    ],
)
def test_forms_that_are_wrong(client: TestClient, home: Path, content: bytes, kind: str, status: int) -> None:
    response = client.post("/v1/documents", content=content, headers={"Content-Type": kind})
    assert response.status_code == status, response.text
    error_of(response)
    assert not list((home / "uploads").glob(".*.part"))


def test_a_form_of_very_many_parts_is_refused(client: TestClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    response = client.post("/v1/documents", content=part * 2000 + b"--x--\r\n", headers=form)
    assert response.status_code == 413
    assert "parts" in error_of(response)["message"]


def test_all_files_of_a_request_are_kept_or_none(client: TestClient, home: Path) -> None:
    before = len(client.get("/v1/uploads").json())
    assert send(client, ("good.txt", TEXT), ("bad.exe", b"MZ")).status_code == 415
    assert send(client, ("good.txt", TEXT), ("empty.txt", b"")).status_code == 400
    assert len(client.get("/v1/uploads").json()) == before
    assert not list((home / "uploads").glob(".*.part"))


def test_an_unsafe_name_lands_in_its_own_folder(client: TestClient, home: Path) -> None:
    told = send(client, ("../../../../tmp/evil.txt", TEXT)).json()[0]
    assert told["name"] == "evil.txt"
    assert done(client, told["upload"])["document"] == "evil"
    assert (home / "uploads" / told["upload"] / "evil.txt").is_file()


def test_a_large_upload_ends_early(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sent = 0

    def chunks() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(200):
            sent += 1 << 20
            yield b"x" * (1 << 20)

    with client_of(services(home, upload_limit=3)) as client:
        stated = client.post("/v1/documents", content=b"", headers={"Content-Length": str(200 << 20)})
        assert stated.status_code == 413
        response = client.post(
            "/v1/documents", content=chunks(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert response.status_code == 413
        assert "3 MB" in error_of(response)["message"]
        small = client.post("/v1/ask", content=b" " * (5 << 20), headers={"Content-Type": "application/json"})
        assert small.status_code == 413
    assert not list((home / "uploads").glob(".*.part"))


async def test_a_body_that_does_not_come_is_given_up() -> None:
    async def reads(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await asyncio.wait_for(receive(), 0.1)  # once it is whole, nothing is late

    async def slow() -> Any:
        await asyncio.sleep(0.02 if pieces else 5)
        return pieces.pop(0)

    guarded = BodyLimit(reads, upload=100, idle=0.05)
    scope = {"type": "http", "path": "/v1/ask", "headers": []}
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]
    with pytest.raises(ApiError) as late:
        await guarded(scope, slow, None)  # type: ignore[arg-type]
    assert late.value.status_code == 408
    pieces = [{"type": "http.request", "body": b"{", "more_body": True} for _ in range(50)]
    with pytest.raises(ApiError) as dripping:  # each in time, and all of them never
        await guarded(scope, slow, None)  # type: ignore[arg-type]
    assert dripping.value.status_code == 408
    assert pieces
    pieces = [{"type": "http.request", "body": b"{}", "more_body": False}]
    with pytest.raises(TimeoutError):
        await guarded(scope, slow, None)  # type: ignore[arg-type]
