"""`/v1/chat/completions` and `/v1/models`, as OpenAI's clients call them.

The messages are the conversation: nothing is remembered between requests. `model` is `finagent`, or a report-QA
adapter. The message has its citations as `annotations`, and `finagent` the record of the answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.server.ask import check_document
from app.server.errors import ApiError, body_of
from app.server.openai_given import Completion
from app.server.services import Services
from app.server.site import Here
from app.server.sse import EventStream, as_json
from app.server.work import Stop
from chains.messages import NAME

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable

router = APIRouter(tags=["openai"])
_TASK = "report-qa"
_CREATED = 1_767_225_600  # models have a date; it means nothing here


@router.get("/v1/models")
async def list_models(here: Here, request: Request) -> dict[str, Any]:
    """The models: `finagent`, which answers with what is in use, and the report-QA adapters by name."""
    names = await here.reading.run(request, lambda stop: model_names(here.services))
    return {"object": "list", "data": [_model(name) for name in names]}


@router.get("/v1/models/{name}")
async def show_model(name: str, here: Here, request: Request) -> dict[str, Any]:
    """One model."""
    await here.reading.run(request, lambda stop: check_model(here.services, name))
    return _model(name)


@router.post("/v1/chat/completions", response_model=None)
async def complete(given: Completion, here: Here, request: Request) -> Response:
    """The next message of a conversation: an answer with citations, or a call of one of the client's tools."""
    if given.n not in (None, 1):
        raise ApiError(400, "there is one answer to a question; leave n out", param="n")
    if given.response_format and given.response_format.type == "json_schema" and not given.response_format.json_schema:
        raise ApiError(400, "response_format json_schema needs its schema", param="response_format")
    head = {"id": f"chatcmpl-{request.scope['request_id']}", "created": int(time.time()), "model": given.model}
    base = str(request.base_url).rstrip("/")
    if not given.stream:
        message = await here.work.run(request, lambda stop: _answered(here.services, given, stop))
        return JSONResponse(_completion(head, message, base))
    writer = _Writer(head, base, bool(given.stream_options and given.stream_options.include_usage))
    stream = here.work.stream(lambda stop: _streamed(here.services, given, stop))
    await stream.begun(request)

    def failed(error: ApiError) -> bytes:
        return _data(body_of(error, request.scope["request_id"], request.url.path))

    return EventStream(stream, writer.frame, failed, first=writer.first(), last=writer.last)


def model_names(services: Services) -> list[str]:
    """`finagent`, then the report-QA adapters that are whole."""
    listed = services.store().list()
    return [NAME, *(one.name for one in listed if one.card and one.card.task == _TASK and not one.error)]


def check_model(services: Services, name: str) -> None:
    """Raise ApiError where there is no such model."""
    if name != NAME and name not in (known := model_names(services)):
        raise ApiError(
            404,
            f"there is no model {name[:80]!r}; expected one of {', '.join(known)}",
            code="model_not_found",
            param="model",
        )


def _opened(
    services: Services, given: Completion, stop: Stop
) -> tuple[Runnable[Any, AIMessage], list[BaseMessage], dict[str, Any]]:
    from langchain_core.messages import convert_to_messages

    from chains.chat import build_chat

    check_model(services, given.model)
    check_document(services, given.document)
    given_messages = [one.model_dump(exclude_none=True) | {"content": one.content or ""} for one in given.messages]
    try:
        as_json([*given_messages, given.bound()]).encode()  # half a character (a lone surrogate) cannot be written
        messages = convert_to_messages(given_messages)
    except (ValueError, KeyError, TypeError, NotImplementedError, RecursionError) as error:
        raise ApiError(400, "a message cannot be read; expected OpenAI's form", param="messages") from error
    stop.check()
    asker = services.conversing(None if given.model == NAME else given.model)
    stops = [given.stop] if isinstance(given.stop, str) else given.stop
    bound = given.bound() | ({"stop": stops} if stops else {})
    return build_chat(asker, given.model, document=given.document), messages, bound


def _answered(services: Services, given: Completion, stop: Stop) -> AIMessage:
    from langsmith import tracing_context

    chat, messages, bound = _opened(services, given, stop)
    with tracing_context(enabled=False):  # whatever LANGSMITH_TRACING says: questions stay on the machine
        return chat.invoke(messages, **bound)


def _streamed(services: Services, given: Completion, stop: Stop) -> Iterator[Any]:
    from langsmith import tracing_context

    chat, messages, bound = _opened(services, given, stop)
    with tracing_context(enabled=False):
        yield from chat.stream(messages, **bound)


def _completion(head: dict[str, Any], message: AIMessage, base: str) -> dict[str, Any]:
    text = str(message.text)
    told: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    told["annotations"] = _annotations(message, text, base)
    if message.tool_calls:
        told["tool_calls"] = [
            {
                "id": call["id"],
                "type": "function",
                "function": {"name": call["name"], "arguments": as_json(call["args"])},
            }
            for call in message.tool_calls
        ]
    return {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": told, "finish_reason": _ended(message), "logprobs": None}],
        "usage": _usage(message),
        "finagent": message.additional_kwargs.get("artifact"),
    }


class _Writer:
    """Writes the chunks of a streamed answer."""

    def __init__(self, head: dict[str, Any], base: str, usage: bool) -> None:
        self._head = {**head, "object": "chat.completion.chunk"}
        self._base, self._usage = base, usage
        self._text = ""
        self._used: dict[str, int] = {}

    def first(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def frame(self, chunk: AIMessageChunk) -> bytes:
        text = str(chunk.text)
        self._text += text
        made = self._chunk({"content": text}) if text else b""
        for call in chunk.tool_call_chunks:
            begun = _call(call["id"], {"name": call["name"], "arguments": call["args"]})
            made += self._chunk({"tool_calls": [{"index": call["index"] or 0, **begun}]})
        if chunk.response_metadata.get("finish_reason"):
            self._used = _usage(chunk)
            extra = {"finagent": chunk.additional_kwargs.get("artifact")}
            annotations = _annotations(chunk, self._text, self._base)
            made += self._chunk({"annotations": annotations} if annotations else {}, _ended(chunk), extra)
        return made

    def last(self) -> bytes:
        usage = _data({**self._head, "choices": [], "usage": self._used}) if self._usage else b""
        return usage + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], ended: str | None = None, extra: dict[str, Any] | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": ended, "logprobs": None}
        return _data({**self._head, "choices": [choice], **(extra or {})})


def _data(record: dict[str, Any]) -> bytes:
    return f"data: {as_json(record)}\n\n".encode()


def _ended(message: AIMessage) -> str:
    return str(message.response_metadata.get("finish_reason") or "stop")


def _usage(message: AIMessage) -> dict[str, int]:
    used = message.usage_metadata
    given, made = (used["input_tokens"], used["output_tokens"]) if used else (0, 0)
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _annotations(message: AIMessage, text: str, base: str) -> list[dict[str, Any]]:
    """The citations in OpenAI's form; each address is that of the page in our API."""
    if message.tool_calls:
        return []
    record = message.additional_kwargs.get("artifact") or {}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": 0,
                "end_index": len(text),
                "title": f"{cited['document']}, page {cited['page']}",
                "url": f"{base}/v1/documents/{quote(str(cited['document']))}/pages/{cited['page']}"
                + (f"?figure={quote(str(cited['figure']))}" if cited.get("figure") else ""),
            },
        }
        for cited in record.get("citations") or ()
    ]


def _call(identity: str | None, function: dict[str, Any]) -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": function}


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "finagent"}
