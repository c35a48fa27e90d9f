"""Programs for questions of which only the answer is known: searched for, weighed, and kept when few agree."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example, Kind, Solution
from adapters.report_qa.programs import program_text
from adapters.training.report_qa.checks import comes_to
from adapters.training.report_qa.derivations import ground
from adapters.training.report_qa.search import Hit, Search

_WEIGHTS = (0.791, 2.19, 0.093, 3.763, -1.569, 3.27, -4.908, 0.153, 0.171, -0.439, 0.617, -0.421)
"""Of search.FEATURES, by maximum likelihood (a choice among all hits, or none of them) on the questions of ConvFinQA
and TAT-QA whose programs are known; found on one half of the pages, the first guess is the known program in 91 % of
the other half's ConvFinQA questions and 95 % of its TAT-QA calculations."""
_NONE = -2.316
"""The score of "another program than those found"."""
_LEAST = 0.3
"""A first guess that is less likely than this is not kept."""
_AS_GOOD = 0.25
"""Programs of this share of the best one's weight count as agreeing with the question as well."""
FIVE_DECIMALS = Decimal("0.5005e-5")
_MOST_VALUE = Decimal("1e15")


def guess(
    evidence: Evidence, gold: Decimal, limit: int = 8, *, scale: str = "", rounded: bool = False
) -> list[tuple[Solution, float]]:
    """The programs that come to `gold` and fit the question, the likeliest first, with their probabilities.

    Those are kept that are at least a quarter as likely as the best. None is where the best is unlikely, or where more
    than `limit` are kept: then the answer does not say which is meant. `rounded` is for answers that people rounded
    (half a unit of the last printed decimal); otherwise they have five decimals.
    """
    if not gold.is_finite() or abs(gold) > _MOST_VALUE:
        return []
    search = Search(evidence)
    tolerance = FIVE_DECIMALS if not rounded else Decimal("0.501").scaleb(min(0, int(gold.as_tuple().exponent)))
    hits = search.hits(gold, tolerance)
    if scale == "percent":
        hits += search.hits(gold / 100, tolerance / 100)
    check = comes_to(evidence, gold, rounded=rounded)
    best: dict[tuple[Any, ...], tuple[float, Solution]] = {}
    for hit in hits:
        score = _score(hit)
        if hit.key not in best or score > best[hit.key][0]:
            best[hit.key] = score, replace(hit.solution, scale=scale)
    ranked = sorted(best.values(), key=lambda one: -one[0])
    if not ranked:
        return []
    highest = max(ranked[0][0], _NONE)
    total = sum(math.exp(score - highest) for score, _ in ranked) + math.exp(_NONE - highest)
    likely = [(solution, math.exp(score - highest) / total) for score, solution in ranked]
    kept = [one for one in likely if one[1] >= _AS_GOOD * likely[0][1]]
    if likely[0][1] < _LEAST or len(kept) > limit:
        return []
    return [one for one in kept if check(one[0])]


def _score(hit: Hit) -> float:
    return sum(weight * feature for weight, feature in zip(_WEIGHTS, hit.features, strict=True))


def borrow(examples: Iterable[Example], known: Sequence[Example]) -> list[Example]:
    """The examples, those of which only the answer is known with the program of another question where one fits.

    It must be asked of the same page and have the same answer, as a question of FinQA and the last turn of the
    conversation that ConvFinQA made of it. A program that was guessed itself is not lent.
    """
    by_page: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for one in known:
        if one.program and one.solutions and one.solutions[0].kind is Kind.PROGRAM and isinstance(one.gold, Decimal):
            by_page[one.page, f"{one.gold.normalize():f}"].append(one)
    made = []
    for example in examples:
        found: tuple[Solution, ...] = ()
        if isinstance(example.gold, Decimal) and not example.program:
            check = comes_to(example.evidence, example.gold, rounded=bool(example.scale))
            for one in by_page.get((example.page, f"{example.gold.normalize():f}"), []):
                text = program_text(one.solutions[0], candidates_of(one.evidence))
                found = found or ground(text, example.evidence, check, example.scale)
        made.append(replace(example, solutions=found, weight=1.0) if found else example)
    return made
