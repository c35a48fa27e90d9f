"""Uploads that are kept, or told not to be: full disks, crashes, damaged records, other servers."""

from __future__ import annotations

import errno
import json
import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.server.errors import ApiError
from app.server.receiving import Received
from app.server.services import Services
from app.server.uploads import MOST_ARRIVING, Uploads
from tests.app.server.conftest import TEXT, Borrowed, client_of, done, error_of, send, services, wait_for


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
