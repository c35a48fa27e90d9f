"""The server over HTTP on the loopback: the official client, and who is let in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx2
import pytest
import uvicorn
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server

from app.mcp.http import PATH, http_app

pytestmark = pytest.mark.enable_socket
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}},
}  # fmt: skip
KINDS = {"Accept": "application/json, text/event-stream"}


@contextmanager
def listening(server: Server[Any], token: str | None = None) -> Iterator[str]:
    """The server in a thread of its own, at a port that the system chooses."""
    opened = socket.create_server(("127.0.0.1", 0))
    port = opened.getsockname()[1]
    app = http_app(server, host="127.0.0.1", token=token)
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [opened]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join()
        opened.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_official_client_lists_calls_and_reads(server: Server[Any], mode: str) -> None:
    said: dict[str, str] = {}
    with listening(server) as url:
        async with Client(url + PATH, mode=mode) as client:
            assert len((await client.list_tools()).tools) >= 6

            async def ask(company: str) -> None:
                result = await client.call_tool(
                    "ask_reports", {"question": f"What was {company}'s net income in 2025?"}
                )
                said[company] = result.content[0].text

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask, "Larkmoor")
                tasks.start_soon(ask, "Harrowgate")
            with anyio.move_on_after(0.001):
                await client.call_tool("search_passages", {"query": "sales"})
            assert (await client.call_tool("ask_reports", {"query": "x"})).is_error
            with pytest.raises(MCPError, match="there is no tool"):
                await client.call_tool("sell_shares", {})
            assert (
                "Total net sales"
                in (await client.read_resource("finagent://documents/larkmoor_10k_2025/pages/6")).contents[0].text
            )
    assert all(text.startswith(company) for company, text in said.items()), said
    assert len(said) == 2


async def test_with_a_token_only_who_shows_it_is_let_in(server: Server[Any]) -> None:
    with listening(server, token="secret-token") as url:
        async with httpx2.AsyncClient() as plain:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret-token"}):
                refused = await plain.post(url + PATH, json=HELLO, headers={**KINDS, **headers})
                assert refused.status_code == 401
                assert "token" in refused.json()["error"]["message"]
        async with (
            httpx2.AsyncClient(headers={"Authorization": "Bearer secret-token"}) as known,
            Client(streamable_http_client(url + PATH, http_client=known)) as client,
        ):
            assert (await client.list_tools()).tools


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Host": "evil.example"}, HELLO, 403),
        ({"Origin": "http://evil.example"}, HELLO, 403),
        ({"Sec-Fetch-Site": "cross-site"}, HELLO, 403),
        ({}, "{", 400),
        ({}, {"jsonrpc": "2.0"}, 400),
        ({}, {**HELLO, "params": {"filler": "x" * (5 << 20)}}, 413),
        ({}, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 400),
        ({"Mcp-Session-Id": "stolen"}, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 404),
    ],
)
def test_what_does_not_fit_is_refused_and_the_server_goes_on(
    listened: str, headers: dict[str, str], body: Any, status: int
) -> None:
    given: dict[str, Any] = {"content": body} if isinstance(body, str) else {"json": body}
    kinds = {**KINDS, "Content-Type": "application/json", **headers}
    with httpx2.Client() as client:
        assert client.post(listened + PATH, headers=kinds, **given).status_code == status
        assert client.post(listened + PATH, headers=KINDS, json=HELLO).status_code == 200


@pytest.fixture
def listened(server: Server[Any]) -> Iterator[str]:
    with listening(server) as url:
        yield url
