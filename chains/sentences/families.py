"""Words that say the same thing ("rose", "increased", "grew"), by their stems. The table is `families.toml`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from chains.measures.phrases import whole_words
from chains.sentences.stems import stems
from chains.tables import read_table

_NONE: frozenset[str] = frozenset()
_FROM_TO = re.compile(
    r"\bfrom\b[^\d.;?]{0,25}?(\d[\d,]*(?:\.\d+)?)(?! ?[-–]? ?\d)\s*(?:%|percent|[mb]n?\b|million|billion)?"
    r"[^\d.;?]{0,12}?\bto\b[^\d.;?]{0,25}?(\d[\d,]*(?:\.\d+)?)"
    r"(?:(?<=\.\d)|(?<=\.\d\d)|\s*(?:%|percent|million|billion|[mb]n\b|points))",
    re.IGNORECASE,
)
_BY = (
    r"(?:(?:overall|year-over-year|net"
    r"|[$€£]?[\d.,]+(?:\s*%|(?:[\s-]+(?:percent|percentage|basis|points?|million|billion))*))\s+)?"
)


def tables() -> dict[str, Any]:
    """The tables of families.toml."""
    return read_table("families.toml")


@cache
def _by_stem() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for family in tables()["families"]:
        kin = frozenset(s for word in family["words"] for s in stems(word))
        found |= {s: found.get(s, _NONE) | kin for s in kin}
    return found


def kin_of(stem: str) -> frozenset[str]:
    """The stems of the words that say the same as one of this stem, itself among them; empty where it has no family."""
    return _by_stem().get(stem, _NONE)


@cache
def asking_stems() -> frozenset[str]:
    """The stems of words that say how a thing is asked for, or which way it went, and not what it is."""
    return frozenset(s for f in tables()["families"] if f.get("weak") for word in f["words"] for s in stems(word))


def direction_of(text: str) -> int:
    """1 where the words of a text tell of a rise, -1 of a fall, 0 where they tell of neither or of both.

    Where words do not tell it, "from under 3% to nearly 18%" does.
    """
    up, down = (bool(_moves(way).search(text)) for way in (1, -1))
    if not (up or down) and (went := _FROM_TO.search(text)) is not None:
        first, last = (float(went[n].replace(",", "")) for n in (1, 2))
        return (last > first) - (last < first)
    return up - down


@cache
def _moves(way: int) -> re.Pattern[str]:
    return whole_words(word for f in tables()["families"] if f.get("direction") == way for word in f["words"])


def moves(text: str, way: int) -> bool:
    """Whether a text holds a word of a rise (`way` 1) or of a fall (-1)."""
    return bool(_moves(way).search(text))


@cache
def cause_cues() -> re.Pattern[str]:
    """What stands between a change and its cause."""
    return whole_words(sorted(tables()["cause"]["cues"], key=len, reverse=True))


@cache
def cause_verbs() -> re.Pattern[str]:
    """The words by which a question asks for a cause."""
    return whole_words(word for f in tables()["families"] if f["name"] == "cause" for word in f["words"])


@cache
def taking_up() -> re.Pattern[str]:
    """How a sentence begins that takes up the change which the one before it names."""
    written = sorted(tables()["cause"]["takes_up"], key=len, reverse=True)
    # "The 15.0 percentage point increase" takes up as "the increase" does.
    body = "|".join(re.sub(r"^(\w+)\\ ", lambda m: f"{m[1]} {_BY}", re.escape(p)) for p in written)
    return re.compile(rf"\W*(?:{body})(?!\w)", re.IGNORECASE)


@cache
def whole_stems() -> frozenset[str]:
    """The stems of what may stand before a measure without narrowing it ("the Company's total net sales")."""
    return frozenset(s for word in tables()["cause"]["whole"] for s in stems(word))
