"""What can be said of a candidate without a model: how its row, column and sentence go with the question's words.

Small data teaches a model little of what "the same word" and "the same year" are; these features say it outright.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from adapters.report_qa import turns
from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.grid import Grid, read_grid
from adapters.report_qa.listed import is_day, listed_years, years_at
from adapters.report_qa.words import stems, years

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEAR = 60  # characters of a sentence that count as beside a number

NAMES = (
    "question", "history", "table", "text", "number", "year", "percent", "negative", "scaled", "magnitude", "small",
    "head", "label", "total", "label_in_question", "question_in_label", "label_exact", "heading_in_question",
    "column_in_question", "line_in_question", "near_in_question", "label_in_history", "year_first", "year_last",
    "year_other", "year_missing", "year_none", "year_of_history", "latest", "earliest", "column", "row", "in_question",
    "best_line", "day", "mention", "label_in_last", "greatest", "least", "head_of_greatest", "head_of_least",
    "head_over", "head_under", "year_before_first", "listed",
    *turns.NAMES,
)  # fmt: skip
_OWN = len(NAMES) - len(turns.NAMES)


@dataclass(slots=True)
class Places:
    """Per candidate: its features (n, len(NAMES)), the year that it is of (0: none), and a number for its label."""

    features: NDArray[np.float32]
    year: NDArray[np.int64]
    label: NDArray[np.int64]


class Overlap:
    """How much of one set of words is in another, weighted by how rare each is in the evidence."""

    def __init__(self, lines: Sequence[str]) -> None:
        counts = Counter(word for line in lines for word in stems(line))
        self.total = max(1, len(lines))
        self.weights = {word: math.log(1 + self.total / count) for word, count in counts.items()}
        self.rare = math.log(1 + self.total)

    def share(self, words: Sequence[str], others: frozenset[str]) -> float:
        """The share of `words`, by weight, that is among `others`; 0 where there are no words."""
        total = sum(self.weights.get(word, self.rare) for word in words)
        return sum(self.weights.get(word, self.rare) for word in words if word in others) / total if words else 0.0


def lines_words(evidence: Evidence) -> list[str]:
    """The lines of the evidence as overlaps count them: row labels with their headings, and sentences."""
    grid = read_grid(evidence.table)
    return [*(f"{one} {other}" for one, other in zip(grid.headings, grid.labels, strict=True)), *evidence.text]


def measure(evidence: Evidence, candidates: Sequence[Candidate]) -> Places:
    """The features of all candidates of `evidence`."""
    import numpy as np

    grid = read_grid(evidence.table)
    overlap = Overlap(lines_words(evidence))
    asked = _Asked(evidence)
    rows = [_row(candidate, evidence, grid, overlap, asked) for candidate in candidates]
    features = np.zeros((len(rows), len(NAMES)), dtype=np.float32)
    if rows:
        features[:, :_OWN] = [values for values, _, _ in rows]
    year = np.array([one for _, one, _ in rows], dtype=np.int64)
    keys: dict[str, int] = {}
    label = np.array([keys.setdefault(one, len(keys)) for _, _, one in rows], dtype=np.int64)
    known = year[year > 0]
    if known.size:
        features[:, NAMES.index("latest")] = year == known.max()
        features[:, NAMES.index("earliest")] = year == known.min()
    for name in ("table", "text"):
        chosen = features[:, NAMES.index(name)] > 0
        if chosen.any():
            share = features[chosen][:, NAMES.index("line_in_question")]
            features[chosen, NAMES.index("best_line")] = share >= share.max() - 1e-6
    _compare(features, evidence, candidates, grid)
    features[:, _OWN:] = turns.features(evidence, candidates, year, label)
    return Places(features, year, label)


def informed(evidence: Evidence, candidates: Sequence[Candidate], places: Places) -> NDArray[np.float32]:
    """The features with what `evidence.earlier` tells; the others are those of `places`."""
    made = places.features.copy()
    made[:, _OWN:] = turns.features(evidence, candidates, places.year, places.label)
    return made


def _compare(features: NDArray[np.float32], evidence: Evidence, candidates: Sequence[Candidate], grid: Grid) -> None:
    """Which cell of a row is the greatest and the least; and which heads stand over those of the row asked of."""
    import numpy as np

    rows: dict[int, list[int]] = {}
    heads: dict[int, list[int]] = {}
    asked = None
    for place, one in enumerate(candidates):
        if one.source is Source.TABLE and one.column > 0:
            if one.line < grid.heads:
                heads.setdefault(one.column, []).append(place)
            elif one.value is not None:
                rows.setdefault(one.line, []).append(place)
        elif one.source is Source.QUESTION and one.value is not None and not one.is_year and asked is None:
            asked = one.value
    share = NAMES.index("line_in_question")
    best = max(rows, key=lambda line: float(features[rows[line][0], share]), default=None)
    for line, places in rows.items():
        values = np.array([float(candidates[place].value or 0) for place in places])
        if len(places) < 2:
            continue
        high, low = int(values.argmax()), int(values.argmin())
        features[places[high], NAMES.index("greatest")] = 1
        features[places[low], NAMES.index("least")] = 1
        if line != best:
            continue
        for name, number in (("head_of_greatest", high), ("head_of_least", low)):
            features[heads.get(candidates[places[number]].column, []), NAMES.index(name)] = 1
        for place, value in zip(places, values, strict=True):
            if asked is not None:
                name = "head_over" if value > float(asked) else "head_under"
                features[heads.get(candidates[place].column, []), NAMES.index(name)] = 1


class _Asked:
    def __init__(self, evidence: Evidence) -> None:
        self.words = stems(evidence.question)
        self.set = frozenset(self.words)
        self.text = " ".join(evidence.question.lower().split())
        self.printed = frozenset(self.text.split())
        before = " ".join(evidence.history)
        self.history = frozenset(stems(before))
        self.years = sorted(years(evidence.question))
        self.earlier = years(" ".join(evidence.history[-2:]))
        self.last = frozenset(stems(evidence.history[-1])) if evidence.history else frozenset()
        self.order = {word: place / len(self.words) for place, word in enumerate(self.words)}


def _row(
    candidate: Candidate, evidence: Evidence, grid: Grid, overlap: Overlap, asked: _Asked
) -> tuple[list[float], int, str]:
    source, value = candidate.source, candidate.value
    label, heading, column, line, near, year = "", "", "", "", "", 0
    place, height, listed = 0.0, 0.0, False
    if source is Source.TABLE:
        label, heading = grid.labels[candidate.line], grid.headings[candidate.line]
        column = grid.columns[candidate.column]
        line = near = f"{heading} {label}"
        named = years(column) or years(label) or years(heading)
        year = named[-1] if named else 0
        place = candidate.column / max(1, len(grid.columns) - 1)
        height = candidate.line / max(1, len(grid.rows) - 1)
    elif source is Source.TEXT:
        line = evidence.text[candidate.line]
        near = line[max(0, candidate.start - _NEAR) : candidate.end + _NEAR]
        year = listed_years(line).get(candidate.start, 0)
        listed = year > 0
        year = year or _nearest_year(line, candidate)
        label = " ".join(stems(near))
        height = candidate.line / max(1, len(evidence.text) - 1)
    if candidate.is_year and source is not Source.TABLE:
        year = 0
    head = source is Source.TABLE and candidate.line < grid.heads
    words = stems(label)
    set_of_label = frozenset(words) | frozenset(stems(heading))
    exact = " ".join(label.lower().split())
    magnitude = math.log10(1 + abs(float(value))) / 10 if value is not None else 0.0
    other_year = year and asked.years and year not in asked.years
    values = [
        source is Source.QUESTION,
        source is Source.HISTORY,
        source is Source.TABLE,
        source is Source.TEXT,
        value is not None,
        candidate.is_year,
        candidate.percent,
        value is not None and value < 0,
        candidate.scale > 0,
        magnitude,
        value is not None and abs(value) < 32,
        head,
        candidate.column == 0,
        "total" in label.lower(),
        overlap.share(words, asked.set),
        overlap.share(asked.words, set_of_label),
        source is Source.TABLE and len(exact) > 2 and exact in asked.text,
        overlap.share(stems(heading), asked.set),
        overlap.share(stems(column), asked.set),
        overlap.share(asked.words, _words_of(line)),
        overlap.share(asked.words, frozenset(stems(near))),
        overlap.share(words, asked.history),
        bool(year and asked.years and year == asked.years[0]),
        bool(year and asked.years and year == asked.years[-1]),
        bool(other_year),
        not year and bool(asked.years),
        not asked.years,
        bool(year and not asked.years and year in asked.earlier),
        False,
        False,
        place,
        height,
        candidate.printed.strip("$ ").lower() in asked.printed,
        False,
        source is not Source.TABLE and _is_day(candidate, evidence),
        1 - min((asked.order[word] for word in words if word in asked.order), default=1.0),
        overlap.share(words, asked.last),
        False,
        False,
        False,
        False,
        False,
        False,
        bool(year and asked.years and year == asked.years[0] - 1),
        listed,
    ]
    return [float(one) for one in values], year, f"{source} {exact} {heading}" if source is Source.TABLE else line


def _nearest_year(line: str, candidate: Candidate) -> int:
    """The year named nearest to a number of a sentence; one behind it counts as nearer: "$5 in 2019 and $4 in 2018"."""
    named = years_at(line)
    before = bisect_right(named, candidate.start, key=lambda year: year[1])
    behind = bisect_left(named, candidate.end, key=lambda year: year[0])
    best, distance = 0, 10_000.0
    if before and 1.5 * (candidate.start - named[before - 1][1]) < distance:
        best, distance = named[before - 1][2], 1.5 * (candidate.start - named[before - 1][1])
    if behind < len(named) and named[behind][0] - candidate.end < distance:
        best = named[behind][2]
    return best


def _is_day(candidate: Candidate, evidence: Evidence) -> bool:
    """Whether a number of a text is the day of a date: "December 31"."""
    if candidate.value is None or not 1 <= candidate.value <= 31 or candidate.percent or candidate.scale:
        return False
    texts = {Source.QUESTION: (evidence.question,), Source.HISTORY: evidence.history, Source.TEXT: evidence.text}
    line = texts[candidate.source][candidate.line]
    return is_day(line, candidate.start)


@lru_cache(maxsize=4096)
def _words_of(line: str) -> frozenset[str]:
    return frozenset(stems(line))
