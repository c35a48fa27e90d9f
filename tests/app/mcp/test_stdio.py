"""`finagent mcp` as another program starts it: a process of its own, over stdin and stdout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

COMMAND = ["-c", "from app.cli import main; main()", "mcp"]
ROOT = Path(__file__).parents[3]
CALLS: dict[str, dict[str, object]] = {
    "ask_reports": {"question": "What was Larkmoor's current ratio at the end of FY2025?"},
    "look_up_figures": {"item": "total net sales", "company": "Larkmoor"},
    "compute_program": {"program": "divide(3, 4)"},
    "compute_metric": {"metric": "current ratio", "company": "Larkmoor", "period": "FY2025"},
    "search_passages": {"query": "flow measurement"},
    "list_documents": {},
    "compare": {"measure": "revenue", "companies": ["Larkmoor", "Harrowgate"], "periods": ["FY2025"]},
    "read_news": {"entity": "Larkmoor"},
    "news_sentiment": {"texts": ["Larkmoor's profit doubled."]},
}


NEWS = """text,date,entity,sentiment,confidence,p_negative,p_neutral,p_positive
Larkmoor won a large order.,2025-11-03,Larkmoor,positive,0.9,0.02,0.08,0.9
"""


async def test_every_tool_answers_over_stdin_and_stdout(sample_home: Path, tmp_path: Path) -> None:
    said: dict[str, str] = {}
    (tmp_path / "news.csv").write_text(NEWS)
    environment = {"FINAGENT_HOME": str(sample_home), "FINAGENT_NEWS": str(tmp_path / "news.csv"), "PATH": ""}
    started = StdioServerParameters(command=sys.executable, args=COMMAND, env=environment, cwd=ROOT)
    with (tmp_path / "stderr").open("w+") as log:
        async with Client(stdio_client(started, errlog=log)) as client:
            tools = {one.name for one in (await client.list_tools()).tools}
            assert tools == set(CALLS)

            async def call(name: str) -> None:
                result = await client.call_tool(name, CALLS[name])
                assert not result.is_error, (name, result)
                assert result.structured_content["kind"] == name
                said[name] = result.content[0].text

            async with anyio.create_task_group() as tasks:  # all at once: each gets its own answer
                for name in CALLS:
                    tasks.start_soon(call, name)
            with anyio.move_on_after(0.001):
                await client.call_tool("search_passages", {"query": "sales"})
            listed = await client.read_resource("finagent://documents")
            assert "larkmoor_10k_2025" in listed.contents[0].text
        log.seek(0)
        assert log.read() == ""
    assert "0.75" in said["compute_program"]
    assert "larkmoor_10k_2025" in said["list_documents"]
    assert "positive" in said["news_sentiment"]
    assert "won a large order" in said["read_news"]


def test_stdout_carries_the_protocol_only_and_its_end_is_the_end(sample_home: Path) -> None:
    lines = '{"jsonrpc":"2.0","id":1,"method":"ping"}\nnot json\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n'
    done = subprocess.run(
        [sys.executable, *COMMAND], input=lines, capture_output=True, text=True, timeout=60, cwd=ROOT,
        env={"FINAGENT_HOME": str(sample_home), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0
    assert all(line.startswith('{"jsonrpc":"2.0"') for line in done.stdout.splitlines())
    assert "Traceback" not in done.stderr
