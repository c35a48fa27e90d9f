"""Judgements by rules of thumb ("is it capital intensive", "is it profitable"), of a company or of one part of it.

The rules are the tables [[judgement]] of planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from chains.formulas.expression import Expression, FiscalPeriod
from chains.measures.measure import MeasureReader
from chains.measures.part_measure import of_part
from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, tables
from chains.planning.plan import Context, Criterion, Judge, Kind, Measure, Origin
from chains.planning.ranking import KIND, PRINTED
from chains.resolve.members import part_name

Formula = Callable[[str], Expression]

_ASKS = re.compile(r"(?:is|are|was|were|does|do|did|has|have|had|can|could|would|how|what is|what are)\b")
_AMOUNT = re.compile(r"(?:what|how much|how many)\b")
"""Words that ask for a number: only a judgement that is `open` answers them."""


def judgement(core: str, context: Context, reader: MeasureReader, formula: Formula) -> Judge | None:
    """The judgement that a question in lower case asks for; None where it asks for none, or sentences are to tell it.

    `formula` parses the formulas of the table.
    """
    for rule in tables()["judgement"]:
        if not holds(core, rule["cues"], hyphens=True):
            continue
        if rule.get("needs") and not holds(core, rule["needs"], hyphens=True):
            continue
        if rule.get("words") or not _ASKS.match(core) or (_AMOUNT.match(core) and not rule.get("open")):
            return None
        part = _judged_part(context)
        if part:
            # What is true of the company says nothing of one of its segments.
            return _judged_of_part(part, rule, context.last, reader)
        criteria = tuple(c for entry in rule["criteria"] if (c := _criterion(entry, reader, formula)) is not None)
        if criteria:
            return Judge(rule["name"], criteria, context.last, rule["yes"], rule["no"])
    return None


def _criterion(entry: Mapping[str, str | int], reader: MeasureReader, formula: Formula) -> Criterion | None:
    """A row of `criteria`; without a level it is only shown. None where its metric is not known."""
    if "metric" in entry:
        asking = reader.read(str(entry["metric"]))
        measure = asking.measure if asking is not None else None
    else:
        name = str(entry["name"])
        measure = Measure(name, formula(str(entry["formula"])), Kind(str(entry.get("kind", ""))), Origin.METRIC, name)
    level = entry.get("above", entry.get("below"))
    decides = Decimal(str(level)) if level is not None else Decimal("NaN")
    return Criterion(measure, decides, "below" not in entry) if measure is not None else None


def _judged_part(context: Context) -> str:
    """The part of the company that a yes/no question is about: "the Pet segment"; "" where it names none."""
    match = re.search(rf"(?P<part>[\w&,/'’ -]+?){KIND}(?!\w)", flatten(context.text))
    words = match["part"].split() if match is not None else []
    names = [name for k in range(len(words)) if (name := part_name(" ".join(words[k:]).strip(" ,")))]
    printed = next((name for name in names if context.labels(name) >= PRINTED), "")
    return printed or (names[-1] if names and re.search(r"\b(?:segment|division)\b", context.text, re.I) else "")


def _judged_of_part(part: str, rule: Mapping[str, str], period: FiscalPeriod, reader: MeasureReader) -> Judge | None:
    """A judgement on a part, which has no statements of its own: its profit is the operating one; else None."""
    asking = reader.read("operating income") if rule["name"] == "profitable" else None
    parted = of_part(asking, part, f"{part} operating income") if asking is not None else None
    if parted is None:
        return None
    return Judge(rule["name"], (Criterion(parted.measure, Decimal(0)),), period, rule["yes"], rule["no"])
