"""Solutions as text, for models that write: the grammar of `actions`, spelled in characters or in a model's tokens.

    program: subtract(c12, c13), divide(#0, c13) | scale: percent
    spans: c3; "verbatim words of the evidence" | scale: none
    count: c3; c9 | scale: none
    refusal

`c12` is the twelfth thing of a layout that can be pointed to, as its prompt marks it: "1,452 [c12]". A walk follows
what is written piece by piece and says what may follow, so what cannot be read, or points to nothing, is not written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from adapters.report_qa.actions import FIXED, STOP, State, actions_of, allowed, name_of, solution_of
from adapters.report_qa.forms import BINARY, MAX_OPERANDS, MAX_STEPS, SCALES, Kind, Solution

if TYPE_CHECKING:
    from adapters.report_qa.layout import Layout

Token = TypeVar("Token", bound=Hashable)
ASKS_SCALE = " | scale:"
"""What stands in front of the scale, the last thing that is written."""
_END = "\0"
_NO_SCALE = "none"
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\S"
)
_PLAIN = str.maketrans('"[]<>', "'()()")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A text as prompts and answers write it, as long as it was, character by character.

    What means something to the reader of a prompt or to a tokenizer (quotation marks, brackets, line ends, half of a
    surrogate pair) is written as something else: a document cannot forge the mark of a number.
    """
    made = re.sub(r"\s", " ", text).translate(_PLAIN)
    return made if made.isascii() else made.encode("utf-8", "replace").decode("utf-8")


def words_of(text: str) -> list[tuple[int, int]]:
    """The characters [start, end) of each word and each sign of a text: where quoted words may begin and end."""
    return [match.span() for match in _WORD.finditer(text)]


def written(solution: Solution, layout: Layout) -> list[str] | None:
    """A solution as the pieces of its text; None where the layout lacks something that it points to."""
    actions = actions_of(solution, layout)
    if actions is None:
        return None
    made: list[str] = []
    state = State()
    for action in actions:
        if state.opened >= 0:
            for word in range(state.opened + 1, _word(action, layout) + 1):
                if not _follows(word, layout):
                    return None
                made.append(_spelled_word(word, layout))
            made.append('"')
        else:
            made += _pieces(action, state, layout)
        state = state.after(action, len(layout.index))
    if solution.kind is not Kind.REFUSAL:
        made.append(_scale(solution.scale))
    return made


def write_target(solution: Solution, layout: Layout) -> str | None:
    """A solution as text; None where the layout lacks something that it points to."""
    pieces = written(solution, layout)
    return None if pieces is None else "".join(pieces).strip()


def parse_target(text: str, layout: Layout) -> Solution | None:
    """The solution that a text writes; None where it is none, or says what the layout does not hold.

    Quoted words are found where they stand first.
    """
    walk = Walk(layout, tuple, _END)
    for character in (" ", *text.strip(), _END):
        if character not in walk.allowed() or walk.done:
            return None
        walk.push(character)
    return walk.solution


@dataclass(frozen=True, slots=True)
class _Thread(Generic[Token]):
    """One way to read what was written. `pending` must follow; then `action` is done, or the word `word` written.

    `state` is where it stood before `action`. `scale` is set once it is being written, from the token `since` on.
    """

    pending: tuple[Token, ...]
    state: State
    actions: tuple[int, ...] = ()
    action: int = -1
    word: int = -1
    scale: str | None = None
    since: int = -1


class Walk(Generic[Token]):
    """What may be written over a layout, token by token. `spell` gives the tokens of a piece, `end` ends the text.

    Pieces are spelled one by one, whatever a tokenizer would make of them together. Where the same tokens can be read
    in several ways, all are followed, and the first that ends is taken.
    """

    def __init__(self, layout: Layout, spell: Callable[[str], Sequence[Token]], end: Token) -> None:
        self._layout, self._spell, self._end = layout, spell, end
        self._pushed = 0
        self._ended: _Thread[Token] | None = None
        self._threads = list(self._expanded(_Thread((), State())))

    @property
    def done(self) -> bool:
        """Whether the end is written."""
        return self._ended is not None

    @property
    def solution(self) -> Solution | None:
        """What is written; None before the end."""
        if self._ended is None:
            return None
        return solution_of(self._ended.actions, self._layout, self._ended.scale or "")

    @property
    def scale_from(self) -> int:
        """How many tokens stand before those of the scale; all where there is no scale."""
        return self._ended.since if self._ended is not None and self._ended.since >= 0 else self._pushed

    def allowed(self) -> list[Token]:
        """The tokens that may come next, each once; none behind the end."""
        return list(dict.fromkeys(one.pending[0] for one in self._threads))

    def push(self, token: Token) -> None:
        """Write a token. Raises ValueError where it is not allowed."""
        self._pushed += 1
        threads: list[_Thread[Token]] = []
        for one in self._threads:
            if one.pending[0] != token:
                continue
            rest = replace(one, pending=one.pending[1:])
            if rest.pending:
                threads.append(rest)
            elif _ends(rest):
                self._ended, self._threads = rest, []
                return
            else:
                threads += self._expanded(rest)
        if not threads:
            raise ValueError(f"{token!r} is not allowed here")
        self._threads = threads

    def _expanded(self, thread: _Thread[Token]) -> Iterator[_Thread[Token]]:
        """What may follow a thread that has written all it had to."""
        stack = [thread]
        while stack:
            for made in self._following(stack.pop()):
                if made.pending:
                    yield made
                else:  # a tokenizer may know no token for a rare word
                    stack.append(made)

    def _following(self, one: _Thread[Token]) -> Iterator[_Thread[Token]]:
        state, actions, layout = one.state, one.actions, self._layout
        if one.action >= 0:
            state, actions = state.after(one.action, len(layout.index)), (*actions, one.action)
        here: _Thread[Token] = _Thread((), state, actions, word=one.word)
        if state.stopped:
            for scale in SCALES:
                pending = (*self._spell(_scale(scale)), self._end)
                yield replace(here, pending=pending, scale=scale, since=self._pushed)
        elif state.opened >= 0:
            first = len(layout.index) + FIXED
            may = allowed(state, layout)[first:]
            word = state.opened if one.action >= 0 else one.word
            if word + 1 < len(may) and may[word + 1] and _follows(word + 1, layout):
                yield replace(here, pending=tuple(self._spell(_spelled_word(word + 1, layout))), word=word + 1)
            yield replace(here, pending=tuple(self._spell('"')), action=first + word)
        else:
            for action in np.flatnonzero(allowed(state, layout)).tolist():
                if action in actions and state.picked and action >= FIXED:
                    continue  # nothing is picked twice
                if not _leads_on(state.after(action, len(layout.index)), layout):
                    continue
                if action == STOP and state.kind is Kind.REFUSAL:
                    yield replace(here, pending=(self._end,), actions=(*actions, action), action=action)
                    continue
                pieces = _pieces(action, state, layout)
                yield replace(here, pending=tuple(one for piece in pieces for one in self._spell(piece)), action=action)


def _ends(thread: _Thread[Token]) -> bool:
    return thread.scale is not None or (thread.action == STOP and thread.state.kind is Kind.REFUSAL)


def _leads_on(state: State, layout: Layout) -> bool:
    """Whether a program can still be ended: operands are there, and the last step has room for all that is unused."""
    if state.kind is not Kind.PROGRAM or state.stopped:
        return True
    binary = state.operation in BINARY
    if state.operands < 2 and not (binary or state.steps > 1 or layout.number.any()):
        return False
    room = (2 if binary else MAX_OPERANDS) - state.operands
    return state.steps < MAX_STEPS or state.steps - 1 - len(state.used) <= room


def _pieces(action: int, state: State, layout: Layout) -> tuple[str, ...]:
    """What is written for an action, except for the words of a span behind its first."""
    if action == STOP:
        if state.kind is Kind.REFUSAL:
            return ()
        return (")", ASKS_SCALE) if state.kind is Kind.PROGRAM else (ASKS_SCALE,)
    named = name_of(action) if action < FIXED else ""
    after = state.after(action, len(layout.index))
    if after.steps > state.steps:
        return (" program:" if state.kind is None else "),", f" {named}(")
    if state.kind is None:
        return (f" {named}:" if after.kind is not Kind.REFUSAL else f" {named}",)
    program = state.kind is Kind.PROGRAM
    before = ("," if program else ";",) if (state.operands if program else state.picked) else ()
    if action < FIXED + len(layout.index):
        space = " " if before or not program else ""
        return (*before, space + (named or f"c{action - FIXED}"))
    word = _word(action, layout)
    return (*before, ' "', _spelled_word(word, layout, first=True))


def _scale(scale: str) -> str:
    return f" {scale or _NO_SCALE}"


def _word(action: int, layout: Layout) -> int:
    """The number of the word of the text that an action points to."""
    return action - FIXED - len(layout.index)


def _spelled_word(word: int, layout: Layout, *, first: bool = False) -> str:
    line, start, end = layout.characters[word].tolist()
    text = plain(layout.evidence.text[line])
    spaced = not first and start > int(layout.characters[word - 1][2])
    return f" {text[start:end]}" if spaced else text[start:end]


def _follows(word: int, layout: Layout) -> bool:
    """Whether nothing but space stands between a word and the one that is listed before it."""
    line, start, _ = layout.characters[word].tolist()
    line_before, _, end = layout.characters[word - 1].tolist()
    return line == line_before and start >= end and not layout.evidence.text[line][end:start].strip()
