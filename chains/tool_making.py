"""A LangChain tool made of a function: content for the model that calls it, an artifact of plain data beside it.

The artifact of every tool of ours is `{"kind": its name, "records": [...], "citations": [...], ...}`: the records of
answers (`chains.answers.answer.Answer.record`, with their explanation), what is cited, and the tool's own data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterError
from chains.answers.printed import untorn
from chains.background import begin
from chains.errors import ChainError
from ingest.errors import IngestError

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from pydantic import BaseModel

WRITES = "writes"
"""The key of a tool's metadata that says that it changes what is stored: it is asked about before it runs."""
NOT_APPROVED = (
    "Nothing was written: that was not approved. Ask again where you can say yes to it: in `finagent chat` at a "
    "terminal, or on the page of `finagent serve`."
)
"""What is said where a tool that writes was not allowed to, or nobody could be asked."""
_MOST_PROBLEMS = 5

Called = tuple[str, dict[str, Any]]
"""What a tool gives back: content, artifact."""


def make_tool(
    call: Callable[..., Called],
    *,
    name: str,
    description: str,
    arguments: type[BaseModel],
    expected: str,
    writes: bool = False,
) -> BaseTool:
    """The tool, sync and async. `expected` says in words what fits, to a model that called it with something else.

    What `call` raises of ours becomes what the tool says, as an error that the model can mend or tell of.
    """
    import asyncio
    from functools import wraps

    from langchain_core.tools import StructuredTool, ToolException

    @wraps(call)
    def called(**given: Any) -> Called:
        try:
            return call(**given)
        except (ChainError, IngestError, AdapterError) as error:
            raise ToolException(str(error)) from error

    async def acalled(**given: Any) -> Called:
        return await asyncio.wrap_future(begin(lambda: called(**given)))

    return StructuredTool.from_function(
        func=called,
        coroutine=acalled,
        name=name,
        description=description,
        args_schema=arguments,
        infer_schema=False,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=lambda error: misfit(error, expected),
        metadata={WRITES: True} if writes else None,
    )


def misfit(error: Any, expected: str) -> str:
    """What a model is told of a call whose arguments do not fit (a pydantic ValidationError)."""
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:_MOST_PROBLEMS])
    return f"the call does not fit ({said}); expected {expected}"


def artifact_of(
    kind: str,
    records: Iterable[Mapping[str, Any]] = (),
    citations: Iterable[Mapping[str, Any]] = (),
    **data: Any,
) -> dict[str, Any]:
    """The artifact of a tool: plain data, ready for JSON. The citations are those of the records and `citations`."""
    held = [dict(one) for one in records]
    cited = [c for record in held for c in record["citations"]] + [dict(one) for one in citations]
    unique = {(c["document"], c["page"], c["quote"], c["figure"]): c for c in cited}
    return {"kind": kind, "records": held, "citations": list(unique.values()), **data}


def on_one_line(text: str, most: int) -> str:
    """A text on one line, cut to `most` characters between two words: a number that is cut is another number."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    kept = line[:most].rpartition(" ")[0]
    return f"{untorn(kept, line[len(kept) :]).rstrip()} …"
