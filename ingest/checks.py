"""Checks: do a document's figures add up? What ties is trusted more, what does not is marked and shown, never dropped.

Three kinds: a total and the rows above it in its table, the identities of `concepts.toml` within one column
(assets = liabilities + equity, the cash roll-forward, ...), and one figure printed in two places. A structure
that no column confirms says nothing; a column that breaks a sum which other columns of the table keep is broken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from ingest.concepts import ATTRIBUTED, Concepts, Identity, load_concepts
from ingest.labels import clean, key, words
from ingest.schema import Check, Document, Figure, Statement

MAX_ADDENDS = 45
"""How many rows above a total are tried as its addends."""
_CELL = re.compile(r"\.r(\d+)\.c(\d+)$")
_TOTAL_LABEL = re.compile(
    r"^(?:total|subtotal|net cash|cash (?:provided|generated|used)|net (?:increase|decrease|change) in cash)\b"
)
_NET_LABEL = re.compile(
    r"(?:,|-)\s*net$|, (?:at )?net\b"
    r"|^net (?!income|loss|earnings|sales|revenue|interest|gain|of\b|periodic|operating loss)\w"
)
_DECIMALS = re.compile(r"\.(\d+)")
_LESS = re.compile(r"^(?:less|deduct)\b")
_NOT_ADDITIVE = re.compile(r"average|price|useful|life|years\)|rate\b|yield|per share|ratio|percent|%", re.I)
_TIE_GAIN, _BREAK_LOSS = 0.4, 0.5
_ZERO = Decimal(0)
_PER_SHARE = (
    ("EarningsPerShareBasic", "WeightedAverageNumberOfSharesOutstandingBasic"),
    ("EarningsPerShareDiluted", "WeightedAverageNumberOfDilutedSharesOutstanding"),
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `expected` is what the parts give, `found` what is printed, both in whole units.

    `figures` are the ids of the parts and, last, of the figure that was checked.
    """

    name: str
    ok: bool
    expected: Decimal
    found: Decimal
    difference: Decimal
    figures: tuple[str, ...]
    page: int
    message: str


@dataclass(slots=True)
class _Row:
    number: int
    label: str
    path: tuple[str, ...]
    cells: dict[int, Figure]
    span: int = 0
    """How many rows above this one it is the tied sum of."""


def run_checks(
    document: Document, figures: Sequence[Figure], concepts: Concepts | None = None
) -> tuple[list[Figure], list[CheckResult]]:
    """The figures, in their order, with confidence and check brought up to date, and what was checked."""
    concepts = concepts or load_concepts()
    figures = _attributed(figures)
    results: list[CheckResult] = []
    for rows in _tables(figures):
        results += _check_totals(rows)
        if any(f.statement is not Statement.NOTE for f in rows[0].cells.values()):
            results += _check_identities(rows, concepts)
    results += _check_places(figures, frozenset(n for i in concepts.identities for n in (i.total, *i.plus, *i.minus)))
    ties = {name for result in results if result.ok for name in result.figures}
    # The last figure of a failed check is the one that its parts do not give.
    broken = {result.figures[-1] for result in results if not result.ok}
    return [_marked(figure, figure.id in ties, figure.id in broken) for figure in figures], results


def _attributed(figures: Sequence[Figure]) -> list[Figure]:
    """Tell the company's own net income from the whole group's in other tables, by the income statement's values."""
    told: dict[tuple[str, object], Decimal] = {}
    for figure in figures:
        if figure.statement is Statement.INCOME and figure.concept and not figure.segment:
            told.setdefault((figure.concept, figure.period), figure.value)
    wholes = {parent: whole for parent, whole, _ in ATTRIBUTED}

    def settled(figure: Figure) -> Figure:
        whole = wholes.get(figure.concept or "")
        if whole is None or figure.statement is Statement.INCOME:
            return figure
        own, all_ = told.get((figure.concept or "", figure.period)), told.get((whole, figure.period))
        return replace(figure, concept=whole) if all_ == figure.value and own not in (None, figure.value) else figure

    return [settled(figure) for figure in figures]


def _marked(figure: Figure, ties: bool, broken: bool) -> Figure:
    if broken:
        # One check that fails outweighs another that ties: the reader should look.
        return replace(figure, check=Check.BROKEN, confidence=round(figure.confidence * _BREAK_LOSS, 4))
    if ties:
        return replace(figure, check=Check.TIES, confidence=round(1 - (1 - figure.confidence) * _TIE_GAIN, 4))
    return figure


def _tables(figures: Iterable[Figure]) -> list[list[_Row]]:
    tables: dict[str, dict[int, _Row]] = defaultdict(dict)
    for figure in figures:
        place = _CELL.search(figure.id)
        if not place or not figure.table:
            continue
        number, column = int(place[1]), int(place[2])
        row = tables[figure.table].get(number)
        if row is None:
            row = tables[figure.table][number] = _Row(number, clean(figure.label), figure.path, {})
        row.cells[column] = figure
    return [[rows[number] for number in sorted(rows)] for rows in tables.values()]


def unit_of_rounding(figure: Figure) -> Decimal:
    """The smallest step that a figure's printing can show, in whole units: 1,000,000 for "1,577" in millions."""
    digits = _DECIMALS.search(figure.printed)
    return Decimal(1).scaleb(figure.scale - (len(digits[1]) if digits else 0))


def _tolerance(figure: Figure, addends: int) -> Decimal:
    return unit_of_rounding(figure) * _steps(addends)


def _steps(addends: int) -> Decimal:
    # Each addend is off by half a step at most; beyond three steps a sum is more likely a coincidence.
    return min(Decimal(addends + 1) / 2, Decimal(3))


# ---------------------------------------------------------------------- totals


def _check_totals(rows: list[_Row]) -> list[CheckResult]:
    results: list[CheckResult] = []
    for at, row in enumerate(rows):
        if at < 2 or not (_TOTAL_LABEL.search(row.label) or _NET_LABEL.search(row.label)):
            continue
        columns = [
            c for c, f in row.cells.items() if f.unit not in ("percent", "pure") and not f.unit.endswith("/share")
        ]
        addends, tied = _best_span(rows, at, columns)
        if not tied:
            continue
        row.span = at - addends[-1]
        for column in tied:
            results.append(_total_result(rows, at, addends, column, True))
        open_columns = [c for c in columns if c not in tied]
        if len(tied) > len(open_columns):
            failed = (
                _total_result(rows, at, addends, c, False) for c in open_columns if _alike(rows, at, addends, c, tied)
            )
            results += [result for result in failed if abs(result.difference) > _limit(row.cells, result, len(addends))]
    return results


def _limit(cells: dict[int, Figure], result: CheckResult, addends: int) -> Decimal:
    return next(_tolerance(figure, addends) for figure in cells.values() if figure.id == result.figures[-1])


def _alike(rows: list[_Row], at: int, addends: list[int], column: int, tied: list[int]) -> bool:
    """Whether a column has to add up because its neighbours do: the same kind of column, and as full of numbers."""
    figure = rows[at].cells[column]
    if figure.statement is Statement.NOTE and (len(tied) < 2 or not rows[at].label.startswith("total")):
        return False
    months = {f.period.months if (f := rows[at].cells[c]).period else -1 for c in tied}
    units = {rows[at].cells[c].unit for c in tied}
    kind = figure.period.months if figure.period else -1
    filled = sum(1 for i in addends if column in rows[i].cells)
    if _NOT_ADDITIVE.search(" ".join(figure.headers)):
        return False
    return months == {kind} and units == {figure.unit} and kind >= 0 and filled == len(addends)


def _best_span(rows: list[_Row], at: int, columns: list[int]) -> tuple[list[int], list[int]]:
    """The run of rows above `at` that sums to it in most columns (then the shortest), and those columns."""
    totals = {c: rows[at].cells[c] for c in columns}
    steps = {c: unit_of_rounding(figure) for c, figure in totals.items()}
    # Small numbers meet by chance.
    open_columns = [c for c in columns if abs(totals[c].value) >= 10 * steps[c]]
    sums = dict.fromkeys(columns, _ZERO)
    counts = dict.fromkeys(columns, 0)
    best: tuple[list[int], list[int]] = ([], [])
    taken: list[int] = []
    index = at - 1
    while index >= 0 and len(taken) < MAX_ADDENDS and open_columns:
        above = rows[index]
        usable = False
        for column in open_columns:
            figure = above.cells.get(column)
            if figure is None or figure.unit != totals[column].unit:
                continue
            usable = True
            counts[column] += 1
            sums[column] += _addend(above, figure)
        if usable:
            taken.append(index)
            tied = [
                c
                for c in open_columns
                if counts[c] >= 2 and abs(sums[c] - totals[c].value) <= steps[c] * _steps(counts[c])
            ]
            if len(tied) > len(best[1]):
                best = (list(taken), tied)
                if len(tied) == len(open_columns):
                    break
        # A subtotal that is a sum itself stands for its parts.
        index -= 1 + above.span
    return best


def _addend(row: _Row, figure: Figure) -> Decimal:
    return -abs(figure.value) if _LESS.match(row.label) else figure.value


def _total_result(rows: list[_Row], at: int, addends: list[int], column: int, ok: bool) -> CheckResult:
    total = rows[at].cells[column]
    parts = [rows[i] for i in addends if column in rows[i].cells and rows[i].cells[column].unit == total.unit]
    expected = sum((_addend(row, row.cells[column]) for row in parts), _ZERO)
    ids = (*(row.cells[column].id for row in reversed(parts)), total.id)
    verb = "is" if ok else "is not"
    message = f"{total.label!r} {verb} the sum of the {len(parts)} rows above it (page {total.page}, {_column(total)})"
    return CheckResult("total", ok, expected, total.value, total.value - expected, ids, total.page, message)


def _column(figure: Figure) -> str:
    return " ".join(figure.headers) or (str(figure.period.end) if figure.period else "no heading")


# ---------------------------------------------------------------------- identities


def _check_identities(rows: list[_Row], concepts: Concepts) -> list[CheckResult]:
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
    base = sum((f.value for f in plus), _ZERO)
    nearest: tuple[Decimal, Decimal, list[Figure]] | None = None
    for signs in product((-1, 1), repeat=len(minus)):
        # Costs are printed with either sign; so are the lines that may or may not be part of the sum.
        deducted = sum((sign * f.value for sign, f in zip(signs, minus, strict=True)), _ZERO)
        for factors in product((1, 0, -1), repeat=len(optional)):
            extra = sum((factor * f.value for factor, f in zip(factors, optional, strict=True)), _ZERO)
            expected = base + deducted + extra
            used = [*plus, *minus, *(f for factor, f in zip(factors, optional, strict=True) if factor)]
            if nearest is None or abs(total.value - expected) < nearest[0]:
                nearest = (abs(total.value - expected), expected, used)
    if nearest is None:
        return None
    gap, expected, used = nearest
    ok = gap <= _tolerance(total, len(used))
    verb = "ties" if ok else f"does not tie: {total.label!r} is off by {gap:,}"
    message = f"{identity.name} {verb} (page {total.page}, {_column(total)})"
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
            message = f"{figure.label!r} is income over shares (page {figure.page}, {_column(figure)})"
            ids = (income.id, found[shares].id, figure.id)
            yield CheckResult(
                "per share", True, expected, figure.value, figure.value - expected, ids, figure.page, message
            )


# ---------------------------------------------------------------------- the same figure in two places


def _check_places(figures: Sequence[Figure], settled: frozenset[str]) -> list[CheckResult]:
    places: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.concept and figure.period and not figure.segment and not figure.restated:
            places[(figure.concept, figure.period, figure.unit)].append(figure)
    results: list[CheckResult] = []
    for group in places.values():
        if len(group) < 2:
            continue
        # A primary statement's figure is the measure; notes and tagged facts are held against it.
        group.sort(key=lambda f: (f.statement is Statement.NOTE, -f.confidence))
        first = group[0]
        for other in group[1:]:
            if other.table == first.table and first.table:
                continue
            gap = min(abs(first.value - other.value), abs(first.value + other.value))
            ok = gap <= max(unit_of_rounding(first), unit_of_rounding(other))
            if ok and abs(first.value) < 10 * unit_of_rounding(first):
                continue
            if ok or (first.concept in settled and _must_agree(first, other)):
                results.append(_place_result(first, other, ok))
    return results


def _must_agree(first: Figure, other: Figure) -> bool:
    """Two primary statements that print the same words for the same concept and period."""
    if Statement.NOTE in (first.statement, other.statement) or first.statement is other.statement:
        return False
    return key(words(clean(first.label))) == key(words(clean(other.label)))


def _place_result(first: Figure, other: Figure, ok: bool) -> CheckResult:
    verb = "agrees with" if ok else "differs from"
    message = f"{other.label!r} on page {other.page} {verb} page {first.page} ({_column(other)})"
    difference = other.value - first.value
    return CheckResult(
        "same figure", ok, first.value, other.value, difference, (first.id, other.id), other.page, message
    )
