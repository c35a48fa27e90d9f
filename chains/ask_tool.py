"""A LangChain tool that answers questions about the reports of a library, with their citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chains.questions.request import LONGEST_QUESTION, Request
from chains.tool_making import Called, artifact_of, make_tool, on_one_line

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chains.answers.answer import Answer
    from chains.messages import Answering

NAME = "ask_reports"
_MOST_BEFORE = 500
_QUOTED = 160  # characters of a citation that the calling model reads


def ask_tool(asker: Answering) -> BaseTool:
    """A LangChain tool, `ask_reports`, that answers one question with exact, cited numbers or says why it does not.

    Its content is the answer with a line a citation, for the model that called it; `records` of its artifact holds the
    record of the answer (`Answer.record`, with the explanation). A call that does not fit is answered with what was
    expected.
    """
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
        history: list[str] = Field(
            default_factory=list,
            max_length=_MOST_BEFORE,
            description="What the user asked before, oldest first; only where the question goes on with it.",
        )

    def call(question: str, document: str | None = None, history: Sequence[str] = ()) -> Called:
        answer = asker.ask(Request(question, document or None, history=tuple(history)))
        return told(answer), artifact_of(NAME, [answer.record(explain=True)])

    return make_tool(
        call,
        name=NAME,
        description="Answers a question about the figures and statements of the company reports in the library: line "
        "items, ratios, metrics, growth, and what the text says. Numbers are exact and cited; what the reports do not "
        "hold is refused with the reason. It knows no prices and gives no advice.",
        arguments=AskReports,
        expected=f"question, a text of 1 to {LONGEST_QUESTION} characters, and perhaps a document",
    )


def told(answer: Answer) -> str:
    """The answer, and where it is printed."""
    lines = [answer.answer]
    if answer.answered:
        lines += [f"[{c.document}, page {c.page}] {on_one_line(c.quote, _QUOTED)}" for c in answer.citations]
    return "\n".join(lines)
