"""Uploads: kept before they are acknowledged, read once, safe whatever they are called and hold."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.server.bodies import BodyLimit
from app.server.errors import ApiError
from app.server.names import LONGEST, safe_name
from app.server.receiving import Received
from app.server.services import Services
from app.server.upload_records import FINAL
from app.server.uploads import MOST_ARRIVING, Uploads
from tests.app.server.conftest import Borrowed, client_of, error_of, services, wait_for
from tests.conftest import REPORTS

TEXT = b"NORTHWIND TRADING PLC\n\nAnnual report 2025\n\nRevenue was 10 million in 2025.\n"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\system.ini.txt", "system.ini.txt"),
        ("/etc/shadow", "shadow"),
        ("C:\\Users\\a\\b.pdf", "b.pdf"),
        ("..", "document"),
        ("", "document"),
        (".pdf", "pdf"),
        ("a\x00b\n\r\tc\x1b[31m.pdf", "abc_31m.pdf"),
        ("CON.txt", "_CON.txt"),
        ("aux", "_aux"),
        ("report\u202efdp.exe.pdf", "reportfdp.exe.pdf"),
        ("Bilanz für 2025 (Entwurf).xlsx", "Bilanz für 2025 (Entwurf).xlsx"),
        ("<script>alert(1)</script>.htm", "script_.htm"),
        ("a;rm -rf ~|x`y$z.txt", "a_rm -rf ~_x_y_z.txt"),
        ("..hidden", "hidden"),
        ("trailing. . .", "trailing"),
    ],
)
def test_names_are_made_safe(given: str, made: str) -> None:
    assert safe_name(given) == made


def test_a_long_name_keeps_its_suffix() -> None:
    for stem in ("x" * 5000, "é" * 5000, "." * 5000 + "x"):
        made = safe_name(f"{stem}.pdf")
        assert made.endswith(".pdf")
        assert len(made.encode()) <= LONGEST


def send(client: TestClient, *files: tuple[str, bytes], **given: Any) -> Any:
    return client.post("/v1/documents", files=[("file", file) for file in files], **given)


def done(client: TestClient, upload: str) -> dict[str, Any]:
    def ended() -> Any:
        told = client.get(f"/v1/uploads/{upload}").json()
        assert 0 <= told["share"] <= 1
        return told if told["status"] in FINAL else None

    found: dict[str, Any] = wait_for(ended)
    return found


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


def test_no_more_files_arrive_at_a_time_than_there_is_room_for(tmp_path: Path) -> None:
    one = Uploads(services(tmp_path / "home"))
    with ExitStack() as arriving:
        for _ in range(MOST_ARRIVING):
            arriving.enter_context(one.draft())
        with pytest.raises(ApiError) as refused, one.draft():
            pass
        assert refused.value.status_code == 429
    with one.draft():
        assert len(list((tmp_path / "home" / "uploads").iterdir())) == 1


def test_an_upload_whose_document_was_removed_meanwhile_is_not_noted(tmp_path: Path) -> None:
    one = Uploads(services(tmp_path / "home"))
    with one.draft() as draft:
        (draft / "0").mkdir()
        (draft / "0" / "a.txt").write_bytes(TEXT)
        kept = one.keep([Received("a.txt", draft / "0" / "a.txt", len(TEXT))], "default")[0]
    one.forget(str(one.folder / kept.upload / "a.txt"))
    one._note(replace(kept, status="added"))
    assert list(one.folder.iterdir()) == []


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


def test_a_full_disk_keeps_nothing_and_says_so(client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path.name for path in (home / "uploads").iterdir())

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for failing in ("fsync", "rename"):
        with monkeypatch.context() as patch:
            patch.setattr(os if failing == "fsync" else Path, failing, lambda *given: full(0))
            response = send(client, ("report.txt", TEXT), ("second.txt", TEXT))
        assert response.status_code == 507
        assert error_of(response)["type"] == "disk_full"
        assert sorted(path.name for path in (home / "uploads").iterdir()) == before
    assert client.post("/v1/documents", content=b"x", headers={"Content-Length": "9"}).status_code == 415


def test_files_that_cannot_fit_are_refused_before_they_are_read(tmp_path: Path) -> None:
    with client_of(services(tmp_path / "home", upload_limit=1 << 16)) as client:
        response = client.post("/v1/documents", content=b"", headers={"Content-Length": str(1 << 35)})
        free = os.statvfs(tmp_path)
        if free.f_bavail * free.f_frsize < 1 << 35:
            assert response.status_code == 507


def test_what_was_acknowledged_before_a_crash_is_read_at_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = Uploads(services(home))  # its thread is never started: the process died right after it acknowledged
    with first.draft() as draft:
        (draft / "0").mkdir()
        (draft / "0" / "kept.txt").write_bytes(TEXT)
        kept = first.keep([Received("kept.txt", draft / "0" / "kept.txt", len(TEXT))], "default")[0]
    others = home / "uploads" / "backup"  # nothing of ours: it stays
    others.mkdir()
    for never in (".never.part", "0123456789abcdef01234567"):  # killed before it was acknowledged
        (home / "uploads" / never).mkdir()
    reading = home / "uploads" / f"{kept.upload}.json"
    assert json.loads(reading.read_text())["status"] == "waiting"
    with client_of(services(home)) as client:
        told = done(client, kept.upload)
        assert (told["status"], told["document"]) == ("added", "kept")
    assert {path.name for path in (home / "uploads").iterdir() if path.is_dir()} == {kept.upload, "backup"}
    with client_of(services(home)) as client:  # and what is done is not done again
        assert client.get(f"/v1/uploads/{kept.upload}").json()["status"] == "added"


def test_a_record_that_is_damaged_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "uploads"
    folder.mkdir(parents=True)
    (folder / "odd.json").write_text('{"upload": ')
    with client_of(services(tmp_path / "home")) as client:
        assert client.get("/v1/uploads").json() == []
    assert (folder / "odd.json").exists()


def test_an_upload_waits_where_the_library_cannot_be_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with client_of(services(home)) as client:
        assert client.get("/v1/documents").json() == []
        ledger = home / "libraries" / "default" / "library.id"
        ledger.mkdir()  # no file can be written in its place
        upload = send(client, ("later.txt", TEXT)).json()[0]["upload"]
        told = wait_for(lambda: (t := client.get(f"/v1/uploads/{upload}").json())["error"] and t)
        assert told["status"] == "waiting"
        assert str(home) not in told["error"]
    ledger.rmdir()
    with client_of(services(home)) as client:
        assert done(client, upload)["status"] == "added"


def test_a_second_server_of_the_same_home_leaves_the_uploads_to_the_first(
    client: TestClient, home: Path, shared: Services
) -> None:
    (home / "uploads" / ".arriving.part").mkdir()
    with client_of(Borrowed(shared)) as second:
        assert send(second, ("a.txt", TEXT)).status_code == 503
        assert (home / "uploads" / ".arriving.part").is_dir()  # the first may be receiving it
        assert second.get("/v1/documents").status_code == 200
    (home / "uploads" / ".arriving.part").rmdir()
    assert send(client, ("b.txt", TEXT)).status_code == 202


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
