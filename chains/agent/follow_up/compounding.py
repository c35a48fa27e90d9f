"""The growth a year over several years: between which of the earlier answers, and of what."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.cues import fillers, tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten
from chains.questions.fiscal_calendar import resolve_all

_SPAN = re.compile(
    r"\b(?:over|between|across|for|during|in)\s+(?:the|those|these|that|this|all)\s+(?:same\s+)?(?:\w+\s+)?"
    r"(?:span|years?|period|time|timeframe|stretch|interval)\b"
    r"|\b(?:over|between|across|for)\s+(?:them|the two|those|these|both)\b"
    r"|\b(?:of|for|in)\s+(?:that|this|it|these|those)\b",
    re.I,
)
_LENGTH = re.compile(r"\b(\d\d?|two|three|four|five|six|seven|eight|nine|ten)[\s-]+years?\b", re.I)
UNKNOWN_SPAN = "between which years the annual growth is meant was not understood; name the first and the last year"


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"\(?(?<![\w-])(?:{any_of(tables()['compound']['words'])})(?![\w-])\)?", re.I)


def compounded(said: Said, earlier: Earlier) -> Turn | None:
    """ "CAGR over those three years?", "the two-year CAGR of that": None where a turn asks for something else.

    Where it is not said between which years, and the earlier answers do not tell, the turn says so: the growth of one
    year is no compound one.
    """
    names = _names()
    if names.search(said.core) is None or said.named or said.unknown or said.ambiguous:
        return None
    left = _LENGTH.sub(" ", _SPAN.sub(" ", names.sub(" ", flatten(said.left))))
    left = re.sub(r"\bwhat(?:'s|s)\b", " ", left)
    # What is left names a measure of its own, or nothing.
    words = [w for w in content_words(left) if w not in fillers() and w not in ("cagr", "span", "annual", "rate")]
    base: Term | None = earlier.last
    if words:
        phrase = re.sub(r"^(?:(?:what|is|was|the|of|for|in|its|their)\s+)+", "", " ".join(left.split()).strip(" ,?"))
        found = earlier.one(phrase.strip()) if known_measure(phrase) or phrase else None
        base = found[0] if found is not None and isinstance(found[0], Term) else None
    if base is None or not base.periods:
        return None
    if not words and base.name.startswith("the "):
        turn = earlier.turn_of(base)
        same = turn is not None and turn.operation in ("growth", "change", "cagr", "difference")
        base = turn.operands[0] if same and turn is not None else base
    ends = _ends(said, earlier, base)
    text = f"What is the compound annual growth rate of {base.spoken}?"
    if ends is None:
        several = len({p.year for p in earlier.turn_periods()}) > 1
        return None if several else refused(base, text, UNKNOWN_SPAN)
    new, old = (earlier.value_at(base, end) for end in ends)
    made = combined("cagr", [new, old]) if new is not None and old is not None else None
    return made or refused(base, text, UNKNOWN_SPAN)


def _ends(said: Said, earlier: Earlier, base: Term) -> tuple[FiscalPeriod, FiscalPeriod] | None:
    """The newest and the oldest period."""
    context, last = base.planned.reading.context, base.periods[-1]
    mentioned = replace(said.asked, years=None)  # the length is read here
    asked = [r.period for r in resolve_all(mentioned, context.calendar)] if context is not None else []
    named = sorted({p.year for p in asked}) if said.asked.mentions else []
    length = _LENGTH.search(said.core)
    counts = tables()["counted"]["counts"]
    count = (counts.get(length[1].lower()) or int(length[1])) if length is not None else None
    alike = {t.periods[-1].year for t in earlier.terms if t.signature == base.signature and t.company == base.company}
    spoken = sorted(alike) if len(alike) > 1 else sorted(p.year for p in earlier.since_periods())
    if len(named) > 1:
        new, old = named[-1], named[0]
    elif (
        named and re.search(r"\b(?:to|until|till|ending|ended)\s+(?:fiscal\s+|FY\s*)?$", _before(said), re.I) and count
    ):
        new, old = named[0], named[0] - count
    elif named and re.search(r"\b(?:since|from)\s+(?:fiscal\s+|FY\s*)?$", _before(said), re.I):
        old = named[0]
        new = old + count if count else max([y for y in spoken if y > old], default=last.year)
    elif named:
        return None
    elif count and not (spoken and spoken[-1] - spoken[0] in (count, count - 1)):
        new, old = last.year, last.year - count
    elif len(set(spoken)) > 1:
        new, old = spoken[-1], spoken[0]
    else:
        return None
    if new <= old:
        return None
    return FiscalPeriod(new, last.quarter), FiscalPeriod(old, last.quarter)


def _before(said: Said) -> str:
    return said.core[: said.asked.mentions[0].start]
