"""Identities: whether the lines of one column are what `concepts.toml` says that they are of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from itertools import product

from ingest.checks.rows import ZERO, CheckedRow, CheckResult, column_of, tolerance, unit_of_rounding
from ingest.concepts import Concepts, Identity
from ingest.schema import Figure

_PER_SHARE = (
    ("EarningsPerShareBasic", "WeightedAverageNumberOfSharesOutstandingBasic"),
    ("EarningsPerShareDiluted", "WeightedAverageNumberOfDilutedSharesOutstanding"),
)


def check_identities(rows: list[CheckedRow], concepts: Concepts) -> list[CheckResult]:
    """The identities of each column of a table, and income over shares."""
    columns: dict[int, dict[str, Figure]] = defaultdict(dict)
    for row in rows:
        for column, figure in row.cells.items():
            if figure.concept and not figure.segment:
                columns[column].setdefault(figure.concept, figure)
    results = [result for found in columns.values() for result in _per_share(found)]
    # A gap that the column itself prints is a line that the identity does not know, not an error.
    printed = {column: {abs(r.cells[column].value) for r in rows if column in r.cells} for column in columns}
    for identity in concepts.identities:
        checked: list[tuple[bool, CheckResult]] = []
        for column, found in columns.items():
            result = _identity(identity, found)
            if result is not None and (result.ok or abs(result.difference) not in printed[column]):
                checked.append((result.ok, result))
        proven = sum(1 for ok, _ in checked if ok) * 2 > len(checked)
        # The balance sheet balances by definition; elsewhere a company may print a line that the identity lacks.
        results += [result for ok, result in checked if ok or proven or identity.strict]
    return results


def _identity(identity: Identity, found: dict[str, Figure]) -> CheckResult | None:
    total = found.get(identity.total)
    if total is None or any(name not in found for name in (*identity.plus, *identity.minus)):
        return None
    plus = [found[name] for name in identity.plus]
    minus = [found[name] for name in identity.minus]
    optional = [found[name] for name in identity.optional if name in found]
    if len({f.unit for f in (total, *plus, *minus)}) > 1:
        return None
    base = sum((f.value for f in plus), ZERO)
    nearest: tuple[Decimal, Decimal, list[Figure]] | None = None
    for signs in product((-1, 1), repeat=len(minus)):
        # Costs are printed with either sign; so are the lines that may or may not be part of the sum.
        deducted = sum((sign * f.value for sign, f in zip(signs, minus, strict=True)), ZERO)
        for factors in product((1, 0, -1), repeat=len(optional)):
            extra = sum((factor * f.value for factor, f in zip(factors, optional, strict=True)), ZERO)
            expected = base + deducted + extra
            used = [*plus, *minus, *(f for factor, f in zip(factors, optional, strict=True) if factor)]
            if nearest is None or abs(total.value - expected) < nearest[0]:
                nearest = (abs(total.value - expected), expected, used)
    if nearest is None:
        return None
    gap, expected, used = nearest
    ok = gap <= tolerance(total, len(used))
    verb = "ties" if ok else f"does not tie: {total.label!r} is off by {gap:,}"
    message = f"{identity.name} {verb} (page {total.page}, {column_of(total)})"
    ids = (*(f.id for f in used), total.id)
    return CheckResult(identity.name, ok, expected, total.value, total.value - expected, ids, total.page, message)


def _per_share(found: dict[str, Figure]) -> Iterable[CheckResult]:
    """Income over shares is income per share: a wrong scale of the shares would show here. Other claims on income
    (preferred dividends, participating shares) make it differ a little, so that a difference says nothing."""
    income = found.get("NetIncomeLossAvailableToCommonStockholdersBasic") or found.get("NetIncomeLoss")
    for per_share, shares in _PER_SHARE:
        if income is None or per_share not in found or shares not in found or not found[shares].value:
            continue
        expected = income.value / found[shares].value
        gap = abs(abs(expected) - abs(found[per_share].value))
        if gap <= unit_of_rounding(found[per_share]) + abs(expected) * Decimal("0.005"):
            figure = found[per_share]
            message = f"{figure.label!r} is income over shares (page {figure.page}, {column_of(figure)})"
            ids = (income.id, found[shares].id, figure.id)
            yield CheckResult(
                "per share", True, expected, figure.value, figure.value - expected, ids, figure.page, message
            )
