"""Line items that no table gives and one sentence tells: a headcount, the rent, the stores that were opened.

They are bound only where nothing in the figures is, and as strictly as an answer of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chains.formulas.expression import Item
from chains.questions.fiscal_calendar import Resolved
from chains.resolve.bound import Bound, said
from chains.resolve.facts import ConceptFacts
from chains.resolve.resolver import TOLD
from chains.resolve.scope import Scope, order_documents
from chains.resolve.shelf import Shelf
from chains.told_numbers.number_sentences import NumberShelf
from chains.told_numbers.number_topic import asked_stems, head_of, known_names, rephrased
from chains.told_numbers.prose_numbers import best_told, figure_of
from chains.told_numbers.prose_words import any_kin, phrases_of, stems_of, words_of
from chains.told_numbers.told_measure import named_measure
from chains.told_numbers.wanted_number import Wanted, bounds_asked
from ingest.schema import Document, Statement

Teller = Callable[[Item, Scope], Bound | None]


def teller(numbers: NumberShelf, shelf: Shelf, facts: ConceptFacts) -> Teller:
    """What binds an item whose period is set to the number of a sentence; None where none is surely the one."""

    def stated(concept: str, documents: Sequence[Document]) -> bool:
        # Of a line of the statements sentences tell parts and rounded amounts.
        figures = (f for d in documents for f in shelf.sheet(d).by_concept.get(concept, ()))
        return any(f.statement is not Statement.NOTE and not f.segment for f in figures)

    def tell(item: Item, scope: Scope) -> Bound | None:
        if item.period is None or scope.told is not None:
            return None
        documents = order_documents(scope, item.period)
        if item.concept is not None and stated(item.concept, documents):
            return None
        wanted = _wanted(item, scope, facts)
        if wanted is None or not documents:
            return None
        told = best_told(wanted, scope.calendar, [numbers.of(d) for d in documents])
        if told is None or not told.sure or not told.whole or phrases_of("persons").search(told.line.text):
            return None  # what somebody did is nothing that a report counts
        return Bound(item, figure_of(told), TOLD, {})

    return tell


def _wanted(item: Item, scope: Scope, facts: ConceptFacts) -> Wanted | None:
    phrase = rephrased(said(item))
    asked = asked_stems(phrase, scope.documents)
    if not asked or item.period is None:
        return None
    head = frozenset(words_of(head_of(phrase)))
    unit = facts.unit(item.concept) if item.concept is not None else ""
    counts = unit in ("pure", "shares") or (not unit and bool(head & stems_of("counted", "things")))
    kind = "count" if counts else "percent" if unit == "percent" or re.search(r"\brate\b", phrase) else "money"
    low, high, is_open = bounds_asked(phrase)
    return Wanted(
        kind=kind,
        asked=asked,
        counted=any_kin(head) if counts else frozenset(),
        changes=asked & stems_of("fillers", "changes") if counts else frozenset(),
        low=low,
        high=high,
        core=phrase.lower(),
        text=phrase,
        per_share=unit == "per_share" or "per share" in phrase,
        when=Resolved(item.period, scope.months if item.period.quarter is not None else None),
        known=known_names((n for d in scope.documents for n in (d.company, *d.aliases)), phrase),
        open=is_open,
        ahead=bool(phrases_of("fillers", "ahead").search(phrase)),
        measure=named_measure(phrase),
    )
