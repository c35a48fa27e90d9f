"""A balance as a whole where reports print it in a current and a long-term line: "total debt, short and long term".

The words are whole_balance.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tidy
from chains.tables import read_table

_LISTED = re.compile(r"(?P<lead>[^()]*)\((?P<list>[^()]*)\)(?P<rest>[^()]*)")
_AFTER_COLON = re.compile(
    r"(?P<lead>[^:=]*?)\s*(?::|=|\bi\.?e\.?,?|\bmeaning\b|\bbeing\b)\s*(?P<list>[^:=]*)(?P<rest>)"
)
_PIECES = re.compile(r"\s*(?:,\s*(?:and|plus|&)\b|,|\band\b|\bplus\b|&|\+)\s*")
_OWN_TERM = re.compile(r"\b(?:current|non-?current|short|long)\b")
_LONGEST = 4
"""Words of a balance that no table knows."""

Within = Callable[[str], tuple[int, int] | None]
"""The place of the longest known line item of a text."""


def as_whole(text: str, within: Within) -> str | None:
    """A text in which a balance that is wanted whole is called by what gives all its lines; None where none is."""
    flat = flatten(text)
    if (listed := _lines_of_debt(flat)) is not None:
        return listed
    if _is_only(flat, "net_cash"):
        return str(debt_words()["net_cash"]["as"])
    rest, remarks = _without(flat)
    if _is_debt(rest, remarks):
        return None if flat == "total debt" else "total debt"
    if not remarks:
        return None
    if "both" in remarks and (debt := _debt_in(rest)) is not None:
        return f"{rest[: debt.start()]}total debt{rest[debt.end() :]}"
    place = within(rest)
    item = rest[place[0] : place[1]] if place is not None else tidy(rest)
    if set(content_words(tidy(rest))) - set(content_words(item)) or not 0 < len(content_words(item)) <= _LONGEST:
        return None
    if "counted" in remarks:
        return f"{item} plus current portion of {item}" if "long" in item else None
    short, long = _terms(flat)
    return None if _OWN_TERM.search(item) else f"{item}, {short} plus {item}, {long}"


def names_debt(text: str) -> bool:
    """Whether a text is the debt as a whole, or the sum of its lines."""
    flat = flatten(text)
    lines = set(debt_words()["debt"]["lines"].values())
    return _is_debt(flat, ()) or (" plus " in flat and set(flat.split(" plus ")) <= lines)


def leads(text: str) -> bool:
    """Whether the words for both lines stand before the balance, as a printed line of that name has them."""
    return _remarks()[-1][1].search(flatten(text)) is not None


def without_remarks(text: str) -> str:
    """A text without the words that want both lines of a balance."""
    return _without(flatten(text))[0]


def _lines_of_debt(flat: str) -> str | None:
    """The sum of the lines that a question lists behind the debt: "total debt (notes payable, long-term debt)"."""
    names: dict[str, str] = debt_words()["debt"]["lines"]
    for pattern in (_LISTED, _AFTER_COLON):
        match = pattern.fullmatch(flat)
        if match is None or not _is_debt(f"{match['lead']} {match['rest']}", ()):
            continue
        pieces = [re.sub(r"^(?:the|its|their|both)\s+", "", p) for p in _PIECES.split(match["list"].strip(" ,")) if p]
        if len(pieces) > 1 and all(p in names for p in pieces):
            return " plus ".join(names[p] for p in pieces)
    return None


def _is_debt(text: str, remarks: Sequence[str]) -> bool:
    """Whether a text asks for the debt and for nothing else."""
    table = debt_words()["debt"]
    names = [*table["names"], *(table["whole"] if "both" in remarks else ())]
    return _named_alone(text, names, table["idle"])


def _debt_in(text: str) -> re.Match[str] | None:
    """Where a text speaks of the debt, and not of the debt of one term."""
    found = re.search(
        rf"(?<![\w-])(?:{any_of(debt_words()['debt']['names'])})(?![\w-])(?! (?:securities|ratings?|to|issu))", text
    )
    return found if found is not None and not _OWN_TERM.search(text) and " net debt" not in f" {text}" else None


def _is_only(text: str, key: str) -> bool:
    table = debt_words()[key]
    return _named_alone(text, table["names"], table["idle"])


def _named_alone(text: str, names: Sequence[str], idle: str) -> bool:
    match = re.search(rf"(?<![\w-])(?:{any_of(names)})(?![\w-])", text)
    if match is None or re.search(r"[()/%+=]|\b(?:minus|less|plus|over|per|of\s+which|than|versus|vs)\b", text):
        return False
    around = f"{text[: match.start()]} {text[match.end() :]}"
    return not set(content_words(tidy(around))) - set(idle.split())


def _without(flat: str) -> tuple[str, tuple[str, ...]]:
    """A text without the remarks that want both lines, and which there were."""
    found = []
    for name, pattern in _remarks():
        shorter = pattern.sub(" ", flat)
        if shorter != flat:
            found.append(name)
            flat = " ".join(shorter.split()).strip(" ,")
    return flat, tuple(found)


@cache
def _remarks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    t = debt_words()["both"]
    short, long = any_of(t["short"], space=r"[\s-]"), any_of(t["long"], space=r"[\s-]")
    join = r"-?\s*(?:and|&|\+|plus|/|,\s*and)\s*(?:the\s+)?"
    pair = rf"(?:both\s+)?(?:the\s+)?(?:(?:{short}){join}(?:{long})|(?:{long}){join}(?:{short}))"
    noun, tail = any_of(t["noun"]), any_of(t["tail"])
    ended = rf"(?:\s+(?:{noun}))?(?:\s*,?\s*(?:{tail}))*"
    current = rf"(?:the\s+|its\s+)?(?:{any_of(t['current'])})"
    return (
        ("counted", re.compile(rf"[\s,]*\(?(?:\bwith\s+)?\b{current}\s+(?:{any_of(t['counted'])})(?![\w-])\s*\)?")),
        ("both", re.compile(rf"[\s,]*\(?(?<![\w-]){pair}{ended}\s*\)?(?=\s*(?:[,.?]|$))")),
        ("both", re.compile(rf"(?<![\w-]){pair}(?![\w-])\s+(?=[a-z])(?!{noun}\b)")),
    )


def _terms(flat: str) -> tuple[str, str]:
    """The two terms in the words of a text: "current" and "non-current"."""
    t = debt_words()["both"]
    patterns = (any_of(t[name], space="[ -]") for name in ("short", "long"))
    said = [re.search(rf"(?<![\w-])(?:{body})(?!\w)", flat) for body in patterns]
    short, long = (match[0].replace(" ", "-") if match else "" for match in said)
    return "short-term" if short.startswith("short") else "current", "long-term" if long.startswith("long") else long


def debt_words() -> dict[str, Any]:
    """The table whole_balance.toml."""
    return read_table("whole_balance.toml")
