"""Quantities: exact values with units, and what may be done with them.

Units are those of a figure: an ISO currency code, `<code>/share`, `shares`, `percent`, `pure`, or "" where the
document does not say. Products and quotients of units cancel (USD/shares is USD/share, USD/share times shares is
USD).

Percent is kept as printed (5.1 for "5.1%") while it meets percent in sums, averages and comparisons, so the
difference of two margins is in percentage points. In a product or a quotient, and next to a plain number, it is
the fraction it stands for: 5.1% of 100 USD is 5.1 USD, 1 + 5.1% is 1.051, 10% / 5% is 2.

An unknown unit ("") agrees with any other and takes it in sums. A constant is pure; it joins a sum only of pure or
percent quantities, except zero, which has every unit. In comparisons a constant takes the unit of the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from chains.errors import ProgramError, UnitError, ZeroDivisorError

PURE = "pure"
PERCENT = "percent"
SHARES = "shares"
UNKNOWN = ""
TRUTH = "truth"
"""The unit of a comparison's result: 1 for yes, 0 for no."""

CONTEXT = Context(prec=50, Emax=999, Emin=-999, traps=[Overflow, InvalidOperation, DivisionByZero])
MAX_EXPONENT = 1000
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value in whole units (dollars, not millions) and its unit. `constant` marks a number of the program."""

    value: Decimal
    unit: str = PURE
    constant: bool = False

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".strip()


def add(left: Quantity, right: Quantity) -> Quantity:
    """Raises UnitError where the units differ."""
    (a, b), unit = _aligned("add", (left, right))
    return _exact(lambda: a + b, unit)


def subtract(left: Quantity, right: Quantity) -> Quantity:
    """Raises UnitError where the units differ."""
    (a, b), unit = _aligned("subtract", (left, right))
    return _exact(lambda: a - b, unit)


def total(terms: Sequence[Quantity]) -> Quantity:
    values, unit = _aligned("add", terms)
    return _exact(lambda: sum(values, Decimal(0)), unit)


def average(terms: Sequence[Quantity]) -> Quantity:
    """The arithmetic mean; all terms need one unit."""
    values, unit = _aligned("average", terms)
    return _exact(lambda: sum(values, Decimal(0)) / len(values), unit)


def largest(terms: Sequence[Quantity]) -> Quantity:
    values, unit = _aligned("compare", terms)
    return Quantity(max(values), unit)


def smallest(terms: Sequence[Quantity]) -> Quantity:
    values, unit = _aligned("compare", terms)
    return Quantity(min(values), unit)


def greater(left: Quantity, right: Quantity) -> Quantity:
    """1 (yes) or 0 (no), with the unit TRUTH."""
    (a, b), _ = _aligned("compare", (left, right))
    return Quantity(Decimal(a > b), TRUTH)


def multiply(left: Quantity, right: Quantity) -> Quantity:
    """Percent times a plain number stays percent; otherwise percent counts as its fraction."""
    _no_truth("multiply", (left, right))
    if left.unit == PERCENT and right.unit in (PURE, PERCENT):
        return _exact(lambda: left.value * _fraction(right), PERCENT)
    if right.unit == PERCENT and left.unit == PURE:
        return _exact(lambda: left.value * right.value, PERCENT)
    return _exact(lambda: _fraction(left) * _fraction(right), _product(left.unit, right.unit, 1))


def divide(left: Quantity, right: Quantity) -> Quantity:
    """Like over like is pure. Raises ZeroDivisorError."""
    _no_truth("divide", (left, right))
    if right.value == 0:
        raise ZeroDivisorError(f"cannot divide {left} by zero; the ratio does not exist for these figures")
    if left.unit == PERCENT and right.unit == PURE:
        return _exact(lambda: left.value / right.value, PERCENT)
    return _exact(lambda: _fraction(left) / _fraction(right), _product(left.unit, right.unit, -1))


def power(base: Quantity, exponent: Quantity) -> Quantity:
    """`base` to the `exponent`, both without dimension. Raises UnitError, ProgramError."""
    for quantity in (base, exponent):
        if quantity.unit not in (PURE, PERCENT, UNKNOWN):
            raise UnitError(f"cannot raise to a power with {_words(quantity.unit)}; only plain numbers can be")
    x, n = _fraction(base), _fraction(exponent)
    if abs(n) > MAX_EXPONENT:
        raise ProgramError(f"the exponent {n:f} is too large; at most {MAX_EXPONENT} is allowed")
    if x == 0 and n < 0:
        raise ZeroDivisorError("cannot raise zero to a negative power; the result does not exist")
    return _exact(lambda: Decimal(1) if n == 0 else x**n, PURE)


def _exact(compute: Callable[[], Decimal], unit: str) -> Quantity:
    try:
        with localcontext(CONTEXT):
            return Quantity(compute(), unit)
    except Overflow as error:
        raise ProgramError("a result is too large to be a number of a report; check the program") from error
    except InvalidOperation as error:
        raise ProgramError(
            "a step has no real result (an even root of a negative number); check the figures"
        ) from error


def _aligned(verb: str, terms: Sequence[Quantity]) -> tuple[list[Decimal], str]:
    """The values of `terms` in one common unit."""
    _no_truth(verb, terms)
    units = {t.unit for t in terms if t.unit != UNKNOWN and not _takes_any_unit(verb, t)}
    if not units:
        units = {t.unit for t in terms if t.unit != UNKNOWN} or {UNKNOWN}
    if len(units) == 1:
        return [t.value for t in terms], units.pop()
    if units == {PURE, PERCENT}:
        return [_fraction(t) for t in terms], PURE
    first, second, *_ = sorted(units)
    raise UnitError(f"cannot {verb} {_words(first)} and {_words(second)}; both sides must have the same unit")


def _takes_any_unit(verb: str, quantity: Quantity) -> bool:
    return quantity.constant and quantity.unit == PURE and (quantity.value == 0 or verb == "compare")


def _no_truth(verb: str, terms: Sequence[Quantity]) -> None:
    if any(t.unit == TRUTH for t in terms):
        raise UnitError(f"cannot {verb} the yes or no of a comparison; use the figures themselves")


def _fraction(quantity: Quantity) -> Decimal:
    return quantity.value / _HUNDRED if quantity.unit == PERCENT else quantity.value


def _words(unit: str) -> str:
    return {PURE: "a plain number", UNKNOWN: "a number without unit"}.get(unit, unit)


def _product(left: str, right: str, sign: int) -> str:
    if UNKNOWN in (left, right):
        return UNKNOWN if {left, right} <= {UNKNOWN, PURE, PERCENT} else _combine(left, right, sign)
    return _combine(left, right, sign)


def _combine(left: str, right: str, sign: int) -> str:
    powers: dict[str, int] = {}
    for unit, direction in ((left, 1), (right, sign)):
        if unit in (PURE, PERCENT, UNKNOWN):
            continue
        above, _, below = unit.partition("/")
        for part, power_of in ((above, direction), (below, -direction)):
            for name in filter(lambda n: n not in ("", "1"), part.split("*")):
                base = SHARES if name == "share" else name
                powers[base] = powers.get(base, 0) + power_of
    above = "*".join(n for n, p in sorted(powers.items()) for _ in range(p))
    below = "*".join("share" if n == SHARES else n for n, p in sorted(powers.items()) for _ in range(-p))
    if not below:
        return above or PURE
    return f"{above or '1'}/{below}"
