"""What an agent may call: LangChain tools over the parts of finagent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chains.tag import Item, Model, Sentiment, Tagger
from chains.tool_making import Called, artifact_of, make_tool, on_one_line

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NAME = "news_sentiment"
MOST_TEXTS = 256
"""Texts of one call of the tool: what an agent can say and read back."""
_SHOWN = 80


def sentiment_tool(model: Model | Callable[[], Model], *, min_confidence: float = 0.0) -> BaseTool:
    """A LangChain tool, `news_sentiment`, that tells the sentiment of some texts, perhaps toward one entity.

    `model` may be a function that opens the model when the tool is first called. Its content is a line a text, for the
    model that called it; `texts` of its artifact holds a record a text (`chains.tag.Sentiment`). A call without a text
    is answered with what was expected, so that the agent can mend it.
    """
    from functools import cache

    from pydantic import BaseModel, Field

    @cache
    def tagger() -> Tagger:
        return Tagger(model() if callable(model) else model, min_confidence=min_confidence)

    if not callable(model):
        tagger()  # a wrong confidence is better known at once

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

    def call(texts: list[str], entity: str | None = None) -> Called:
        tagged = tagger().tag([Item(text, entity) for text in texts])
        records = [{"text": one.text, "entity": one.entity, **one.record()} for one in tagged]
        return "\n".join(map(_line, tagged)), artifact_of(NAME, texts=records, counts=counts_of(tagged))

    return make_tool(
        call,
        name=NAME,
        description="Tells whether financial news is negative, neutral or positive, with the probability, for each "
        "text given, or for one company in them. It reads the texts only; it knows no prices and gives no advice.",
        arguments=NewsSentiment,
        expected=f"texts, a list of 1 to {MOST_TEXTS} texts, and perhaps an entity",
    )


def counts_of(tagged: Sequence[Sentiment]) -> dict[str, int]:
    """How many texts have each label."""
    return dict(Counter(one.sentiment for one in tagged))


def _line(found: Sentiment) -> str:
    return f"{found.sentiment} ({found.confidence:.2f}): {on_one_line(found.text, _SHOWN)}"
