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
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.block_translators import register_translator
from langchain_core.messages.content import ContentBlock, TextContentBlock
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr, SkipValidation

from chains.messages import NAME, Answering, Askers, cut, pieces, token_ids, usage
from chains.replies import Bound, Reply, reply_to


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
    _formats: tuple[tuple[Any, ...], list[dict[str, Any]]] = PrivateAttr(default=((), []))

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
        formats = self._formats_of(tools)
        # `with_structured_output` comes here too, and what it wants is the answer in a form, not a call.
        form = {"answer_form": True} if kwargs.get("ls_structured_output_format") else {}
        return self.bind(tools=formats, tool_choice=tool_choice, **form, **kwargs)

    def _formats_of(self, tools: Sequence[Any]) -> list[dict[str, Any]]:
        """The tools in OpenAI's form. An agent binds the same ones before each call: those are converted once."""
        held = tuple((t, t.name, t.description, t.args_schema) for t in tools if isinstance(t, BaseTool))
        if len(held) < len(tools):
            return [convert_to_openai_tool(tool) for tool in tools]
        known, formats = self._formats
        if len(known) != len(held) or not all(map(_same, known, held)):
            formats = [convert_to_openai_tool(tool) for tool in tools]
            self._formats = (held, formats)
        return list(formats)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._reply(messages, stop, kwargs)
        message = AIMessage(
            reply.text,
            tool_calls=[dict(call) for call in reply.calls],
            usage_metadata=usage(messages, reply.written),
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
        reply = self._reply(messages, stop, kwargs)
        for piece in pieces(reply.text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        chunks = [
            tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=place)
            for place, call in enumerate(reply.calls)
        ]
        last = AIMessageChunk(
            content="",
            tool_call_chunks=chunks,
            usage_metadata=usage(messages, reply.written),
            chunk_position="last",
            **self._told(reply, kwargs),
        )
        yield ChatGenerationChunk(message=last)

    def _told(self, reply: Reply, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """What goes with the text of a message."""
        metadata = {
            "model_name": kwargs.get("model") or self.model,
            "model_provider": NAME,
            "finish_reason": "tool_calls" if reply.calls else "stop",
        }
        return {
            "additional_kwargs": {} if reply.record is None else {"artifact": dict(reply.record)},
            "response_metadata": metadata | ({"status": reply.status} if reply.status else {}),
        }

    def _reply(self, messages: Sequence[BaseMessage], stop: list[str] | None, kwargs: Mapping[str, Any]) -> Reply:
        """The reply to a conversation, under what a call was bound to; what is not known is passed over."""
        asker = self._askers.of(kwargs.get("model") or self.model)
        bound = Bound(**{one.name: kwargs[one.name] for one in fields(Bound) if kwargs.get(one.name) is not None})
        reply = self._replied(messages, asker, bound)
        if bound.response_format is not None:
            return reply
        return replace(reply, text=cut(reply.text, self.stop if stop is None else stop))

    def _replied(self, messages: Sequence[BaseMessage], asker: Answering, bound: Bound) -> Reply:
        return reply_to(messages, asker, bound, self.document)


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether these are the same objects: a tool is compared field by field, which is slower than to convert it."""
    return all(map(operator.is_, one, other))


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
