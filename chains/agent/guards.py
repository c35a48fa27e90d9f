"""The limits of a turn as LangChain middleware, sync and async. It loads LangGraph: import it in functions only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import TimeoutError as LateError
from typing import Annotated, Any, NotRequired

from langchain.agents.middleware import AgentMiddleware, AgentState, hook_config  # noqa: TID253
from langchain_core.messages import ToolMessage
from langgraph.channels.untracked_value import UntrackedValue  # noqa: TID253

from chains.agent.limits import Limits, first_result, over_limit, reason_to_stop, stopped
from chains.background import begin
from chains.tool_making import NOT_APPROVED

_LEAST = 0.05  # seconds that a call is given at least


class GuardState(AgentState[Any]):
    """The state of an agent with the time at which its run began, which is never stored."""

    began: NotRequired[Annotated[float, UntrackedValue]]


class TurnGuard(AgentMiddleware[Any, Any, Any]):
    """Ends a turn that has had its calls or its time, and answers a call that was made before from its first result.

    Tools of `writing` are declined here where nobody can be asked (`ask` False).
    """

    state_schema = GuardState

    def __init__(self, limits: Limits, writing: Collection[str] = (), *, ask: bool = True) -> None:
        super().__init__()
        self._limits = limits
        self._declined = frozenset() if ask else frozenset(writing)

    def _seconds(self, state: Any) -> float:
        began = state.get("began")
        return 0.0 if began is None else time.monotonic() - float(began)

    def before_agent(self, state: Any, runtime: Any) -> dict[str, Any]:
        """The clock starts."""
        return {"began": time.monotonic()}

    async def abefore_agent(self, state: Any, runtime: Any) -> dict[str, Any]:
        return self.before_agent(state, runtime)

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """End the turn where it has to."""
        reason = reason_to_stop(state["messages"], self._limits, self._seconds(state))
        if reason:
            return {"jump_to": "end", "messages": [stopped(state["messages"], reason)]}
        # After a wait for the user the clock, which is not stored, starts anew.
        return None if state.get("began") is not None else {"began": time.monotonic()}

    @hook_config(can_jump_to=["end"])
    async def abefore_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        return self.before_model(state, runtime)

    def _known(self, request: Any) -> ToolMessage | None:
        """The answer to a call that is not made: declined, too many, or made before."""
        call, messages = request.tool_call, request.state["messages"]
        if call["name"] in self._declined:
            return _message(call, NOT_APPROVED)
        if over_limit(messages, call, self._limits):
            return _message(call, f"This call is one more than the {self._limits.tool_calls} that a turn has.")
        first = first_result(messages, call)
        if first is None:
            return None
        return ToolMessage(first.content, artifact=first.artifact, name=call["name"], tool_call_id=call["id"])

    def _late(self, call: Any) -> ToolMessage:
        return _message(call, f"{call['name']} took longer than the {self._limits.seconds:g} seconds that a turn has.")

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Run a call within what is left of the turn's time."""
        known = self._known(request)
        if known is not None:
            return known
        left = max(_LEAST, self._limits.seconds - self._seconds(request.state))
        running = begin(lambda: handler(request))
        try:
            return running.result(left)
        except LateError:
            if running.done():
                raise  # the tool's own
            return self._late(request.tool_call)

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        known = self._known(request)
        if known is not None:
            return known
        left = max(_LEAST, self._limits.seconds - self._seconds(request.state))
        try:
            return await asyncio.wait_for(handler(request), left)
        except TimeoutError:
            return self._late(request.tool_call)


def _message(call: Any, text: str) -> ToolMessage:
    return ToolMessage(text, name=call["name"], tool_call_id=call["id"], status="error")
