"""Connections: clients that do not finish asking, and clients that do not read."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from app.server.listening import PatientProtocol
from tests.app.server.conftest import Live

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def closed(line: socket.socket) -> bool:
    """Whether the server gives the connection up, after what it sent was read."""
    line.settimeout(5)
    try:
        while line.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


ASKED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("sent", [b"G", ASKED + b"X-Slow:"])
def test_a_head_that_does_not_come_is_given_up(
    serve: Callable[..., Live], monkeypatch: pytest.MonkeyPatch, sent: bytes, before: int
) -> None:
    monkeypatch.setattr(PatientProtocol, "look", 0.05)
    with socket.create_connection(("127.0.0.1", serve().port)) as line:
        for _ in range(before):
            line.sendall(ASKED + b"\r\n")
            assert b"200 OK" in line.recv(1 << 16)
        line.sendall(sent)
        assert closed(line)


def test_who_never_asks_is_given_up(serve: Callable[..., Live], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "look", 0.05)
    with socket.create_connection(("127.0.0.1", serve().port)) as line:
        assert closed(line)


def test_an_answer_that_nobody_reads_is_given_up_and_one_that_is_read_is_whole(
    serve: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "look", 0.1)
    live = serve()
    asked = b"GET /v1/documents/larkmoor_10k_2025/pages/1/image?scale=6 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 8
    for reads in (False, True):
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", live.port))
            line.sendall(asked)
            if not reads:
                until = time.monotonic() + 10
                while not live.server.server_state.connections and time.monotonic() < until:
                    time.sleep(0.01)
                while live.server.server_state.connections and time.monotonic() < until:
                    time.sleep(0.01)
                assert not live.server.server_state.connections
            else:
                line.settimeout(10)
                assert b"200 OK" in line.recv(4096)
