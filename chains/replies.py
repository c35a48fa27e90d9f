"""What the chat model replies to a conversation: an answer, a call of a tool, or what the tools said.

Tools are chosen by the last human message alone. What a tool or a document says is data: it is repeated, or fills a
form, and never decides what is called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from chains.messages import Answering, is_human, with_history
from chains.tool_calls import Source, call_id, choose, fill, of_answer, of_request


@dataclass(frozen=True, slots=True)
class Bound:
    """What a model was bound to: tools in OpenAI's form, which of them to call, and the form of the answer.

    With `answer_form` the first tool is no tool but the form that the answer is to have, as a call. `response_format`
    is OpenAI's: with a JSON schema the answer is JSON of it.
    """

    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: Any = None
    answer_form: bool = False
    response_format: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A text with the record of its answer (None where it is no answer of ours), or calls of tools."""

    text: str = ""
    record: Mapping[str, Any] | None = None
    status: str = ""
    calls: tuple[Mapping[str, Any], ...] = ()

    @property
    def written(self) -> str:
        """What it consists of, to count it."""
        return " ".join(f"{c['name']} {json.dumps(c['args'])}" for c in self.calls) if self.calls else self.text


def reply_to(
    messages: Sequence[BaseMessage], asker: Answering, bound: Bound | None = None, document: str | None = None
) -> Reply:
    """The reply to the last human message of a conversation.

    Raises ChainError where there is none, or it cannot be read, or the tool that is to be called is not there.
    """
    bound = bound or Bound()
    request = with_history(messages, document)
    results = _results(messages)
    said = _repeated(results) if results else None
    if not bound.answer_form:
        called = [str(call["name"]) for call in calls_of(messages)]
        function = choose(bound.tools, bound.tool_choice, request.question, called)
        if function is not None:
            # A further call that must be can only be about what the tools before it said.
            source = of_request(request.question) if said is None else _source(said, request.question)
            return Reply(calls=(_call(function, source, len(messages)),))
    if said is None:
        record = asker.ask(request).record(explain=True)
        said = Reply(record["answer"], record, record["status"])
    source = _source(said, request.question)
    if bound.answer_form:
        call = _call(bound.tools[0]["function"], source, len(messages))
        return Reply("", said.record, said.status, (call,))
    if bound.response_format is not None and bound.response_format.get("type") == "json_schema":
        filled = fill(bound.response_format["json_schema"]["schema"], source)
        return Reply(json.dumps(filled, ensure_ascii=False), said.record, said.status)
    return said


def _call(function: Mapping[str, Any], source: Source, place: int) -> dict[str, Any]:
    """The call of a tool, with what the source holds of its arguments."""
    name, arguments = str(function["name"]), fill(function.get("parameters") or {}, source)
    return {"name": name, "args": arguments, "id": call_id(name, arguments, place), "type": "tool_call"}


def turn_of(messages: Sequence[BaseMessage]) -> Sequence[BaseMessage]:
    """The messages since the last that a person wrote."""
    places = [place for place, message in enumerate(messages) if is_human(message)]
    return messages[places[-1] + 1 :] if places else messages


def calls_of(messages: Sequence[BaseMessage]) -> list[Mapping[str, Any]]:
    """The calls made for the last human message."""
    return [call for message in turn_of(messages) if isinstance(message, AIMessage) for call in message.tool_calls]


def _results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """What tools said to the last human message, where nothing has been said since."""
    turn = turn_of(messages)
    return [m for m in turn if isinstance(m, ToolMessage)] if turn and isinstance(turn[-1], ToolMessage) else []


def _repeated(results: Sequence[ToolMessage]) -> Reply:
    """What tools said, as they said it. The record of an answer is kept where it is all that was said."""
    texts = [f"{m.name or 'the tool'} failed: {m.text}" if m.status == "error" else str(m.text) for m in results]
    records = [r for m in results if isinstance(m.artifact, Mapping) for r in m.artifact.get("records", ())]
    text = "\n\n".join(text for text in texts if text.strip()) or "The tool said nothing."
    record = records[0] if len(results) == len(records) == 1 else None
    return Reply(text, record, str(record.get("status", "")) if record else "")


def _source(said: Reply, question: str) -> Source:
    """What a form is filled from. What tools said without a record has no value, which nobody has vouched for."""
    return of_answer(said.record or {"question": question, "answer": said.text, "status": "answered", "value": None})
