"""A line of a page as pieces: labels, numbers, header words. The alphabet that tables are read in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from ingest.numbers import SYMBOLS, Printed, parse_number
from ingest.words import Line, Word, chunks

_YEAR = re.compile(r"(?:19|20)\d\d[*†‡]?(?:\(\w\))?$")
_OPENERS = frozenset("($") | frozenset(SYMBOLS) | {"US$", "C$", "($", "$(", "(€", "€("}
_CLOSERS = frozenset({")", "%", ")%", "%)", "x", "¢", "bps", "pts", "pp"})
_MARK = re.compile(r"\((?:[a-zA-Z]{1,2}|\d{1,2}|i{1,3}|iv|vi{0,3})\)(?:,?\((?:[a-zA-Z]|\d)\))*$|[*†‡§]+$")
_HEADER_LABEL = re.compile(
    r"^\(|\b(?:millions|thousands|billions|dollars|ended|ending|fiscal|years?|months|weeks|quarters?|december|january|"
    r"february|march|april|may|june|july|august|september|october|november|as of|except)\b|,$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Piece:
    """A cell-sized piece of a line. `number` is None for text. `x1` leaves out a hanging ")" or "%"."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    number: Printed | None = None
    marks: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def year(self) -> bool:
        return self.number is not None and bool(_YEAR.match(self.text))


class LineKind(Enum):
    DATA = "data"
    YEARS = "years"
    TEXT = "text"
    EMPTY = "empty"


def line_pieces(line: Line) -> list[Piece]:
    """Split a line into labels and numbers; symbols and brackets in columns of their own join their number."""
    pieces: list[Piece] = []
    for group in _groups(line):
        numbers = _numbers(group, line.height)
        if numbers is not None:
            pieces.extend(numbers)
        else:
            pieces.append(_text_piece(group))
    return _join_symbols(pieces, line.height)


def kind_of(pieces: list[Piece]) -> LineKind:
    """What a line is, by its pieces alone."""
    if not pieces:
        return LineKind.EMPTY
    numbers = [p for p in pieces if p.number is not None]
    if not numbers:
        return LineKind.TEXT
    label = pieces[0].text if pieces[0].number is None else ""
    if all(p.year for p in numbers) and (not label or _HEADER_LABEL.search(label) or len(numbers) < len(pieces) - 1):
        return LineKind.YEARS
    return LineKind.YEARS if _runs_of_years(numbers) else LineKind.DATA


def _runs_of_years(numbers: list[Piece]) -> bool:
    """Whether numbers are years one after the other, as over columns: "Revenue 2016 2015 2014"."""
    if len(numbers) < 2 or not all(p.year for p in numbers):
        return False
    years = [int(p.number.value) for p in numbers if p.number is not None and p.number.value is not None]
    return len(years) == len(numbers) and {b - a for a, b in pairwise(years)} in ({-1}, {1})


def _groups(line: Line) -> list[list[Word]]:
    """Words between wide gaps; the joined text of each group is one chunk of the line."""
    edges = [(chunk.x0, chunk.x1) for chunk in chunks(line)]
    groups: list[list[Word]] = [[] for _ in edges]
    position = 0
    for word in line.words:
        while position < len(edges) - 1 and word.x0 > edges[position][1]:
            position += 1
        if edges and edges[position][0] - 0.1 <= word.x0 <= edges[position][1] + 0.1:
            groups[position].append(word)
    return [group for group in groups if group]


def _numbers(words: list[Word], height: float) -> list[Piece] | None:
    """The group as number pieces, or None where any of it is text."""
    pieces: list[Piece] = []
    pending: list[Word] = []
    for word in words:
        text = word.text
        if text in _OPENERS:
            pending.append(word)
            continue
        if text in _CLOSERS and pieces and not pending:
            last = pieces[-1]
            if parse_number(last.text + text) is None:
                return None
            pieces[-1] = _number_piece(last.text + text, last.x0, last.x1, word)
            continue
        if pieces and _MARK.match(text) and word.x0 - words[words.index(word) - 1].x1 < 0.5 * height:
            pieces[-1].marks += (text.strip("()"),)
            continue
        joined = "".join(w.text for w in pending) + text
        if parse_number(joined) is None or (_MARK.match(text) and not text.strip("()").isdigit()):
            return None
        pieces.append(_number_piece(joined, pending[0].x0 if pending else word.x0, None, word))
        pending = []
    if pending:
        symbol = pending[0]
        pieces.append(Piece("".join(w.text for w in pending), symbol.x0, pending[-1].x1, symbol.top, symbol.bottom))
    return pieces


def _number_piece(text: str, x0: float, x1: float | None, word: Word) -> Piece:
    number = parse_number(text)
    right = x1 if x1 is not None else word.x1
    if x1 is None and len(word.text) > 1 and number is not None and number.value is not None:
        # Right alignment is of the digits: a bracket, percent or mark hangs out.
        hanging = len(word.text) - len(word.text.rstrip(")%*†‡ "))
        right -= hanging * (word.x1 - word.x0) / len(word.text) * 0.75
    return Piece(text, x0, right, word.top, word.bottom, number, number.marks if number else ())


def _text_piece(words: list[Word]) -> Piece:
    text = words[0].text
    for previous, word in pairwise(words):
        gap = word.x0 - previous.x1
        text += (" " if gap > 0.08 * previous.height else "") + word.text
    return Piece(text, words[0].x0, words[-1].x1, min(w.top for w in words), max(w.bottom for w in words))


def _join_symbols(pieces: list[Piece], height: float) -> list[Piece]:
    """Join "$" and "(" with the number to their right, ")" and "%" with the one to their left."""
    joined: list[Piece] = []
    for piece in pieces:
        bare = piece.text
        if joined and bare in _CLOSERS and joined[-1].number is not None and parse_number(joined[-1].text + bare):
            last = joined[-1]
            number = parse_number(last.text + bare)
            joined[-1] = Piece(last.text + bare, last.x0, last.x1, last.top, last.bottom, number, last.marks)
            continue
        if joined and joined[-1].text in _OPENERS and joined[-1].number is None:
            number = parse_number(joined[-1].text + bare)
            if number is not None:
                opener = joined.pop()
                text = f"{opener.text} {bare}" if opener.text[-1] in SYMBOLS else opener.text + bare
                joined.append(Piece(text, opener.x0, piece.x1, piece.top, piece.bottom, number, piece.marks))
                continue
        if joined and piece.number is not None and _is_mark(piece, joined[-1], height):
            joined[-1].marks += (piece.text.strip("()"),)
            continue
        joined.append(piece)
    return [p for p in joined if not (p.number is None and p.text in _OPENERS | _CLOSERS)]


def _is_mark(piece: Piece, before: Piece, height: float) -> bool:
    """A bracketed digit close behind a number is a footnote mark, not a negative number."""
    close = piece.x0 - before.x1 < 0.7 * height
    small = piece.bottom - piece.top < 0.85 * height
    return before.number is not None and bool(_MARK.match(piece.text)) and close and small


def split_tail(piece: Piece, line: Line, lefts: list[tuple[float, float]], height: float) -> list[Piece]:
    """A long label that runs into its number, split where trailing words are numbers that fill known columns.

    `lefts` are the columns' (x0, x1). Returns the piece unchanged where nothing is to be split.
    """
    words = [w for w in line.words if piece.x0 - 0.1 <= w.x0 <= piece.x1 + 0.1]
    cut = len(words)
    while cut > 0 and (parse_number(words[cut - 1].text) or words[cut - 1].text in _OPENERS | _CLOSERS):
        cut -= 1
    if cut in (0, len(words)):
        return [piece]
    tail = _numbers(words[cut:], height)
    if not tail:
        return [piece]
    tail = _join_symbols(tail, height)
    for number in tail:
        if not any(abs(number.x1 - x1) < 0.4 * height and number.x0 > x0 - height for x0, x1 in lefts):
            return [piece]
    return [_text_piece(words[:cut]), *tail]
