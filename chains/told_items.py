"""Line items of a computation that no table prints: the number that a sentence tells for each, bound as strictly.

"By what percentage did rent expense rise" needs two amounts that a note may tell in a sentence only. Each is asked for
by itself, and the computation is done where every one of them is surely told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from chains.expression import Item
from chains.fiscal_calendar import Resolved
from chains.periods import find_periods
from chains.plan import Compute, Words
from chains.question import Question, read_question
from chains.request import Planned, Reading
from chains.resolve.scope import Scope, order_documents
from chains.trees import items, settled, substitute
from chains.vocabulary import default_facts
from ingest.schema import Document, Figure

_MOST, _DOCUMENTS = 4, 3
_COUNTS = ("shares", "pure", "count")

Told = Callable[[Planned, Sequence[Document]], Figure | None]
"""The number that the sentences of some filings tell for a question."""


def with_told_items(
    plan: Compute, reading: Reading, found: Callable[[Item], bool], told: Told
) -> tuple[Compute, dict[str, Scope]] | None:
    """The plan with its missing items taken from sentences, and the scopes that these name; None where one is not told.

    `found` says whether an item has a figure.
    """
    scope = reading.scope
    if scope is None or reading.context is None or reading.anywhere or len(reading.context.companies) > 1:
        return None
    expression = settled(plan.measure.expression, found)
    held = items(expression)
    missing = [item for item in held if not found(item)]
    if len(held) < 2 or not 0 < len(missing) <= _MOST or any(i.period is None or i.scope for i in missing):
        return None
    scopes: dict[str, Scope] = {}
    replaced: dict[Item, Item] = {}
    for number, item in enumerate(missing, 1):
        asked = _asked(item, reading)
        assert item.period is not None
        figure = told(asked, order_documents(scope, item.period)[:_DOCUMENTS])
        if figure is None:
            return None
        name = f"told {number}"
        scopes[name] = replace(scope, told=figure)
        replaced[item] = replace(item, scope=name)
    if len({f.unit for s in scopes.values() if (f := s.told) is not None}) > 1 and len(missing) == len(held):
        return None
    expression = substitute(expression, lambda item: replaced.get(item, item))
    return replace(plan, measure=replace(plan.measure, expression=expression)), scopes


def _asked(item: Item, reading: Reading) -> Planned:
    """The question for one item alone."""
    assert item.period is not None
    assert reading.context is not None
    name = re.sub(r"^(?:total\s+)?(?:number|count)\s+of\s+", "", f"{item.member} {item.phrase}".strip())
    counted = item.concept is not None and default_facts().unit(item.concept) in _COUNTS
    bare = f"How many {name} were there" if counted else f"How much was {name}"
    question: Question = read_question(f"{bare} in {item.period}?")
    context = replace(
        reading.context, asked=find_periods(question.core), periods=(Resolved(item.period),), text=bare, before=""
    )
    return Planned(replace(reading, question=question, context=context, notes=()), Words(question.core))
