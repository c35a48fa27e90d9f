"""Evidence as lines for an encoder: rows of the table and sentences, each with its tokens and what can be pointed to.

A table's cell is written as the name of its column, not as its digits: "Net sales: 2019 2018 2017" is all that an
encoder must see to know which cell is meant, and a table of 15 rows takes 200 tokens instead of 900. Numbers in
sentences are cut to their leading digits. What is pointed to is always the printed number, whatever the tokens are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.grid import Grid, read_grid
from adapters.report_qa.words import years

Tokenise = Callable[[str], tuple[list[int], list[tuple[int, int]]]]
"""A text to its token ids and the characters (start, end) of each, without special tokens."""

_CELL_TOKENS = 5
_WORDS_TOKENS = 14
_LABEL_TOKENS = 28
_LONGEST = 180


@dataclass(slots=True)
class Line:
    """One line. `spans` maps a candidate's index to its tokens [start, end); `label` is the range of the row's label.

    `characters` holds for each token of a sentence its characters in `evidence.text[number]`, (-1, -1) for others.
    """

    source: Source
    number: int
    ids: list[int]
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    label: tuple[int, int] = (0, 0)
    characters: list[tuple[int, int]] = field(default_factory=list)
    words: str = ""
    head: bool = False


def lines_of(evidence: Evidence, candidates: Sequence[Candidate], tokenise: Tokenise) -> list[Line]:
    """The lines of table and text in their order; a sentence longer than 180 tokens becomes several lines."""
    by_place: dict[tuple[Source, int], list[tuple[int, Candidate]]] = {}
    for index, candidate in enumerate(candidates):
        by_place.setdefault((candidate.source, candidate.line), []).append((index, candidate))
    grid = read_grid(evidence.table)
    made = [
        _row(grid, number, by_place.get((Source.TABLE, number), []), tokenise)
        for number, row in enumerate(grid.rows)
        if any(row)
    ]
    for number, sentence in enumerate(evidence.text):
        made += _sentence(Source.TEXT, number, sentence, by_place.get((Source.TEXT, number), []), tokenise)
    return made


def question_line(
    text: str, source: Source, number: int, found: Sequence[tuple[int, Candidate]], tokenise: Tokenise
) -> Line:
    """A question as one line, with its numbers; never cut here."""
    return _sentence(source, number, text, found, tokenise, longest=10_000)[0]


def _row(grid: Grid, number: int, found: Sequence[tuple[int, Candidate]], tokenise: Tokenise) -> Line:
    head = number < grid.heads
    row, label = grid.rows[number], grid.labels[number]
    heading = grid.headings[number]
    line = Line(Source.TABLE, number, [], words=f"{heading} {label}", head=head)
    if head:
        line.words = " ".join(row)
    by_column: dict[int, list[tuple[int, Candidate]]] = {}
    for index, candidate in found:
        by_column.setdefault(candidate.column, []).append((index, candidate))
    if heading and not head:
        line.ids += tokenise(heading)[0][:10] + tokenise(":")[0]
    for column, cell in enumerate(row):
        if not cell:
            continue
        start = len(line.ids)
        own = by_column.get(column, [])
        whole = own[0] if own else None
        if column == 0 or head or (whole and whole[1].value is None):
            line.ids += tokenise(cell)[0][: _LABEL_TOKENS if column == 0 else _WORDS_TOKENS]
            if column == 0:
                line.label = (start, len(line.ids))
        else:
            named = tokenise(short_name(grid, column))[0] or tokenise(cell)[0]
            line.ids += named[-_CELL_TOKENS:]
            if whole and whole[1].percent:
                line.ids += tokenise("%")[0]
        end = max(len(line.ids), start + 1)
        if len(line.ids) == start:
            line.ids += tokenise("-")[0] or [0]
        for index, _ in own:
            line.spans[index] = (start, min(end, len(line.ids)))
        line.ids += tokenise(":" if column == 0 and not head else ",")[0]
    line.characters = [(-1, -1)] * len(line.ids)
    return line


def short_name(grid: Grid, column: int) -> str:
    """A column's year where no other column has it, else its whole name."""
    named = years(grid.columns[column])
    if len(named) == 1 and sum(named[0] in years(other) for other in grid.columns) == 1:
        return str(named[0])
    return grid.columns[column]


def _sentence(
    source: Source,
    number: int,
    text: str,
    found: Sequence[tuple[int, Candidate]],
    tokenise: Tokenise,
    longest: int = _LONGEST,
) -> list[Line]:
    lines = [Line(source, number, [], words=text)]

    def put(piece: str, start: int, index: int | None) -> None:
        ids, characters = tokenise(piece)
        if index is not None:
            characters = [(0, len(piece))] * len(ids)
        for begin in range(0, len(ids), longest) if index is None else (0,):
            part, places = ids[begin : begin + longest], characters[begin : begin + longest]
            line = lines[-1]
            if line.ids and len(line.ids) + len(part) > longest:
                lines.append(line := Line(source, number, [], words=text))
            at = len(line.ids)
            line.ids += part
            line.characters += [(start + first, start + last) for first, last in places]
            if index is not None and part:
                line.spans[index] = (at, len(line.ids))

    position = 0
    for index, candidate in sorted(found, key=lambda one: one[1].start):
        if candidate.start < position:
            continue
        for piece in _pieces(text, position, candidate.start, longest):
            put(text[piece[0] : piece[1]], piece[0], None)
        _put_number(put, text, candidate, index, lines)
        position = candidate.end
    for piece in _pieces(text, position, len(text), longest):
        put(text[piece[0] : piece[1]], piece[0], None)
    for line in lines:
        line.label = (0, len(line.ids))
    return lines


def _put_number(
    put: Callable[[str, int, int | None], None], text: str, candidate: Candidate, index: int, lines: list[Line]
) -> None:
    """A number by its leading digits; its tokens stand for all of its characters."""
    short = _short(candidate)
    put(short, candidate.start, index)
    line = lines[-1]
    start, end = line.spans.get(index, (0, 0))
    for place in range(start, end):
        line.characters[place] = (candidate.start, candidate.end)


def _short(candidate: Candidate) -> str:
    value = candidate.value
    assert value is not None
    digits = f"{value:f}"
    if candidate.is_year or len(digits) <= 4:
        said = digits
    else:
        said = re.sub(r"\..*", "", digits)[:4].rstrip("-") or digits[:4]
    scale = {3: " thousand", 6: " million", 9: " billion", 12: " trillion"}.get(candidate.scale, "")
    return said + ("%" if candidate.percent else "") + scale


def _pieces(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """A stretch of text in parts of at most about `longest` tokens, cut at spaces."""
    parts = []
    while end - start > 3 * longest:
        cut = text.rfind(" ", start, start + 3 * longest)
        cut = cut if cut > start else start + 3 * longest
        parts.append((start, cut))
        start = cut
    if start < end:
        parts.append((start, end))
    return parts
