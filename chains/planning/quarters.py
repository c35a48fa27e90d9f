"""The quarter of a year that leads: "lowest quarterly net income in fiscal 2017", "which quarter had the most sales".

The four quarters of the year are solved one by one; without one of them there is no ranking.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chains.formulas.expression import FiscalPeriod
from chains.formulas.trees import at, timed
from chains.measures.measure import MeasureReader
from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, tables
from chains.planning.plan import Context, Kind, Largest, Origin

_QUARTER = re.compile(r"\bquarter(?:s|ly)?\b", re.I)
_ASKS = re.compile(
    r"^(?:in\s+)?(?:which|what|during\s+which)\s+(?:of\s+the\s+)?(?:(?:four|fiscal|single|individual)\s+)*quarters?\b"
    r"(?:\s+of(?:\s+the)?(?:\s+year)?(?!\w))?"
    r"|\b(?:for|in|of|over|during|across|by)\s+(?:a|any|one|the|a single|any single)(?:\s+(?:four|fiscal|single))*"
    r"\s+quarters?\b|\b(?:single\s+)?quarterly\b|\bquarters?['’]?s?\b",
    re.I,
)
_SURELY = 0.85


def best_quarter(core: str, context: Context, reader: MeasureReader) -> Largest | None:
    """The four quarters of the one year that is named, ranked by a known line item; None where it is not asked so."""
    text = flatten(context.text).lower()
    years = {r.period for r in context.periods}
    if len(years) != 1 or len(context.companies) > 1 or not _QUARTER.search(core):
        return None
    (year,) = years
    table = tables()["superlatives"]
    more, less = (holds(text, table[name], hyphens=True) for name in ("largest", "smallest"))
    if year.quarter is not None or bool(more) == bool(less):
        return None
    rest = _ASKS.sub(" ", text)
    for word in sorted((*table["largest"], *table["smallest"]), key=len, reverse=True):
        rest = re.sub(rf"(?<![\w-])(?:the\s+)?{re.escape(word)}(?![\w-])", " ", rest)
    asking = reader.read(" ".join(rest.split()))
    if asking is None or asking.operations or asking.certainty < _SURELY or asking.measure.origin is Origin.LABEL:
        return None
    measure = asking.measure
    if timed(measure.expression) or measure.kind is Kind.DAYS:
        return None
    quarters = (FiscalPeriod(year.year, quarter) for quarter in (1, 2, 3, 4))
    choices = tuple(
        replace(measure, name=f"{measure.name} in {q}", expression=at(measure.expression, q)) for q in quarters
    )
    return Largest(choices, None, bool(less))
