"""Which of several places that print the same is meant: the words, years and layout that speak for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.grid import Grid, read_grid
from adapters.report_qa.words import stems, years

_OF_SOURCE = {Source.TABLE: 1.0, Source.TEXT: 0.3, Source.QUESTION: 0.2, Source.HISTORY: -0.5}
_HISTORY_COUNTS = 0.4
"""A word of an earlier question counts this much of one of the question itself."""


class Clues:
    """How well the places of one evidence fit its question. Scores are for comparison among themselves.

    `answer_from` is "text" where the data says that the answer stands in the text.
    """

    def __init__(self, evidence: Evidence, answer_from: str = "") -> None:
        self.evidence = evidence
        self.candidates = candidates_of(evidence)
        self.grid: Grid = read_grid(evidence.table)
        self._weights = dict.fromkeys((word for one in evidence.history for word in stems(one)), _HISTORY_COUNTS)
        self._weights |= dict.fromkeys(stems(evidence.question), 1.0)
        self.years = set(years(evidence.question)) or {year for one in evidence.history for year in years(one)}
        self.from_text = answer_from == "text"
        self._column_years = [set(years(name)) for name in self.grid.columns]
        self._row_years = [set(years(label)) for label in self.grid.labels]
        self._fits: dict[int, float] = {}

    def fit(self, index: int) -> float:
        """How well candidate `index` fits the question: about -2 to 5."""
        if index not in self._fits:
            self._fits[index] = self._fit(self.candidates[index])
        return self._fits[index]

    def together(self, one: int, other: int) -> float:
        """How well two operands go together: 1 in a row, less in a column or a sentence, 0 elsewhere."""
        first, second = self.candidates[one], self.candidates[other]
        if first.source is not second.source or first.source is Source.QUESTION:
            return 0.0
        if first.source is Source.TABLE:
            if first.line == second.line:
                return 1.0
            return 0.9 if first.column == second.column else 0.2
        return 0.8 if first.line == second.line else 0.1

    def words(self, text: str) -> float:
        """How much of the question's words `text` holds, and how much of `text` is asked for: 0 to 2."""
        found = stems(text)
        if not found or not self._weights:
            return 0.0
        hit = sum(self._weights.get(word, 0.0) for word in found)
        return hit / len(found) + hit / sum(self._weights.values())

    def _fit(self, candidate: Candidate) -> float:
        score = _OF_SOURCE[candidate.source]
        if candidate.source is Source.TABLE:
            grid = self.grid
            label, heading = grid.labels[candidate.line], grid.headings[candidate.line]
            score += 1.5 * max(self.words(label), 0.9 * self.words(f"{heading} {label}"))
            score += 0.6 * self.words(grid.columns[candidate.column])
            score += self._in_years(self._column_years[candidate.column] or self._row_years[candidate.line])
            if candidate.line < grid.heads:
                score -= 0.5
        elif candidate.source is Source.TEXT:
            around = self.evidence.text[candidate.line][max(0, candidate.start - 150) : candidate.end + 100]
            score += 1.2 * self.words(around) + 0.5 * self._in_years(set(years(around)))
            score += 2.0 * self.from_text
        return score

    def _in_years(self, own: set[int]) -> float:
        if not own or not self.years:
            return 0.0
        return 1.0 if own & self.years else -1.0


@lru_cache(maxsize=256)
def clues_of(evidence: Evidence, answer_from: str = "") -> Clues:
    """The clues of one evidence, kept for the next call."""
    return Clues(evidence, answer_from)


def best(scored: Sequence[tuple[float, int]], count: int) -> list[tuple[float, int]]:
    """The `count` best of (score, index), the first in the evidence before later ones at a tie."""
    return sorted(scored, key=lambda one: (-one[0], one[1]))[:count]
