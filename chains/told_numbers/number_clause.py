"""The clause of a number in its sentence, and how much of what is asked for is said there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.told_numbers.number_sentences import Line, NumberSentences
from chains.told_numbers.prose_words import words_of
from chains.told_numbers.sentence_numbers import ToldNumber
from chains.told_numbers.wanted_number import Wanted

_CLAUSE = re.compile(
    r";|,?\s\b(?=of which|of whom|partially offset)"
    r"|,\s(?=(?:and|but|while|which|with|compared|as compared|versus|including|up|down|or)\b)"
    r"|\s(?=(?:comprised|consisting|composed|made up) of)|\s(?=with (?:approximately |about )?\d)",
    re.IGNORECASE,
)
JOINT = re.compile(r",\s|\s(?:and|or|but|while|to|for|from|at)\s", re.IGNORECASE)
"""What parts two numbers of one clause."""
OF_A_WHOLE = re.compile(
    r"\d[\d.,]*(?:\s(?:thousand|million|billion|trillion))?\s+(?:out\s+)?of\s+(?:the|our|its|their|an?|this|that)"
    r"\s+(?:\w+\s+)?$",
    re.I,
)
"""What leads to a whole of which a part stands before it: "$4.0 billion of the $5.0 billion authorization"."""
# What a word counts where it is said elsewhere in the sentence, of another number of it, in the sentence before.
_ELSEWHERE, _ANOTHERS, _LED = 0.8, 0.3, 0.3
_TAKEN_UP = 0.8  # in the sentence before one that goes on about it
_HEADED = 0.6  # in the heading


@dataclass(frozen=True, slots=True)
class Clause:
    """A number with its clause: `start`..`end` of the text of `line`, which says the stems `said`.

    `numbers` are those of the sentence, `opening` is where the clause would begin if no other number stood before."""

    number: ToldNumber
    numbers: Sequence[ToldNumber]
    line: Line
    start: int
    end: int
    opening: int
    said: frozenset[str]

    @classmethod
    def of(cls, number: ToldNumber, numbers: Sequence[ToldNumber], line: Line) -> Clause:
        """The clause of a number of a sentence."""
        opening = _opening(number, line.text)
        start, end = _bounds(number, numbers, line.text, opening)
        return cls(number, numbers, line, start, end, opening, frozenset(words_of(line.text[start:end])))

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end]

    @property
    def before(self) -> str:
        """What stands in it before the number."""
        return self.line.text[self.start : self.number.start]

    @property
    def after(self) -> str:
        """What stands in it behind the number."""
        return self.line.text[self.number.end : self.end]

    @property
    def rest(self) -> str:
        """The sentence without it."""
        return f"{self.line.text[: self.start]} {self.line.text[self.end :]}"


def _opening(number: ToldNumber, sentence: str) -> int:
    return max((m.end() for m in _CLAUSE.finditer(sentence, 0, number.start)), default=0)


def _bounds(number: ToldNumber, numbers: Sequence[ToldNumber], sentence: str, opening: int) -> tuple[int, int]:
    """Where the clause of a number begins and ends: between two numbers of one kind, the first joint parts them."""
    start = opening
    end = next((m.start() for m in _CLAUSE.finditer(sentence, number.end)), len(sentence))
    if number.listed:
        return start, end
    for other in numbers:
        if other.start == number.start or other.unit != number.unit:
            continue
        if start <= other.end <= number.start:
            joint = JOINT.search(sentence, other.end, number.start)
            start = max(start, joint.end() if joint else other.end)
        elif number.end <= other.start <= end and not OF_A_WHOLE.search(sentence[number.start : other.start]):
            joint = JOINT.search(sentence, number.end, other.start)
            end = min(end, joint.start() if joint else other.start)
    return start, end


def covered(clause: Clause, wanted: Wanted, sheet: NumberSentences) -> tuple[float, bool]:
    """The share of what is asked that is said of the number, each word by how much it tells; and whether all is."""
    number, line = clause.number, clause.line
    theirs: set[str] = set()
    for other in clause.numbers:
        if other.start != number.start and other.unit == number.unit and not number.listed:
            start, end = _bounds(other, clause.numbers, line.text, _opening(other, line.text))
            theirs |= set(words_of(line.text[start:end]))
    total = got = 0.0
    whole = True
    for word in wanted.asked:
        weight = sheet.weight(word)
        forms = sheet.forms(word)
        total += weight
        best = max((_where(s, clause, theirs, shared=s in wanted.counted) * f for s, f in forms.items()), default=0.0)
        got += weight * best
        whole &= best > _LED
    return (got / total if total else 0.0), whole


def _where(stem: str, clause: Clause, theirs: set[str], *, shared: bool) -> float:
    """What a word counts by where it is said; `theirs` is said of other numbers, `shared` what may be of several."""
    line = clause.line
    if stem in clause.said:
        return 1.0
    if stem in line.said:
        return _ANOTHERS if stem in theirs and not shared else _ELSEWHERE
    if stem in line.heading:
        return _HEADED
    return (_TAKEN_UP if line.takes_up else _LED) if stem in line.led else 0.0
