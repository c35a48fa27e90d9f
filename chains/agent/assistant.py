"""The assistant: one conversation after another, each turn told as events and kept before it is acknowledged.

    with open_memory(home) as memory:
        assistant = Assistant(runner, memory)
        for event in assistant.stream("What was Larkmoor's revenue in FY2025?", thread="larkmoor"):
            ...

Safe to use from several threads of execution: whoever is second in one conversation waits for the first.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from chains.agent.events import Approval, Event, Piece, Step, Thread, Turn
from chains.agent.holding import WAIT
from chains.agent.memory import Memory
from chains.agent.notes import Notes
from chains.agent.runner import Asked, Ended, Runner, Waiting
from chains.agent.summary import KEPT_QUESTIONS, KEPT_TURNS
from chains.agent.thread_names import check_name
from chains.agent.trace import Tracer
from chains.agent.transcript import Past, Transcript
from chains.agent.turning import Turning
from chains.errors import ChainError
from chains.messages import pieces
from chains.questions.request import LONGEST_QUESTION

STOPPED = "the answer was stopped before it was there"
UNDECIDED = "something else was asked before it was decided"


class Assistant:
    """Answers in conversations, by a runner, and keeps them in a memory."""

    def __init__(
        self,
        runner: Runner,
        memory: Memory,
        *,
        notes: Notes | None = None,
        tracer: Tracer | None = None,
        wait: float = WAIT,
    ) -> None:
        """With `wait`, the seconds that the second of two clients in one thread waits."""
        self.notes = notes if notes is not None else Notes(memory)
        self._tracer = tracer
        self._runner = runner
        self._memory = memory
        self._transcript = Transcript(memory)
        self._wait = wait

    # Asking

    def stream(
        self, text: str, *, thread: str | None = None, document: str | None = None, history: Sequence[str] = ()
    ) -> Iterator[Event]:
        """A turn as it is made; the last event is its Turn, or an Approval that `decide` goes on from.

        `thread` None keeps nothing: `history` is then what the person said before, oldest first, and tools that write
        are declined. An iterator that is given up before its end leaves a turn that says so. Raises ThreadNameError and
        ChainError for a text that cannot be read; the iterator raises ThreadBusyError and MemoryFailedError.
        """
        text = _checked(text)
        if thread is None:
            said = tuple(one for one in history if one.strip())
            asked = Asked(text, None, document, len(said) + 1, said[-KEPT_QUESTIONS:])
            return self._turn(Turning(asked, Past()), None)
        check_name(thread)
        if history:
            raise ChainError("a thread has its own history; pass either thread or history")
        return self._kept(thread, text, document)

    def decide(self, thread: str, approve: bool) -> Iterator[Event]:
        """Go on after an Approval, with a yes or a no. The iterator raises ChainError where nothing waits."""
        check_name(thread)
        return self._decided(thread, approve)

    def say(
        self, text: str, *, thread: str | None = None, document: str | None = None, history: Sequence[str] = ()
    ) -> Turn:
        """The turn, whole; tools that write are declined."""
        *_, last = self.stream(text, thread=thread, document=document, history=history)
        while isinstance(last, Approval):
            *_, last = self.decide(last.thread, approve=False)
        assert isinstance(last, Turn)
        return last

    # Looking back

    def threads(self) -> list[Thread]:
        """All conversations, the one last spoken in first."""
        return self._transcript.threads()

    def turns(self, thread: str) -> list[Turn]:
        """The turns of a conversation, oldest first. Raises UnknownThreadError."""
        return self._transcript.turns(thread)

    def waiting(self, thread: str) -> Approval | None:
        """What a conversation waits for; None where nothing does. Raises ThreadNameError."""
        pending = self._transcript.past(thread).pending
        return None if pending is None else self._approval(thread, pending)

    def remove(self, thread: str) -> int:
        """Delete a conversation; how many turns it had. Raises UnknownThreadError, ThreadBusyError."""
        with self._transcript.held(check_name(thread), self._wait):
            return self._transcript.remove(thread)

    def close(self) -> None:
        """Close the memory."""
        self._memory.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # Turns

    def _kept(self, thread: str, text: str, document: str | None) -> Generator[Event]:
        release = self._transcript.hold(thread, self._wait)
        try:
            past = self._transcript.past(thread)
            if past.pending is not None:
                past = self._given_up(thread, past)
            yield from self._turn(Turning(self._asked(thread, past, text, document), past), None)
        finally:
            release()

    def _decided(self, thread: str, approve: bool) -> Generator[Event]:
        release = self._transcript.hold(thread, self._wait)
        try:
            past = self._transcript.past(thread)
            if past.pending is None:
                raise ChainError(f"nothing waits for a decision in the thread {thread!r}; ask first")
            turning = self._taken_up(thread, past)
            decided = [*past.pending["decided"], approve]
            yield from self._turn(turning, decided)
        finally:
            release()

    def _turn(self, turning: Turning, decided: Sequence[bool] | None) -> Generator[Event]:
        """One turn from its beginning, or from what was decided: it is stored before any word of it is told."""
        asked, pending = turning.asked, turning.past.pending
        try:
            ended: Waiting | Ended | None = None
            if decided is not None and pending is not None and len(decided) < len(pending["calls"]):
                ended = Waiting(tuple(pending["calls"]))
            else:
                made = self._runner.run(asked) if decided is None else self._runner.go_on(asked, decided)
                decided = None
                for one in made:
                    if isinstance(one, Step):
                        if (step := turning.told(one)) is not None:
                            yield step
                    else:
                        ended = one
            assert ended is not None
        except (GeneratorExit, KeyboardInterrupt):
            self._store(turning, Ended("", "stopped", reason=STOPPED))
            raise
        if isinstance(ended, Waiting):
            yield self._asks(turning, ended, decided or ())
            return
        turn = self._store(turning, ended)
        for piece in pieces(turn.text):
            yield Piece(piece)
        yield turn

    def _store(self, turning: Turning, ended: Ended) -> Turn:
        turn = turning.turn(ended)
        if turn.thread and not turning.stored:
            turning.stored = True
            self._transcript.append(turn, turning.past)
        if self._tracer is not None:
            self._tracer.write(turning.asked, turn, [note.text for note in self.notes.all()])
        return turn

    def _asks(self, turning: Turning, waiting: Waiting, decided: Sequence[bool]) -> Approval:
        """The question for the next call that waits, written down before it is asked."""
        thread = turning.asked.thread
        assert thread is not None, "a runner declines what a turn without a thread would have to wait for"
        pending = turning.pending(waiting, decided)
        self._transcript.wait_for(thread, turning.past, pending, turning.at)
        return self._approval(thread, pending)

    def _approval(self, thread: str, pending: Mapping[str, Any]) -> Approval:
        """The question for the first call that is not decided."""
        call = pending["calls"][len(pending["decided"])]
        question = call["question"]
        if call["tool"] == "forget":  # by some of its words: a yes is to the whole note
            meant = "; ".join(f"“{note.text}”" for note in self.notes.meant(str(call["arguments"].get("text", ""))))
            question = f"Forget {meant}?" if meant else question
        return Approval(thread, call["tool"], call["arguments"], question, pending["asked"])

    def _taken_up(self, thread: str, past: Past) -> Turning:
        """The turn that waited."""
        pending = past.pending
        assert pending is not None
        return Turning.taken_up(self._asked(thread, past, pending["asked"], pending["document"]), past, pending)

    def _given_up(self, thread: str, past: Past) -> Past:
        """What waited for a yes and got another question instead is a turn that was stopped."""
        self._runner.forget(thread)
        turning = self._taken_up(thread, past)
        turning.started = time.perf_counter()
        self._store(turning, Ended("", "stopped", reason=UNDECIDED))
        return self._transcript.past(thread)

    def _asked(self, thread: str, past: Past, text: str, document: str | None) -> Asked:
        last = tuple(self._transcript.turns(thread, KEPT_TURNS)) if past.turns else ()
        return Asked(text, thread, document, past.turns + 1, past.questions, past.digest, last)


def _checked(text: str) -> str:
    if not text.strip():
        raise ChainError("the question is empty; ask for a figure, a ratio or what a report says")
    if len(text) > LONGEST_QUESTION:
        raise ChainError(
            f"the question has {len(text):,} characters, more than the {LONGEST_QUESTION:,} that are read; shorten it"
        )
    return text
