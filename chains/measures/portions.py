"""A balance with or without its current portion, wherever a question says it: "(excl. the current portion)".

The words are the table [current_portion] of planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tables


def with_portion(text: str, within: Callable[[str], tuple[int, int] | None]) -> str | None:
    """A text in which the balance itself says that its current portion belongs to it or not; None where none is told.

    `within` gives the place of the longest known line item of a text.
    """
    flat = flatten(text)
    told = [m for m in _told().finditer(flat) if m["with"] or m["without"]]
    if len(told) != 1:
        return None
    match = told[0]
    rest = " ".join(f"{flat[: match.start()]} {flat[match.end() :]}".split())
    place = within(rest)
    if place is None or re.search(_portion(), rest) or _more_items(flat[match.end() :]):
        return None
    start, end = place
    item = rest[start:end]
    if "current" in item or not re.search(r"\b(?:debt|borrowings|notes|leases?|obligations?|liabilities)\b", item):
        return None
    said = f"{item} plus current portion of {item}" if match["with"] else f"{item}, less current portion"
    return f"{rest[:start]}{said}{rest[end:]}"


def _more_items(behind: str) -> bool:
    """Whether the sum goes on behind the current portion: then it is one of several items."""
    return bool(re.match(r"\s*(?:\)\s*)?(?:,|and\b|plus\b|minus\b|less\b|[-+/*])\s*\w", behind)) and bool(
        content_words(behind)
    )


@cache
def _portion() -> str:
    return rf"\b(?:{_words('words')})\b"


@cache
def _told() -> re.Pattern[str]:
    small = r"(?:the|its|their|any|that)\s+"
    return re.compile(
        rf"[\s,]*\(?\s*(?<![\w-])(?:(?P<with>{_words('with')})|(?P<without>{_words('without')}))\s+(?:{small})?(?:{_words('words')})"
        r"(?!\s+of\b)(?:\s+(?:of\s+it|thereof|too|as\s+well|included|added(?:\s+back)?))?\s*\)?",
        re.I,
    )


@cache
def _words(name: str) -> str:
    return any_of(tables()["current_portion"][name], space=" ")
