"""A question with its evidence as a generating model reads it: one text, in which what can be pointed to has a mark.

    Net sales [c0] | 2019: 1,452 [c1] | 2018: 1,300 [c2]

What is shown of long evidence is chosen as for the encoder: lines that have least to do with the question stay out,
and are counted. The form of the prompt is saved with the adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.features import Places
from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.grid import Grid, read_grid
from adapters.report_qa.language import plain, words_of
from adapters.report_qa.layout import Layout, chosen_lines
from adapters.report_qa.lines import Line, short_name
from adapters.report_qa.turns import summary

STYLES = ("rows", "cells")
"""How a table is written: each figure with the name of its column, or as printed, under the table's heads alone."""
TEMPLATE = (
    "Answer from the evidence: a program over marked numbers, marked cells or quoted words, a count of them, or a "
    "refusal.\nEvidence:\n{evidence}\nQuestion: {question}\nAnswer:"
)
LEAST_WINDOW = 96
"""Tokens below which a prompt is too short to say anything."""
_WORDS = 110  # of a line: a longer sentence, row or question is several
_CELL_WORDS = 60  # that are shown of a cell; its mark stands for all of it
_NAME_WORDS = 12  # of a column's name, a heading or a label where they stand beside something else
_WIDEST = 4  # bytes of a character, each of which may be a token


@dataclass(frozen=True, slots=True)
class Form:
    """How a prompt is written. `style` is one of STYLES, `template` holds {evidence} and {question}."""

    style: str = STYLES[0]
    template: str = TEMPLATE

    def saved(self) -> str:
        """The form as a card and a recipe state it: the style, and behind a line end the template."""
        return f"{self.style}\n{self.template}"


def form_of(saved: str | None) -> Form:
    """The form that a card or a recipe states: a style, or a style and its template; the usual one where none is.

    Raises:
        ValueError: it is none; the message says what was expected.
    """
    if not saved:
        return Form()
    style, _, template = saved.partition("\n")
    form = Form(style.strip(), template or TEMPLATE)
    if form.style not in STYLES or form.template.count("{evidence}") != 1 or form.template.count("{question}") != 1:
        raise ValueError(
            f"{saved[:60]!r} is no form of a prompt; expected one of {', '.join(STYLES)}, and perhaps behind a line "
            "end a text with {evidence} and {question} in it"
        )
    return form


class Tokens:
    """A tokenizer of transformers as prompts and answers need it. `kind` is "seq2seq" or "causal"."""

    def __init__(self, tokenizer: Any, kind: str) -> None:
        self._tokenizer, self._kind = tokenizer, kind
        self.end: int = tokenizer.eos_token_id
        self.pad: int = tokenizer.pad_token_id or 0
        self.spell = lru_cache(200_000)(self._spell)

    def _spell(self, piece: str) -> tuple[int, ...]:
        return tuple(self._tokenizer(piece, add_special_tokens=False)["input_ids"])

    def prompt(self, text: str) -> list[int]:
        """A whole prompt with the special tokens that belong to it; a causal model's goes on with the answer."""
        ids = list(self._tokenizer(text)["input_ids"])
        if self._kind == "causal" and ids and ids[-1] == self.end:
            ids.pop()
        return ids

    def counts(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text by itself."""
        return (
            [len(ids) for ids in self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]] if texts else []
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, its tokens, and the layout that its marks and words refer to (without chunks and features)."""

    text: str
    ids: list[int]
    layout: Layout


Parts = list[tuple[str, int | None]]
"""Text, and behind it the mark of a candidate (its index), if any."""


_Marked = dict[tuple[Source, int], list[tuple[int, Candidate]]]


@dataclass(slots=True)
class _Written(Line):
    parts: Parts = field(default_factory=list)
    place: tuple[int, int] = (0, 0)  # the characters of a sentence that the line holds


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes prompts of at most `window` tokens; `budget` tokens of evidence at most, where it is given."""

    tokens: Tokens
    form: Form = Form()
    window: int = 1024
    budget: int | None = None

    def write(self, evidence: Evidence, keep: frozenset[tuple[Source, int]] = frozenset()) -> Prompt:
        """The prompt of `evidence`; the lines in `keep` are the last to be left out (a training target's)."""
        candidates = candidates_of(evidence)
        marked = _by_place(candidates)
        asked, cut = self._asked(evidence, marked)
        around = len(self.tokens.prompt(self._filled("", _text(asked))))
        room = max(0, min(self.window - around, self.window if self.budget is None else self.budget))
        lines = self._lines(evidence, marked, headed=False)
        if _cost(lines) > room:  # without the rows above it, a row has to say under which heading it stands
            lines = self._lines(evidence, marked, headed=True)
        while True:
            chosen = chosen_lines(lines, evidence, room, keep)
            prompt = self._prompt(evidence, candidates, asked, chosen, len(lines) - len(chosen) + cut)
            over = len(prompt.ids) - self.window
            if over <= 0 or not chosen:
                return prompt
            room = min(room, _cost(chosen)) - over  # what is tokenised line by line may be shorter than all together

    def _prompt(
        self,
        evidence: Evidence,
        candidates: tuple[Candidate, ...],
        asked: Parts,
        chosen: Sequence[Line],
        left_out: int,
    ) -> Prompt:
        lines = [line for line in chosen if isinstance(line, _Written)]
        shown = sorted(
            {index for parts in (asked, *(line.parts for line in lines)) for _, index in parts if index is not None}
        )
        names = {index: f"c{place}" for place, index in enumerate(shown)}
        text = self._filled("\n".join(_text(line.parts, names) for line in lines), _text(asked, names))
        words = [
            (line.number, start, end)
            for line in lines
            if line.source is Source.TEXT
            for start, end in words_of(evidence.text[line.number][: line.place[1]])
            if start >= line.place[0]
        ]
        return Prompt(text, self.tokens.prompt(text), _layout(evidence, candidates, shown, words, left_out))

    def _filled(self, evidence: str, question: str) -> str:
        """The template with both in it; what they hold is not looked at, braces included."""
        before, _, after = self.form.template.partition("{evidence}")
        return before.replace("{question}", question) + evidence + after.replace("{question}", question)

    def _asked(self, evidence: Evidence, marked: _Marked) -> tuple[Parts, int]:
        """The question behind the earlier ones as far as they find room in half the window, and how much did not."""
        left, cut = self.window // 2, 0
        turns: list[Parts] = []
        earlier = [(Source.HISTORY, number, text) for number, text in enumerate(evidence.history)]
        for source, number, text in [(Source.QUESTION, 0, evidence.question), *reversed(earlier)]:
            found = marked.get((source, number), [])
            pieces = [_marked(text, place, found) for place in _places(text, found)]
            totals = list(accumulate(self.tokens.counts([_text(piece) for piece in pieces])))
            fitting = sum(total <= left for total in totals)
            if source is Source.HISTORY and fitting < len(pieces):
                cut += number + 1  # what was asked before it would miss the turn between
                break
            cut += len(pieces) - fitting
            if pieces and not fitting:  # one word longer than the window
                pieces, totals, fitting = [[(plain(text)[: max(1, left // _WIDEST)], None)]], [left], 1
            left -= totals[fitting - 1] if fitting else 0
            turns.insert(0, _joined(pieces[:fitting], " "))
        return _joined(turns, " / "), cut

    def _lines(self, evidence: Evidence, marked: _Marked, *, headed: bool) -> list[_Written]:
        grid = read_grid(evidence.table)
        lines = [
            line
            for number, row in enumerate(grid.rows)
            if any(row)
            for line in _row(grid, number, marked.get((Source.TABLE, number), []), self.form.style, headed=headed)
        ]
        for number, text in enumerate(evidence.text):
            found = marked.get((Source.TEXT, number), [])
            for place in _places(text, found):
                line = _Written(Source.TEXT, number, [], words=text, parts=[("- ", None), *_marked(text, place, found)])
                line.place = place
                line.spans = {index: (0, 0) for _, index in line.parts if index is not None}
                lines.append(line)
        for line, count in zip(lines, self.tokens.counts([_text(line.parts) for line in lines]), strict=True):
            line.ids = [0] * count
        return lines


def _by_place(candidates: Sequence[Candidate]) -> _Marked:
    made: _Marked = {}
    for index, candidate in enumerate(candidates):
        made.setdefault((candidate.source, candidate.line), []).append((index, candidate))
    return made


def _joined(pieces: Sequence[Parts], between: str) -> Parts:
    """Pieces behind each other."""
    return [part for number, piece in enumerate(pieces) for part in ([(between, None)] if number else []) + piece]


def _cost(lines: Sequence[Line]) -> int:
    return sum(len(line.ids) + 1 for line in lines)


def _text(parts: Parts, names: dict[int, str] | None = None) -> str:
    """Parts as text; without names the marks are as long as they can get."""
    return "".join(
        text if index is None else f"{text} [{names[index] if names else f'c{index}'}]" for text, index in parts
    )


def _places(text: str, found: Sequence[tuple[int, Candidate]]) -> list[tuple[int, int]]:
    """The characters [start, end) of the pieces of a text, each of about `_WORDS` words; no number is cut."""
    words = words_of(text)
    if not words:
        return []
    inside = {place for _, candidate in found for place in range(candidate.start + 1, candidate.end)}
    starts, count = [0], 0
    for start, _ in words:
        if count >= _WORDS and start not in inside:
            starts.append(start)
            count = 0
        count += 1
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _marked(text: str, place: tuple[int, int], found: Sequence[tuple[int, Candidate]]) -> Parts:
    """The characters of a place, with a mark behind each candidate in it, the shorter one first."""
    said, (position, last) = plain(text), place
    made: Parts = []
    for index, candidate in sorted(found, key=lambda one: (one[1].end, -one[1].start)):
        if place[0] <= candidate.start < last:
            made.append((said[position : candidate.end], index))
            position = max(position, candidate.end)
    made.append((said[position:last].rstrip(), None))
    return made


def _row(
    grid: Grid, number: int, found: Sequence[tuple[int, Candidate]], style: str, *, headed: bool
) -> list[_Written]:
    """A row of the table as a line; a very wide one as several, each of which begins with the row's label."""
    head = number < grid.heads
    label, heading = grid.labels[number], grid.headings[number] if headed else ""
    words = " ".join(grid.rows[number]) if head else f"{grid.headings[number]} {label}"
    by_column: dict[int, list[tuple[int, Candidate]]] = {}
    for index, candidate in found:
        by_column.setdefault(candidate.column, []).append((index, candidate))
    made: list[_Written] = []
    count = _WORDS
    for column, cell in enumerate(grid.rows[number]):
        if not cell:
            continue
        own = by_column.get(column, [])
        parts = _cell(cell, own)
        if style == "rows" and column and not head and own and own[0][1].value is not None:
            name = _few_words(short_name(grid, column), -_NAME_WORDS)
            parts = [(f"{name}: ", None), *parts] if name else parts
        if count >= _WORDS:
            made.append(line := _Written(Source.TABLE, number, [], words=words, head=head, parts=[("- ", None)]))
            count = 0
            if heading:
                line.parts.append((f"{_few_words(heading, _NAME_WORDS)}: ", None))
            if column and label and len(made) > 1:
                line.parts.append((f"{_few_words(label, _NAME_WORDS)} | ", None))
        elif count:
            line.parts.append((" | ", None))
        line.parts += parts
        line.spans |= {index: (0, 0) for index, _ in own}
        count += sum(len(words_of(text)) for text, _ in parts) + 2 * len(own)
    return made


def _few_words(text: str, most: int) -> str:
    """The first `most` words of a text, or with a negative number the last."""
    words = words_of(text)[:most] if most > 0 else words_of(text)[most:]
    return plain(text)[words[0][0] : words[-1][1]] if words else ""


def _cell(cell: str, found: Sequence[tuple[int, Candidate]]) -> Parts:
    """A cell with its marks; of a long one the first words with those of its numbers, and its own mark."""
    words = words_of(cell)
    if len(words) <= _CELL_WORDS:
        return _marked(cell, (0, len(cell)), found)
    cut = words[_CELL_WORDS - 1][1]
    whole = [index for index, candidate in found if (candidate.start, candidate.end) == (0, len(cell))]
    inner = [one for one in found if one[1].end <= cut]
    return [*_marked(cell, (0, cut), inner), *((" ...", index) for index in whole)]


def _layout(
    evidence: Evidence,
    candidates: tuple[Candidate, ...],
    shown: Sequence[int],
    words: Sequence[tuple[int, int, int]],
    left_out: int,
) -> Layout:
    """The layout of what a prompt shows. Its tokens are words; what only an encoder needs is empty."""
    import numpy as np

    none, three = np.zeros(0, dtype=np.int64), np.zeros((0, 3), dtype=np.int64)
    return Layout(
        evidence,
        candidates,
        [],
        [],
        np.array(shown, dtype=np.int64),
        three,
        three,
        np.zeros((0, 0), dtype=np.float32),
        none,
        none,
        none,
        none,
        np.array([candidates[index].value is not None for index in shown], dtype=np.bool_),
        np.zeros((len(words), 2), dtype=np.int64),
        np.array(words, dtype=np.int64).reshape(len(words), 3),
        summary(evidence),
        Places(np.zeros((0, 0), dtype=np.float32), none, none),
        left_out,
    )
