"""A chat model that says what it is told to, and tools for it: the agent's own graph with nothing left to chance."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool, StructuredTool

from chains.agent.assistant import Assistant
from chains.agent.graph import build_agent
from chains.agent.limits import Limits
from chains.agent.memory import open_memory
from chains.agent.notes import Notes
from chains.agent.run import AgentRunner
from chains.agent.tools.remember import forget_tool, remember_tool


class Scripted(BaseChatModel):
    """Calls `remember`, `broken`, `slow` or `echo` with what follows that word, several of them where "; " divides
    them; then it says what the tools said. Anything else it repeats with the number of questions that it sees."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._said(messages))])

    def _said(self, messages: list[BaseMessage]) -> AIMessage:
        human = [place for place, message in enumerate(messages) if message.type == "human"]
        since = messages[human[-1] + 1 :]
        results = [message for message in since if isinstance(message, ToolMessage)]
        if results:
            return AIMessage("; ".join(str(message.text) for message in results))
        text = str(messages[human[-1]].text)
        calls = []
        for number, part in enumerate(text.split("; ")):
            tool, _, rest = part.partition(" ")
            if tool in ("remember", "forget", "broken", "slow", "echo"):
                calls.append({"name": tool, "args": {"text": rest}, "id": f"{human[-1]}-{number}", "type": "tool_call"})
        return AIMessage("", tool_calls=calls) if calls else AIMessage(f"{text} ({len(human)})")


def tools_of(notes: Notes, going: threading.Event) -> list[BaseTool]:
    """`remember` and `forget` as they are, one tool that breaks, one that waits for `going`, one that repeats."""

    def broken(text: str) -> str:
        raise ValueError(f"broken by {text}")

    def slow(text: str) -> str:
        going.wait(20)
        return text

    def echo(text: str) -> str:
        record = {"status": "answered", "answer": text, "citations": [_place(text)], "explain": {"habits": [text]}}
        return text, {"kind": "echo", "records": [record], "citations": [_place(text)]}  # type: ignore[return-value]

    made = [
        StructuredTool.from_function(broken, description="Breaks."),
        StructuredTool.from_function(slow, description="Waits."),
        StructuredTool.from_function(echo, description="Repeats.", response_format="content_and_artifact"),
    ]
    return [remember_tool(notes), forget_tool(notes), *made]


def _place(text: str) -> dict[str, Any]:
    return {"document": "d", "page": 1, "quote": text, "figure": None}


def scripted_assistant(
    home: Path,
    url: str | None = None,
    *,
    going: threading.Event | None = None,
    wait: float = 5.0,
    limits: Limits | None = None,
    **options: Any,
) -> Assistant:
    """An assistant over the scripted model; close it."""
    memory = open_memory(home, url)
    notes = Notes(memory)
    if going is None:
        going = threading.Event()
        going.set()
    tools = tools_of(notes, going)
    kept = build_agent(tools, Scripted(), checkpointer=memory.checkpointer, store=memory.store, limits=limits)
    runner = AgentRunner(kept, build_agent(tools, Scripted(), limits=limits), memory)
    return Assistant(runner, memory, notes=notes, wait=wait, **options)
