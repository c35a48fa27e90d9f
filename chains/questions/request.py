"""A request and what is made of it on the way to an answer: as it comes in, as understood, with its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from chains.answers.outcome import Outcome
from chains.errors import ChainError
from chains.planning.plan import Context, Plan
from chains.questions.question import Question
from chains.resolve.scope import Scope
from chains.resolve.shelf import Shelf

LONGEST_QUESTION = 4000
"""Characters of a question that LangChain's components read; those of the command line are a setting."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question as it comes in. `history` holds the questions before it in the same conversation, oldest first."""

    question: str
    document: str | None = None
    id: str = ""
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as understood: what it asks, of whom, when, and where to look. `refusal` ends it here.

    `anywhere` says that no company is named: only a question about words can then still be answered, by any document.
    `must` are names that what answers has to print, since they alone tell the company; where it does not, `unless` is
    the refusal. `others` are further scopes by the names that the items of a plan call them by.
    """

    request: Request
    question: Question
    context: Context | None = None
    scope: Scope | None = None
    refusal: str = ""
    started: float = 0.0
    anywhere: bool = False
    others: tuple[tuple[str, Scope], ...] = ()
    notes: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A reading with its plan."""

    reading: Reading
    plan: Plan | None = None
    planner: str = ""


class SecondPlanner(Protocol):
    """Answers what the rules refuse, answer in quotes, or find by a label alone: a trained generator, a large model."""

    @property
    def name(self) -> str:
        """What `--explain` calls it."""
        ...

    def answer(self, reading: Reading, shelf: Shelf) -> Outcome | None:
        """The answer to a reading that has a context; None, or an outcome without a text, leaves the first answer."""
        ...


def read_request(given: str | Mapping[str, Any] | Request) -> Request:
    """The request in what a caller passes. Raises ChainError where there is no question in it."""
    if isinstance(given, Request):
        return given
    if isinstance(given, str):
        return Request(given)
    text = given.get("question")
    if not isinstance(text, str):
        raise ChainError(
            "a question is missing; pass text, or a mapping with 'question' and perhaps 'document', 'id' and 'history'"
        )
    said = given.get("history") or ()
    history = (said,) if isinstance(said, str) else tuple(str(one) for one in said)
    return Request(text, given.get("document") or None, str(given.get("id", "")), history)


def read_as_of(text: str | date | None) -> date | None:
    """`latest`, a date as YYYY-MM-DD, or nothing. Raises ChainError."""
    if text is None or isinstance(text, date):
        return text
    if text.strip().lower() == "latest":
        return date.max
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ChainError(f"{text!r} is no date for --as-of; write 'latest' or a date such as 2023-06-30") from None
