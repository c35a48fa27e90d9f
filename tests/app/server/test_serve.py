"""`finagent serve`: what it refuses to start with; that it runs and ends is in test_killed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from app.commands.serve import address, bound, check_access
from app.errors import CallError
from app.settings import load_settings

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
    for host in ("192.0.2.1", "x" * 70 + ".example"):
        with pytest.raises(CallError, match="cannot be listened on"):
            bound(host, 0)


def test_a_name_of_the_loopback_that_leads_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **named: found)
    with pytest.raises(CallError, match="not to this machine alone"):
        bound("finagent.localhost", 80)
