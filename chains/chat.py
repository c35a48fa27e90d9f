"""`ask` as a LangChain chat model: messages in, an answer with its citations out.

    with open_library(settings) as library:
        chat = build_chat(open_asker(library, settings))
        message = chat.invoke("What was Larkmoor's revenue in FY2025?")
        message.text, message.additional_kwargs["artifact"]["citations"]

The last human message is the question, over the library of the asker; the human messages before it are the
conversation. An `AIMessage` has no artifact of its own, as a `ToolMessage` has; its place for such a payload is
`additional_kwargs`. There `artifact` holds the record of the answer (`Answer.record`: citations, program, value, unit,
confidence, reason, explain), plain data that survives a cache or a checkpoint. `response_metadata["status"]` is
`answered` or `refused`, and `content_blocks` has the citations as the annotations of the text.

The model is deterministic: `temperature` and `max_tokens` change nothing, since a number that is cut is another number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.block_translators import register_translator
from langchain_core.messages.content import ContentBlock, TextContentBlock
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr, SkipValidation

from chains.messages import NAME, Answering, Askers, cut, is_human, pieces, token_ids, usage, with_history
from chains.tool_calls import call_id, choose, fill, of_answer, of_request


@dataclass(frozen=True, slots=True)
class _Reply:
    """What is answered: a text with its record, or a call of a tool."""

    text: str = ""
    record: Mapping[str, Any] | None = None
    status: str = ""
    call: Mapping[str, Any] = field(default_factory=dict)


class FinagentChat(BaseChatModel):
    """A chat model over an asker. Made by `build_chat`.

    Bound tools are called by rule, since the model writes no calls (`chains.tool_calls`); once they have answered, it
    repeats what they said. `with_structured_output` fills a schema from the answer to the message, and from nothing
    else.
    """

    asker: SkipValidation[Answering] = Field(exclude=True, repr=False)
    """What answers, such as `chains.ask.Asker`."""
    model: str = NAME
    """What answers are said to be made by: the adapter's name."""
    document: str | None = None
    """Ask this document only."""
    stop: list[str] | None = None
    """Texts before which an answer ends."""
    others: SkipValidation[Callable[[str], Answering] | None] = Field(default=None, exclude=True, repr=False)
    """Opens the asker of another adapter, for `invoke(..., model="NAME")`."""
    cache: Any = Field(default=False, exclude=True)
    """No cache unless one is given: an answer depends on the library, which a cache does not see."""

    _askers: Askers = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._askers = Askers(self.asker, self.model, self.others)
        if self.profile is None:
            self.profile = {
                "text_inputs": True,
                "text_outputs": True,
                "image_inputs": False,
                "tool_calling": True,
                "tool_choice": True,
                "structured_output": True,
            }

    @property
    def _llm_type(self) -> str:
        return "finagent-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "document": self.document}

    def get_token_ids(self, text: str) -> list[int]:
        """Words and marks, as `usage_metadata` counts them."""
        return token_ids(text)

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools that it may call.

        `tool_choice` is "auto", "none", "any" or a tool's name. What is not asked of this model (`strict`,
        `parallel_tool_calls`) is passed over.
        """
        formats = [convert_to_openai_tool(tool) for tool in tools]
        # `with_structured_output` comes here too, and what it wants is the answer in a form, not a call.
        form = {"response_form": True} if kwargs.get("ls_structured_output_format") else {}
        return self.bind(tools=formats, tool_choice=tool_choice, **form, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._reply(messages, stop, **kwargs)
        message = AIMessage(
            reply.text,
            tool_calls=[reply.call] if reply.call else [],
            usage_metadata=usage(messages, _written(reply)),
            **self._told(reply, kwargs),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """The words of the answer, then a chunk with its artifact and what it used."""
        reply = self._reply(messages, stop, **kwargs)
        for piece in pieces(reply.text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        call = reply.call
        chunks = (
            [tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=0)] if call else []
        )
        last = AIMessageChunk(
            content="",
            tool_call_chunks=chunks,
            usage_metadata=usage(messages, _written(reply)),
            chunk_position="last",
            **self._told(reply, kwargs),
        )
        yield ChatGenerationChunk(message=last)

    def _told(self, reply: _Reply, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """What goes with the text of a message."""
        metadata = {
            "model_name": kwargs.get("model") or self.model,
            "model_provider": NAME,
            "finish_reason": "tool_calls" if reply.call else "stop",
        }
        return {
            "additional_kwargs": {} if reply.record is None else {"artifact": dict(reply.record)},
            "response_metadata": metadata | ({"status": reply.status} if reply.status else {}),
        }

    def _reply(
        self,
        messages: Sequence[BaseMessage],
        stop: list[str] | None,
        *,
        model: str | None = None,
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: Any = None,
        response_form: bool = False,
        response_format: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> _Reply:
        """The reply to a conversation. `response_format` is OpenAI's: the answer is then JSON of its schema."""
        asker = self._askers.of(model or self.model)
        request = with_history(messages, self.document)
        results = _results(messages)
        if not response_form:
            used = {str(call["name"]) for call in _calls(messages)}
            function = choose(tools, tool_choice, request.question, used)
            if function is not None:
                arguments = fill(function.get("parameters") or {}, of_request(request.question))
                return _Reply(call=_call(function, arguments, len(messages)))
        reply = _repeated(results) if results else None
        if reply is None:
            record = asker.ask(request).record(explain=True)
            reply = _Reply(record["answer"], record, record["status"])
        source = of_answer(reply.record or _bare(request.question, reply))
        if response_form:
            function = tools[0]["function"]
            return _Reply(
                "", reply.record, reply.status, _call(function, fill(_schema(function), source), len(messages))
            )
        if response_format is not None and response_format.get("type") == "json_schema":
            made = fill(response_format["json_schema"]["schema"], source)
            return _Reply(json.dumps(made, ensure_ascii=False), reply.record, reply.status)
        text = cut(reply.text, self.stop if stop is None else stop)
        return _Reply(text, reply.record, reply.status)


def build_chat(
    asker: Answering,
    model: str = "",
    *,
    document: str | None = None,
    others: Callable[[str], Answering] | None = None,
) -> FinagentChat:
    """The chat model that answers by `asker`, under the name `model`.

    With `document` it asks that one only; `others` opens the asker of another adapter by name.
    """
    return FinagentChat(asker=asker, model=model or NAME, document=document, others=others)


def _written(reply: _Reply) -> str:
    """What a reply consists of, to count it."""
    return f"{reply.call['name']} {json.dumps(reply.call['args'])}" if reply.call else reply.text


def _call(function: Mapping[str, Any], arguments: dict[str, Any], place: int) -> dict[str, Any]:
    name = str(function["name"])
    return {"name": name, "args": arguments, "id": call_id(name, arguments, place), "type": "tool_call"}


def _schema(function: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = function.get("parameters") or {}
    return schema


def _turn(messages: Sequence[BaseMessage]) -> Sequence[BaseMessage]:
    """The messages since the last that a person wrote."""
    places = [place for place, message in enumerate(messages) if is_human(message)]
    return messages[places[-1] + 1 :] if places else messages


def _calls(messages: Sequence[BaseMessage]) -> list[Mapping[str, Any]]:
    """The calls made for the last human message."""
    return [call for message in _turn(messages) if isinstance(message, AIMessage) for call in message.tool_calls]


def _results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    """What tools said to the last human message, where nothing has been said since."""
    turn = _turn(messages)
    return [m for m in turn if isinstance(m, ToolMessage)] if turn and isinstance(turn[-1], ToolMessage) else []


def _repeated(results: Sequence[ToolMessage]) -> _Reply:
    """What tools said, as they said it: data, whatever it asks for. The record of an answer among it is kept."""
    texts = [f"{m.name or 'the tool'} failed: {m.text}" if m.status == "error" else str(m.text) for m in results]
    records = [m.artifact for m in results if isinstance(m.artifact, Mapping) and "citations" in m.artifact]
    text = "\n\n".join(text for text in texts if text.strip()) or "The tool said nothing."
    record = records[0] if len(results) == len(records) == 1 else None
    return _Reply(text, record, str(record.get("status", "")) if record else "")


def _bare(question: str, reply: _Reply) -> dict[str, Any]:
    """A record of what tools said without one: no value, which nobody has vouched for."""
    return {"question": question, "answer": reply.text, "status": "answered", "value": None}


def _blocks(message: AIMessage) -> list[ContentBlock]:
    """An answer in LangChain's content blocks, with its citations as annotations of the text."""
    record = message.additional_kwargs.get("artifact") or {}
    if not record.get("citations") or message.tool_calls or not isinstance(message.content, str):
        raise NotImplementedError  # LangChain then reads the message by itself
    block: TextContentBlock = {"type": "text", "text": message.content, "annotations": []}
    for cited in record["citations"]:
        place = {"page": cited["page"], "figure": cited["figure"]}
        block["annotations"].append(
            {"type": "citation", "title": cited["document"], "cited_text": cited["quote"], "extras": place}
        )
    return [block]


# By `model_provider`, LangChain finds here what the content blocks of our messages are.
register_translator(NAME, _blocks, _blocks)
