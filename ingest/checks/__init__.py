"""Checks: do a document's figures add up? What ties is trusted more, what does not is marked and shown, never dropped.

Three kinds: a total and the rows above it in its table, the identities of `concepts.toml` within one column
(assets = liabilities + equity, the cash roll-forward, ...), and one figure printed in two places. A structure
that no column confirms says nothing; a column that breaks a sum which other columns of the table keep is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ingest.checks.identities import check_identities
from ingest.checks.places import check_places
from ingest.checks.rows import CheckResult, tables_of
from ingest.checks.totals import check_totals
from ingest.concepts import ATTRIBUTED, Concepts, load_concepts
from ingest.schema import Check, Document, Figure, Statement

__all__ = ["CheckResult", "run_checks"]

_TIE_GAIN, _BREAK_LOSS = 0.4, 0.5


def run_checks(
    document: Document, figures: Sequence[Figure], concepts: Concepts | None = None
) -> tuple[list[Figure], list[CheckResult]]:
    """The figures, in their order, with confidence and check brought up to date, and what was checked."""
    concepts = concepts or load_concepts()
    figures = _attributed(figures)
    results: list[CheckResult] = []
    for rows in tables_of(figures):
        results += check_totals(rows)
        if any(f.statement is not Statement.NOTE for f in rows[0].cells.values()):
            results += check_identities(rows, concepts)
    results += check_places(figures, frozenset(n for i in concepts.identities for n in (i.total, *i.plus, *i.minus)))
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
