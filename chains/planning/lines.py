"""Which line of a statement is the largest of its kind: "the largest current liability", "the biggest expense"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chains.answers.answer import Citation, quote_of
from chains.answers.outcome import Outcome, unit_remark
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrasing import tables
from chains.planning.plan import Lines
from chains.resolve.shelf import Sheet
from ingest.schema import Figure, Statement

_TOTAL = re.compile(r"\b(?:sub)?totals?\b|\bless\b", re.I)
_NO_LINE = re.compile(
    r"\bbefore\b|^(?:net |gross |operating )?(?:income|earnings|profit|margin)|\(loss\)|\bmargin\b", re.I
)
SHOWN = 3
"""Lines named after the first."""


def lines(plan: Lines, sheets: Sequence[Sheet], who: str) -> Outcome:
    """The largest line of a kind, with those that follow; refused where the statement does not show its extent."""
    rule = tables()["lines"][plan.kind]
    for sheet in sheets:
        found = _of_kind(_column(sheet, Statement(rule["statement"]), plan.period), rule)
        if len(found) >= 2:
            break
    else:
        return Outcome(
            reason=f"the statement for {plan.period} does not show where its {plan.noun} lines begin and end"
        )
    found.sort(key=lambda f: abs(f.value), reverse=not plan.smallest)
    first = found[0]
    others = ", ".join(f"{f.label} {f.printed}" for f in found[1 : 1 + SHOWN])
    word = "smallest" if plan.smallest else "largest"
    unit = unit_remark([first], first.scale)
    text = f"{first.label}: {first.printed}, the {word} {plan.noun} of {who} in {plan.period}{unit}. Next: {others}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f in found[: 1 + SHOWN])
    return Outcome(text, certainty=0.85, citations=cited)


def _column(sheet: Sheet, statement: Statement, period: FiscalPeriod) -> list[Figure]:
    """The lines of a statement for a period, in the order of its longest table."""
    months = (0,) if statement is Statement.BALANCE else (3,) if period.quarter else (11, 12, 13)
    held: dict[str, list[Figure]] = {}
    for figure in sheet.figures:
        if figure.statement is not statement or figure.segment or figure.period is None or len(figure.unit) != 3:
            continue
        quarter = figure.fiscal_quarter if figure.fiscal_quarter != 4 or period.quarter else None
        if figure.period.months in months and (figure.fiscal_year, quarter) == (period.year, period.quarter):
            held.setdefault(figure.table, []).append(figure)
    return max(held.values(), key=len, default=[])


def _of_kind(column: Sequence[Figure], rule: dict[str, Any]) -> list[Figure]:
    after, until = rule.get("after", []), rule["until"]
    start = 0
    if after:
        at = [i for i, f in enumerate(column) if f.concept in after]
        if not at:
            return []
        start = at[0] + 1
    ends = [i for i, f in enumerate(column) if i >= start and f.concept in until]
    if not ends:
        return []
    named = rule.get("words")
    kept: list[Figure] = []
    for figure in column[start : min(ends)]:
        words = f"{figure.label} {' '.join(figure.path[-1:])}".lower()
        if not figure.label or figure.value == 0 or figure.concept in _SUMS or _NO_LINE.search(figure.label):
            continue
        if figure.concept == "CostOfRevenue" and named is not None:
            # The cost of sales is one expense, whatever lines it is made of.
            kept = [f for f in kept if not (f.path and f.path == kept[-1].path and _sums(kept, figure))]
            kept.append(figure)
            continue
        if _TOTAL.search(figure.label):
            continue
        if named is None or any(w in words for w in named):
            kept.append(figure)
    # A line that is the sum of those right before it is a total, whatever it is called.
    return [f for i, f in enumerate(kept) if not _sums(kept[:i], f)]


def _sums(before: Sequence[Figure], figure: Figure) -> bool:
    total = before[0].value * 0 if before else None
    for count, line in enumerate(reversed(before), 1):
        assert total is not None
        total += line.value
        if count >= 2 and total == figure.value:
            return True
    return False


_SUMS = frozenset(
    (  # noqa: SIM905
        "AssetsCurrent Assets LiabilitiesCurrent Liabilities CostsAndExpenses OperatingExpenses Revenues GrossProfit "
        "OperatingIncomeLoss IncomeLossFromContinuingOperationsBeforeIncomeTaxes NoninterestExpense"
    ).split()
)
