"""What can be done with an expression tree: walk it, move it in time, fill it in, and compile it to a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from chains.answers.program import Operand, Operation, Program, Step, StepRef, number_text, parse_operand
from chains.errors import FormulaError, UnresolvedError
from chains.formulas.expression import (
    Average,
    Binary,
    Constant,
    Expression,
    FirstOf,
    FiscalPeriod,
    Item,
    Operator,
    Optional,
)

MAX_DEPTH = 100
MAX_NODES = 1000
_ZERO = Decimal(0)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of an expression."""
    match expression:
        case Binary(_, left, right):
            return (left, right)
        case Average(terms):
            return terms
        case Optional(term):
            return (term,)
        case FirstOf(alternatives):
            return alternatives
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node, parents first, left to right."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def items(expression: Expression) -> tuple[Item, ...]:
    """The items of an expression, each once, left to right."""
    return tuple(dict.fromkeys(node for node in walk(expression) if isinstance(node, Item)))


def timed(expression: Expression) -> bool:
    """Whether an expression names a period itself ("average accounts payable between FY2016 and FY2017")."""
    return any(item.period is not None for item in items(expression))


def substitute(expression: Expression, change: Callable[[Item], Expression]) -> Expression:
    """The expression with every item replaced by what `change` makes of it."""
    match expression:
        case Item():
            return change(expression)
        case Binary(operator, left, right):
            return Binary(operator, substitute(left, change), substitute(right, change))
        case Average(terms):
            return Average(tuple(substitute(t, change) for t in terms))
        case Optional(term):
            return Optional(substitute(term, change))
        case FirstOf(alternatives):
            return FirstOf(tuple(substitute(a, change) for a in alternatives))
        case _:
            return expression


def shifted(expression: Expression, years: int) -> Expression:
    """The same expression `years` later (negative: earlier), absolute periods included."""

    def move(item: Item) -> Item:
        if item.period is not None:
            return replace(item, period=item.period.shift(years))
        return replace(item, shift=item.shift + years)

    return substitute(expression, move)


def at(expression: Expression, period: FiscalPeriod) -> Expression:
    """The expression with every item that names no period of its own put into `period` (and its own shift)."""

    def place(item: Item) -> Item:
        return item if item.period is not None else replace(item, period=period.shift(item.shift), shift=0)

    return substitute(expression, place)


def at_year_end(expression: Expression) -> Expression:
    """The expression with every average of a balance and the one before it replaced by the balance itself."""
    match expression:
        case Average((now, before)) | Average((before, now)) if before == shifted(now, -1):
            return at_year_end(now)
        case Average(terms):
            return Average(tuple(map(at_year_end, terms)))
        case Binary(operator, left, right):
            return Binary(operator, at_year_end(left), at_year_end(right))
        case Optional(term):
            return Optional(at_year_end(term))
        case FirstOf(alternatives):
            return FirstOf(tuple(map(at_year_end, alternatives)))
        case _:
            return expression


def check_size(expression: Expression) -> Expression:
    """Raises FormulaError for a tree that later steps could not walk."""
    level: tuple[Expression, ...] = (expression,)
    depth = nodes = 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise FormulaError(
                f"the formula is too large; at most {MAX_DEPTH} levels and {MAX_NODES} parts are allowed"
            )
        level = tuple(child for node in level for child in children(node))
    return expression


def to_program(expression: Expression, bind: Callable[[Item], str]) -> Program:
    """Compile: `bind` gives each item's operand, a figure id or a number. Equal parts share one step.

    Raises UnresolvedError where a FirstOf or an Optional is left: choose before compiling (`settled`).
    """
    check_size(expression)
    steps: list[Step] = []
    seen: dict[Step, StepRef] = {}

    def step(operation: Operation, *operands: Operand) -> Operand:
        made = Step(operation, operands)
        if made not in seen:
            seen[made] = StepRef(len(steps))
            steps.append(made)
        return seen[made]

    def visit(node: Expression) -> Operand:
        match node:
            case Constant(value):
                return parse_operand(number_text(value))
            case Item():
                return parse_operand(bind(node))
            case Binary(operator, left, right):
                return step(Operation(operator.value), visit(left), visit(right))
            case Average((single,)):
                return visit(single)
            case Average(terms):
                return step(Operation.AVERAGE, *map(visit, terms))
            case _:
                kind = "alternatives" if isinstance(node, FirstOf) else "an optional term"
                raise UnresolvedError(f"the expression still has {kind}; settle it before compiling it to a program")

    result = visit(expression)
    if isinstance(result, StepRef):
        return Program(tuple(steps[: result.index + 1]))
    return Program((), result)


def settled(expression: Expression, found: Callable[[Item], bool]) -> Expression:
    """The expression with its alternatives chosen and its optional terms kept or dropped.

    `found` says whether an item has a figure. The first alternative whose items are all found wins; where none is
    complete the first one stays, so that the caller can report what it misses. A missing optional term is zero.
    """
    match expression:
        case FirstOf(alternatives):
            choices = [settled(a, found) for a in alternatives]
            return next((c for c in choices if all(map(found, items(c)))), choices[0])
        case Optional(term):
            kept = settled(term, found)
            return kept if all(map(found, items(kept))) else Constant(_ZERO)
        case Binary(operator, left, right):
            return _without_zero(Binary(operator, settled(left, found), settled(right, found)))
        case Average(terms):
            return Average(tuple(settled(t, found) for t in terms))
        case _:
            return expression


def _without_zero(node: Binary) -> Expression:
    """A dropped term leaves no trace in the program: X + 0 and X - 0 are X."""
    if node.operator in (Operator.ADD, Operator.SUBTRACT) and node.right == Constant(_ZERO):
        return node.left
    return node.right if node.operator is Operator.ADD and node.left == Constant(_ZERO) else node


def as_percent(expression: Expression) -> tuple[Expression, bool]:
    """Take a final "* 100" off a ratio: the plain ratio, and whether the formula gives it in percent."""
    match expression:
        case Binary(Operator.MULTIPLY, left, Constant(value)) if value in (100, 1) and not isinstance(left, Constant):
            return left, True
        case Binary(Operator.MULTIPLY, Constant(value), right) if value == 100 and not isinstance(right, Constant):
            return right, True
        case _:
            return expression, False
