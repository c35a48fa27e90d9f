"""What the tests of the server share: a home with the sample reports, an application over it, and a live server.

Models, library and application are opened once for all tests; a test that wants other settings borrows them.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from app.server.application import create_app
from app.server.listening import config_of
from app.server.services import Services
from app.server.upload_records import FINAL
from app.settings import load_settings

BASE = "http://127.0.0.1:8321"
REVENUE = "What was Larkmoor's revenue in FY2025?"


@pytest.fixture(scope="session")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home with the sample reports. Tests may add to it, under names of their own."""
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("served") / "home"))


@pytest.fixture(scope="session")
def shared(home: Path) -> Iterator[Services]:
    """The services over the home."""
    made = services(home)
    yield made
    made.close()


class Borrowed(Services):
    """Services with settings of their own and the opened parts of others, which close them."""

    def __init__(self, owner: Services, **settings: Any) -> None:
        super().__init__(replace(owner.settings, **settings))
        self._made, self._locks, self._lock = owner._made, owner._locks, owner._lock

    def close(self) -> None:
        pass


def services(home: Path, **settings: Any) -> Services:
    return Services(load_settings({"home": home, "threads": 1, **settings}, environ={}))


@contextmanager
def client_of(given: Services) -> Iterator[TestClient]:
    """A client of an application in this process, which runs as long as the block."""
    with TestClient(create_app(given), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="session")
def client(shared: Services) -> Iterator[TestClient]:
    """A client of the application that all tests share."""
    with client_of(Borrowed(shared)) as made:
        yield made


class Live:
    """A server on the loopback, in a thread of this process."""

    def __init__(self, given: Services) -> None:
        self.app = create_app(given)
        self.server = uvicorn.Server(config_of(self.app, grace=20))
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()
        wait_for(lambda: self.server.started)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.socket.close()


@pytest.fixture
def serve(shared: Services) -> Iterator[Callable[..., Live]]:
    """Starts live servers over the home, with settings of their own."""
    made: list[Live] = []

    def start(**settings: Any) -> Live:
        made.append(Live(Borrowed(shared, **settings)))
        return made[-1]

    yield start
    for one in made:
        one.close()


def wait_for(done: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until something is there, and give it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := done():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came in {seconds} s")


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream: (kind, record)."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            found.append((fields.get("event", ""), json.loads(fields["data"])))
    return found


def error_of(response: Any) -> dict[str, Any]:
    """The error of a response, which must be one line with the id of the request and nothing else."""
    body = response.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert error["request_id"] == response.headers["x-request-id"]
    assert "\n" not in error["message"]
    assert "Traceback" not in response.text
    return error


TEXT = b"NORTHWIND TRADING PLC\n\nAnnual report 2025\n\nRevenue was 10 million in 2025.\n"


def send(client: TestClient, *files: tuple[str, bytes], **given: Any) -> Any:
    """Upload files."""
    return client.post("/v1/documents", files=[("file", file) for file in files], **given)


def done(client: TestClient, upload: str) -> dict[str, Any]:
    """An upload once it has been read."""

    def ended() -> Any:
        told = client.get(f"/v1/uploads/{upload}").json()
        assert 0 <= told["share"] <= 1
        return told if told["status"] in FINAL else None

    found: dict[str, Any] = wait_for(ended)
    return found
