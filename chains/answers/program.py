"""The FinQA program language: `subtract(a, b), divide(#0, b)`; read, written, and run in Decimal with units.

An operand is a figure id (`3M_2018_10K.p60.t1.r12.c1`), a number (`365`, `1e6`, `-1`, `12%`), a constant
(`const_100`, `const_m1`) or an earlier step (`#0`). A program may also be one operand alone: a looked-up figure.
Language: Chen et al., "FinQA: A Dataset of Numerical Reasoning over Financial Data", EMNLP 2021; beyond it, `sum`,
`average`, `max` and `min` (and their `table_` names) take any number of operands, and calls may be nested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chains.errors import ProgramError, UnknownFigureError
from chains.formulas import units
from chains.formulas.units import PERCENT, PURE, TRUTH, Quantity

MAX_CHARACTERS = 20_000
MAX_STEPS = 200
MAX_OPERANDS = 100
MAX_DEPTH = 20
_MAX_NUMBER = 60

_TOKEN = re.compile(
    r"\s*(?:(?P<call>[A-Za-z_]+)\s*\(|#(?P<step>\d{1,4})(?!\w)|(?P<atom>[+\-\u2212]?[\w.~%\-]+)"
    r"|(?P<close>\))|(?P<comma>,))"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?(?P<percent>%)?")
_CONSTANT = re.compile(r"const_(?P<minus>m)?(?P<digits>\d+(?:\.\d+)?)", re.IGNORECASE)
_FIGURE = re.compile(r"[\w~.][\w.~\-]*")
_FINQA_CONSTANTS = {Decimal(n): f"const_{n}" for n in (*range(1, 11), 100, 1000, 10_000, 100_000, 10**6, 10**7, 10**9)}


class Operation(StrEnum):
    """What a step can do."""

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
    TABLE_SUM = "table_sum"
    TABLE_AVERAGE = "table_average"
    TABLE_MAX = "table_max"
    TABLE_MIN = "table_min"


_OPERATIONS = {operation.value: operation for operation in Operation}
_BINARY: Mapping[Operation, Callable[[Quantity, Quantity], Quantity]] = {
    Operation.ADD: units.add,
    Operation.SUBTRACT: units.subtract,
    Operation.MULTIPLY: units.multiply,
    Operation.DIVIDE: units.divide,
    Operation.EXP: units.power,
    Operation.GREATER: units.greater,
}
_MANY: Mapping[Operation, Callable[[tuple[Quantity, ...]], Quantity]] = {
    Operation.SUM: units.total,
    Operation.AVERAGE: units.average,
    Operation.MAX: units.largest,
    Operation.MIN: units.smallest,
    Operation.TABLE_SUM: units.total,
    Operation.TABLE_AVERAGE: units.average,
    Operation.TABLE_MAX: units.largest,
    Operation.TABLE_MIN: units.smallest,
}


@dataclass(frozen=True, slots=True)
class FigureRef:
    """An operand that is a figure of the ledger."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Number:
    """An operand that is a number of the program; `text` is how it is written there."""

    text: str
    value: Decimal
    percent: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class StepRef:
    """An operand that is the result of an earlier step, counted from 0."""

    index: int

    def __str__(self) -> str:
        return f"#{self.index}"


Operand = FigureRef | Number | StepRef


@dataclass(frozen=True, slots=True)
class Step:
    """One call."""

    operation: Operation
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return f"{self.operation}({', '.join(map(str, self.operands))})"


@dataclass(frozen=True, slots=True)
class Program:
    """Steps in order, the last one being the result; or no step and one operand, `only`."""

    steps: tuple[Step, ...]
    only: Operand | None = None

    def __str__(self) -> str:
        return ", ".join(map(str, self.steps)) if self.steps else str(self.only)

    @property
    def figures(self) -> tuple[str, ...]:
        """The ids of the figures it uses, each once, in order of first use."""
        return tuple(dict.fromkeys(o.id for o in self._operands() if isinstance(o, FigureRef)))

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The constants it uses, each once."""
        return tuple(dict.fromkeys(o for o in self._operands() if isinstance(o, Number)))

    def _operands(self) -> list[Operand | None]:
        return [*(o for step in self.steps for o in step.operands), self.only]


@dataclass(frozen=True, slots=True)
class StepValue:
    """A step with the values that went in and came out."""

    step: Step
    operands: tuple[Quantity, ...]
    result: Quantity


@dataclass(frozen=True, slots=True)
class Result:
    """What running a program gave: its value, and every step's."""

    value: Quantity
    steps: tuple[StepValue, ...]

    @property
    def truth(self) -> bool | None:
        """The answer of a comparison; None for a number."""
        return bool(self.value.value) if self.value.unit == TRUTH else None


def parse_program(text: str) -> Program:
    """Read a program. `str(program)` writes it back. Raises ProgramError."""
    return _Parser(text).program()


def number_text(value: Decimal) -> str:
    """How a program writes a number: FinQA's own constants by name, others plainly."""
    if value == -1:
        return "const_m1"
    return _FINQA_CONSTANTS.get(value) or f"{value:f}"


def parse_operand(text: str) -> Operand:
    """Read one operand. Raises ProgramError."""
    text = text.strip().replace("\u2212", "-")
    if match := re.fullmatch(r"#(\d{1,4})", text):
        return StepRef(int(match[1]))
    if match := _CONSTANT.fullmatch(text):
        value = Decimal(match["digits"])
        _check_size(text)
        return Number(text, -value if match["minus"] else value)
    if match := _NUMBER.fullmatch(text):
        _check_size(text)
        return Number(text, Decimal(text.rstrip("%")), percent=bool(match["percent"]))
    if _FIGURE.fullmatch(text):
        return FigureRef(text)
    raise ProgramError(f"{_short(text)} is no operand; write a figure id, a number, const_100 or #0")


def execute(program: Program, lookup: Callable[[str], Quantity | None]) -> Result:
    """Run `program`; `lookup` gives a figure's quantity by its id (None or KeyError: there is none).

    Raises UnitError, ZeroDivisorError, UnknownFigureError, all of them ProgramErrors that name the step.
    """
    _check(program)
    cache: dict[str, Quantity] = {}
    done: list[StepValue] = []

    def value_of(operand: Operand) -> Quantity:
        if isinstance(operand, StepRef):
            return done[operand.index].result
        if isinstance(operand, Number):
            return Quantity(operand.value, PERCENT if operand.percent else PURE, constant=True)
        if operand.id not in cache:
            cache[operand.id] = _look_up(operand.id, lookup)
        return cache[operand.id]

    for index, step in enumerate(program.steps):
        values = tuple(map(value_of, step.operands))
        try:
            result = _BINARY[step.operation](*values) if step.operation in _BINARY else _MANY[step.operation](values)
        except ProgramError as error:
            raise type(error)(f"step #{index} {_short(str(step))}: {error}") from error
        done.append(StepValue(step, values, result))
    if done:
        return Result(done[-1].result, tuple(done))
    assert program.only is not None
    return Result(value_of(program.only), ())


def _look_up(figure: str, lookup: Callable[[str], Quantity | None]) -> Quantity:
    try:
        quantity = lookup(figure)
    except KeyError:
        quantity = None
    if quantity is None:
        raise UnknownFigureError(f"figure {_short(figure)} is not in the library; ingest its document first")
    if not quantity.value.is_finite():
        raise ProgramError(f"figure {_short(figure)} has no finite value; ingest its document again")
    return quantity


def _check(program: Program) -> None:
    """A program is also built by hand: hold it to the same limits as a parsed one."""
    if not program.steps and (program.only is None or isinstance(program.only, StepRef)):
        raise ProgramError("the program is empty; write at least one step or one figure id")
    if len(program.steps) > MAX_STEPS:
        raise ProgramError(f"the program has {len(program.steps)} steps; at most {MAX_STEPS} are allowed")
    for index, step in enumerate(program.steps):
        count = len(step.operands)
        if step.operation in _BINARY and count != 2:
            raise ProgramError(f"step #{index} {_short(str(step))} has {count} operands; {step.operation} takes 2")
        if not 1 <= count <= MAX_OPERANDS:
            raise ProgramError(f"step #{index} {step.operation} has {count} operands; it takes 1 to {MAX_OPERANDS}")
        for operand in step.operands:
            if isinstance(operand, StepRef) and not 0 <= operand.index < index:
                raise ProgramError(f"step #{index} uses #{operand.index}; only an earlier step can be used")


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise ProgramError(f"the program has {len(text)} characters; at most {MAX_CHARACTERS} are allowed")
        self.text = text.strip().rstrip(",; ").removesuffix("EOF").rstrip(", ")
        self.position = 0
        self.steps: list[Step] = []
        self.top: list[int] = []  # "#1" is the second call at the top level, however many are nested in it

    def program(self) -> Program:
        only: Operand | None = None
        while self.position < len(self.text):
            if self.top or only is not None:
                self._expect("comma")
            operand = self._operand(0)
            if isinstance(operand, StepRef) and self.steps and operand.index == len(self.steps) - 1:
                self.top.append(operand.index)
            elif self.top or only is not None:
                raise ProgramError(f"{_short(str(operand))} stands alone in a program of steps; only calls can")
            else:
                only = operand
        if only is not None and self.top:
            raise ProgramError(f"{_short(str(only))} stands alone in a program of steps; only calls can")
        program = Program(tuple(self.steps), only)
        _check(program)
        return program

    def _operand(self, depth: int) -> Operand:
        match = self._next()
        if match["step"]:
            index = int(match["step"])
            if index >= len(self.top):
                raise ProgramError(f"#{index} is used before it exists; only an earlier step can be used")
            return StepRef(self.top[index])
        if match["atom"]:
            return parse_operand(match["atom"])
        if not match["call"]:
            raise ProgramError(f"the program has {match[0].strip()!r} where an operand is expected")
        if depth >= MAX_DEPTH:
            raise ProgramError(f"calls are nested more than {MAX_DEPTH} deep; write them as steps")
        name = match["call"].lower()
        if name not in _OPERATIONS:
            raise ProgramError(f"unknown operation {_short(name)}; known are {', '.join(Operation)}")
        operands: list[Operand] = []
        while True:
            operands.append(self._operand(depth + 1))
            if (match := self._next())["close"]:
                break
            if not match["comma"]:
                raise ProgramError(f"the program has {_short(match[0])} where ',' or ')' is expected")
        self.steps.append(Step(_OPERATIONS[name], tuple(operands)))
        return StepRef(len(self.steps) - 1)

    def _expect(self, kind: str) -> None:
        if not (match := self._next())[kind]:
            raise ProgramError(f"the program has {_short(match[0])} where a {kind} is expected")

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            rest = self.text[self.position :].strip()
            raise ProgramError(f"the program breaks off at {_short(rest) if rest else 'its end'}; expected a call")
        self.position = match.end()
        return match


def _check_size(text: str) -> None:
    if len(text) > _MAX_NUMBER:
        raise ProgramError(f"the number {_short(text)} is too long; at most {_MAX_NUMBER} characters are allowed")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 80 else text[:77] + "...")
