"""The agent's stream told as steps and an end, and what its model sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from adapters.errors import GeneratorError
from adapters.generating.generator import Message, Schema
from chains.agent.assistant import Assistant
from chains.agent.events import Step
from chains.agent.graph import build_agent
from chains.agent.limits import Limits
from chains.agent.memory import open_memory
from chains.agent.notes import Note, Notes, context_of
from chains.agent.prompts import conversation
from chains.agent.run import AgentRunner, question_for
from chains.agent.runner import Asked, Ended
from chains.agent.summary import summarizing, summary_of
from chains.agent.support import evidence
from chains.answers.gate import check_answer
from chains.messages import is_human
from tests.chains.agent.scripted import Scripted, scripted_assistant


class Writer:
    """A generator that shortens everything to the same words, or fails."""

    name, host, encrypted = "writer", "", True

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def complete(self, messages: Sequence[Message], *, schema: Schema | None = None, max_tokens: int = 0) -> str:
        if self.fails:
            raise GeneratorError("no reply")
        return "They spoke of 999 things."


def _summing(home: Path, **options: Any) -> Assistant:
    """An assistant whose agent shortens its messages itself."""
    memory = open_memory(home)
    middleware = summarizing(Scripted(), Writer(), tokens=60, kept=2)
    kept = build_agent([], Scripted(), checkpointer=memory.checkpointer, middleware=[middleware])
    runner = AgentRunner(kept, build_agent([], Scripted()), memory, summarises=True, **options)
    return Assistant(runner, memory)


def test_a_model_that_summarises_sees_a_bounded_conversation_and_the_transcript_keeps_all(tmp_path: Path):
    with _summing(tmp_path) as assistant:
        seen = [int(assistant.say("a question of several words", thread="t").text[-2:-1]) for _ in range(12)]
        state = assistant._runner._kept.get_state({"configurable": {"thread_id": "t"}})  # type: ignore[attr-defined]
        assert len(state.values["messages"]) < 12
        assert max(seen) < 6
        assert any("They spoke of 999 things." in message.text for message in state.values["messages"])
        assert len(assistant.turns("t")) == 12


def test_a_summary_is_no_evidence_and_nobody_said_it():
    summary = HumanMessage("They spoke of 999 things.", additional_kwargs={"lc_source": "summarization"})
    messages = [summary, HumanMessage("What of 5?")]
    assert not is_human(summary)
    assert check_answer("It was 5.", evidence(messages)).ok
    assert not check_answer("It was 999.", evidence(messages)).ok
    assert "999" in conversation(messages, {})[1][1]  # and yet the model sees it


def test_without_a_summary_what_was_said_is_shortened():
    said = summary_of([HumanMessage("What was revenue?"), AIMessage("5 million. " * 100)], Writer(fails=True))
    assert said.startswith("human: What was revenue?\nai: 5 million.") and len(said) < 500


def test_its_summary_is_given_up_where_the_transcript_has_gone_on(tmp_path: Path):
    with _summing(tmp_path) as assistant:
        assert assistant.say("hello", thread="t").text == "hello (1)"
        assistant._memory.checkpointer.delete_thread("t")
        assert assistant.say("hello", thread="t").text == "hello (2)"


def test_a_larger_model_is_told_of_the_notes(tmp_path: Path):
    with _summing(tmp_path, context=lambda: context_of([Note("1", "I like tables")])) as assistant:
        for _ in range(2):
            assistant.say("hello", thread="t")
        state = assistant._runner._kept.get_state({"configurable": {"thread_id": "t"}})  # type: ignore[attr-defined]
        told = [message.text for message in state.values["messages"] if message.type == "system"]
        assert len(told) == 1 and "- I like tables" in told[0]
    assert context_of([]) == ""


def test_limits_end_a_turn_with_their_reason(tmp_path: Path):
    from tests.chains.agent.scripted import tools_of

    with open_memory(tmp_path) as memory:
        import threading

        tools = tools_of(Notes(memory), threading.Event())
        agent = build_agent(tools, Scripted(), limits=Limits(seconds=0.2))
        *steps, end = AgentRunner(agent, agent, memory).run(Asked("slow a"))
    assert isinstance(end, Ended) and end.status in ("stopped", "refused", "answered")
    assert isinstance(steps[-1], Step) and steps[-1].status == "failed" and "0.2 seconds" in steps[-1].said


@pytest.mark.parametrize(
    ("tool", "arguments", "question"),
    [
        ("remember", {"text": "a"}, "Remember “a”?"),
        ("forget", {"text": "a"}, "Forget “a”?"),
        ("other", {"a": 1}, "Allow other(a=1)?"),
        ("remember", {"words": "a"}, "Allow remember(words='a')?"),
    ],
)
def test_what_the_user_is_asked(tool: str, arguments: dict[str, Any], question: str):
    assert question_for(tool, arguments) == question


def test_nothing_is_traced_to_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "x")
    with scripted_assistant(tmp_path) as assistant:  # the network of the tests is off: a try would fail loudly
        assert assistant.say("echo five", thread="t").status == "answered"
