"""Whether a text holds one of many phrases of a table, as whole words.

The tables hold more phrases than `re` keeps compiled, so the phrases of a list are one pattern, compiled once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def holds(text: str, phrases: Iterable[str], *, ending: str = "", hyphens: bool = False) -> bool:
    """Whether one of `phrases` stands in `text`, not as a part of a longer word.

    `ending` is a pattern for what may follow a phrase, such as `s?`. With `hyphens` a word goes on over a hyphen:
    "term" is then not in "short-term".
    """
    return _pattern(tuple(phrases), ending, hyphens).search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(phrases: tuple[str, ...], ending: str, hyphens: bool) -> re.Pattern[str]:
    within = r"[\w-]" if hyphens else r"\w"
    any_of = "|".join(map(re.escape, phrases))
    # No phrase at all is in no text: an empty alternation would be in every one.
    return re.compile(rf"(?<!{within})(?:{any_of}){ending}(?!{within})" if phrases else r"(?!)")
