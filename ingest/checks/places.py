"""Places: whether one figure that is printed in two places is the same in both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ingest.checks.rows import CheckResult, column_of, unit_of_rounding
from ingest.labels import clean, key, words
from ingest.schema import Figure, Statement


def check_places(figures: Sequence[Figure], settled: frozenset[str]) -> list[CheckResult]:
    """The figures of one concept and period, held against the first; `settled` concepts must agree."""
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
    message = f"{other.label!r} on page {other.page} {verb} page {first.page} ({column_of(other)})"
    difference = other.value - first.value
    return CheckResult(
        "same figure", ok, first.value, other.value, difference, (first.id, other.id), other.page, message
    )
