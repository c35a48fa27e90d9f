"""A turn of a conversation read in the light of the turns before it: a question that stands on its own, or a plan."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakKeyDictionary

from chains.agent.follow_up.matching import follows
from chains.agent.follow_up.reader import Reader, State
from chains.agent.follow_up.reading import nothing
from chains.agent.follow_up.sources import CITED, asks_source
from chains.ask import Asker
from chains.questions.request import Planned, Request

LONGEST = 48
"""Turns of a conversation that are read again; what was said before them is not referred to any more."""
_CACHED = 512
LACKS = "it goes on from something, but nothing was asked before it; name the company, the figure and the time"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A turn as understood. `understood` is the question standing on its own, "" where it was asked so.

    `planned` is to be carried out with `Asker.carry_out`; None where there was nothing before the turn. `operation` is
    what is computed of earlier answers: then the plan says more than the text. `asks` is False of thanks and the like;
    `lacks` says what is missing in a turn that follows nothing.
    """

    understood: str = ""
    changed: bool = False
    planned: Planned | None = None
    operation: str = ""
    asks: bool = True
    lacks: str = ""


_states: WeakKeyDictionary[Asker, OrderedDict[object, State]] = WeakKeyDictionary()
_lock = Lock()


def resolve(asker: Asker, history: Sequence[str], text: str, *, document: str | None = None) -> FollowUp:
    """Understand what is said after a history of what was said before, oldest first, as typed.

    It depends on these and the library only: nothing is answered, and what was understood of a history is kept for
    the next turn. `document` is the one that is asked, if any.
    """
    said = [one for one in history if one.strip()]
    if not said:
        asks = not text.strip() or not nothing(text)
        return FollowUp(asks=asks, lacks=LACKS if asks and follows(text, asker.directory) else "")
    reader = Reader(asker, document)
    before = _state(reader, said)
    if before.turns and asks_source(text):
        last = before.turns[-1]
        return FollowUp(f"Where is this printed: {last.whole}", True, last.planned, CITED)
    after = reader.step(before, text)
    turn = after.turns[-1] if after is not before and after.turns else None
    if turn is None or turn.alone:
        return FollowUp(planned=turn.planned if turn is not None else None, asks=turn is not None or not nothing(text))
    return FollowUp(turn.whole, True, turn.planned, turn.operation)


def _state(reader: Reader, said: Sequence[str]) -> State:
    """What is left of a history. Long ones are read from a turn that stays the same while they grow."""
    start = max(0, (len(said) - LONGEST) // LONGEST * LONGEST)
    said = said[start:]
    with _lock:
        kept = _states.setdefault(reader.asker, OrderedDict())
    library = reader.library
    done, state = 0, State()
    with _lock:
        for n in range(len(said), 0, -1):
            if (found := kept.get((library, tuple(said[:n])))) is not None:
                kept.move_to_end((library, tuple(said[:n])))
                done, state = n, found
                break
    for n in range(done, len(said)):
        state = reader.step(state, said[n])
        with _lock:
            kept[(library, tuple(said[: n + 1]))] = state
            while len(kept) > _CACHED:
                kept.popitem(last=False)
    return state


def carried(follow: FollowUp, request: Request, started: float) -> Planned:
    """The plan of a follow-up as the plan of what was typed."""
    assert follow.planned is not None
    return replace(follow.planned, reading=replace(follow.planned.reading, request=request, started=started))
