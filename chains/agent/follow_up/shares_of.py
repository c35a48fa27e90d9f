"""Whether one amount is told as a share of another: a part of it, or what it is usually set against.

R&D is a share of revenue, current debt one of total debt, dividends one of net income; inventories are none of sales.
What is told of what is the table [[shares_of]] of follow_up.toml.
"""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up.combining import combined, refused
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.part_names import known_as, part_name, part_of_name, part_with_kind
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words
from chains.measures.vocabulary import default_names

OF_WHAT = "of what '{x}' is to be a share is not said, as '{y}' is no whole of it; name it, such as the revenue"
WHICH_WAY = "whether '{x}' over '{y}' or '{y}' over '{x}' is meant is not said; name the two in order"
OTHER_TIMES = "'{x}' and '{y}' are of different times; name the two that are to be divided, or their time"
_SUM = frozenset(("total", "consolidated", "overall", "whole", "net", "gross"))


def share_of_two(last: Term, before: Term, text: str, unit: str) -> Turn | None:
    """The share of one of two answers in the other, whichever is the whole; the refusal where neither is one."""
    for part, whole in ((last, before), (before, last)):
        if is_share(part, whole):
            return combined("percent_of", [part, whole], unit=unit)
    return refused(last, text, OF_WHAT.format(x=last.name, y=before.name))


def ratio_of_two(first: Term, second: Term, text: str, unit: str) -> Turn | None:
    """The first of two answers over the second; the refusal where they may as well be meant the other way round."""
    if first.company == second.company and first.periods[-1:] != second.periods[-1:]:
        return refused(second, text, OTHER_TIMES.format(x=first.spoken, y=second.spoken))
    if first.company == second.company and is_share(second, first):
        return refused(second, text, WHICH_WAY.format(x=first.name, y=second.name))
    return combined("ratio", [first, second], unit=unit)


def is_share(part: Term, whole: Term) -> bool:
    """Whether an amount is told as a share of another one, by their names."""
    own, of = set(content_words(part.base_name)), set(content_words(whole.base_name)) - _SUM
    if own > of and of and own - of - _SUM:
        return True  # "current debt" of "total debt", "EMEA revenue" of "revenue"
    if part.told and whole.told and own & of:
        return True  # "how many of those are abroad": people of people
    if part.of_part and not part_with_kind(part) and not own & set(tables()["line_nouns"]["words"].split()):
        # "China" after a region's sales, of which it was asked how much it is.
        return bool(part_of_name(whole.base_name)[1]) and not part_of_name(part.base_name)[1]
    part_of = set(content_words(part_name(whole)))
    if part_of and not part_of <= own:
        return False  # "AWS operating income" of "North America net sales"
    name = re.sub(r"^total\s+", "", whole.base_name.lower())
    if known_as(name, "revenue"):
        name = "revenue"
    names = default_names()
    known = names.concept(name, ())
    for wholes, parts in _table():
        alike = name in wholes or (
            known is not None and known[0] in {c[0] for w in wholes if (c := names.concept(w, ()))}
        )
        if alike and parts.search(part.base_name) is not None:
            return True
    return False


@cache
def _table() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    rows = tables()["shares_of"]
    return tuple((tuple(r["whole"]), re.compile(rf"(?<![\w-])(?:{any_of(r['parts'])})(?![\w-])", re.I)) for r in rows)
