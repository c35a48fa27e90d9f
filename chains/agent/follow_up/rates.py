"""An earlier answer for each of something: a day or a month of it, a head, a share or a store that was counted."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten
from chains.planning.plan import Kind

_ASKS = (
    r"(?:(?:and|so|then)\s+)*(?:(?:how much|how many|what)(?:\s+\w+)?\s+(?:is|was|are|were|does|would)"
    r"(?:\s+(?:that|it|this|those|they|be|make|mean))*\s+)?(?:on average\s+)?"
)
_EACH = r"(?:per|a|an|each|every|by the)\s+"
_AFTER = r"(?:\s+(?:then|on average|roughly|in (?:that|the same) year|that year|for that year))*"
_SCALE = re.compile(r"[,\s]+(?:in\s+)?\$?\s?(?:m|mn|mln|bn|k|thousands?|millions?|billions?|dollars)$", re.I)
_PRICE = re.compile(
    r"(?:(?:and|so|at)\s+)*(?:what\s+(?:is|was)\s+)?(?:an?\s+|the\s+)?(?:average|avg|mean|implied)\s+"
    r"(?:purchase\s+)?(?:price|cost)(?:\s+paid)?(?:\s+(?:per|a|for each)\s+(?P<noun>\w+))?",
    re.I,
)
_DAYS = re.compile(
    r"(?:(?:and|so|then)\s+)*how many days"
    r"(?:'? (?:worth )?of (?P<y>.+?) (?:is|was|are|were|does|did) (?:that|it|this|those|they)(?: make| cover)?"
    r"|\s+(?:is|was|are|were|does|did) (?:that|it|this|those|they)(?: make| cover)? (?:on|of|in|against|at) (?P<z>.+))",
    re.I,
)
NOT_COUNTED = "how many of '{noun}' there were was not asked; ask for their number first"
NO_AMOUNT = "'{name}' is no amount that could be spread over time"
UNSURE = "a {unit} of what is no full fiscal year was not understood; say by what it is to be divided"
WHICH = "what is to be divided by '{noun}' is not said: {names}; name it"
OTHER_TIME = "'{name}' and '{count}' are of different times; name the two that are to be divided"


@cache
def _time() -> re.Pattern[str]:
    units = any_of(tables()["rates"]["time"])
    count = (
        r"(?:[\s,(]*(?:use|using|on|at|over|with|of|for|assuming|based on)?\s*(?:a\s+)?"
        r"(?P<n>\d{1,3})[\s-]*(?:days?|weeks?|months?)?\s*(?:year)?\)?)?"
    )
    return re.compile(rf"{_ASKS}{_EACH}(?:calendar\s+)?(?P<unit>{units}){_AFTER}{count}", re.I)


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(rf"(?P<x>.*?)\s*\b{_EACH}(?P<noun>[\w-]+(?:\s+(?:foot|feet|member))?){_AFTER}", re.I)


def for_each(said: Said, earlier: Earlier) -> Turn | None:
    """ "How much is that a day?", "revenue per head then", "so the average price?"; None where a turn asks else."""
    flat = _SCALE.sub("", flatten(said.core)).strip(" ,")
    if said.named or said.unknown:
        return None
    if (match := _time().fullmatch(flat)) is not None:
        typed = re.search(r"\b(?:use|using|assume|assuming)\s+(?:a\s+)?(\d{1,3})\b", said.question.text, re.I)
        return _of_time(match["unit"].lower(), match["n"] or (typed[1] if typed is not None else ""), said, earlier)
    if (match := _DAYS.fullmatch(flat)) is not None:
        return _of_days(match["y"] or match["z"], said, earlier)
    if (match := _PRICE.fullmatch(flat)) is not None:
        return _price(match["noun"] or "share", said, earlier)
    if (match := _counted().fullmatch(flat)) is not None:
        return _of_counted(match["x"], match["noun"], said, earlier)
    return None


def _of_time(unit: str, typed: str, said: Said, earlier: Earlier) -> Turn | None:
    base = earlier.level()
    turn = earlier.turn_of(base)
    if turn is not None and turn.operation == "ratio" and turn.constants:
        base = turn.operands[0]  # "per month" after "per day"
    if base.measure.kind in (Kind.PERCENT, Kind.POINTS, Kind.TIMES, Kind.DAYS):
        return refused(base, said.core, NO_AMOUNT.format(name=base.name))
    if not typed and (not base.periods or base.periods[-1].quarter is not None):
        return refused(base, said.core, UNSURE.format(unit=unit))
    return combined("ratio", [base, Decimal(typed or tables()["rates"]["time"][unit])], unit=said.unit)


def _of_days(phrase: str, said: Said, earlier: Earlier) -> Turn | None:
    """A balance in days of what is sold or spent: "how many days of cost of sales is that?"."""
    found = earlier.one(phrase, earlier.last)
    if found is None or not isinstance(found[0], Term) or found[0] == earlier.last:
        return None
    return combined("days", [earlier.last, found[0]], unit="" if "days" in said.unit else said.unit)


def _price(noun: str, said: Said, earlier: Earlier) -> Turn | None:
    """What was paid for what was counted: the newest amount of money over the newest number of that thing."""
    count = _count_of(noun, earlier)
    if count is None:
        return None
    paid = _beside(count, earlier)
    if isinstance(paid, str):
        return refused(count, said.core, paid)
    return combined("ratio", [paid, count], unit=said.unit) if paid is not None else None


def _of_counted(x: str, noun: str, said: Said, earlier: Earlier) -> Turn | None:
    count = _count_of(noun, earlier)
    if count is None:
        bare = not content_words(re.sub(rf"^(?:{_ASKS})", "", x)) or re.fullmatch(r"(?:and\s+)?how (?:much|many)", x)
        known = len(_kin(noun)) > 1 and "share" not in content_words(noun)
        return refused(earlier.last, said.core, NOT_COUNTED.format(noun=noun)) if bare and known else None
    x = re.sub(rf"^(?:{_ASKS})", "", x).strip(" ,")
    if not content_words(x) or x in tables()["references"]["last"]:
        beside = _beside(count, earlier)
        if isinstance(beside, str):
            return refused(count, said.core, beside)
        value = beside
    else:
        found = earlier.one(x, count)
        value = found[0] if found is not None and isinstance(found[0], Term) else None
    if value is None or value == count:
        return None
    return combined("ratio", [value, count], unit=said.unit)


def _beside(count: Term, earlier: Earlier) -> Term | str | None:
    """The amount that is to be divided by a number: the last answer, or the one beside the number where that is last.

    Why it is not known, where several amounts stand beside it, or the last answer is of another time or company.
    """
    amounts = [t for t in earlier.recent() if t != count and t.measure.kind in (Kind.NUMBER, Kind.CURRENCY)]
    if not amounts:
        return None
    newest = amounts[-1]
    if earlier.last == count:
        alike = {t.signature: t for t in amounts if (t.periods, t.company) == (count.periods, count.company)}
        if len(alike) > 1:
            return WHICH.format(noun=count.name, names=" or ".join(t.name for t in alike.values()))
        return next(iter(alike.values()), None)
    if newest != earlier.last or newest.company != count.company:
        return None
    if newest.periods != count.periods:
        return OTHER_TIME.format(name=newest.spoken, count=count.spoken)
    return newest


def _count_of(noun: str, earlier: Earlier) -> Term | None:
    """The newest earlier answer that is a number of such things."""
    kin = _kin(noun)
    for term in reversed(earlier.recent()):
        words = set(content_words(f"{term.name} {term.asked}"))
        if kin & words and (term.told or term.measure.kind is Kind.SHARES or "share" not in kin):
            return term
    return None


def _kin(noun: str) -> set[str]:
    """A noun and what is said for it: "head" and "employee"."""
    words = set(content_words(noun))
    return words.union(*(set(row) for row in tables()["rates"]["alike"] if words & set(row)))
