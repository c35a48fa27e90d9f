"""Words cut to what their forms share, by which questions and sentences are compared."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_ADVERB = re.compile(r"(?<=[a-z]{4})(?:ally|ly)$")
_ENDINGS = re.compile(
    r"(?:ations?|itions?|ments?|ings?|ical|ions?|ers?|ors?|ies|ied|ees?|ed|es|al|ity|(?<![us])s|(?<![aeou])y|e)$"
)


def stems(text: str) -> list[str]:
    """The words of a text, cut to what their forms share: "repurchased" and "repurchases" are "repurchas"."""
    return [stem(word) for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one word in lower case."""
    if len(word) <= 4:
        return word[:-1] if len(word) == 4 and word[-1] == "s" and word[-2] not in "su" else word
    cut = _ENDINGS.sub("", _ADVERB.sub("", word))
    return cut if len(cut) >= 3 else word
