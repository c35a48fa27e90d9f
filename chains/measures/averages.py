"""The words that ask for a mean over several years, wherever they stand: "... - what's the mean of 2013 and 2014?".

A mean is asked for by a word for it with small words around it ("and give me the simple average of the three", "mean
of the yearly ratios"). The run of these words is taken out at an edge of what is asked or in brackets; what is left is
the measure that the mean is taken of. The words are the table [averages] of planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from chains.formulas.expression import FiscalPeriod
from chains.measures.asking import Asking
from chains.measures.measure import MeasureReader
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tables


def asked_mean(text: str, periods: Sequence[FiscalPeriod], reader: MeasureReader) -> Asking | None:
    """ "... - what's the mean of 2013, 2014 and 2015?": the mean of a known measure over the periods."""
    plain = without_mean(text) if len(periods) > 1 else None
    asking = reader.read(plain) if plain else None
    if asking is None or asking.certainty < 0.75 or asking.operations not in ((), ("growth",)):
        return None
    return replace(asking, operations=("average", *asking.operations))


def without_mean(text: str) -> str | None:
    """What a mean over periods is asked of; None where a text asks for none, or where it is part of a name."""
    flat = flatten(text)
    found = [m for m in _run().finditer(flat) if _cut(flat, m)]
    if not found:
        return None
    for match in reversed(found):
        flat = f"{flat[: match.start()]} {flat[match.end() :]}"
    flat = re.sub(r"\(\s*[,%\s]*(?:in )?%?\s*\)", " ", flat)
    for plural, single in tables()["averages"]["single"].items():
        flat = re.sub(rf"\b{plural}\b", single, flat)
    flat = " ".join(flat.split()).strip(" ,:;-.")
    flat = re.sub(rf"(?:[\s,;:-]+(?:{_words('around')}))+$", "", f" {flat}").strip(" ,:;-")
    flat = re.sub(rf"^(?:(?:{_words('lead')})\s+)+", "", flat)
    # A second mean is one of the measure's own: "average revenue over average assets".
    return flat if content_words(flat) and not re.search(rf"\b(?:{_words('means')})\b", flat) else None


def _cut(flat: str, match: re.Match[str]) -> bool:
    """Whether a run of words stands where it can be taken out: at the end, the beginning, or alone in brackets."""
    before, after = flat[: match.start()].rstrip(" ,:;-"), flat[match.end() :].lstrip(" ,:;-")
    bracket = before.endswith("(") and after.startswith((")", "%"))
    return bracket or not after.strip(" .)%,") or not before


@cache
def _run() -> re.Pattern[str]:
    around, means = _words("around"), _words("means")
    small = rf"(?:(?:{around})(?![\w-])[\s,:-]*)*"
    return re.compile(
        rf"(?<![\w-]){small}(?<![\w-])(?<!weighted )(?:{means})(?![\w-])(?:[\s,:-]*(?:{around})(?![\w-]))*", re.I
    )


@cache
def _words(name: str) -> str:
    return any_of(tables()["averages"][name], space=" ")
