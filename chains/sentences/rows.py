"""Questions whose answer is a row of a table in the found pages: who has the most votes against, how many stores.

A column is chosen whose heading says what is compared; its rows are compared by their figures, and quoted as printed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from chains.answers.answer import quote_of
from chains.measures.phrases import whole_words
from chains.sentences.asked_words import content_of, tables, weak_stems
from chains.sentences.retrieval import RankedPage
from chains.sentences.stems import stems
from ingest.schema import Figure

_NO_PART = re.compile(r"\b(?:total|all other|other|eliminations?|consolidated|unallocated|company|corporate)\b", re.I)
_ROWS = 3  # that a column needs, for one of them to stand out
_APART = 2  # times the next one: what "substantially more" takes
_SHOWN = 12


class Figures(Protocol):
    """The part of the ledger that is needed here."""

    def figures(self, document: str, /, *, page: int | None = None) -> list[Figure]: ...


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows of a column, the one asked for first. `apart` says that it is far from the next."""

    rows: tuple[Figure, ...]
    heading: str
    largest: bool
    apart: bool

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(quote_of(figure) for figure in self.rows[:_SHOWN])


def compare_rows(question: str, topic: str, pages: Sequence[RankedPage], ledger: Figures) -> Compared | None:
    """The rows that a question for the most or least of something compares; None where no table's column is that.

    The column's heading must hold a word of the question that its rows' labels do not, and the table, its caption or
    its page's passages must speak of what the rows are ("nominees").
    """
    direction = _direction(question)
    if direction is None:
        return None
    wanted = {s: adds for s, adds in content_of(topic).items() if s not in weak_stems() and len(s) > 2}
    best: tuple[float, Compared] | None = None
    for rank, page in enumerate(pages[:4]):
        around = {s for p in page.passages for s in stems(f"{p.section} {p.text}")}
        for headers, rows in _columns(ledger.figures(page.document, page=page.page)).items():
            heading = " ".join(headers[1])
            score = _fit(wanted, set(stems(heading)), around) - 0.05 * rank
            if score <= 0 or (best is not None and score <= best[0]):
                continue
            ordered = sorted(rows, key=lambda f: f.value, reverse=direction)
            first, second = abs(ordered[0].value), abs(ordered[1].value)
            apart = first >= _APART * second if direction else second >= _APART * first
            best = score, Compared(tuple(ordered), heading, direction, apart)
    return best[1] if best is not None else None


def _columns(figures: Sequence[Figure]) -> Mapping[tuple[str, tuple[str, ...]], list[Figure]]:
    """The figures of each column with a heading, one a label, of tables with rows enough; without totals."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, Figure]] = defaultdict(dict)
    for figure in figures:
        if figure.headers and figure.label and not _NO_PART.search(figure.label):
            found[figure.table, figure.headers].setdefault(figure.label, figure)
    return {
        key: list(rows.values())
        for key, rows in found.items()
        if len(rows) >= _ROWS and len({f.unit for f in rows.values()}) == 1
    }


def _fit(wanted: Mapping[str, Collection[str]], heading: set[str], around: set[str]) -> float:
    """How well a column is what is asked: the question's own words in its heading, all of them somewhere near."""
    if not wanted:
        return 0.0
    said = sum(stem in heading for stem in wanted)
    near = sum(stem in around or not around.isdisjoint(adds) for stem, adds in wanted.items())
    if said < 2 or near < 0.6 * len(wanted):
        return 0.0
    return said / len(wanted) + 0.5 * said / len(heading)


def _direction(question: str) -> bool | None:
    """True where the most is asked for, False where the least is, None where neither or both are."""
    most, least = _directions()
    asked = bool(most.search(question)), bool(least.search(question))
    return asked[0] if asked[0] != asked[1] else None


@cache
def _directions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = tables()["extremes"]
    return whole_words(table["most"]), whole_words(table["least"])
