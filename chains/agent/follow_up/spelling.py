"""What is typed in short, spelt out: "the yr before", "same qtr", "and in 24". The table is in follow_up.toml."""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up.cues import tables
from chains.measures.phrases import any_of

_CENTURY, _NEWEST = 100, 50
_BARE = re.compile(r"((?:(?:and|what about|how about|for|in|vs|versus|or|no|fy)\s+)*)['’]?(\d\d)(\s*[?.!]*)", re.I)
"""A turn of nothing but a year in two digits."""
_IN = re.compile(
    r"\b(in|for|since|fiscal|fy|calendar|end of)\s+['’]?(\d\d)(?=\s*(?:[?.!,;]|$|and\b|or\b|to\b|vs\b))", re.I
)
_MANY = re.compile(r"how many\s+\$\s?(?P<scale>bn|b|mn|mm|m|k)\b(?P<rest>[^?.!]*)(?P<end>.*)", re.I | re.S)
_MONEY = re.compile(r"\bin\s+(?:us)?\$\s?(?P<scale>bn|b|mn|mm|m|k)(?!\w)", re.I)
"""A unit in short: "in $m"."""
_AT_END = re.compile(r"\s*,\s*(?:us)?\$\s?(?P<scale>bn|b|mn|mm|m|k)(?P<end>[\s?.!]*)$", re.I)
_OF_ALL = re.compile(
    r"\bof\s+all\s+(?:of\s+)?(?:the\s+)?(?!(?:the|of|them|these|those|it|that|two|three|four|five|years?|segments|parts|regions"
    r"|its|time)\b|\d)(?=[a-z])",
    re.I,
)
""" "A share of all the goodwill" is one of the goodwill."""
_SCALES = {"b": "billions", "m": "millions", "k": "thousands"}
_MARKED = re.compile(r"(?<![\w'’])['’](\d\d)(?![\w'’%])")


def spelt(text: str) -> str:
    """A turn with its abbreviations spelt out and its years in four digits."""
    short = tables()["abbreviations"]
    text = _short().sub(lambda m: str(short[m[0].lower().rstrip(".")]), text)
    if (bare := _BARE.fullmatch(text.strip())) is not None:
        return f"{bare[1]}{_year(bare[2])}{bare[3]}"
    text = _MANY.sub(lambda m: f"how much{m['rest']} in USD {_SCALES[m['scale'][0].lower()]}{m['end']}", text)
    text = _AT_END.sub(lambda m: f" in USD {_SCALES[m['scale'][0].lower()]}{m['end']}", text)
    text = _MONEY.sub(lambda m: f"in USD {_SCALES[m['scale'][0].lower()]}", text)
    text = _OF_ALL.sub("of ", text)
    text = _IN.sub(lambda m: f"{m[1]} {_year(m[2])}", text)
    return _MARKED.sub(lambda m: _year(m[1]), text)


@cache
def _short() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'&/])(?:{any_of(tables()['abbreviations'])})(?![\w'&/-])", re.I)


def _year(digits: str) -> str:
    return f"{20 if int(digits) < _NEWEST else 19}{digits}"
