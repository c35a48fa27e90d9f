"""In which language a question is asked, by the small words of the table [languages] of quotes.toml."""

from __future__ import annotations

import re
from functools import cache

from chains.sentences.asked_words import tables

_LETTER = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str:
    """The language of a question by its function words ("en", "de", ...) or its script ("other"); "" if unsure."""
    letters = _LETTER.findall(text)
    if sum(letter > "\u024f" for letter in letters) * 2 > len(letters):
        return "other"
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(word in entries for word in words) for name, entries in _languages().items()}
    best = max(counts, key=lambda name: counts[name])
    # A few words of other languages are English ones too ("die", "on", "per"): one more of them proves nothing.
    surely = counts[best] >= 2 and (counts["en"] == 0 or counts[best] >= counts["en"] + 2)
    return best if surely else ("en" if counts["en"] else "")


@cache
def _languages() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in tables()["languages"].items()}
