"""Answers that are printed words or numbers, found where they stand: cells, numbers within, stretches of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from adapters.report_qa.forms import Evidence, Kind, Point, Solution, Source, Span
from adapters.report_qa.numbers import number_of_cell
from adapters.training.report_qa.clues import Clues, clues_of

ALTERNATIVES = 3
_NEAR = 0.8
_LIST = 1.5
"""What it counts when the items of a list stand in one row or column."""
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u00a0": " "}
)

Pick = Point | Span
Picks = tuple[float, tuple[Pick, ...]]


def locate(
    answers: Sequence[str], evidence: Evidence, scale: str = "", answer_from: str = "", kind: Kind = Kind.SPANS
) -> tuple[Solution, ...]:
    """The solutions that pick all of `answers`, in order, the likeliest of at most 3 first.

    There is none where one of the answers is not printed.
    """
    if not answers:
        return ()
    clues = clues_of(evidence, answer_from)
    beam: list[Picks] = [(0.0, ())]
    for answer in answers:
        places = _places(answer, clues)
        if not places:
            return ()
        grown = [
            (score + own + _in_line(pick, picked, clues), (*picked, pick))
            for score, picked in beam
            for own, pick in places
            if pick not in picked
        ]
        beam = sorted(grown, key=lambda one: -one[0])[:12]
    if not beam:
        return ()
    kept = [picked for score, picked in beam if score >= beam[0][0] - _NEAR][:ALTERNATIVES]
    return tuple(Solution(kind, picked=picked, scale=scale) for picked in kept)


def _in_line(pick: Pick, picked: tuple[Pick, ...], clues: Clues) -> float:
    if not picked or not isinstance(pick, Point) or not isinstance(picked[-1], Point):
        return 0.3 if picked and isinstance(pick, Span) and isinstance(picked[-1], Span) else 0.0
    return _LIST * clues.together(pick.index, picked[-1].index)


def _places(answer: str, clues: Clues) -> list[tuple[float, Pick]]:
    """Where `answer` is printed, with how well each place fits."""
    wanted = _plain(answer)
    if not wanted:
        return []
    found: list[tuple[float, Pick]] = []
    number = number_of_cell(answer)
    for index, candidate in enumerate(clues.candidates):
        if candidate.source not in (Source.TABLE, Source.TEXT):
            continue
        if _plain(candidate.printed) == wanted:
            found.append((clues.fit(index) + _head(index, clues), Point(index)))
        elif (
            number is not None
            and candidate.value is not None
            and abs(candidate.value) == abs(number.value or 0)
            and candidate.percent == number.percent
            and candidate.scale == number.scale
            and candidate.value
        ):
            penalty = 0.3 if candidate.value == number.value else 0.8
            found.append((clues.fit(index) + _head(index, clues) - penalty, Point(index)))
    points = {
        (clues.candidates[pick.index].line, clues.candidates[pick.index].start)
        for _, pick in found
        if isinstance(pick, Point) and clues.candidates[pick.index].source is Source.TEXT
    }
    for line, text in enumerate(clues.evidence.text):
        for start, end in _stretches(text, answer):
            if (line, start) not in points:
                around = text[max(0, start - 200) : end + 200]
                fits = 0.3 + 1.2 * clues.words(around) + 2.0 * clues.from_text
                found.append((fits, Span(line, start, end)))
    found.sort(key=lambda one: -one[0])
    return found[:8]


def _head(index: int, clues: Clues) -> float:
    """A year or a label that is the answer is read off a head: the penalty for heads is given back."""
    candidate = clues.candidates[index]
    return 0.5 if candidate.source is Source.TABLE and candidate.line < clues.grid.heads else 0.0


def _stretches(text: str, answer: str) -> list[tuple[int, int]]:
    """Where `answer` stands in `text`, whatever the case, the kind of quotation marks and the spaces between words."""
    return [match.span() for match in _pattern(answer).finditer(text.translate(_QUOTES))]


@lru_cache(maxsize=4096)
def _pattern(answer: str) -> re.Pattern[str]:
    words = answer.translate(_QUOTES).split()
    pattern = r"\s*".join(re.escape(word) for word in words)
    whole = rf"(?<!\w){pattern}(?!\w)" if pattern[:1].isalnum() and pattern[-1:].isalnum() else pattern
    return re.compile(whole, re.IGNORECASE)


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    """A printed thing as it is compared: no spaces, quotation marks, currency signs or full stop at its end."""
    plain = "".join(text.translate(_QUOTES).lower().split()).replace("$", "").strip(":;,*").removesuffix(".")
    return plain or "".join(text.split())


def number_of(text: str) -> Decimal | None:
    """The number that a whole text is, None for words."""
    found = number_of_cell(text)
    return found.value if found is not None else None
