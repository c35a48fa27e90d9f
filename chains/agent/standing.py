"""A request that goes on with the conversation, as it stands on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chains.ask import Asker
from chains.questions.request import Request


@dataclass(frozen=True, slots=True)
class Standing:
    """`text` is the request on its own; with `history` it says less than is meant, and what was said before goes along.

    `changed` says that it was not asked so.
    """

    text: str
    changed: bool = False
    history: tuple[str, ...] = ()


def standing(asker: Any, request: Request) -> Standing:
    """The request read in the light of its history; as it is where it needs none, or nothing here can read it."""
    single = getattr(asker, "asker", asker)
    if not request.history or not isinstance(single, Asker):
        return Standing(request.question)
    from chains.agent.follow_up import resolve

    found = resolve(single, request.history, request.question, document=request.document)
    if not found.changed or not found.understood:
        return Standing(request.question)
    return Standing(found.understood, True, request.history if found.operation else ())
