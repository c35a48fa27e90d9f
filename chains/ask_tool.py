"""A LangChain tool that answers questions about the reports of a library, with their citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chains.ask import LONGEST_QUESTION, Request

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chains.answer import Answer
    from chains.messages import Answering

_QUOTED = 160  # characters of a citation that the calling model reads
_MOST_PROBLEMS = 5


def ask_tool(asker: Answering) -> BaseTool:
    """A LangChain tool, `ask_reports`, that answers one question with exact, cited numbers or says why it does not.

    Its content is the answer with a line a citation, for the model that called it; its artifact the record of the
    answer (`Answer.record`, with the explanation), plain data. A call that does not fit is answered with what was
    expected.
    """
    from langchain_core.runnables import run_in_executor
    from langchain_core.tools import StructuredTool
    from pydantic import BaseModel, Field

    class AskReports(BaseModel):
        """The arguments."""

        question: str = Field(
            min_length=1,
            max_length=LONGEST_QUESTION,
            description="The question in full, with the company and the fiscal year or quarter that it is about.",
        )
        document: str | None = Field(
            default=None, description="The name of the one document to ask; leave it out to ask the whole library."
        )

    def call(question: str, document: str | None = None) -> tuple[str, dict[str, Any]]:
        answer = asker.ask(Request(question, document or None))
        return _told(answer), answer.record(explain=True)

    async def acall(question: str, document: str | None = None) -> tuple[str, dict[str, Any]]:
        return await run_in_executor(None, call, question, document)

    return StructuredTool.from_function(
        func=call,
        coroutine=acall,
        name="ask_reports",
        description="Answers a question about the figures and statements of the company reports in the library: line "
        "items, ratios, metrics, growth, and what the text says. Numbers are exact and cited; what the reports do not "
        "hold is refused with the reason. It knows no prices and gives no advice.",
        args_schema=AskReports,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_expected,
    )


def _told(answer: Answer) -> str:
    """The answer, and where it is printed."""
    lines = [answer.answer]
    if answer.answered:
        for cited in answer.citations:
            quote = " ".join(cited.quote.split())
            quote = quote if len(quote) <= _QUOTED else f"{quote[: _QUOTED - 1]}…"
            lines.append(f"[{cited.document}, page {cited.page}] {quote}")
    return "\n".join(lines)


def _expected(error: Any) -> str:
    """What an agent is told of a call whose arguments do not fit."""
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:_MOST_PROBLEMS])
    expected = f"question, a text of 1 to {LONGEST_QUESTION} characters, and perhaps a document"
    return f"the call does not fit ({said}); expected {expected}"
