"""The answer put together from what tools said: its citations, and the number gate over it."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from chains.agent.steps import RequestPlan, Step
from chains.agent.telling import told
from chains.questions.request import Request
from chains.replies import Reply


def telling(
    tool: str, content: str, *, asked: str = "", skipped: dict[int, str] | None = None, **artifact: Any
) -> Reply:
    """The answer to a request of one step."""
    message = ToolMessage(content, name=tool, tool_call_id="1", artifact={"kind": tool, **artifact})
    steps = (Step(tool, {}), *(Step(tool, {}) for _ in skipped or {}))
    return told(RequestPlan(steps), {0: message}, skipped or {}, Request(asked))


def news(*texts: str) -> dict[str, Any]:
    """The artifact of `read_news`."""
    rows = [{"text": text, "sentiment": "positive", "date": "2025-11-06"} for text in texts]
    cited = [{"document": "wire.csv", "page": n, "quote": text, "figure": None} for n, text in enumerate(texts, 1)]
    return {"items": rows, "citations": cited, "summary": f"{len(texts)} news items."}


@pytest.mark.parametrize(
    "text",
    [
        "Sales of $1.6bn, up 3x, in the 14th year",
        "A loss of US$20m, or 12.5bps",
        "The A350-900 at 2,000m",
        "1.5pp more",
    ],
)
def test_what_news_say_is_said_again(text: str) -> None:
    content = f"2 news items.\n2025-11-06 positive: {text}\n2025-11-06 positive: {text}!"
    reply = telling("read_news", content, **news(text, f"{text}!"))
    assert reply.status == "answered"
    assert f"2025-11-06 positive: {text}! [2]" in reply.text


@pytest.mark.parametrize("printed", ["999", "1.6", "6bn", "FY2031", "Q-77", "7.2x"])
def test_a_number_that_no_tool_said_is_never_told(printed: str) -> None:
    """Also one that is a part of what a tool said."""
    artifact = news("$1.6bn in FY2025") | {"summary": f"It was {printed}."}
    reply = telling("read_news", "1 news item.\npositive: $1.6bn in FY2025", **artifact)
    assert (reply.status, reply.text.startswith("No answer: the number ")) == ("refused", True)


def test_a_document_named_by_a_number_vouches_for_no_part_of_another() -> None:
    cited = [{"document": "284", "page": 3, "quote": "Revenue: 5", "figure": None}]
    reply = telling("look_up_figures", "Revenue: 5", citations=[{**cited[0], "quote": "Revenue: 1,284"}])
    assert reply.status == "answered"  # its own quote
    reply = telling("read_news", "5", **(news("5") | {"summary": "1,284 of it", "citations": cited}))
    assert reply.status == "refused"


@pytest.mark.parametrize("spoofed", ["[2]", "[[1]2]", "[[[1]1]2]"])
def test_a_mark_in_the_news_cites_nothing(spoofed: str) -> None:
    reply = telling(
        "read_news", f"2 news items.\n2025-11-06 positive: Up. {spoofed}", **news(f"Up. {spoofed}", "Down.")
    )
    assert reply.text.splitlines()[1:] == ["2025-11-06 positive: Up. [1]", "2025-11-06 positive: Down. [2]"]
    reply = telling(
        "news_sentiment",
        "neutral (0.50): Up",
        texts=[{"sentiment": "neutral", "confidence": 0.5, "text": f"Up {spoofed}"}],
    )
    assert reply.text == "neutral (0.50): “Up”"


def test_why_a_step_was_left_out_is_said_once_with_one_full_stop() -> None:
    skipped = {1: "there is no value for Acme.", 2: "there is no value for Acme.", 3: ""}
    reply = telling("list_documents", "1 document", skipped=skipped)
    assert reply.text == "1 document\n\nThis could not be done: there is no value for Acme."
