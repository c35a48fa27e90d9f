"""Whether a solution comes to the answer that the data states."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Solution
from adapters.report_qa.programs import said_value, value_of_solution

_PLACES = 5
"""FinQA and ConvFinQA state answers with five decimals."""


def comes_to(evidence: Evidence, gold: Decimal | bool, *, rounded: bool) -> Callable[[Solution], bool]:
    """A check that a solution's value, said in its scale, is `gold`.

    `rounded` is for data whose answers people rounded as they liked (TAT-QA): half a unit of the last printed decimal
    or 0.5 %. Otherwise equal after rounding to five decimals, as FinQA counts it.
    """
    candidates = candidates_of(evidence)

    def check(solution: Solution) -> bool:
        if isinstance(gold, bool):
            return value_of_solution(solution, candidates) is gold
        said = said_value(solution, candidates)
        if said is None or not said.is_finite():
            return False
        if rounded:
            return agrees(said, gold)
        return same_rounded(said, gold)

    return check


def agrees(said: Decimal, gold: Decimal) -> bool:
    """Equal within half a unit of `gold`'s last printed decimal, or 0.5 % of it."""
    exponent = gold.as_tuple().exponent
    unit = Decimal(1).scaleb(min(int(exponent), 0)) if isinstance(exponent, int) else Decimal(1)
    return abs(said - gold) <= max(unit * Decimal("0.5"), abs(gold) * Decimal("0.005"))


def same_rounded(said: Decimal, gold: Decimal) -> bool:
    """Equal after rounding to five decimals; floating point may have moved the last digit of the data's own answer."""
    return abs(said - gold) <= Decimal("1.01").scaleb(-_PLACES) * Decimal("0.5") + abs(gold) * Decimal("1e-12")
