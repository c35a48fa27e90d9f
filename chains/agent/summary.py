"""What the model sees of a long conversation: the last turns whole, a line for each of those before.

The transcript keeps everything; only the model's view is bounded, so that the hundredth turn costs what the tenth does.
The digest is extractive: it repeats what was asked and the first sentence of what was answered, and words nothing
anew. With a larger model LangChain's SummarizationMiddleware shortens what it has seen instead (`summarizing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chains.agent.events import Turn
from chains.question import sentences

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

KEPT_TURNS = 6
"""Turns that the model sees whole."""
KEPT_QUESTIONS = 30
"""Questions that a follow-up may refer to."""
DIGEST_LINES = 40
_LINE = 200  # characters of a question or of an answer in the digest
_SUMMARY_TOKENS = 6000  # of what a larger model has seen, after which it is shortened
_SUMMARY_KEPT = 12  # messages that it then still sees as they were


def digested(lines: Sequence[str], turn: Turn) -> tuple[str, ...]:
    """The lines of a digest with one more turn; the oldest are left out where there are too many."""
    first = next(iter(sentences(turn.text)), "")
    line = f"{_short(turn.understood or turn.asked)} -> {_short(first)}"
    return (*lines, line)[-DIGEST_LINES:]


def view(questions: Sequence[str], digest: Sequence[str], last: Sequence[Turn]) -> list[BaseMessage]:
    """A conversation as messages for the model, oldest first.

    Questions too far back to be seen with their answers are there by themselves: follow-ups are read from what the
    person said.
    """
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    messages: list[BaseMessage] = []
    whole = list(last)[-KEPT_TURNS:]
    earlier = list(digest)[: len(digest) - len(whole)] if whole else list(digest)
    if earlier:
        told = "\n".join(f"- {line}" for line in earlier)
        messages.append(SystemMessage(f"Earlier in this conversation, shortened:\n{told}"))
    for question in list(questions)[: max(len(questions) - len(whole), 0)]:
        messages.append(HumanMessage(question))
    for turn in whole:
        messages.append(HumanMessage(turn.asked, id=message_id(turn.thread, turn.number)))
        messages.append(AIMessage(turn.text))
    return messages


def message_id(thread: str, number: int) -> str:
    """The id of the message that a turn begins with, by which a checkpoint is known to belong to the transcript."""
    return f"{thread}/{number}"


def summarizing(model: BaseChatModel) -> Any:
    """LangChain's middleware that lets a larger `model` shorten what it has seen of a long conversation."""
    from langchain.agents.middleware import SummarizationMiddleware

    return SummarizationMiddleware(
        model, trigger=("tokens", _SUMMARY_TOKENS), keep=("messages", _SUMMARY_KEPT), trim_tokens_to_summarize=None
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
