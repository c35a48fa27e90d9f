"""All programs of the known shapes over an evidence's numbers that come to an answer, found with arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.report_qa.forms import Constant, Evidence, Kind, Operation, Point, Solution, Source, Step
from adapters.report_qa.programs import operand_value
from adapters.report_qa.words import years
from adapters.training.report_qa.clues import Clues, clues_of
from adapters.training.report_qa.shapes import SHAPES, Shape, kind_of, likelihood

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_NUMBERS = 260
_OF_THREE = 44
_PAIRS = 420
_LONGEST_RUN = 8
_MOST_HITS = 400
"""Of one shape, the best fitting first."""

FEATURES = (
    "shape", "fit", "least fit", "together", "years", "in text", "in words",
    "asked years", "order", "tried", "in row", "repeated",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    value: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A program that comes to the answer. `features` are as FEATURES names them."""

    solution: Solution
    features: tuple[float, ...]
    key: tuple[Any, ...]


class Search:
    """The numbers of one evidence as arrays, ready to be searched."""

    def __init__(self, evidence: Evidence) -> None:
        import numpy as np

        self.clues: Clues = clues_of(evidence)
        self.kind = kind_of(evidence.question)
        kept: list[tuple[float, int]] = []
        for index, candidate in enumerate(self.clues.candidates):
            value = operand_value(candidate)
            if not value or candidate.source is Source.HISTORY:
                continue
            kept.append((self.clues.fit(index), index))
        kept.sort(key=lambda one: (-one[0], one[1]))
        self.points = np.array([index for _, index in kept[:MOST_NUMBERS]], dtype=np.int64)
        own = [self.clues.candidates[index] for index in self.points]
        self.values = np.array([float(operand_value(one) or 0) for one in own])
        self.fits = np.array([fit for fit, _ in kept[:MOST_NUMBERS]])
        self.table = np.array([one.source is Source.TABLE for one in own], dtype=bool)
        self.lines = np.array([one.line for one in own], dtype=np.int64)
        self.columns = np.array([one.column for one in own], dtype=np.int64)
        self.sources = np.array([list(Source).index(one.source) for one in own], dtype=np.int64)
        self.is_year = np.array([one.is_year for one in own], dtype=float)
        self.in_words = np.array(
            [one.source is Source.TABLE and (one.column == 0 or one.line < self.clues.grid.heads) for one in own],
            dtype=float,
        )
        named = [self._years(index) for index in self.points]
        known = sorted({year for one in named for year in one} | self.clues.years)[-60:]
        bits = {year: 1 << place for place, year in enumerate(known)}
        self.year_bits = np.array([sum(bits.get(year, 0) for year in one) for one in named], dtype=np.int64)
        self.latest = np.array([max(one, default=0) for one in named], dtype=np.int64)
        self.asked = np.int64(sum(bits.get(year, 0) for year in self.clues.years))
        self.together = self._together()

    def hits(self, gold: Decimal, tolerance: Decimal) -> list[Hit]:
        """Every program of a known shape whose result is `gold`, within `tolerance`."""
        found: list[Hit] = []
        if not len(self.values):
            return found
        for shape in SHAPES:
            for places, tried in self._solved(shape, _Wanted(float(gold), float(tolerance))):
                found += self._made(shape, places, tried)
        return found

    def _years(self, index: int) -> tuple[int, ...]:
        candidate = self.clues.candidates[index]
        if candidate.source is Source.TABLE:
            grid = self.clues.grid
            return years(grid.columns[candidate.column]) or years(grid.labels[candidate.line])
        if candidate.source is Source.TEXT:
            return years(self.clues.evidence.text[candidate.line][max(0, candidate.start - 60) : candidate.end + 60])
        return ()

    def _together(self) -> Array:
        import numpy as np

        same = self.sources[:, None] == self.sources[None, :]
        line = self.lines[:, None] == self.lines[None, :]
        column = self.columns[:, None] == self.columns[None, :]
        table = self.table[:, None] & self.table[None, :]
        close = np.where(table, np.where(line, 1.0, np.where(column, 0.9, 0.2)), np.where(line, 0.8, 0.1))
        return np.where(same, close, 0.0)

    def _solved(self, shape: Shape, gold: _Wanted) -> Iterator[tuple[Array, int]]:
        """The places of the operands of each solution (one row each), and how many were tried."""
        import numpy as np

        if "run" in shape.text:
            yield from self._runs(shape, gold)
            return
        count = len(shape.letters)
        if count == 4:
            yield self._of_pairs(shape, gold)
            return
        size = len(self.values) if count < 3 else min(_OF_THREE, len(self.values))
        grid = np.indices((size,) * count, sparse=True)
        letters = dict(zip(shape.letters, grid, strict=True))
        result = _computed(shape, {letter: self.values[:size][place] for letter, place in letters.items()})
        flat = np.flatnonzero(_equal(result, gold))  # each shape takes all of its letters, so all axes are there
        places = np.stack(np.unravel_index(flat, (size,) * count), axis=1)
        right = np.ones(len(places), dtype=bool)
        for first in range(count):
            for second in range(first):
                one, other = places[:, second], places[:, first]
                both = shape.letters[first] in shape.unordered and shape.letters[second] in shape.unordered
                right &= (one < other) if both else (one != other)
        yield places[right], size**count

    def _of_pairs(self, shape: Shape, gold: _Wanted) -> tuple[Array, int]:
        """Four operands: two pairs of a table that stand to each other alike, in two rows or in two columns."""
        import numpy as np

        inner = np.flatnonzero(self.table & (self.in_words == 0))
        if len(inner) < 3:
            return np.zeros((0, 4), dtype=np.int64), 1
        line, column = self.lines[inner], self.columns[inner]
        near = (line[:, None] == line[None, :]) | (column[:, None] == column[None, :])
        near &= ~np.eye(len(inner), dtype=bool)
        pairs = inner[np.argwhere(near)]
        order = np.argsort(-(self.fits[pairs].sum(axis=1)), kind="stable")[:_PAIRS]
        pairs = pairs[order]
        a, b = pairs[:, 0][:, None], pairs[:, 1][:, None]
        c, d = pairs[:, 0][None, :], pairs[:, 1][None, :]
        lines, columns = self.lines, self.columns
        rows = (lines[a] == lines[b]) & (lines[c] == lines[d]) & (columns[a] == columns[c]) & (columns[b] == columns[d])
        stacked = (
            (columns[a] == columns[b]) & (columns[c] == columns[d]) & (lines[a] == lines[c]) & (lines[b] == lines[d])
        )
        one_row = (lines[a] == lines[b]) & (lines[c] == lines[d]) & (lines[a] == lines[c])
        alike = (rows | stacked | one_row) & ((a != c) | (b != d))
        first, second = np.nonzero(alike)
        places = np.stack([pairs[first, 0], pairs[first, 1], pairs[second, 0], pairs[second, 1]], axis=1)
        result = _computed(shape, {letter: self.values[places[:, place]] for place, letter in enumerate(shape.letters)})
        return places[_equal(result, gold)], max(1, len(places))

    def _runs(self, shape: Shape, gold: _Wanted) -> Iterator[tuple[Array, int]]:
        """Four to eight figures beside each other in a row, or below each other in a column."""
        import numpy as np

        inner = np.flatnonzero(self.table & (self.in_words == 0))
        for across, along in ((self.lines, self.columns), (self.columns, self.lines)):
            for number in np.unique(across[inner]):
                line = inner[across[inner] == number]
                line = line[np.argsort(along[line], kind="stable")]
                for length in range(4, min(_LONGEST_RUN, len(line)) + 1):
                    starts = np.arange(len(line) - length + 1)[:, None] + np.arange(length)[None, :]
                    run = line[starts]
                    result = self.values[run].sum(axis=1)
                    if shape.text.startswith("average"):
                        result = result / length
                    right = run[_equal(result, gold)]
                    if len(right):
                        yield right, 40 * len(inner)

    def _made(self, shape: Shape, places: Array, tried: int) -> list[Hit]:
        import numpy as np

        if not len(places):
            return []
        fits = self.fits[places].mean(axis=1)
        order = np.argsort(-fits, kind="stable")[:_MOST_HITS]
        places, fits = places[order], fits[order]
        if shape.unordered:  # as they are printed, one after the other
            free = [shape.letters.index(letter) for letter in shape.unordered]
            own = places[:, free]
            places[:, free] = np.take_along_axis(own, np.argsort(self.points[own], axis=1), axis=1)
        count = places.shape[1]
        pairs = [(one, other) for one in range(count) for other in range(one)]
        together = (
            np.mean([self.together[places[:, one], places[:, other]] for one, other in pairs], axis=0)
            if pairs
            else np.full(len(places), 0.5)
        )
        covered = np.bitwise_or.reduce(self.year_bits[places], axis=1) & self.asked
        asked = max(1, int(self.asked).bit_count())
        share = np.array([int(one).bit_count() / asked for one in covered])
        order_of = np.zeros(len(places))
        in_row = np.zeros(len(places))
        if count > 1:
            in_row = (self.lines[places[:, 0]] == self.lines[places[:, 1]]) * self.table[places[:, 0]] * 1.0
            if shape.takes_off:
                first, second = self.latest[places[:, 0]], self.latest[places[:, 1]]
                order_of = np.where((first > 0) & (second > 0), np.sign(first - second), 0)
        columns = [
            np.full(len(places), float(np.log(likelihood(shape, self.kind)))),
            fits,
            self.fits[places].min(axis=1),
            together,
            self.is_year[places].mean(axis=1),
            (~self.table)[places].mean(axis=1),
            self.in_words[places].mean(axis=1),
            share,
            order_of,
            np.full(len(places), float(np.log(tried))),
            in_row,
            np.array([count - len({float(self.values[one]) for one in row}) for row in places], dtype=float),
        ]
        features = np.stack(columns, axis=1)
        return [
            Hit(
                _solution(shape, [int(self.points[one]) for one in row]),
                tuple(map(float, features[number])),
                (shape.text, *(float(self.values[one]) for one in row)),
            )
            for number, row in enumerate(places)
        ]


def _solution(shape: Shape, points: Sequence[int]) -> Solution:
    if "run" in shape.text:
        operation = Operation(shape.text.partition("(")[0])
        return Solution(Kind.PROGRAM, (Step(operation, tuple(Point(index) for index in points)),))
    return shape.solution(dict(zip(shape.letters, points, strict=True)))


def _computed(shape: Shape, values: Mapping[str, Array]) -> Array:
    """The result of a shape for arrays of operands, broadcast; not finite where it cannot be computed."""
    import numpy as np

    done: list[Any] = []
    with np.errstate(all="ignore"):
        for operation, names in shape.steps:
            parts = [
                done[int(name[1:])]
                if name.startswith("#")
                else float(Constant(name).value)
                if name.startswith("const_")
                else values[name]
                for name in names
            ]
            match operation:
                case Operation.ADD | Operation.SUM | Operation.AVERAGE:
                    total = sum(parts[1:], parts[0])
                    done.append(total / len(parts) if operation is Operation.AVERAGE else total)
                case Operation.SUBTRACT:
                    done.append(parts[0] - parts[1])
                case Operation.MULTIPLY:
                    done.append(parts[0] * parts[1])
                case Operation.DIVIDE:
                    done.append(np.divide(parts[0], parts[1]))
                case _:
                    raise ValueError(f"{operation} is in no shape")
    return np.asarray(done[-1])


def _equal(result: Array, gold: _Wanted) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        return np.asarray(np.abs(result - gold.value) <= gold.tolerance + abs(gold.value) * 1e-10)
