"""LangChain tools as tools of the Model Context Protocol: what a tool takes, and what a call of it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mcp import types

from adapters.errors import AdapterError
from app.errors import AppError, one_line, without_paths
from chains.errors import ChainError
from ingest.errors import IngestError

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

Schema = dict[str, Any]


def described(tool: BaseTool) -> types.Tool:
    """What a client is told of a tool: its name, title, arguments, and that it only reads what is on this machine."""
    title = tool.name.replace("_", " ").capitalize()
    return types.Tool(
        name=tool.name,
        title=title,
        description=tool.description,
        input_schema=arguments_of(tool),
        annotations=types.ToolAnnotations(
            title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def arguments_of(tool: BaseTool) -> Schema:
    """The JSON Schema of a tool's arguments. It allows no others: one that is misspelt must not be lost silently."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    schema: Schema = convert_to_openai_tool(tool)["function"]["parameters"]
    return {**schema, "additionalProperties": False}


def called(tool: BaseTool, arguments: Mapping[str, Any]) -> types.CallToolResult:
    """Call a tool: its content as text and its artifact as structured content, or an error of one line.

    A failure that nobody foresaw is raised.
    """
    from langsmith import tracing_context

    known = list(tool.args)
    unknown = [name for name in arguments if name not in known]
    if unknown:
        return failed(f"{tool.name} has no argument {unknown[0][:80]!r}; expected some of {', '.join(known)}")
    call = {"type": "tool_call", "id": "call", "name": tool.name, "args": dict(arguments)}
    try:
        # Nothing is traced, whatever LANGSMITH_TRACING says: questions stay on the machine.
        with tracing_context(enabled=False):
            message = tool.invoke(call)
    except (AdapterError, AppError, ChainError, IngestError, OSError) as error:
        return failed(without_paths(one_line(error)))
    if message.status == "error":
        return failed(str(message.text))
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=str(message.text))],
        structured_content=structured(message.artifact),
    )


def failed(why: str) -> types.CallToolResult:
    """The result that says on one line why a call gave nothing, so that a model can mend it."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=" ".join(why.split()))], is_error=True)


def structured(artifact: Any) -> dict[str, Any] | None:
    """A tool's artifact as a JSON object; a list becomes the `items` of one. None where there is none."""
    if artifact is None:
        return None
    plain = json.loads(json.dumps(artifact, default=_plain, ensure_ascii=False))
    return plain if isinstance(plain, dict) else {"items": plain}


def _plain(value: Any) -> Any:
    """What JSON has no form for. Raises TypeError for anything but records, exact numbers and dates."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"an artifact holds {type(value).__name__}; expected plain data")
