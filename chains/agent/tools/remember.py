"""The tools that write: what the user asks to be remembered, and to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from chains.errors import ChainError
from chains.tool_making import Called, artifact_of, make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

LONGEST_NOTE = 500
"""Characters of a note."""


class Note(Protocol):
    """Something remembered."""

    @property
    def id(self) -> str: ...

    @property
    def text(self) -> str: ...


class Notes(Protocol):
    """Where notes are kept, for the user alone."""

    def add(self, text: str) -> str:
        """Keep a note; gives its id."""
        ...

    def remove(self, text_or_id: str) -> bool | int | Sequence[str]:
        """Remove the note with that id, or those that say that; falsy where there is none."""
        ...

    def all(self) -> Sequence[Note]:
        """The notes, the oldest first."""
        ...


def remember_tool(notes: Notes) -> BaseTool:
    """`remember`: keeps a note until it is forgotten. It writes, so it is asked about first."""
    from pydantic import BaseModel, Field

    class Remember(BaseModel):
        """The arguments."""

        text: str = Field(
            min_length=1, max_length=LONGEST_NOTE, description="What to remember, as a sentence that stands alone."
        )

    def call(text: str) -> Called:
        text = " ".join(text.split())
        if not text:
            raise ChainError(f"there is nothing to remember; expected a text of 1 to {LONGEST_NOTE} characters")
        identity = notes.add(text)
        return f"Remembered: {text}", artifact_of("remember", text=text, id=str(identity))

    return make_tool(
        call,
        name="remember",
        description="Keeps a wish or a habit of the user (how their fiscal years are named, which definition of a "
        "metric they prefer) for all later conversations. Only where the user asks for it.",
        arguments=Remember,
        expected=f"text, 1 to {LONGEST_NOTE} characters",
        writes=True,
    )


def forget_tool(notes: Notes) -> BaseTool:
    """`forget`: removes what was remembered. It writes, so it is asked about first."""
    from pydantic import BaseModel, Field

    class Forget(BaseModel):
        """The arguments."""

        text: str = Field(
            min_length=1, max_length=LONGEST_NOTE, description="The note to forget: its words, or its id."
        )

    def call(text: str) -> Called:
        removed = notes.remove(" ".join(text.split()))
        if not removed:
            held = "; ".join(note.text for note in list(notes.all())[:5]) or "none"
            raise ChainError(f"there is no note {text[:80]!r}; the notes are: {held}")
        return f"Forgotten: {text}", artifact_of("forget", text=text)

    return make_tool(
        call,
        name="forget",
        description="Removes something that was remembered with `remember`. Only where the user asks for it.",
        arguments=Forget,
        expected=f"text, 1 to {LONGEST_NOTE} characters: the words of a note, or its id",
        writes=True,
    )
