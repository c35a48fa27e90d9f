"""The words of the report-QA task: evidence, what in it can be pointed to, and a solution made of such pointers.

A solution never spells a number: its operands are candidates (numbers and cells that the evidence or the question
prints), constants from a short list, and earlier steps. What is not in the evidence cannot be said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

CONSTANTS: tuple[str, ...] = (
    "const_1", "const_2", "const_3", "const_4", "const_5", "const_6", "const_7", "const_8", "const_9", "const_10",
    "const_12", "const_100", "const_1000", "const_10000", "const_100000", "const_1000000", "const_10000000",
    "const_1000000000", "const_m1",
)  # fmt: skip
"""Numbers that a program may use though nobody printed them: FinQA's, and the months of a year."""

SCALES: tuple[str, ...] = ("", "thousand", "million", "billion", "percent")
"""TAT-QA's scales of an answer."""

MAX_STEPS = 6
MAX_OPERANDS = 8


class Source(StrEnum):
    """Where a candidate is printed."""

    TABLE = "table"
    TEXT = "text"
    QUESTION = "question"
    HISTORY = "history"


class Operation(StrEnum):
    """What a step does: the first six take two operands, the others two or more."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    EXP = "exp"
    GREATER = "greater"
    SUM = "sum"
    AVERAGE = "average"
    MAX = "max"
    MIN = "min"


BINARY = frozenset(list(Operation)[:6])


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question and what it is asked of. `history` are the earlier questions of a conversation, oldest first.

    `table` has rows of printed cells, as long as they come; `text` has sentences or paragraphs. `earlier` are the
    solutions that answered `history`, None for one that is not known: the points of each are indices into the
    candidates of its own turn (`turns.turn_of`). Where none is given a model answers the earlier questions itself.
    """

    question: str
    table: tuple[tuple[str, ...], ...] = ()
    text: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    earlier: tuple[Solution | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number or a cell that can be pointed to.

    `line` is the row of the table, or the index in `text` or `history` (0 for the question); `column` the table's
    column (-1 elsewhere); `start`, `end` are characters within that cell, sentence or question. `value` is the number
    as printed, with its sign, None for a cell of words; `percent` says that a % sign or word stands with it;
    `scale` is the power of ten of a scale word beside it ("12.3 million": 12.3 and 6).
    """

    source: Source
    line: int
    column: int
    start: int
    end: int
    printed: str
    value: Decimal | None = None
    percent: bool = False
    scale: int = 0

    @property
    def is_year(self) -> bool:
        """Whether it reads like a calendar year: four digits from 1950 to 2099, nothing else."""
        return (
            self.value is not None
            and not self.percent
            and not self.scale
            and self.value == self.value.to_integral_value()
            and 1950 <= self.value < 2100
            and self.printed.strip().isdigit()
        )


@dataclass(frozen=True, slots=True)
class Point:
    """An operand that is a candidate, by its index in `candidates_of(evidence)`."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """An operand that is one of CONSTANTS, by name."""

    name: str

    @property
    def value(self) -> Decimal:
        digits = self.name.removeprefix("const_")
        return -Decimal(digits[1:]) if digits.startswith("m") else Decimal(digits)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An operand that is the result of an earlier step, counted from 0."""

    step: int


Operand = Point | Constant | Earlier


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the text: characters `start` to `end` of `evidence.text[line]`."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """One operation with its operands."""

    operation: Operation
    operands: tuple[Operand, ...]


class Kind(StrEnum):
    """What a solution is: a calculation, the picked things themselves, how many they are, or nothing."""

    PROGRAM = "program"
    SPANS = "spans"
    COUNT = "count"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Solution:
    """What answers a question. `steps` of a program; `picked` of spans (a looked-up number is one) and of a count.

    `scale` is one of SCALES: that of the answer as it is to be said.
    """

    kind: Kind
    steps: tuple[Step, ...] = ()
    picked: tuple[Point | Span, ...] = ()
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence with the solutions that are right, the likeliest first: several where only the answer was known.

    `weight` counts in the loss; `page` names the page or table it is asked of, so that held-out pages stay unseen.
    `gold` is the answer as the data states it: a number, or the texts of spans. `answer_type` and `answer_from` are
    TAT-QA's names for what the answer is and where it stands, empty where the data does not say.
    """

    id: str
    page: str
    evidence: Evidence
    solutions: tuple[Solution, ...]
    gold: Decimal | tuple[str, ...] | None = None
    scale: str = ""
    weight: float = 1.0
    program: str = field(default="", compare=False)
    answer_type: str = field(default="", compare=False)
    answer_from: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model answers to one question.

    `confidence` is the calibrated probability that it is right. `value` is the number that the solution comes to, a
    percentage as a fraction, True or False for a comparison, None for words and refusals; `said` the number in the
    solution's scale (percent as percent). `texts` are the picked words as printed, `program` is written in the FinQA
    program language over printed numbers, and the solution's points are indices into `candidates`. `left_out` counts
    the lines of the evidence that found no room: those that have least to do with the question.
    """

    solution: Solution
    confidence: float
    value: Decimal | bool | None
    said: Decimal | None
    texts: tuple[str, ...]
    program: str
    candidates: tuple[Candidate, ...]
    left_out: int = 0
