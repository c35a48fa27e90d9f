"""Lists of phrases, as the tables hold them, as patterns.

The tables hold more phrases than `re` keeps compiled, so the phrases of a list are one pattern, compiled once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def any_of(phrases: Iterable[str], *, space: str = r"\s+") -> str:
    """The source of a pattern for one of some phrases, the longest first; `space` is what stands between two words."""
    return "|".join(re.escape(p).replace(r"\ ", space) for p in sorted(phrases, key=len, reverse=True))


def whole_words(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of the phrases, as whole words; "*" at an end stands for any beginning or ending."""
    parts = [
        (r"[\w-]*" if p.startswith("*") else "") + re.escape(p.strip("*")) + (r"[\w-]*" if p.endswith("*") else "")
        for p in phrases
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def holds(text: str, phrases: Iterable[str], *, ending: str = "", hyphens: bool = False) -> bool:
    """Whether one of `phrases` stands in `text`, not as a part of a longer word.

    `ending` is a pattern for what may follow a phrase, such as `s?`. With `hyphens` a word goes on over a hyphen:
    "term" is then not in "short-term".
    """
    return _pattern(tuple(phrases), ending, hyphens).search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(phrases: tuple[str, ...], ending: str, hyphens: bool) -> re.Pattern[str]:
    within = r"[\w-]" if hyphens else r"\w"
    body = "|".join(map(re.escape, phrases))
    # No phrase at all is in no text: an empty alternation would be in every one.
    return re.compile(rf"(?<!{within})(?:{body}){ending}(?!{within})" if phrases else r"(?!)")
