"""The tools over notes: what the user asks to be remembered and to be forgotten, which write, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from chains.agent.notes import LONGEST
from chains.errors import ChainError
from chains.sentences.asked_words import weak_stems
from chains.sentences.stems import stems
from chains.tool_making import Called, artifact_of, make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


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

    def remove(self, text_or_id: str) -> Sequence[str]:
        """Remove the note with that id, or those that say that; their texts."""
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
            min_length=1, max_length=LONGEST, description="What to remember, as a sentence that stands alone."
        )

    def call(text: str) -> Called:
        text = " ".join(text.split())
        if not text:
            raise ChainError(f"there is nothing to remember; expected a text of 1 to {LONGEST} characters")
        identity = notes.add(text)
        return f"Remembered: {text}", artifact_of("remember", text=text, id=str(identity))

    return make_tool(
        call,
        name="remember",
        description="Keeps a wish or a habit of the user (how their fiscal years are named, which definition of a "
        "metric they prefer) for all later conversations. Only where the user asks for it.",
        arguments=Remember,
        expected=f"text, 1 to {LONGEST} characters",
        writes=True,
    )


def forget_tool(notes: Notes) -> BaseTool:
    """`forget`: removes what was remembered. It writes, so it is asked about first."""
    from pydantic import BaseModel, Field

    class Forget(BaseModel):
        """The arguments."""

        text: str = Field(min_length=1, max_length=LONGEST, description="The note to forget: its words, or its id.")

    def call(text: str) -> Called:
        removed = notes.remove(" ".join(text.split()))
        if not removed:
            held = "; ".join(note.text for note in list(notes.all())[:5]) or "none"
            raise ChainError(f"there is no note {text[:80]!r}; the notes are: {held}")
        return f"Forgotten: {'; '.join(removed)}", artifact_of("forget", texts=list(removed))

    return make_tool(
        call,
        name="forget",
        description="Removes something that was remembered with `remember`. Only where the user asks for it.",
        arguments=Forget,
        expected=f"text, 1 to {LONGEST} characters: the words of a note, or its id",
        writes=True,
    )


def recall_tool(notes: Notes) -> BaseTool:
    """`recall`: tells what is remembered. `notes` of its artifact has id and text of each."""
    from pydantic import BaseModel, Field

    class Recall(BaseModel):
        """The arguments."""

        about: str | None = Field(
            default=None, max_length=LONGEST, description="What the notes are to be about; leave it out for all."
        )

    def call(about: str | None = None) -> Called:
        held = notes.all()
        wanted = frozenset(stems(about)) - weak_stems() if about else frozenset()
        found = [note for note in held if not about or wanted & frozenset(stems(note.text))]
        if found:
            said = "\n".join(["What you asked me to remember:", *(f"- {note.text}" for note in found)])
        elif held:
            said = f"No note is about {about}; ask without it to see all."
        else:
            said = 'Nothing is remembered. Say, for example: "remember that our fiscal year starts in July".'
        return said, artifact_of("recall", notes=[{"id": note.id, "text": note.text} for note in found])

    return make_tool(
        call,
        name="recall",
        description="Tells what the user asked to be remembered with `remember`: all, or what is about something.",
        arguments=Recall,
        expected="nothing, or what the notes are to be about",
    )
