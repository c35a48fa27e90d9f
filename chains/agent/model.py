"""The chat model of the agent on the embedded default: it plans calls of our tools, and says what they said.

    model = build_agent_model(asker, library)
    agent = build_agent(toolbox(asker, library), model)

Each time it reads the last human message again, takes its steps, sees which are done by the messages since then, and
calls those that can run now, or writes the answer. What it keeps are plans, which could be made again. Of what tools
say only their artifacts decide what comes next, by fixed keys; no text of a document or of the news does.

With tools that are none of ours, a forced tool or a structured output it does what `chains.chat.FinagentChat` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, ToolMessage
from pydantic import Field, PrivateAttr, SkipValidation

from chains.agent.choosing import holds
from chains.agent.planning import RequestPlanner
from chains.agent.resolving import resolved
from chains.agent.step_values import UnresolvedStepError
from chains.agent.steps import RequestPlan, Step
from chains.agent.support import artifact_in
from chains.agent.telling import told
from chains.agent.tools.holdings import Holdings
from chains.chat import FinagentChat
from chains.messages import NAME, Answering, is_human, with_history
from chains.questions.request import Request
from chains.replies import Bound, Reply, turn_of
from chains.tool_calls import call_id, named_tools

if TYPE_CHECKING:
    from ingest.library import Library

ASK = "ask_reports"
MOST_STEPS = 12
"""Calls of one turn that are planned."""
_MORE = "the request holds more steps than one turn takes; the rest was left out, ask it again"


class AgentModel(FinagentChat):
    """A chat model that plans. Made by `build_agent_model`."""

    library: SkipValidation[Any] = Field(exclude=True, repr=False)
    """The library whose companies and documents requests are read by."""

    _planner: RequestPlanner = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._planner = RequestPlanner(Holdings(self.library), self.asker)

    @property
    def _llm_type(self) -> str:
        return "finagent-agent"

    def _replied(self, messages: Sequence[BaseMessage], asker: Answering, bound: Bound) -> Reply:
        tools = named_tools(bound.tools)
        forced = bound.answer_form or bound.response_format is not None or bound.tool_choice not in (None, "auto")
        if forced or ASK not in tools:
            return super()._replied(messages, asker, bound)
        request = with_history(messages, chosen_document(messages) or self.document)
        plan = self._planner.plan(request, tools, begun=bool(turn_of(messages)))
        return _next(plan, messages, request)


def chosen_document(messages: Sequence[BaseMessage]) -> str | None:
    """The one document that the last human message is to be answered from, where it names one beside its text."""
    last = next((message for message in reversed(messages) if is_human(message)), None)
    named = last.additional_kwargs.get("document") if last is not None else None
    return str(named) if named else None


def _next(plan: RequestPlan, messages: Sequence[BaseMessage], request: Request) -> Reply:
    """The calls that can be made now, else the answer."""
    if not plan.steps:
        return told(plan, {}, {}, request)
    if len(plan.steps) > MOST_STEPS:
        plan = replace(plan, steps=plan.steps[:MOST_STEPS], notes=(*plan.notes, _MORE))
    steps = plan.steps
    at = max((place for place, message in enumerate(messages) if is_human(message)), default=0)
    ids = [call_id(step.tool, {"step": number, "request": request.question}, at) for number, step in enumerate(steps)]
    done = {m.tool_call_id: m for m in turn_of(messages) if isinstance(m, ToolMessage)}
    results = {number: done[one] for number, one in enumerate(ids) if one in done}
    artifacts = {number: artifact_in(message) for number, message in results.items()}
    calls: list[Mapping[str, Any]] = []
    skipped: dict[int, str] = {}
    for number, step in enumerate(steps):
        if number in results:
            continue
        if step.given is not None:
            if any(ref.step not in results and ref.step not in skipped for ref in step.given.refs):
                continue
            try:
                taken = holds(step.given, artifacts)
            except UnresolvedStepError as error:
                skipped[number] = f"whether “{step.given.text}” cannot be told: {error}"
                continue
            if not taken:
                skipped[number] = ""
                continue
        failed = next((skipped[ref.step] for ref in step.refs if ref.step in skipped), None)
        if failed is not None:
            skipped[number] = failed
        elif all(ref.step in results for ref in step.refs):
            try:
                arguments = resolved(step, artifacts)
            except UnresolvedStepError as error:
                skipped[number] = str(error)
                continue
            calls.append({"name": step.tool, "args": arguments, "id": ids[number], "type": "tool_call"})
    if calls:
        return Reply(calls=tuple(calls))
    return told(plan, results, skipped, request)


def build_agent_model(
    asker: Answering,
    library: Library,
    model: str = "",
    *,
    document: str | None = None,
    others: Callable[[str], Answering] | None = None,
) -> AgentModel:
    """The chat model that plans calls of `toolbox(asker, library)`, under the name `model`."""
    return AgentModel(asker=asker, library=library, model=model or NAME, document=document, others=others)


__all__ = ["AgentModel", "RequestPlan", "Step", "build_agent_model"]
