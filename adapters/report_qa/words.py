"""Words as they are compared: lower case, singular, without the small ones; and the years that a text names."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z]+(?:[&/'-][a-z]+)*|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?<![\d,.$])(?:FY\s?'?|fiscal\s+)?((?:19[5-9]|20\d)\d)(?!\d|%|[.,]\d)", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\bFY\s?'?(\d{2})\b", re.IGNORECASE)
_SMALL = frozenset(
    (
        "a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "as", "is",
        "are", "was", "were", "be", "been", "do", "does", "did", "what", "which", "how", "much", "many", "it",
        "its", "this", "that", "these", "those", "than", "then", "there", "their", "company", "year", "years",
        "ended", "ending", "december", "fiscal", "during", "between", "s", "per", "into", "over", "under", "if",
        "would", "have", "has", "had", "value", "amount", "total",
    )
)  # fmt: skip


@lru_cache(maxsize=65536)
def stems(text: str) -> tuple[str, ...]:
    """The words of `text` that mean something, each once, in order."""
    found = (_stem(word) for word in _WORD.findall(text.lower()))
    return tuple(dict.fromkeys(word for word in found if word not in _SMALL and not _is_year(word)))


@lru_cache(maxsize=65536)
def years(text: str) -> tuple[int, ...]:
    """The years that `text` names, each once, in order; "FY18" is 2018."""
    found = [int(match[1]) for match in _YEAR.finditer(text)]
    found += [2000 + int(match[1]) for match in _SHORT_YEAR.finditer(text)]
    return tuple(dict.fromkeys(found))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and 1950 <= int(word) < 2100
