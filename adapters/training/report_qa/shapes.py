"""The shapes of program that a search tries, and how often each is what a question of a kind asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from adapters.report_qa.forms import Constant, Earlier, Kind, Operand, Operation, Point, Solution, Step

LOOKED_UP = "sum(a)"
_CALL = re.compile(r"(\w+)\(([^)]*)\)")


@dataclass(frozen=True)
class Shape:
    """A program over letters, in the FinQA program language. `unordered` letters can change places.

    `counts` says how often it was asked for, by kind of question, in the order of KINDS.
    """

    text: str
    counts: tuple[int, ...]
    unordered: str = ""

    @cached_property
    def steps(self) -> tuple[tuple[Operation, tuple[str, ...]], ...]:
        return tuple((Operation(name), tuple(inner.split(", "))) for name, inner in _CALL.findall(self.text))

    @cached_property
    def letters(self) -> str:
        return "".join(dict.fromkeys(name for _, names in self.steps for name in names if len(name) == 1))

    @property
    def takes_off(self) -> bool:
        """Whether its first step is a difference, of which the later figure usually is the first."""
        return self.text.startswith("subtract(a, b)")

    def solution(self, points: Mapping[str, int]) -> Solution:
        """The program over candidates, by their indices; of one figure alone, that it is picked."""
        if self.text == LOOKED_UP:
            return Solution(Kind.SPANS, picked=(Point(points["a"]),))

        def operand(name: str) -> Operand:
            if name.startswith("#"):
                return Earlier(int(name[1:]))
            return Constant(name) if name.startswith("const") else Point(points[name])

        steps = tuple(Step(operation, tuple(map(operand, names))) for operation, names in self.steps)
        return Solution(Kind.PROGRAM, steps)


KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("average", r"\b(?:average|mean)\b"),
        ("change in percent", r"(?=.*(?:percent|%|\brate\b|\bgrowth\b|relat|represent))(?=.*(?:chang|increas|decreas"
         r"|gr[eo]w|declin|differ|return|reduc|improv|variation|fluctuat|rise|drop|fell|fall))"),
        ("share", r"percent|%|portion|\bratio\b|represent|relat|share of|how many times|\bas a part\b"),
        ("change", r"chang|increas|decreas|gr[eo]w|declin|differ|\bmore\b|\bless\b|higher|lower|greater|reduc|net of"
         r"|exceed|spread"),
        ("total", r"\b(?:total|sum|combined|aggregate|altogether|in all|cumulative)\b"),
        ("other", ""),
    )
)  # fmt: skip


def kind_of(question: str) -> int:
    """The kind of a question by its words: an index in KINDS."""
    return next(number for number, (_, pattern) in enumerate(KINDS) if pattern.search(question))


_COUNTED = """
10 452 14 97 0 25 | subtract(a, b), divide(#0, b)
13 29 1 489 13 32 | subtract(a, b)
8 19 167 1 4 17 | divide(a, b)
122 0 1 0 2 8 | average(a, b) | ab
5 1 5 9 89 7 | add(a, b) | ab
0 2 2 3 52 8 | sum(a, b, c) | abc
50 0 0 0 2 6 | average(a, b, c) | abc
2 0 1 0 10 4 | multiply(a, b) | ab
0 9 2 5 0 0 | subtract(a, b), divide(#0, a)
1 0 1 2 4 8 | sum(a)
0 0 10 0 4 2 | multiply(a, const_1000), divide(#0, b)
0 0 1 2 3 8 | multiply(a, const_1000)
1 1 11 0 0 0 | add(a, b), divide(#0, c) | ab
0 0 6 0 0 6 | divide(a, b), multiply(#0, const_100)
0 10 0 2 0 0 | subtract(a, b), divide(#0, b), subtract(c, d), divide(#2, d), subtract(#1, #3)
0 0 6 2 4 0 | add(a, b), divide(b, #0)
0 0 0 0 0 8 | multiply(a, b), divide(#0, const_1000000) | ab
6 0 0 0 0 2 | multiply(a, const_1000000), divide(#0, b)
0 4 0 4 0 0 | subtract(a, b), subtract(c, d), subtract(#0, #1)
0 2 2 4 0 0 | subtract(a, b), divide(c, #0)
0 0 0 0 6 1 | sum(run)
6 0 0 0 0 0 | average(run)
0 2 3 0 0 4 | subtract(a, b), divide(#0, b), multiply(#1, const_100)
0 0 0 0 0 6 | sum(a, b, c), divide(#0, const_1000) | abc
0 0 4 0 0 2 | subtract(a, b), divide(#0, a), multiply(#1, const_100)
0 0 0 0 2 3 | add(a, b), divide(#0, const_1000) | ab
0 0 0 1 0 4 | multiply(a, const_1000000)
0 0 5 0 0 0 | multiply(a, const_1000), divide(b, #0)
0 2 1 2 0 0 | divide(a, b), divide(c, d), subtract(#0, #1)
0 1 0 0 4 0 | sum(a, b, c), divide(#0, d) | abc
1 0 0 4 0 0 | divide(a, b), subtract(#0, c)
0 0 0 0 0 4 | divide(a, b), divide(#0, const_1000)
0 0 0 0 0 3 | divide(a, const_1000)
0 0 1 0 0 1 | divide(a, const_1000000)
0 0 3 0 0 0 | subtract(a, b), subtract(c, d), divide(#0, #1)
2 0 0 0 0 1 | divide(a, const_3)
2 0 1 0 0 1 | divide(a, const_12)
3 0 0 0 0 0 | average(a, b), average(c, d), subtract(#0, #1) | ab
0 0 0 0 3 1 | multiply(a, b), multiply(c, d), add(#0, #1)
0 0 0 2 2 0 | subtract(a, b), multiply(#0, c)
0 0 2 0 1 2 | multiply(a, b), divide(#0, c) | ab
0 0 0 2 2 0 | add(a, b), subtract(#0, c) | ab
0 0 2 0 1 0 | add(a, b), divide(c, #0) | ab
0 2 2 0 0 2 | subtract(a, b), divide(#0, c)
0 0 1 1 0 1 | multiply(a, const_100)
0 1 1 2 0 0 | subtract(a, b), multiply(#0, const_100)
0 1 1 2 0 1 | subtract(a, const_100)
0 2 1 1 0 0 | subtract(a, const_100), divide(#0, const_100)
0 0 1 1 0 1 | subtract(const_1, a)
0 0 1 0 2 2 | multiply(a, b), divide(#0, const_1000) | ab
0 0 0 0 1 1 | multiply(a, const_4)
0 0 0 0 1 1 | multiply(a, const_12)
0 0 0 1 1 1 | divide(a, const_2)
0 1 5 0 0 0 | divide(a, b), multiply(#0, const_m1)
5 0 0 0 0 0 | average(a, b), multiply(#0, const_m1) | ab
0 0 0 0 3 0 | add(a, b), multiply(#0, const_m1) | ab
0 0 2 2 2 0 | multiply(a, const_1000), subtract(#0, b)
0 0 0 0 3 1 | multiply(a, const_1000), add(#0, b)
2 0 0 0 0 0 | average(a, b), multiply(#0, const_100) | ab
0 0 0 1 0 1 | subtract(a, b), multiply(#0, const_1000000)
0 0 0 0 1 2 | multiply(a, const_m1)
"""


def _shapes() -> tuple[Shape, ...]:
    made = []
    for row in filter(None, _COUNTED.splitlines()):
        counts, text, unordered = (*map(str.strip, row.split("|")), "")[:3]
        made.append(Shape(text, tuple(map(int, counts.split())), unordered))
    return tuple(made)


SHAPES: tuple[Shape, ...] = _shapes()
"""Counted in the programs of ConvFinQA and the derivations of TAT-QA (their development parts), and a few rare ones."""

_SMOOTHING = 6.0


def likelihood(shape: Shape, kind: int) -> float:
    """How likely a question of this kind asks for this shape."""
    total = sum(sum(one.counts) for one in SHAPES)
    overall = (sum(shape.counts) + 0.5) / total
    of_kind = sum(one.counts[kind] for one in SHAPES)
    return (shape.counts[kind] + _SMOOTHING * overall) / (of_kind + _SMOOTHING)
