"""The agent over a larger model: a scripted server on the loopback, and a tiny one of random weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from adapters.generating.generator import Generator, open_generator
from chains.agent.graph import build_agent
from chains.agent.llm_model import build_llm_model
from chains.agent.prompts import AgentReplyError, read_agent_reply
from chains.agent.tools import toolbox
from chains.ask import Asker
from ingest.library import Library
from tests.adapters.conftest import tiny_base
from tests.adapters.test_generate import Server, chat
from tests.adapters.test_generate_local import tiny_model

__all__ = ["tiny_base", "tiny_model"]

loopback = pytest.mark.allow_hosts(["127.0.0.1"])
REVENUE = "What was Larkmoor's revenue in FY2025?"
Run = Callable[..., list[Any]]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


class Pad:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def add(self, text: str) -> str:
        self.notes.append(text)
        return "1"

    def remove(self, text_or_id: str) -> bool:
        return False

    def all(self) -> list[Any]:
        return []


@pytest.fixture
def run(sample_asker: Asker, sample_library: Library) -> Run:
    def made(text: str, generator: Generator, failures: list[str] | None = None) -> list[Any]:
        said = [] if failures is None else failures
        model = build_llm_model(generator, sample_asker, sample_library, on_failure=said.append)
        tools = toolbox(sample_asker, sample_library, notes=Pad())
        out = build_agent(tools, model).invoke({"messages": [HumanMessage(text)]})
        return list(out["messages"])

    return made


def calling(tool: str, **arguments: Any) -> tuple[int, bytes]:
    return 200, chat(json.dumps({"calls": [{"tool": tool, "arguments": arguments}]}))


def saying(text: str) -> tuple[int, bytes]:
    return 200, chat(json.dumps({"answer": text}))


def called(messages: Sequence[Any]) -> list[str]:
    return [call["name"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls]


@loopback
def test_it_calls_tools_and_says_what_they_gave(server: Server, run: Run) -> None:
    server.script = [
        calling("ask_reports", question=REVENUE),
        saying("Revenue was about 1.28 billion US dollars in FY2025."),
    ]
    messages = run(REVENUE, server.generator())
    assert called(messages) == ["ask_reports"]
    assert messages[-1].text == "Revenue was about 1.28 billion US dollars in FY2025. [1]"
    told = messages[-1].additional_kwargs["artifact"]
    assert (told["status"], told["citations"][0]["document"]) == ("answered", "larkmoor_10k_2025")
    system = server.seen[0]["body"]["messages"][0]["content"]
    assert "- ask_reports: Answers a question" in system
    assert "question: string" in system
    result = server.seen[1]["body"]["messages"][-1]["content"]
    assert result.startswith("<result tool=ask_reports>")


@loopback
def test_a_sentence_with_an_invented_number_is_dropped(server: Server, run: Run) -> None:
    server.script = [
        calling("ask_reports", question=REVENUE),
        saying("Revenue was 1,284.3 million. It will be 1,500 million next year."),
    ]
    messages = run(REVENUE, server.generator())
    assert messages[-1].text == "Revenue was 1,284.3 million. [1]"
    assert "no support" in messages[-1].additional_kwargs["artifact"]["notes"][0]


@loopback
def test_nothing_left_gives_the_tools_own_words_or_a_refusal(server: Server, run: Run) -> None:
    server.script = [calling("ask_reports", question=REVENUE), saying("It was 1,300 million, twice as much.")]
    assert (
        run(REVENUE, server.generator())[-1].text == "Larkmoor Controls' revenue in FY2025 was USD 1,284.3 million. [1]"
    )
    server.script = [saying("It was 1,300 million.")]
    last = run(REVENUE, server.generator())[-1]
    assert last.text.startswith("No answer: the model's answer holds numbers that no tool gave")
    assert last.response_metadata["status"] == "refused"


@loopback
def test_a_number_of_nobody_is_not_calculated_with(server: Server, run: Run) -> None:
    server.script = [calling("compute_program", program="multiply(1234, 5678)"), saying("I cannot tell.")]
    assert called(run(REVENUE, server.generator())) == []
    assert "said by nobody" in server.seen[1]["body"]["messages"][-1]["content"]
    server.script = [calling("compute_program", program="multiply(1234, 5678)"), saying("It is 7,006,652.")]
    messages = run("What is 1234 times 5678?", server.generator())
    assert messages[-1].text == "It is 7,006,652."


@loopback
@pytest.mark.parametrize(
    "script",
    [
        [(500, b"boom")],
        [(200, chat("no idea"))],
        [(200, chat('{"calls": [{"tool": "rm", "arguments": {}}]}'))],
        [(200, chat('{"calls": [{"tool": "ask_reports", "arguments": 3}]}'))],
    ],
)
def test_where_it_fails_the_rules_plan_on(server: Server, run: Run, script: list[tuple[int, bytes]]) -> None:
    server.script = script
    failures: list[str] = []
    messages = run(REVENUE, server.generator(), failures)
    assert messages[-1].text == "Larkmoor Controls' revenue in FY2025 was USD 1,284.3 million. [1]"
    assert all("the rules answer alone" in failure for failure in failures)
    assert failures


@loopback
def test_a_wrong_call_is_answered_with_what_was_expected(server: Server, run: Run) -> None:
    server.script = [calling("ask_reports"), calling("ask_reports", question=REVENUE), saying("USD 1,284.3 million.")]
    messages = run(REVENUE, server.generator())
    assert messages[-1].text == "USD 1,284.3 million. [1]"
    assert "the call does not fit" in server.seen[1]["body"]["messages"][-1]["content"]


@loopback
def test_its_writing_asks_first(server: Server, sample_asker: Asker, sample_library: Library) -> None:
    server.script = [calling("remember", text="x")]
    pad = Pad()
    model = build_llm_model(server.generator(), sample_asker, sample_library)
    agent = build_agent(toolbox(sample_asker, sample_library, notes=pad), model, checkpointer=InMemorySaver())
    out = agent.invoke({"messages": [HumanMessage("hello")]}, {"configurable": {"thread_id": "1"}})
    assert out["__interrupt__"][0].value["action_requests"][0]["name"] == "remember"
    assert pad.notes == []


def test_a_model_of_random_weights_changes_no_answer(run: Run, tiny_model: Callable[..., Path], tmp_path: Path) -> None:
    generator = open_generator(f"path:{tiny_model('llama')}", home=tmp_path, threads=1)
    failures: list[str] = []
    messages = run(REVENUE, generator, failures)
    assert messages[-1].text == "Larkmoor Controls' revenue in FY2025 was USD 1,284.3 million. [1]"
    assert failures


def test_replies_with_slips_are_read() -> None:
    tools = {"compare": {"name": "compare"}}
    said = 'Sure! {"tool": "compare", "arguments": {"measure": "revenue",}} and so on'
    assert read_agent_reply(said, tools).calls == (("compare", {"measure": "revenue"}),)
    assert read_agent_reply('{"calls": [], "answer": " fine "}', tools).answer == "fine"
    for wrong in ("", "[]", '{"answer": ""}', "{" * 5000, '{"calls": [3]}'):
        with pytest.raises(AgentReplyError):
            read_agent_reply(wrong, tools)
