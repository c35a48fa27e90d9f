"""What can be pointed to: every number of question, history, table and text, and every cell of the table."""

from __future__ import annotations

from functools import lru_cache

from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.grid import read_grid
from adapters.report_qa.numbers import Printed, number_of_cell, numbers_in, numbers_in_words

MOST = 4000
"""Candidates of one question; a longer document is narrowed down before it is asked of."""


@lru_cache(maxsize=2048)
def candidates_of(evidence: Evidence) -> tuple[Candidate, ...]:
    """The candidates in order: question, history, table row by row, text. Their indices are what a Point holds."""
    made: list[Candidate] = []
    made += _of_text(evidence.question, Source.QUESTION, 0, words=True)
    for number, earlier in enumerate(evidence.history):
        made += _of_text(earlier, Source.HISTORY, number, words=True)
    grid = read_grid(evidence.table)
    for line, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if cell:
                made += _of_cell(cell, line, column)
    for number, sentence in enumerate(evidence.text):
        made += _of_text(sentence, Source.TEXT, number)
    return tuple(made[:MOST])


def _of_cell(cell: str, line: int, column: int) -> list[Candidate]:
    """The cell itself, and the numbers within one of words ("5.25% notes due 2019")."""
    whole = number_of_cell(cell)
    made = [_candidate(Source.TABLE, line, column, cell, whole or Printed(0, len(cell), None))]
    if whole is None:
        made += [_candidate(Source.TABLE, line, column, cell, found) for found in numbers_in(cell)]
    return made


def _of_text(text: str, source: Source, line: int, *, words: bool = False) -> list[Candidate]:
    found = numbers_in(text)
    if words:
        taken = {place for one in found for place in range(one.start, one.end)}
        found += [one for one in numbers_in_words(text) if one.start not in taken]
        found.sort(key=lambda one: one.start)
    return [_candidate(source, line, -1, text, one) for one in found]


def _candidate(source: Source, line: int, column: int, text: str, found: Printed) -> Candidate:
    printed = text[found.start : found.end]
    return Candidate(source, line, column, found.start, found.end, printed, found.value, found.percent, found.scale)
