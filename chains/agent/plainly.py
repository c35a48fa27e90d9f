"""A request in plain words before it is read: shorthand of the chat, asides, years of two digits."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from chains.agent.wording import either, tables, words
from chains.questions.periods import find_periods

_TWO_DIGITS = re.compile(
    r"(?<![\w.,$€£%/-])(?:(?:in|for|fy|years?)\s+)?(?P<all>['’]?\d\d(?:\s*(?:,|and|&|/)\s*"
    r"(?:and\s+)?['’]?\d\d)+)(?![\w%]|[.,]\d"
    r"|\s*(?:%|per|million|billion|thousand|days?|months?|weeks?|years?|reports?|of|to|oct|nov|dec|jan|feb|mar"
    r"|apr|may|jun|jul"
    r"|aug|sep)(?![a-z]*\s*\Z))",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\s*\b(?:in|for|of|during)\s+(?:its|their|the|each(?:\s+one)?['’]?s?|his)\s+(?:own\s+)?(?:latest|last"
    r"|newest|most recent)\s+"
    r"(?:full\s+|complete(?:d)?\s+|reported\s+)?(?:fiscal|financial|business|reported)?\s*year\b",
    re.IGNORECASE,
)


@cache
def _shorthand() -> list[tuple[re.Pattern[str], str]]:
    made = tables()["shorthand"].items()
    return [(re.compile(rf"(?<![\w'’&-])(?:{either(said)})(?![\w'’&-])", re.IGNORECASE), plain) for plain, said in made]


@cache
def _aim() -> re.Pattern[str]:
    """ "For our analytical review, ...": what the request is made for."""
    opens, before, aims = (either(words("split", name)) for name in ("aim_opens", "aim_words", "aims"))
    return re.compile(
        rf"\A\s*(?:{opens})\s+(?:our|my|the|this|that|an?|tomorrow['’]s|today['’]s)\s+(?:(?:{before})\s+)*(?:{aims})"
        r"\s*,\s*(?=\S)",
        re.IGNORECASE,
    )


@cache
def _same_quarter() -> re.Pattern[str]:
    same, before = either(words("quarters", "same")), either(words("quarters", "before"))
    return re.compile(
        rf"\b(?:the |its |their )?(?:{same})\s+(?:fiscal\s+)?quarter\s+(?:(?P<before>{before})|(?:of|in|for)\s+"
        r"(?P<year>(?:the\s+)?(?:(?:fiscal|financial)(?:\s+year)?\s+|FY\s?)?(?:19|20)\d\d))(?![\w-])",
        re.IGNORECASE,
    )


def _quarters(text: str) -> str:
    """The text with "the same quarter of fiscal 2024" as the quarter that it means: that named before it."""
    match = _same_quarter().search(text)
    if match is None:
        return text
    named = [m for m in find_periods(text[: match.start()]).mentions if m.quarter]
    if not named:
        return text
    last = named[-1]
    if match["before"] and not last.year:
        return text
    fiscal = "fiscal " if re.search(r"fiscal|FY", text[last.start : last.end], re.IGNORECASE) else ""
    year = re.sub(r"^the\s+", "", match["year"]) if match["year"] else f"{fiscal}{(last.year or 0) - 1}"
    return f"{text[: match.start()]}Q{last.quarter} of {year}{text[match.end() :]}"


@cache
def _asides() -> re.Pattern[str]:
    return re.compile(
        rf"\s*[,;(–—-]*\s*(?<![\w-])(?:{either(words('split', 'asides'))})(?![\w-])\)?(?=\s*(?:[,;:.!?)–—-]|$))",
        re.IGNORECASE,
    )


def plain(text: str) -> str:
    """The text (its quotations taken out) in plain words; itself where nothing in it is short or beside the point."""
    for pattern, said in _shorthand():
        text = pattern.sub(said, text)
    text = _quarters(_aim().sub("", _asides().sub("", text), count=1))
    text = re.sub(r"\s+[-–—]\s+(?=(?:and|then|or)\b)", " ", text)
    return _TWO_DIGITS.sub(_years, text).strip().lstrip("-–—,;. ")


def _years(match: re.Match[str]) -> str:
    """ "15, 16, 17" as years, where they follow each other."""
    said = [int(d) for d in re.findall(r"\d\d", match["all"])]
    steps = {b - a for a, b in pairwise(said)}
    if steps not in ({1}, {-1}) or max(said) > 39:
        return match[0]
    return match[0].replace(match["all"], re.sub(r"['’]?(\d\d)", r"20\1", match["all"]))


def without_latest(text: str) -> str:
    """The text without "in its latest fiscal year": no period means the newest."""
    return _LATEST.sub("", text)
