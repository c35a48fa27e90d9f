"""`finagent serve`: what it refuses to start with, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.commands.serve import address, bound, check_access
from app.errors import CallError
from app.settings import load_settings
from tests.app.server.conftest import REVENUE

Call = Callable[..., Any]
TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.com"])
def test_another_host_needs_a_token(finagent: Call, host: str) -> None:
    result = finagent("serve", "--host", host, "--port", "0")
    assert result.code == 2
    assert "token is needed" in result.err
    short = finagent("serve", "--host", host, "--port", "0", "--token", "short")
    assert short.code == 2
    assert "too short" in short.err
    assert "short" not in short.err.replace("too short", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_loopback_needs_none(host: str) -> None:
    check_access(load_settings({"host": host}, environ={}))


def test_a_long_token_opens_another_host() -> None:
    check_access(load_settings({"host": "0.0.0.0", "token": TOKEN}, environ={}))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_port_that_is_taken(finagent: Call) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        result = finagent("serve", "--port", other.getsockname()[1])
    assert result.code == 2
    assert "--port" in result.err


@pytest.mark.parametrize("given", [["--port", "99999"], ["--port", "-1"], ["--capacity", "0"], ["--port", "x"]])
def test_settings_that_are_wrong(finagent: Call, given: list[str]) -> None:
    assert finagent("serve", *given).code == 2


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_address_never_shows_the_token() -> None:
    settings = load_settings({"token": TOKEN}, environ={})
    with bound("127.0.0.1", 0) as listening:
        assert TOKEN not in address(settings, listening)
    with pytest.raises(CallError):
        bound("192.0.2.1", 0)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_it_starts_answers_and_ends_when_it_is_told_to(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0", "--verbose"],
        env={**os.environ, "FINAGENT_HOME": str(home), "FINAGENT_THREADS": "1"},
        cwd=Path(__file__).parents[3],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        answer = httpx.post(f"{found[0]}v1/ask", json={"question": REVENUE}, timeout=30)
        assert answer.json()["value"] == 1284.3
        assert httpx.get(found[0]).headers["content-type"].startswith("text/html")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        said = process.stderr.read()
    finally:
        process.kill()
        process.wait()
    assert "POST /v1/ask 200" in said
    assert REVENUE not in said
    assert "ended" in said.splitlines()[-1]
