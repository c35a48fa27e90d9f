"""The agent: LangChain's `create_agent` on LangGraph over our tools, bounded, and asking before it writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chains.agent.limits import Limits
from chains.tool_making import WRITES

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph
    from langgraph.store.base import BaseStore


def build_agent(
    tools: Sequence[BaseTool],
    model: BaseChatModel,
    *,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
    limits: Limits | None = None,
    middleware: Sequence[Any] = (),
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The agent over `tools`, with a model such as `chains.agent.model.AgentModel`.

    Invoke it with `{"messages": [HumanMessage(...)]}`. The last message is the answer; its
    `additional_kwargs["artifact"]` has `status` (answered, refused, stopped), `answers` (records, in the order of the
    text), `citations` (numbered in the text as [1], [2]) and `understood`.

    Before a tool that writes it interrupts, with the tool and its arguments (`HITLRequest`); it goes on with
    `Command(resume={"decisions": [{"type": "approve"}]})`, or "reject". Without a checkpointer nothing could go on, and
    such tools are declined. `middleware` is LangChain's, such as `chains.agent.summary.summarizing(llm)`.
    """
    from langchain.agents import create_agent
    from langchain.agents.middleware import HumanInTheLoopMiddleware

    from chains.agent.guards import TurnGuard

    writing = [tool.name for tool in tools if (tool.metadata or {}).get(WRITES)]
    parts: list[Any] = [TurnGuard(limits or Limits(), writing, ask=checkpointer is not None), *middleware]
    if writing and checkpointer is not None:
        parts.append(HumanInTheLoopMiddleware({name: {"allowed_decisions": ["approve", "reject"]} for name in writing}))
    return create_agent(model, list(tools), middleware=parts, checkpointer=checkpointer, store=store)
