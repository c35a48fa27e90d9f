"""What an agent may call: LangChain tools over the parts of finagent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chains.errors import TagError
from chains.tag import Item, Model, Sentiment, Tagger

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

MOST_TEXTS = 256
"""Texts of one call of the tool: what an agent can say and read back."""
_SHOWN = 80
_MOST_PROBLEMS = 5


def sentiment_tool(model: Model, *, min_confidence: float = 0.0) -> BaseTool:
    """A LangChain tool, `news_sentiment`, that tells the sentiment of some texts, perhaps toward one entity.

    Its content is a line a text, for the model that called it; its artifact the list of `chains.tag.Sentiment`. A call
    without a text is answered with what was expected, so that the agent can mend it.
    """
    from langchain_core.runnables import run_in_executor
    from langchain_core.tools import StructuredTool, ToolException
    from pydantic import BaseModel, Field

    tagger = Tagger(model, min_confidence=min_confidence)

    class NewsSentiment(BaseModel):
        """The arguments."""

        texts: list[str] = Field(
            min_length=1, max_length=MOST_TEXTS, description="The headlines or sentences, one text each."
        )
        entity: str | None = Field(
            default=None,
            description="The company or product whose outlook is asked for, as the texts name it; leave it out for "
            "the sentiment of the texts as a whole.",
        )

    def call(texts: list[str], entity: str | None = None) -> tuple[str, list[Sentiment]]:
        try:
            tagged = tagger.tag([Item(text, entity) for text in texts])
        except TagError as error:
            raise ToolException(str(error)) from error
        return "\n".join(map(_line, tagged)), tagged

    async def acall(texts: list[str], entity: str | None = None) -> tuple[str, list[Sentiment]]:
        return await run_in_executor(None, call, texts, entity)

    return StructuredTool.from_function(
        func=call,
        coroutine=acall,
        name="news_sentiment",
        description="Tells whether financial news is negative, neutral or positive, with the probability, for each "
        "text given, or for one company in them. It reads the texts only; it knows no prices and gives no advice.",
        args_schema=NewsSentiment,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_expected,
    )


def _expected(error: Any) -> str:
    """What an agent is told of a call whose arguments do not fit."""
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:_MOST_PROBLEMS])
    return f"the call does not fit ({said}); expected texts, a list of 1 to {MOST_TEXTS} texts, and perhaps an entity"


def _line(found: Sentiment) -> str:
    text = " ".join(found.text.split())
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return f"{found.sentiment} ({found.confidence:.2f}): {text}"
