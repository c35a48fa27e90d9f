"""The agent's chat model over a larger one: it writes the calls and the answer, and is held to what the tools said.

Any generator will do (`adapters.generating`): tools are called in a JSON form that stands in the prompt. Each sentence
of its answer goes through the number gate against the results of this turn and what the user said; what fails is
dropped, and where nothing is left the tools' own words are the answer. Where the generator fails, or writes what cannot
be read, the rules plan on (`chains.agent.model`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, ToolMessage
from pydantic import Field, SkipValidation

from adapters.errors import AdapterError, PromptTooLongError
from adapters.generating.generator import Generator, Message
from chains.agent.model import ASK, AgentModel
from chains.agent.prompts import SCHEMA, AgentReply, AgentReplyError, conversation, read_agent_reply
from chains.agent.support import evidence, supported
from chains.agent.telling import said_by
from chains.answers.gate import Allowed, check_answer
from chains.answers.program import parse_program
from chains.errors import ProgramError
from chains.messages import Answering, is_human
from chains.replies import Bound, Reply, turn_of
from chains.tool_calls import call_id, named_tools
from chains.tuned.programmed import FREE

if TYPE_CHECKING:
    from ingest.library import Library

TRIES = 2
_TOKENS = 768
_PROGRAM = "compute_program"


class LlmAgentModel(AgentModel):
    """A chat model over a generator. Made by `build_llm_model`."""

    generator: SkipValidation[Generator] = Field(exclude=True, repr=False)
    """The larger model."""
    on_failure: SkipValidation[Callable[[str], None] | None] = Field(default=None, exclude=True, repr=False)
    """Is told, each time, why the rules plan on in its place."""

    @property
    def _llm_type(self) -> str:
        return "finagent-llm-agent"

    def _replied(self, messages: Sequence[BaseMessage], asker: Answering, bound: Bound) -> Reply:
        tools = named_tools(bound.tools)
        forced = bound.answer_form or bound.response_format is not None or bound.tool_choice not in (None, "auto")
        if forced or ASK not in tools:
            return super()._replied(messages, asker, bound)
        try:
            said = self._asked(messages, tools)
        except (AdapterError, AgentReplyError) as error:
            if self.on_failure is not None:
                self.on_failure(f"{self.generator.name} gives no reply, the rules answer alone: {error}")
            return super()._replied(messages, asker, bound)
        if said.calls:
            at = len(messages)
            calls = (
                {"name": name, "args": arguments, "id": call_id(name, arguments, at + place), "type": "tool_call"}
                for place, (name, arguments) in enumerate(said.calls)
            )
            return Reply(calls=tuple(calls))
        return _held(said.answer, messages)

    def _asked(self, messages: Sequence[BaseMessage], tools: Mapping[str, Mapping[str, Any]]) -> AgentReply:
        """A reply that can be used. Raises AgentReplyError after two that cannot, AdapterError where none comes."""
        history = list(messages)
        problem: AgentReplyError | None = None
        told: list[Message] = []
        for _ in range(TRIES):
            try:
                text = self.generator.complete(
                    [*conversation(history, tools), *told], schema=SCHEMA, max_tokens=_TOKENS
                )
            except PromptTooLongError:
                shorter = _this_turn(messages)
                if len(shorter) >= len(history):
                    raise
                history, told = shorter, []
                continue
            try:
                reply = read_agent_reply(text, tools)
                _grounded(reply, messages)
                return reply
            except (AgentReplyError, ProgramError) as error:
                problem = error if isinstance(error, AgentReplyError) else AgentReplyError(str(error))
                told = [
                    ("assistant", text[:2000] or "{}"),
                    ("user", f"This cannot be used: {problem}. Reply again with one corrected JSON object."),
                ]
        raise problem or AgentReplyError("the conversation is longer than the model reads")


def _this_turn(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The last thing that the user said and what came after it."""
    last = max((place for place, message in enumerate(messages) if is_human(message)), default=0)
    return list(messages[last:])


def _grounded(reply: AgentReply, messages: Sequence[BaseMessage]) -> None:
    """Raise ProgramError for a program with a number that neither the user nor a tool has said."""
    allowed: Allowed | None = None
    for name, arguments in reply.calls:
        program = arguments.get("program")
        if name != _PROGRAM or not isinstance(program, str):
            continue
        allowed = allowed or evidence(messages)
        for number in parse_program(program).numbers:
            printed = f"{number.value:f}{'%' if number.percent else ''}"
            if number.value not in FREE and not check_answer(printed, allowed).ok:
                raise ProgramError(f"the number {number} was said by nobody; take figure ids, or what the user said")


def _held(answer: str, messages: Sequence[BaseMessage]) -> Reply:
    """An answer held to what was said; the tools' own words where nothing of it is left."""
    results = [m for m in turn_of(messages) if isinstance(m, ToolMessage)]
    own = said_by(results)
    kept, dropped = supported(answer, evidence(messages))
    if not kept:
        if results:
            return own
        reason = "the model's answer holds numbers that no tool gave"
        text = f"No answer: {reason}."
        return Reply(text, {"status": "refused", "reason": reason, "answers": [], "citations": []}, "refused")
    record = dict(own.record or {}) | {"status": "answered"}
    if dropped:
        record["notes"] = ["what else the model wrote has no support in what the tools said and is dropped"]
    marks = "".join(f"[{place}]" for place in range(1, len(record.get("citations") or ()) + 1))
    return Reply(f"{kept} {marks}".strip(), record, "answered")


def build_llm_model(
    generator: Generator,
    asker: Answering,
    library: Library,
    *,
    document: str | None = None,
    on_failure: Callable[[str], None] | None = None,
) -> LlmAgentModel:
    """The agent's chat model over a generator (`adapters.generating.open_generator`)."""
    return LlmAgentModel(
        generator=generator,
        asker=asker,
        library=library,
        model=generator.name,
        document=document,
        on_failure=on_failure,
    )
