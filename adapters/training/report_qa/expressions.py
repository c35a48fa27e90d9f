"""A derivation as data sets print it, parsed: `(44.1-56.7)/56.7`, `x0 = 5 - 4; ans = x0 / 4`, `divide(#0, const_2)`.

A small parser of its own, so nothing is evaluated that is not a calculation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from adapters.report_qa.forms import BINARY, CONSTANTS, Constant, Operation
from adapters.report_qa.numbers import numbers_in

_MOST_CHARACTERS = 1000
_MOST_NODES = 60
_TABLE = {"table_average": "average", "table_sum": "sum", "table_max": "max", "table_min": "min"}
_NAMED = {operation.value: operation for operation in Operation}
_CALL = re.compile(rf"^\s*(?:{'|'.join([*_NAMED, *_TABLE])})\s*\(")
_NEXT_CALL = re.compile(rf"\)\s*,\s*(?=(?:{'|'.join([*_NAMED, *_TABLE])})\s*\()")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{_DIGITS}(?:\s*(?:%|\bpercent\b))?(?:\s*(?:thousand|million|billion)s?\b)?)"
    r"|(?P<name>const_m?\d+|x\d+|#\d+)|(?P<sign>[-+*/^()>\[\]\u2212\u2013\u00d7\u00f7]))",
    re.IGNORECASE,
)
_CURRENCY = re.compile("[$\u20ac\u00a3\u00a5]")
_SIGNS = {"\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00f7": "/", "[": "(", "]": ")"}
_OPERATIONS = {
    "+": Operation.ADD, "-": Operation.SUBTRACT, "*": Operation.MULTIPLY, "/": Operation.DIVIDE,
    "^": Operation.EXP, ">": Operation.GREATER,
}  # fmt: skip


class NotACalculationError(ValueError):
    """A derivation that is words, or that no program can say."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a derivation prints. `value` has a percent sign (12% is 0.12) and a scale word taken in."""

    value: Decimal
    percent: bool = False
    scale: int = 0


@dataclass(frozen=True, slots=True)
class RowOf:
    """All figures of the row of the table with this label, as FinQA's `table_average(net sales, none)` takes them."""

    label: str


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation on parts."""

    operation: Operation
    parts: tuple[Expression, ...]


Expression = Number | Constant | RowOf | Applied


def parse(text: str) -> Expression:
    """The calculation that `text` prints.

    Raises:
        NotACalculationError: it is words, has parts that are no numbers, or is longer than any program.
    """
    if len(text) > _MOST_CHARACTERS or not text.strip():
        raise NotACalculationError("nothing to calculate" if not text.strip() else "longer than any program")
    parsed = _calls(text) if _CALL.match(text) else _assignments(text)
    if _size(parsed) > _MOST_NODES:
        raise NotACalculationError("longer than any program")
    return parsed


def numbers_of(expression: Expression) -> list[Number]:
    """The numbers of an expression, left to right, as often as they stand there."""
    match expression:
        case Number():
            return [expression]
        case Applied():
            return [number for part in expression.parts for number in numbers_of(part)]
    return []


def _size(expression: Expression) -> int:
    return 1 + sum(map(_size, expression.parts)) if isinstance(expression, Applied) else 1


def _assignments(text: str) -> Expression:
    """`x0 = 5 - 4; ans = x0 / 4`, or one expression alone."""
    known: dict[str, Expression] = {}
    result: Expression | None = None
    for statement in filter(str.strip, text.split(";")):
        name, equals, right = statement.partition("=")
        if equals and re.fullmatch(r"\s*(?:x\d+|ans)\s*", name):
            result = known[name.strip()] = _Parser(right, known).whole()
        else:  # "7 + 2 = 9" states its result
            result = _Parser(name, known).whole()
        if _size(result) > _MOST_NODES:  # each step may double it
            raise NotACalculationError("longer than any program")
    if result is None:
        raise NotACalculationError("nothing to calculate")
    return result


def _calls(text: str) -> Expression:
    """The FinQA program language: calls one after the other, `#0` for the result of the first."""
    done: dict[str, Expression] = {}
    result: Expression | None = None
    for number, call in enumerate(_NEXT_CALL.split(text.strip())):
        name, _, inner = call.strip().partition("(")
        name, inner = name.strip(), inner.strip().removesuffix(")").strip()
        if name in _TABLE:
            label = re.sub(r",\s*none\s*$", "", inner)
            result = Applied(_NAMED[_TABLE[name]], (RowOf(label),))
        else:
            pieces = inner.split(", ") if ", " in inner else inner.split(",")
            parts = tuple(_Parser(piece, done).whole() for piece in pieces)
            if name not in _NAMED or (_NAMED[name] in BINARY and len(parts) != 2):
                raise NotACalculationError(f"{name} takes two numbers, not {len(parts)}")
            result = Applied(_NAMED[name], parts)
        done[f"#{number}"] = result
        if _size(result) > _MOST_NODES:
            raise NotACalculationError("longer than any program")
    assert result is not None
    return result


class _Parser:
    """Recursive descent over sums, products, powers and signs."""

    def __init__(self, text: str, known: dict[str, Expression]) -> None:
        self._known = known
        self._tokens: list[tuple[str, str]] = []
        position, text = 0, _CURRENCY.sub(" ", text).rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or len(self._tokens) > 4 * _MOST_NODES:
                raise NotACalculationError(f"{text[position : position + 20].strip()!r} is no number or sign")
            kind = match.lastgroup or ""
            token = match[kind].strip()
            self._tokens.append((kind, _SIGNS.get(token, token)))
            position = match.end()
        self._at = 0

    def whole(self) -> Expression:
        result = self._compared()
        if self._at < len(self._tokens):
            raise NotACalculationError(f"{self._tokens[self._at][1]!r} stands where an operation was expected")
        return result

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NotACalculationError("it ends where a number was expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _compared(self) -> Expression:
        left = self._sum()
        if self._next() == ">":
            self._at += 1
            return Applied(Operation.GREATER, (left, self._sum()))
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while self._next() in ("+", "-"):
            _, sign = self._take()
            left = Applied(_OPERATIONS[sign], (left, self._product()))
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while self._next() in ("*", "/"):
            _, sign = self._take()
            left = Applied(_OPERATIONS[sign], (left, self._signed()))
        return left

    def _signed(self) -> Expression:
        minus = False
        while self._next() in ("+", "-"):
            minus ^= self._take()[1] == "-"
        part = self._power()
        return negated(part) if minus else part

    def _power(self) -> Expression:
        base = self._atom()
        if self._next() == "^":
            self._at += 1
            return Applied(Operation.EXP, (base, self._signed()))
        return base

    def _atom(self) -> Expression:
        kind, token = self._take()
        if kind == "number":
            return _number(token)
        if kind == "name":
            if token in CONSTANTS:
                return Constant(token)
            if token in self._known:
                return self._known[token]
            raise NotACalculationError(f"{token} is not known")
        if token == "(":
            inner = self._compared()
            if self._take()[1] != ")":
                raise NotACalculationError("a bracket is not closed")
            return inner
        raise NotACalculationError(f"{token!r} stands where a number was expected")


def negated(part: Expression) -> Expression:
    """The part with the other sign."""
    if isinstance(part, Number):
        return Number(-part.value, part.percent, part.scale)
    return Applied(Operation.MULTIPLY, (part, Constant("const_m1")))


def _number(token: str) -> Number:
    found = numbers_in(token)
    if len(found) != 1 or found[0].value is None:
        raise NotACalculationError(f"{token!r} is no number")
    one = found[0]
    assert one.value is not None
    value = one.value / 100 if one.percent else one.value
    return Number(value.scaleb(one.scale), one.percent, one.scale)
