"""The server, called by the official client in this process: by today's protocol and by the one before it."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest
from langchain_core.tools import BaseTool, StructuredTool, tool
from mcp import Client, MCPError
from mcp.server import Server

from app.mcp import server as module
from app.mcp.server import build_server
from ingest.library import Library

LARKMOOR = {"question": "What was Larkmoor's revenue in FY2025?"}
MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])
scribble = StructuredTool.from_function(
    func=lambda text: text, name="scribble", description="Writes.", metadata={"writes": True}
)


@MODES
async def test_it_says_who_it_is_and_lists_tools_that_only_read(server: Server[Any], mode: str) -> None:
    async with Client(server, mode=mode) as client:
        assert client.server_info.name == "finagent"
        assert client.server_info.version == "1.2.3"
        assert "orders" in (client.instructions or "")
        tools = (await client.list_tools()).tools
        assert {"ask_reports", "look_up_figures", "compute_program", "search_passages", "list_documents"} <= {
            one.name for one in tools
        }
        assert all(one.annotations and one.annotations.read_only_hint for one in tools)
        assert not {"remember", "forget"} & {one.name for one in tools}


@MODES
async def test_an_answer_comes_with_its_record_and_citations(server: Server[Any], mode: str) -> None:
    async with Client(server, mode=mode) as client:
        result = await client.call_tool("ask_reports", LARKMOOR)
        assert not result.is_error
        assert "USD 1,284.3 million" in result.content[0].text
        assert result.structured_content["records"][0]["value"] == 1284.3
        assert result.structured_content["citations"][0]["document"] == "larkmoor_10k_2025"


@MODES
async def test_wrong_arguments_are_an_error_of_one_line_and_an_unknown_tool_one_of_the_protocol(
    server: Server[Any], mode: str
) -> None:
    async with Client(server, mode=mode) as client:
        for arguments in ({}, {"question": 3}, {"query": "x"}, {**LARKMOOR, "documents": "x"}):
            result = await client.call_tool("ask_reports", arguments)
            assert result.is_error
            assert "expected" in result.content[0].text
            assert "\n" not in result.content[0].text
        for name in ("sell_shares", "remember", ""):
            with pytest.raises(MCPError, match="there is no tool") as caught:
                await client.call_tool(name, {})
            assert caught.value.code == -32602


@MODES
async def test_resources_are_listed_read_and_completed(server: Server[Any], mode: str) -> None:
    async with Client(server, mode=mode) as client:
        listed = (await client.list_resources()).resources
        assert listed[0].name == "documents"
        templates = (await client.list_resource_templates()).resource_templates
        assert templates[0].uri_template == "finagent://documents/{document}/pages/{page}"
        page = await client.read_resource("finagent://documents/larkmoor_10k_2025/pages/6")
        assert "Total net sales" in page.contents[0].text
        with pytest.raises(MCPError, match="there is no document 'gone'"):
            await client.read_resource("finagent://documents/gone/pages/1")


def slow(library: Library, work: BaseTool) -> Server[Any]:
    return build_server([work, scribble], library, version="0")


@MODES
async def test_two_calls_are_worked_on_at_once(sample_library: Library, mode: str) -> None:
    both = threading.Barrier(2, timeout=10)

    @tool
    def meet(name: str) -> str:
        """Waits for the other call."""
        both.wait()
        return f"met {name}"

    said: dict[str, str] = {}
    async with Client(slow(sample_library, meet), mode=mode) as client, anyio.create_task_group() as tasks:

        async def call(name: str) -> None:
            said[name] = (await client.call_tool("meet", {"name": name})).content[0].text

        tasks.start_soon(call, "a")
        tasks.start_soon(call, "b")
    assert said == {"a": "met a", "b": "met b"}


@MODES
async def test_a_cancelled_call_holds_nobody_up(sample_library: Library, mode: str) -> None:
    began, end = threading.Event(), threading.Event()

    @tool
    def wait(seconds: float) -> str:
        """Waits until it is told to end, or as long as said."""
        began.set()
        end.wait(seconds)
        return "done"

    async with Client(slow(sample_library, wait), mode=mode) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "wait", {"seconds": 30})
            await anyio.to_thread.run_sync(began.wait, 10)
            tasks.cancel_scope.cancel()
        with anyio.fail_after(5):
            assert (await client.call_tool("wait", {"seconds": 0})).content[0].text == "done"
    end.set()


async def test_who_calls_and_cancels_keeps_no_more_threads_busy_than_others(sample_library: Library) -> None:
    lock, end, busy, most = threading.Lock(), threading.Event(), [0], [0]

    @tool
    def wait() -> str:
        """Waits until it is told to end."""
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        end.wait(10)
        with lock:
            busy[0] -= 1
        return "done"

    async with Client(slow(sample_library, wait)) as client:
        for _ in range(3):
            async with anyio.create_task_group() as tasks:
                for _ in range(module.SIDE_BY_SIDE):
                    tasks.start_soon(client.call_tool, "wait", {})
                await anyio.sleep(0.1)
                tasks.cancel_scope.cancel()
        end.set()
        assert (await client.call_tool("wait", {})).content[0].text == "done"
    assert most[0] == module.SIDE_BY_SIDE


async def test_an_error_tells_no_folder_of_this_machine(sample_library: Library) -> None:
    @tool
    def fail() -> str:
        """Fails."""
        raise OSError(2, "No such file or directory", "/home/somebody/secret/report.pdf")

    async with Client(slow(sample_library, fail)) as client:
        said = (await client.call_tool("fail", {})).content[0].text
    assert "report.pdf" in said
    assert "secret" not in said


async def test_what_nobody_foresaw_is_told_in_a_line_and_the_server_goes_on(
    sample_library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    @tool
    def fail(kind: str) -> str:
        """Fails."""
        raise {"foreseen": OSError(28, "No space left on device")}.get(kind) or KeyError("a secret")

    async with Client(slow(sample_library, fail)) as client:
        with pytest.raises(MCPError, match="^internal error, KeyError$") as caught:
            await client.call_tool("fail", {"kind": "other"})
        assert caught.value.code == -32603
        told = await client.call_tool("fail", {"kind": "foreseen"})
        assert told.is_error
        assert told.content[0].text.startswith("No space left on device")
    assert "Traceback" not in capsys.readouterr().err


async def test_beyond_what_may_wait_calls_are_told_to_come_again(
    sample_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    monkeypatch.setattr(module, "SIDE_BY_SIDE", 1)
    end = threading.Event()

    @tool
    def wait() -> str:
        """Waits until it is told to end."""
        end.wait(10)
        return "done"

    said: list[str] = []
    async with Client(slow(sample_library, wait)) as client, anyio.create_task_group() as tasks:

        async def call() -> None:
            result = await client.call_tool("wait", {})
            said.append(result.content[0].text)
            if result.is_error:
                end.set()

        for _ in range(3):
            tasks.start_soon(call)
    assert sorted(said) == ["2 calls are under way already; call again in a few seconds", "done", "done"]
