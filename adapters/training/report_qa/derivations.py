"""Derivations grounded in evidence: each printed number becomes a pointer, and the result is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from adapters.report_qa.forms import (
    CONSTANTS,
    Candidate,
    Constant,
    Evidence,
    Operand,
    Operation,
    Point,
    Solution,
    Source,
)
from adapters.report_qa.programs import operand_value
from adapters.training.report_qa.clues import Clues, best, clues_of
from adapters.training.report_qa.expressions import (
    Applied,
    Expression,
    NotACalculationError,
    Number,
    RowOf,
    numbers_of,
    parse,
)
from adapters.training.report_qa.lowering import Scaled, addends, lower, solution_of

Check = Callable[[Solution], bool]
"""Whether a solution comes to the answer that the data states."""

ALTERNATIVES = 3
_PLACES = 6
_BEAM = 24
_NEAR = 1.2
"""An alternative is kept where its score is this near to the best."""
_OTHER_SIGN = 1.5
_OTHER_SCALE = 1.0
_HUNDRED = Decimal(100)
_UNITS = (Decimal(1000), Decimal(1000000), Decimal("0.001"), Decimal("0.000001"))

Place = tuple[float, Operand, Decimal]
"""A score, an operand, and the factor that makes its value that of the printed number."""
Chosen = tuple[float, tuple[Place, ...]]


def ground(
    derivation: str, evidence: Evidence, check: Check, scale: str = "", answer_from: str = ""
) -> tuple[Solution, ...]:
    """The programs that `derivation` says over the candidates of `evidence`, the likeliest of at most 3 first.

    Only those that pass `check` are given: none where the derivation is words, uses a number that is neither printed
    nor a constant, or does not come to the answer.
    """
    try:
        expression = _without_identities(_told_apart(parse(derivation)))
    except NotACalculationError:
        return ()
    clues = clues_of(evidence, answer_from)
    numbers = list(dict.fromkeys(numbers_of(expression)))
    found: list[tuple[float, Solution]] = []
    for score, places in _chosen(numbers, expression, clues):
        chosen: dict[Number, Scaled] = {
            number: (place[2], place[1]) for number, place in zip(numbers, places, strict=True)
        }
        solution = _checked(expression, _resolver(chosen, clues), check, scale)
        if solution is not None and all(solution != known for _, known in found):
            found.append((score, solution))
        if len(found) == ALTERNATIVES:
            break
    return tuple(solution for score, solution in found if score >= found[0][0] - _NEAR)


def _checked(
    expression: Expression, resolve: Callable[[Expression], list[Scaled]], check: Check, scale: str
) -> Solution | None:
    """The program in the form that comes to the answer: without the factor that remains outside, or with it."""
    try:
        factor, part = lower(expression, resolve)
    except (NotACalculationError, ArithmeticError):
        return None
    for outside in dict.fromkeys((Decimal(1).copy_sign(factor), factor, Decimal(1))):
        try:
            solution = solution_of(outside, part, scale)
        except NotACalculationError:
            continue
        if check(solution):
            return solution
    return None


class _Second(Number):
    """A number that stands for another place than the equal number beside it: the second of `5 - 5`."""

    __slots__ = ()


def _told_apart(expression: Expression) -> Expression:
    """Equal numbers that stand side by side are other cells; a later one is the second of them."""
    twins: set[Number] = set()

    def look(part: Expression) -> None:
        if isinstance(part, Applied):
            beside = addends(part) if part.operation is Operation.ADD else part.parts
            numbers = [one for one in beside if isinstance(one, Number)]
            if part.operation in (Operation.SUBTRACT, Operation.ADD, Operation.GREATER, Operation.DIVIDE):
                twins.update(one for one in numbers if numbers.count(one) > 1)
            for one in part.parts:
                look(one)

    look(expression)
    seen: set[Number] = set()

    def tell(part: Expression) -> Expression:
        if isinstance(part, Number) and part in twins:
            if part in seen:
                return _Second(part.value, part.percent, part.scale)
            seen.add(part)
        if isinstance(part, Applied):
            return Applied(part.operation, tuple(tell(one) for one in part.parts))
        return part

    return tell(expression) if twins else expression


def _without_identities(expression: Expression) -> Expression:
    """`x / 1` and `x * 1` are x."""
    if not isinstance(expression, Applied):
        return expression
    parts = tuple(_without_identities(part) for part in expression.parts)
    if expression.operation in (Operation.DIVIDE, Operation.MULTIPLY) and parts[1] == Number(Decimal(1)):
        return parts[0]
    return Applied(expression.operation, parts)


def _resolver(chosen: Mapping[Number, Scaled], clues: Clues) -> Callable[[Expression], list[Scaled]]:
    def resolve(leaf: Expression) -> list[Scaled]:
        if isinstance(leaf, Number):
            return [chosen[leaf]]
        if isinstance(leaf, Constant):
            return [(Decimal(1), leaf)]
        assert isinstance(leaf, RowOf)
        return [(Decimal(1), Point(index)) for index in _row(leaf.label, clues)]

    return resolve


def _row(label: str, clues: Clues) -> list[int]:
    """The figures of the row that is called `label`."""
    wanted = "".join(filter(str.isalnum, label.lower()))
    for line, own in enumerate(clues.grid.labels):
        if "".join(filter(str.isalnum, own.lower())) == wanted:
            found = [
                index
                for index, one in enumerate(clues.candidates)
                if one.source is Source.TABLE and one.line == line and one.column > 0 and one.value is not None
            ]
            if found:
                return found
    raise NotACalculationError(f"no row of the table is called {label!r}")


def _chosen(numbers: list[Number], expression: Expression, clues: Clues) -> list[Chosen]:
    """Places for all numbers at once, the best first: each by itself, and how they go together."""
    roles = _roles(expression)
    beam: list[Chosen] = [(0.0, ())]
    for number in numbers:
        options = _places(number, roles.get(number, set()), clues)
        grown: list[Chosen] = []
        for score, places in beam:
            grown.extend((score + option[0] + _beside(option, places, clues), (*places, option)) for option in options)
        beam = sorted(grown, key=lambda one: -one[0])[:_BEAM]
    return beam


def _beside(option: Place, places: tuple[Place, ...], clues: Clues) -> float:
    own = option[1]
    others = [place[1] for place in places if isinstance(place[1], Point)]
    if not isinstance(own, Point) or not others:
        return 0.0
    same = sum(other == own for other in others)
    return sum(clues.together(own.index, other.index) for other in others) * 1.5 / len(others) - 2.0 * same


def _roles(expression: Expression) -> dict[Number, set[tuple[Operation, int]]]:
    """The operations that a number stands in, and at which place."""
    roles: dict[Number, set[tuple[Operation, int]]] = {}

    def look(part: Expression) -> None:
        if isinstance(part, Applied):
            for place, one in enumerate(part.parts):
                if isinstance(one, Number):
                    roles.setdefault(one, set()).add((part.operation, place))
                look(one)

    look(expression)
    return roles


def _places(number: Number, roles: set[tuple[Operation, int]], clues: Clues) -> list[Place]:
    """Where a number may come from, the best first: a printed one, or a constant."""
    scored: list[tuple[float, int]] = []
    factors: dict[int, Decimal] = {}
    for index, candidate in enumerate(clues.candidates):
        value = operand_value(candidate)
        found = None if value is None else _factor(number, value, candidate)
        if found is None:
            continue
        penalty = _OTHER_SIGN * (found < 0) + _OTHER_SCALE * (abs(found) != 1)
        if candidate.source is Source.QUESTION and not candidate.is_year:
            penalty -= 2.0  # a number of the question is there to be used: "if it were 5,000 instead"
        if candidate.is_year and number.value == number.value.to_integral_value():
            penalty -= 0.5
        scored.append((clues.fit(index) - penalty, index))
        factors[index] = found
    places: list[Place] = [(score, Point(index), factors[index]) for score, index in best(scored, _PLACES)]
    constant = _constant(number, roles)
    asked = any(
        factors[point.index] == 1 and clues.candidates[point.index].source is Source.QUESTION
        for _, point, _ in places
        if isinstance(point, Point)
    )
    if constant is not None and not (asked and abs(number.value) != 1):
        places.append(constant)
    return sorted(places, key=lambda place: -place[0])


def _factor(number: Number, value: Decimal, candidate: Candidate) -> Decimal | None:
    """What `value` is to be multiplied with to be the number: 1 or -1, or more where a scale word or % is beside it.

    A question may state an amount in another unit than the table has: "$19 million" of a table in thousands.
    """
    if number.value == 0 or value == 0:
        return Decimal(1) if number.value == value else None
    ratio = number.value / value
    size = abs(ratio)
    if size == 1:
        return ratio
    if size == _HUNDRED and candidate.percent != number.percent:
        return ratio
    if size == 1 / _HUNDRED and number.percent:
        return ratio
    if candidate.scale and size == Decimal(1).scaleb(candidate.scale):
        return ratio
    if candidate.source is Source.QUESTION and size in _UNITS and not candidate.percent and abs(value) != 1:
        return ratio
    if number.scale and size == Decimal(1).scaleb(number.scale):
        return ratio
    return None


def _constant(number: Number, roles: set[tuple[Operation, int]]) -> Place | None:
    size = abs(number.value)
    name = f"const_{size.normalize():f}"
    if name not in CONSTANTS or number.percent:
        return None
    return _as_constant(size, roles), Constant(name), Decimal(1).copy_sign(number.value)


def _as_constant(size: Decimal, roles: set[tuple[Operation, int]]) -> float:
    """How likely a number is nobody's figure: what is multiplied with or divided by, and the 1 of `1 + r`."""
    multiplied = any(role in roles for role in ((Operation.MULTIPLY, 0), (Operation.MULTIPLY, 1), (Operation.EXP, 1)))
    divides = (Operation.DIVIDE, 1) in roles
    if size == 1 and (
        (Operation.ADD, 0) in roles or (Operation.SUBTRACT, 0) in roles or (Operation.SUBTRACT, 1) in roles
    ):
        return 2.5
    if size == _HUNDRED:
        return 4.0 if multiplied else 0.8
    if multiplied or divides:
        return 6.0 if size > _HUNDRED else 2.0
    return -3.0
