"""What the name of a value tells: of which part of the company it is, and which line item of that part."""

from __future__ import annotations

import re

from chains.agent.follow_up.term import Term
from chains.measures.vocabulary import default_names

_OF_NO_PART = frozenset(("cost", "costs", "expense", "expenses", "of", "profit", "profits", "income", "charges"))
_OF_TWO = re.compile(r"\bas\s+an?\s+(?:percentage|percent|%|share|proportion|fraction)\s+of\b", re.I)
"""A share tells of two line items, and not of one of a part: "advertising as a percentage of revenue"."""
_MOVED = re.compile(r"(?:\s+[-,:]+)?\s+(?:change|growth|increase|decrease|decline)(?:\s+(?:in|of|on|vs))?$", re.I)
"""What was asked of a line item, behind it: "greater china sales - change"."""
_BEFORE = re.compile(r"\w\s+(?:for|of|on|from|to|by|with)\s+(?:the\s+)?$", re.I)
_REVENUE = re.compile(r"(?P<own>[\w&/ -]+?)\s+(?P<kind>(?:net\s+)?(?:revenues?|sales))", re.I)
_NO_PART = frozenset(
    ("cost", "costs", "deferred", "unearned", "total", "net", "gross", "other", "expense", "before", "after")
)


def part_of_name(name: str) -> tuple[str, str]:
    """The part and the line item that a name tells of: ("retail", "net sales") of "retail net sales".

    The line item is "" where none is named, the part where there is none beside it. "Digital services sales" are the
    sales of "digital services", though "services sales" are a line item too.
    """
    names = default_names()
    name = _MOVED.sub("", name)
    hit = names.within(name)
    if hit is None or _OF_TWO.search(name) is not None:
        return name, ""
    start, end = hit[1]
    if _BEFORE.search(name[:start]) is not None:
        return name, ""  # "rent expense for operating leases"
    kind = name[start:end]
    last = kind.rpartition(" ")[2]
    if name[:start].strip() and kind != last and (known := names.concept(last)) is not None and known[1] >= 1.0:
        revenue = known[0] == names.concept("revenue", ())[0] != names.concept(kind, ())[0]  # type: ignore[index]
        start, kind = (end - len(last), last) if revenue else (start, kind)
    own = " ".join(f"{name[:start]} {name[end:]}".split()).strip(" -,:")
    # "Subscription and services costs" are costs of subscription and services, and nothing of a part "costs".
    return (name, "") if own and set(own.lower().split()) <= _OF_NO_PART else (own, kind)


def part_name(term: Term) -> str:
    """The part of the company that a value is of, by its name; "" for the whole."""
    if term.of_part:
        return part_of_name(term.base_name)[0]
    kind = revenue_of_part(term.name)
    return term.name[: -len(kind)].strip() if kind else ""


def part_with_kind(term: Term) -> str:
    """The part that the name of a value tells beside a line item: "services" of "services revenue"; else ""."""
    part, kind = part_of_name(term.base_name)
    return part if kind and not set(part.lower().split()) & _NO_PART else ""


def revenue_of_part(name: str) -> str:
    """The revenue that a name of a revenue of its own is a part of: "revenue" of "subscription revenue"; else ""."""
    match = _REVENUE.fullmatch(name)
    if match is None or set(match["own"].lower().split()) & _NO_PART:
        return ""
    names = default_names()
    whole, own = names.concept("revenue", ()), names.concept(name, ())
    return match["kind"] if own is None or whole is None or own[0] != whole[0] else ""


def known_as(name: str, measure: str) -> bool:
    """Whether a name holds the name of the line item that `measure` is a name of: "AWS net sales", "revenue"."""
    names = default_names()
    wanted, hit = names.concept(measure), names.within(name)
    return wanted is not None and hit is not None and names.concept(name[slice(*hit[1])], ()) == wanted
