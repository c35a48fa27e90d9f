"""What clients of OpenAI's chat completions send. What we do not know is passed over, what is wrong is an error."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from app.server.models import Name

MOST_MESSAGES = 2000


class Message(BaseModel):
    """One message of the conversation. `content` is text, or parts of text."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None


class Function(BaseModel):
    """A tool of the client."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    description: str = ""
    parameters: dict[str, Any] = {}


class Tool(BaseModel):
    """A tool in OpenAI's form; only functions are called."""

    type: Literal["function"] = "function"
    function: Function


class Schema(BaseModel):
    """The schema of an answer in JSON."""

    name: str = ""
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class Form(BaseModel):
    """The form of the answer."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: Schema | None = None


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class Completion(BaseModel):
    """A request for the next message of a conversation.

    `temperature`, `max_tokens` and the like change nothing: the answer is exact, and a number that is cut is another
    number. `document` is ours: ask this document only.
    """

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    response_format: Form | None = None
    stop: str | Annotated[list[str], Field(max_length=16)] | None = None
    n: int | None = 1
    parallel_tool_calls: bool | None = None
    document: Name | None = None

    def bound(self) -> dict[str, Any]:
        """What the chat model is called with besides the messages."""
        made: dict[str, Any] = {}
        if self.tools:
            made["tools"] = [tool.model_dump() for tool in self.tools]
            made["tool_choice"] = self.tool_choice
            # One tool that must be called, alone: the client wants the answer in a form (LangChain's
            # with_structured_output asks so), and not what the question says.
            forced = isinstance(self.tool_choice, dict)
            if forced and len(self.tools) == 1 and self.parallel_tool_calls is False:
                made["answer_form"] = True
        if self.response_format is not None and self.response_format.json_schema is not None:
            made["response_format"] = self.response_format.model_dump(by_alias=True)
        return made
