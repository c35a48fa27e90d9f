"""The transcript: every acknowledged turn of every conversation, whole, in LangGraph's store.

A turn and the record of its thread are written in one transaction, and the disk has them when `append` comes back. The
thread's record also holds what the next turn needs of those before it, so that a turn costs the same in a long
conversation as in a short one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chains.agent.events import Thread, Turn
from chains.agent.holding import Holding, ThreadBusyError
from chains.agent.summary import KEPT_QUESTIONS, digested
from chains.agent.thread_names import check_name
from chains.errors import ChainError

if TYPE_CHECKING:
    from langgraph.store.base import Item


_THREADS = ("threads",)
_PAGE = 500  # records read at a time
_TITLE = 80  # characters


class UnknownThreadError(ChainError):
    """There is no thread of that name."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a turn needs to know of those before it.

    `questions` are the last ones as typed, oldest first; `digest` a line for each turn that is too far back to be given
    whole; `pending` what waits for a yes.
    """

    turns: int = 0
    first: str = ""
    title: str = ""
    questions: tuple[str, ...] = ()
    digest: tuple[str, ...] = ()
    pending: dict[str, Any] | None = None


@dataclass(slots=True)
class Transcript(Holding):
    """The turns that a memory holds. Safe to use from several threads; `held` keeps others out of one conversation."""

    def threads(self) -> list[Thread]:
        """All conversations, the one last spoken in first; where the first turn waits for a yes there is none yet."""
        found: dict[str, Thread] = {}
        with self.memory.reading():
            while page := self.memory.store.search(_THREADS, limit=_PAGE, offset=len(found), refresh_ttl=False):
                new = {item.key: _thread(item) for item in page if item.namespace == _THREADS}
                if new.keys() <= found.keys():
                    break
                found |= new
        return sorted(found.values(), key=lambda one: (one.last, one.name), reverse=True)

    def turns(self, thread: str, last: int | None = None) -> list[Turn]:
        """The turns of a conversation, oldest first; the `last` few only where that is given.

        Raises UnknownThreadError where there is none of that name; one whose first turn waits for a yes has none yet.
        """
        from langgraph.store.base import GetOp

        past = self.past(thread)
        count = past.turns
        if not count and past.pending is None:
            raise UnknownThreadError(f"there is no thread {thread!r}; `finagent threads list` shows all")
        first = 1 if last is None else max(1, count - last + 1)
        keys = [_key(number) for number in range(first, count + 1)]
        read: list[Turn] = []
        with self.memory.reading():
            for start in range(0, len(keys), _PAGE):
                items: Sequence[Any] = self.memory.store.batch(
                    [GetOp(_turns(thread), key) for key in keys[start : start + _PAGE]]
                )
                read += [Turn.of(item.value) for item in items if item is not None]
        return read

    def past(self, thread: str) -> Past:
        """What is known of a conversation; an empty one where there is none of that name. Raises ThreadNameError."""
        check_name(thread)
        with self.memory.reading():
            item = self.memory.store.get(_THREADS, thread)
        if item is None:
            return Past()
        kept = item.value
        return Past(
            kept["turns"],
            kept["first"],
            kept["title"],
            tuple(kept["questions"]),
            tuple(kept["digest"]),
            kept.get("pending"),
        )

    def append(self, turn: Turn, past: Past) -> None:
        """Write a turn, the next after `past`; it is on the disk when this comes back. Raises MemoryFailedError."""
        from langgraph.store.base import PutOp

        record = turn.record()
        kept = {
            "turns": turn.number,
            "first": past.first or turn.at,
            "last": turn.at,
            "title": past.title or _title(turn.asked),
            "questions": [*past.questions, turn.asked][-KEPT_QUESTIONS:],
            "digest": list(digested(past.digest, turn)),
            "pending": None,
        }
        self._check_held(turn.thread, past)
        with self.memory.reading():
            self.memory.store.batch(
                [
                    PutOp(_turns(turn.thread), _key(turn.number), record, index=False),
                    PutOp(_THREADS, turn.thread, kept, index=False),
                ]
            )

    def wait_for(self, thread: str, past: Past, pending: dict[str, Any], at: str) -> None:
        """Write down what waits for a yes, so that it can be given after a restart too."""
        kept = {
            "turns": past.turns,
            "first": past.first or at,
            "last": at,
            "title": past.title or _title(str(pending.get("asked", ""))),
            "questions": list(past.questions),
            "digest": list(past.digest),
            "pending": pending,
        }
        self._check_held(thread, past)
        with self.memory.reading():
            self.memory.store.put(_THREADS, thread, kept, index=False)

    def remove(self, thread: str) -> int:
        """Delete a conversation with all its turns; how many there were. Raises UnknownThreadError."""
        from langgraph.store.base import PutOp

        past = self.past(thread)
        if not past.turns and past.pending is None:
            raise UnknownThreadError(f"there is no thread {thread!r}; `finagent threads list` shows all")
        with self.memory.reading():
            keys = [_key(number) for number in range(1, past.turns + 1)]
            for start in range(0, len(keys), _PAGE):
                self.memory.store.batch([PutOp(_turns(thread), key, None) for key in keys[start : start + _PAGE]])
            self.memory.checkpointer.delete_thread(thread)
            self.memory.store.delete(_THREADS, thread)  # last: a removal that was cut short can be called again
        return past.turns

    def _check_held(self, thread: str, past: Past) -> None:
        """Write nothing over what somebody else has written. Raises ThreadBusyError.

        A lock in a database ends with its connection: where that broke, somebody else may have been in the thread.
        """
        held = self._held.get(thread)
        if held is None:
            return
        try:
            with self.memory.reading():
                kept = held.kept()
        except TimeoutError:
            raise _lost(thread) from None
        if not kept and self.past(thread) != past:
            raise _lost(thread)


def _thread(item: Item) -> Thread:
    kept = item.value
    return Thread(item.key, kept["turns"], kept["first"], kept["last"], kept["title"])


def _turns(thread: str) -> tuple[str, str]:
    """The namespace of a thread's turns. A label may hold no full stop, and some stores look by its beginning."""
    return ("turns", thread.replace(".", "~") + "$")


def _key(number: int) -> str:
    return f"{number:08d}"


def _lost(thread: str) -> ThreadBusyError:
    return ThreadBusyError(
        f"the connection to the memory broke, and somebody else asked in the thread {thread!r} meanwhile; this turn is "
        "not kept: ask again"
    )


def _title(asked: str) -> str:
    text = " ".join(asked.split())
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"
