"""The parts that a company reports: those of the breakdown of its revenue, which is printed and adds up."""

from __future__ import annotations

from collections.abc import Sequence

from chains.answers.outcome import Solve
from chains.answers.solve import Solved
from chains.formulas.expression import FiscalPeriod, Item
from chains.planning.breakdowns import breakdown, is_part, part_name
from chains.planning.plan import Measure, Origin
from chains.resolve.shelf import Sheet

REVENUE = Measure("revenue", Item("revenue", "Revenues"), origin=Origin.CONCEPT)
_FEWEST = 2


def reported_parts(noun: str, period: FiscalPeriod, sheets: Sequence[Sheet], solve: Solve) -> tuple[str, ...]:
    """The names of the parts that a word like "segment" or "region" speaks of, as printed; none where none add up."""
    whole = solve(REVENUE, period)
    if not isinstance(whole, Solved) or len(whole.bound) != 1:
        return ()
    total = next(iter(whole.bound.values())).figure
    for sheet in sheets:
        names = [part_name(f, total) for f in breakdown(sheet, total, total.value, noun)]
        found = tuple(dict.fromkeys(name for name in names if is_part(name)))
        if len(found) >= _FEWEST:
            return found
    return ()
