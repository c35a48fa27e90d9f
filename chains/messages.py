"""A conversation read for its question, and the text of an answer counted, cut and taken in pieces.

Only what people say is read as a question. System messages are orders about style, and earlier answers are known: both
are left out. Words are counted, not a tokenizer's pieces: nothing is billed by them, and no tokenizer has to be loaded.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Protocol

from langchain_core.messages import BaseMessage, ChatMessage, HumanMessage

from chains.answers.answer import Answer
from chains.answers.printed import untorn
from chains.errors import ChainError
from chains.questions.request import LONGEST_QUESTION, Request

NAME = "finagent"
"""What the models are called where no name is given."""

WRITTEN = {"lc_source": "summarization"}
"""LangChain's mark of what a program wrote in a person's name."""

_TEXTS = ("text", "input_text")
_SPEAKERS = ("user", "human")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PIECE = re.compile(r"\s*\S+(?:\s+\Z)?")
_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
_TURN = re.compile(r"^(System|Human|AI|Tool|Function): ", re.MULTILINE)


class Answering(Protocol):
    """What answers a request, such as `chains.ask.Asker`."""

    def ask(self, given: Request) -> Answer: ...


class Askers:
    """The asker of a model, and those that `others` opens by the name of an adapter, each once."""

    def __init__(self, asker: Answering, name: str, others: Callable[[str], Answering] | None = None) -> None:
        self._others = others
        self._opened = {name: asker}
        self._opening = Lock()

    def of(self, name: str) -> Answering:
        """The asker of that name. Raises ChainError where the model was built with one only."""
        with self._opening:
            if name not in self._opened:
                if self._others is None:
                    known = next(iter(self._opened))
                    raise ChainError(
                        f"there is no model {name[:80]!r} here, only {known!r}; build the model with `others`, a "
                        "function that opens an asker by the name of its adapter"
                    )
                self._opened[name] = self._others(name)
            return self._opened[name]


def with_history(messages: Sequence[BaseMessage], document: str | None = None) -> Request:
    """The last thing that a person said, as a request; what they said before it is its history.

    The message may name the one document that is asked, in its `additional_kwargs`. Raises ChainError where nobody
    said anything, or it cannot be read: too long, an image.
    """
    human = [message for message in messages if is_human(message)]
    if not human:
        raise ChainError(
            "there is no question among the messages; expected a human message, the last of which is answered"
        )
    return _request([text_of(one) for one in human], human[-1].additional_kwargs.get("document") or document)


def of_prompt(prompt: str, document: str | None = None) -> Request:
    """A prompt as a request. A conversation that LangChain wrote as text ("Human: ... AI: ...") is read as one."""
    parts = _TURN.split(prompt)
    # Before the first turn there is nothing, and so it was written by LangChain and not by a person.
    said = [text.strip() for who, text in zip(parts[1::2], parts[2::2], strict=True) if who == "Human"]
    return _request(said if said and not parts[0].strip() else [prompt], document)


def _request(said: Sequence[str], document: str | None) -> Request:
    question = said[-1]
    if len(question) > LONGEST_QUESTION:
        raise ChainError(
            f"the question has {len(question):,} characters, more than the {LONGEST_QUESTION:,} that are read; shorten "
            "it, and ingest what is to be read instead of sending it along"
        )
    return Request(question, document, history=tuple(text for text in said[:-1] if text.strip()))


def is_human(message: BaseMessage) -> bool:
    """Whether a person said it: LangChain marks what a program wrote in a person's name, such as a summary."""
    if message.additional_kwargs.get("lc_source"):
        return False
    return isinstance(message, HumanMessage) or (isinstance(message, ChatMessage) and message.role.lower() in _SPEAKERS)


def text_of(message: BaseMessage) -> str:
    """The text of a message, of one or several parts. Raises ChainError where a part is no text."""
    if isinstance(message.content, str):
        return message.content
    texts = []
    for part in message.content:
        kind = "text" if isinstance(part, str) else str(part.get("type", "text" if "text" in part else ""))
        if kind not in _TEXTS:
            raise ChainError(
                f"a message holds a part of type {kind[:40]!r}, and only text is read; ingest the file with finagent "
                "ingest and ask about it"
            )
        texts.append(part if isinstance(part, str) else str(part.get("text", "")))
    return "\n".join(texts)


def token_ids(text: str) -> list[int]:
    """A number for each word and each mark of punctuation: the tokens that `usage_metadata` counts."""
    return [zlib.crc32(token.encode(errors="surrogatepass")) for token in _TOKEN.findall(text)]


def usage(said: Sequence[BaseMessage], text: str) -> Any:
    """The usage metadata of an answer: words and marks of all messages, and of its text."""
    given, made = sum(len(token_ids(str(m.text))) for m in said), len(token_ids(text))
    return {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}


def pieces(text: str) -> list[str]:
    """The words of a text, each with the space before it: what is streamed."""
    return _PIECE.findall(text) or ([text] if text else [])


def cut(text: str, stop: Sequence[str] | None) -> str:
    """The text up to the first stop sequence in it.

    A stop within a number is none, and a number that goes on after the cut ("1.2" of "1.2 million") is left out with
    it: a part of a number is another number.
    """
    numbers = [match.span() for match in _NUMBER.finditer(text)]
    ends = []
    for sequence in filter(None, [stop] if isinstance(stop, str) else stop or ()):
        at = text.find(sequence)
        while at >= 0 and any(start < at + len(sequence) and at < end for start, end in numbers):
            at = text.find(sequence, at + 1)
        if at >= 0:
            ends.append(at)
    if not ends:
        return text
    kept, rest = text[: min(ends)], text[min(ends) :]
    return untorn(kept, rest)
