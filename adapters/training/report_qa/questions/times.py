"""The times that heads and row labels name, and how people say them: 2019, fiscal 2019, the year ended June 30."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

_YEAR = re.compile(r"(?<![\d.,$])(?:19[5-9]|20[0-9])\d(?![\d,]|\.\d)")
_FISCAL = re.compile(
    r"\bFY\s?'?(\d{2}|\d{4})\b|\bF(\d{2})\b|\b(\d{1,2}/(?:\d{1,2}/)?(\d{2}|\d{4}))(?![\d/])", re.IGNORECASE
)
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december|sept|sep|dec|jan|feb"
_DAY = re.compile(rf"\b(?:(?:{_MONTH})\.?\s+\d{{1,2}}|\d{{1,2}}\s+(?:{_MONTH}))\b", re.IGNORECASE)
_MONTH_ONLY = re.compile(rf"\b(?:{_MONTH})\b", re.IGNORECASE)
_SPELL = re.compile(r"\b(?:three|six|nine|\d+)\s+(?:months?|weeks?)\b|\bquarters?\b|\bhalf\b|\bq[1-4]\b", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:years?|months|weeks|quarter|periods?)[\s-]+(?:ended|ending)\b", re.IGNORECASE)
_AFTER = re.compile(
    r"^(?:thereafter|later(?: years)?|beyond|(?:after|beyond) (?:five|5) years|beyond 5 years)$", re.IGNORECASE
)
_NOISE = re.compile(
    r"\b(?:for|as of|as at|at|the|and|of|on|fiscal|financial|calendar|years?|periods?|twelve months|12 months"
    rf"|ended|ending|year[- ]end|{_MONTH}|end|fy|in)\b\.?|\(unaudited\)|\(restated\)|\([a-z0-9]\)",
    re.IGNORECASE,
)
_SCALE_WORDS = re.compile(
    r"\(?\s*(?:u\.?s\.?\s*)?(?:dollars|amounts?|\$|usd|eur|€|£|expressed|stated)?\s*(?:and shares\s*)?(?:in\s+)?\$?\s*"
    r"\b(?:thousands|millions|billions|thousand|million|billion|000\s?2019s|000s)\b(?:\s+of\s+(?:u\.?s\.?\s+)?dollars)?"
    r"(?:\s*,?\s*except[^)]*)?\s*\)?",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"(?:RMB|HK|US|NT)?\s?['’`]?\s?[$€£¥]\s?['’]?(?:000s?|[mMkKbB](?:illion)?n?)?\b|[$€£¥]|['’]000s?|\(\s*%?\s*\)"
)


@dataclass(frozen=True, slots=True)
class When:
    """A time, or whatever else a column stands for ("Level 1", "Europe").

    `year` orders times (None: no time); `day` is the day and month printed with it ("December 31"); `spell` the
    quarter or months that it covers; `name` says it where there is no year; `after` marks "thereafter".
    """

    name: str
    year: int | None = None
    day: str = ""
    ended: bool = False
    fiscal: bool = False
    spell: str = ""
    after: bool = False

    @property
    def plain(self) -> bool:
        """Whether the year alone names it."""
        return self.year is not None and not self.spell


def read_when(text: str) -> tuple[When, str]:
    """The time that a head or label names, and what else it says ("2019 Net sales" gives 2019 and "Net sales")."""
    text = " ".join(text.split())
    bare = text.strip(" .:*")
    if _AFTER.match(bare):
        return When(bare.lower(), 9999, after=True), ""
    years = [int(one) for one in _YEAR.findall(text)]
    short = _FISCAL.search(text)
    if not years and short:
        digits = short[1] or short[2] or short[4]
        years = [int(digits) if len(digits) == 4 else 2000 + int(digits) if int(digits) < 60 else 1900 + int(digits)]
    rest = tidy(_without_time(text))
    if len(set(years)) != 1:
        return When(strip_scale(bare)), strip_scale(bare)
    day = _DAY.search(text)
    spell = _SPELL.search(text)
    month = _MONTH_ONLY.search(text) if not day else None
    fiscal = bool(re.search(r"\b(?:fiscal|financial)\b|\bFY", text, re.IGNORECASE))
    return (
        When(
            strip_scale(bare),
            years[0],
            day[0] if day else month[0] if month else "",
            bool(_ENDED.search(text)),
            fiscal,
            spell[0] if spell else "",
        ),
        rest,
    )


def _without_time(text: str) -> str:
    text = _FISCAL.sub(" ", _DAY.sub(" ", text))
    return _NOISE.sub(" ", _SPELL.sub(" ", _YEAR.sub(" ", strip_scale(text))))


def strip_scale(text: str) -> str:
    """Without its words of scale and currency: "Amount (in millions)" gives "Amount"."""
    return tidy(_SIGNS.sub(" ", _SCALE_WORDS.sub(" ", text)))


def tidy(text: str) -> str:
    """Without lone punctuation at the ends and empty brackets."""
    text = re.sub(r"\(\s*\)|\s+", " ", text)
    return re.sub(r"\s+", " ", text).strip(" ,.;:-–—`'’/&*")


def fashion(whens: Iterable[When], draw: random.Random) -> str:
    """How one question names its years, all of them alike: year | fiscal | FY | dated | the year."""
    fiscal = any(when.fiscal for when in whens)
    dated = all(when.day for when in whens)
    chance = draw.random()
    if fiscal and chance < 0.4:
        return draw.choice(("fiscal", "fiscal", "fiscal year", "FY", "FY'"))
    if dated and chance < 0.3:
        return "dated"
    if chance > 0.95:
        return draw.choice(("fiscal", "fiscal year", "FY", "FY ", "FY'"))
    return "the year" if chance > 0.93 else "year"


def bare(when: When, how: str, draw: random.Random) -> str:
    """The time by itself: "2019", "fiscal 2019", "December 31, 2019", "the first quarter of 2018"."""
    if when.after or when.year is None or when.spell:
        return when.name
    year = str(when.year)
    match how:
        case "fiscal" | "fiscal year" | "the year":
            return f"{how} {year}"
        case "FY" | "FY ":
            return f"{how}{year}"
        case "FY'":
            return f"FY{year[2:]}"
        case "dated" if when.day:
            return f"the year ended {_dated(when, draw)}" if when.ended and draw.random() < 0.3 else _dated(when, draw)
    return year


def within(when: When, how: str, draw: random.Random) -> str:
    """The time with its preposition: "in 2019", "for the year ended June 30, 2019", "as of December 31, 2019"."""
    if when.after:
        standing = when.name.startswith(("after", "beyond"))
        return when.name if standing else draw.choice(("thereafter", "in later years"))
    if when.year is None or when.spell:
        return _standing(when, draw)
    year = str(when.year)
    if how == "dated" and when.day and when.ended:
        return draw.choice(("for the year ended ", "in the year ended ", "for the fiscal year ended ")) + _dated(
            when, draw
        )
    if when.day and not when.ended and (how == "dated" or draw.random() < 0.2):
        dated = _dated(when, draw)
        return draw.choice((f"as of {dated}", f"at {dated}", f"at the end of {year}", f"as of {dated}", f"on {dated}"))
    if how == "year":
        return f"{draw.choice(('in', 'in', 'in', 'in', 'in', 'for', 'for', 'during'))} {year}"
    return f"{draw.choice(('in', 'in', 'for'))} {bare(when, how, draw)}"


def _dated(when: When, draw: random.Random) -> str:
    if not any(letter.isdigit() for letter in when.day):
        return f"{when.day} {when.year}"
    return f"{when.day}{draw.choice((',', ',', ''))} {when.year}"


def _standing(when: When, draw: random.Random) -> str:
    """A column that is no year: "for Europe", "in the first quarter", "for the three months ended June 30, 2019"."""
    name = re.sub(r"^(?:for|as of|as at|at|in) (?:the )?", "", when.name, flags=re.IGNORECASE)
    lower = name.lower()
    if re.match(r"(?:first|second|third|fourth|1st|2nd|3rd|4th)\b", lower):
        name = name if "quarter" in lower else f"{name} quarter"
        return draw.choice(("in the ", "for the ", "during the ")) + name
    if re.search(r"\bended\b", lower):
        return f"for the {name}"
    if _DAY.search(name):
        return draw.choice(("as of ", "at ", "on ")) + name
    if _MONTH_ONLY.match(lower) or re.match(r"q[1-4]\b", lower):
        return draw.choice(("in ", "for ")) + name
    if re.match(r"(?:less than|within|over|more than|after|up to|due|\d+\s?(?:-|to)\s?\d+ years)", lower):
        return draw.choice(("in ", "for ", "due in ")) + name
    if lower[:1].isdigit():
        return draw.choice(("in ", "for ")) + name
    return draw.choice(("for ", "for ", "in ", "under ")) + name


__all__ = ["When", "bare", "fashion", "read_when", "strip_scale", "tidy", "within"]
