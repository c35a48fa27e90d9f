"""A share of a whole, however it is asked for: "how big a slice of net sales came from services", "X out of Y".

The words are shares.toml. A text that asks for a share names its whole and its part; what these measure is for the
reader of measures to say. An amount is never the answer to such a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tidy
from chains.tables import read_table

_MOST = 300  # characters
_ASKED = re.compile(r"\b(?:what|which|how|who|where|when|why)\b|[;?]", re.I)
_REMARK = (
    r"(?:(?:in|as\s+an?|as|by)\s+)?"
    r"\(?\s*(?:%|percent|pct|per\s+cent|percentage(?:[- ]wise|\s+terms)?|relative\s+terms)\s*\)?"
)
_TAIL = re.compile(rf"[\s,]*(?<![\w-]){_REMARK}$", re.I)
_WITHIN = re.compile(
    rf"(?:^|,\s*|\s)(?:in|as)\s+(?:%|percent|pct|percentage\s+terms),?(?=\s)(?!\s+of\b)|,\s*{_REMARK}\s*,|,\s*(?=,)",
    re.I,
)
_DANGLING = re.compile(
    r"(?:\s+(?:at|of|for|in|by|during|at\s+the\s+end(?:\s+of)?))+"
    r"(?=\s*[,:]|\s*$|\s+(?:was|were|is|are|came|comes|did|does|went|has)\b)",
    re.I,
)
"""Small words that a time or the company's name left behind when it was taken out."""
_SMALL = r"(?:(?:the|its|their|his|all|all of|of|a|an|total of)\s+)*"


@dataclass(frozen=True, slots=True)
class Share:
    """What is asked for a share: the `part` and the `whole` in the question's words.

    `outside` says that the part is what the whole holds beyond the named one ("outside the US").
    """

    part: str
    whole: str
    outside: bool = False


def _table() -> dict[str, Any]:
    return read_table("shares.toml")


@cache
def _words(name: str) -> str:
    return any_of(_table()[name])


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """(pattern, whether it only asks for a share where the answer is wanted in percent), the surest first."""
    nouns = rf"(?:(?:{_words('adjectives')})\s+)*(?:{_words('nouns')})(?!\w)"
    sized = rf"how\s+(?:{_words('sizes')})(?:\s+(?:was|is|were))?(?:\s+of)?(?:\s+an?|\s+the)?\s+{nouns}"
    which = r"(?:what|which|how\s+many)(?:\s+(?:is|was|were|are))?(?:\s+the|\s+an?)?"
    asks = rf"(?:by\s+|in\s+|at\s+)?(?:{which}\s+{nouns}|{sized}|what\s*{nouns})"
    much = rf"(?:{asks}|how\s+much)"
    between = rf"(?:{_words('between')})(?!\w)"
    aux, does = rf"\b(?:{_words('auxiliaries')})\b", rf"\b(?:{_words('does')})"
    of = rf"(?:of|in)\s+{_SMALL}"
    x, y = r"(?P<x>.+?)", r"(?P<y>.+?)"
    sure = (
        rf"{asks}\s+{of}{y}\s+{aux}\s+{x}\s+{does}(?:\s+(?:for|of|to|up))?",
        rf"{asks}\s+{of}{y}\s+{between}\s+{x}",
        rf"(?:out\s+)?of\s+{_SMALL}{y}\s*,?\s+{asks}\s+{aux}\s+{x}\s+{does}(?:\s+(?:for|of|to|up))?",
        rf"(?:out\s+)?of\s+{_SMALL}{y}\s*,?\s+{asks}\s+{between}\s+{x}",
        rf"(?:the\s+)?{y}\s*[:;–]\s*{asks}(?:\s+of\s+(?:it|this|that|them|these|those|which))?\s+{between}\s+{x}",
        rf"{asks}\s+{aux}\s+{x}\s+{does}\s+(?:(?:of|to|in|for|towards)\s+)?{_SMALL}{y}",
        rf"{asks}\s+{of}{y}\s+{aux}\s+(?:(?:it|they|we|the\s+company)\s+)?(?:{_words('puts')})\s+(?:{_words('puts_as')})\s+{_SMALL}{x}",
        rf"{asks}\s+{x}\s+of\s+{_SMALL}{y}",
        rf"{asks}\s+{of}{y}\s+{x}\s+(?:made\s+up|accounted\s+for|represented|contributed|brought\s+in|comprised|was|were)",
        rf"{x},?\s+(?:expressed\s+)?(?:as|in)\s+(?:an?\s+|the\s+)?{nouns}\s+of\s+{_SMALL}{y}",
        rf"(?:the\s+)?{nouns}\s+of\s+{_SMALL}{y}\s+(?:that|which|who)\s+{between}\s+{x}",
        rf"(?:the\s+)?{nouns}\s+of\s+{_SMALL}{y}\s+(?:{_words('participles')})\s+(?:from|by|in|on|at|as|of|to)\s+{x}",
        rf"(?:what\s+(?:is|was)\s+)?(?:the\s+)?{nouns}\s+of\s+{x}\s+(?:in|within)\s+{_SMALL}{y}",
        rf"(?:what\s+(?:is|was)\s+)?(?:the\s+)?{nouns}\s+of\s+{_SMALL}{y}\s+(?:in|from|by|at)\s+{x}",
        rf"(?:what\s+(?:is|was|were|are)\s+)?(?:the\s+)?{x}(?:'s|s'|')?(?<!\bper)(?<!est)(?<!\bmarket)\s+(?:share|weight|weighting)\s+(?:of|in|within)\s+{_SMALL}{y}",
    )
    wanted = (
        rf"(?:out\s+)?of\s+{_SMALL}{y}\s*,?\s+how\s+much\s+{between}\s+{x}",
        rf"how\s+much\s+{of}{y}\s+{between}\s+{x}",
        rf"how\s+much\s+{of}{y}\s+{aux}\s+{x}\s+{does}(?:\s+(?:for|of|to|up))?",
        rf"{much}\s+{aux}\s+{x}\s+contribute\s+(?:to|towards)\s+{_SMALL}{y}",
        rf"(?:what\s+(?:is|was|were|are)\s+)?(?:the\s+)?{x}(?:'s|s'|')?\s+(?:{_words('contributions')})\s+{_SMALL}{y}",
        rf"(?:what\s+(?:is|was)\s+)?(?:the\s+)?contributions?\s+(?:of|from|by)\s+{x}\s+(?:to|towards|in)\s+{_SMALL}{y}",
        rf"{x}\s+out\s+of\s+{_SMALL}{y}",
    )
    return (
        *((re.compile(p, re.I), False) for p in sure),
        *((re.compile(p, re.I), True) for p in wanted),
    )


def asks_share(text: str) -> bool:
    """Whether a text asks for a share by its first words, whatever it may be of: "what proportion of ..."."""
    return bool(_asking().match(flatten(text)[:_MOST]))


@cache
def _asking() -> re.Pattern[str]:
    nouns = rf"(?:(?:{_words('adjectives')})\s+)*(?:{_words('nouns')})(?!\w)"
    sized = rf"how\s+(?:{_words('sizes')})(?:\s+of)?(?:\s+an?)?\s+{nouns}"
    return re.compile(rf"(?:(?:what|which)(?:\s+(?:is|was))?(?:\s+the)?\s+{nouns}|{sized})\s+of\b", re.I)


def share_of(text: str, *, percent: bool = False) -> Share | None:
    """The share that a text asks for; None where it asks for none. `percent`: the answer is wanted in percent.

    "How much of the cash is held abroad" asks for an amount, and for a share where it says "in percent".
    """
    return next(shares_of(text, percent=percent), None)


def shares_of(text: str, *, percent: bool = False) -> Iterator[Share]:
    """Every way to read a text as asking for a share, the surest first: names may hold the words between."""
    flat = " ".join(re.sub(r"\(\s*\)", " ", flatten(text)[:_MOST]).split())
    shorter = " ".join(_WITHIN.sub(" ", _TAIL.sub("", flat)).split()).strip(" ,:;-")
    percent = percent or shorter != flat.strip(" ,:;-")
    shorter = re.sub(r"^(?:and|so|then|roughly|about|approximately|also)\s+", "", shorter)
    options = dict.fromkeys((_DANGLING.sub(_kept, shorter), _DANGLING.sub("", shorter)))
    for pattern, wanted in _patterns():
        if wanted and not percent:
            continue
        for option in options:
            match = pattern.fullmatch(option)
            if match is not None and (found := _placed(match["x"], match["y"])) is not None:
                yield found


def _kept(match: re.Match[str]) -> str:
    """A small word at the very end may belong to the verb before it: "did services bring in"."""
    return match[0] if match.end() == len(match.string) else ""


def _placed(part: str, whole: str) -> Share | None:
    if _ASKED.search(part) or _ASKED.search(whole):
        return None
    part, whole = tidy(part.strip(" ,:;'-")), tidy(whole.strip(" ,:;'-"))
    beyond = re.match(rf"(?:{_words('outside')})(?:\s+of)?(?:\s+the)?(?:\s+|-)(?=\w)", part, re.I)
    if beyond is not None:
        part = part[beyond.end() :]
    if not content_words(part):
        return None
    if not content_words(whole) and whole.lower() not in words_of_the_whole():
        return None
    return Share(part, whole, beyond is not None)


def says_what(part: str) -> bool:
    """Whether a part's name says what it is an amount of ("lease liabilities"); that of a segment or place does not."""
    return bool(set(re.findall(r"[a-z]+", part.lower())) & set(_table()["measured"]))


def words_of_the_whole() -> frozenset[str]:
    """What a whole is called that is not named: "the total", "the company"."""
    return frozenset((*_table()["whole"], "total", "company total", "group total", "it all", "business", "lot", "sum"))


def wholes(said: str) -> tuple[str, ...]:
    """A whole without the words that say it is the whole ("group sales"), and as it is said."""
    words = said.split()
    while len(words) > 1 and words[0].lower() in _table()["whole"]:
        words = words[1:]
    return tuple(dict.fromkeys((" ".join(words), said)))
