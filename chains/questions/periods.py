"""Periods in a question: every year, quarter, half and date that its text names, as `Mention`s within an `Asked`.

What the words are stands in period_words.py; whose fiscal years they mean, in fiscal_calendar.py.
"""

from __future__ import annotations

import calendar as _calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from chains.measures.phrases import holds
from chains.questions.period_words import month_of, months_of_weeks, patterns, tables, year_of


@dataclass(frozen=True, slots=True)
class Mention:
    """One period as the text names it, at `start`..`end` of the text.

    `year` is as written (two digits completed), `quarter` 1 to 4; `months` is the length where the text says
    it (6 for a first half or "six months ended", 3 for a quarter); `date` is an explicit end. `shift` is the number
    of years from the one named to the one meant ("the year before 2025"); `relative` that none is named at all.
    """

    start: int
    end: int
    year: int | None = None
    quarter: int | None = None
    months: int | None = None
    date: date | None = None
    shift: int = 0
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a question says about time.

    `mentions` are in reading order. `through` joins the first and the last of two to a range ("FY2015 - FY2017",
    "from 2015 to 2017"). `years` is the number in "last three years" or "3 year average".
    `change` says that the period is set against the one before ("year over year"); `latest` that the newest is asked.
    """

    mentions: tuple[Mention, ...] = ()
    through: bool = False
    years: int | None = None
    change: bool = False
    latest: bool = False
    to_date: bool = False
    since: bool = False


_SINCE = re.compile(r"\bsince\s+(?:the\s+)?(?:end\s+of\s+)?$", re.I)
_YEAR_NEXT_TO = re.compile(
    r"\b(?:in\s+|for\s+)?the\s+(?:fiscal\s+)?year\s+(?:immediately\s+)?"
    r"(?P<way>before|prior\s+to|preceding|after|following)\s+$",
    re.I,
)
_OPENING = re.compile(r"\b(?:beginning|start|opening)\s+of\s+(?:the\s+)?$", re.I)
_PRIOR_YEAR = re.compile(
    r"\b(?:in|for|during|at\s+the\s+end\s+of)\s+(?:(?:the|its|their)\s+)?(?:prior|previous|preceding|last)\s+"
    r"(?:fiscal\s+)?year\b(?![’']?s?[- ]+(?:quarter|period|comparable|end))",
    re.I,
)
_YEAR_AGO_QUARTER = re.compile(
    r"\b(?:in|for|during|at\s+the\s+end\s+of)\s+(?:(?:the|its|their)\s+)?"
    r"(?:(?:year[- ]ago|prior[- ]year|previous[- ]year)(?:[’']?s)?\s+quarter"
    r"|same\s+quarter,?\s+(?:(?:of|in)\s+)?(?:(?:the\s+)?(?:last|prior|previous)\s+year|the\s+year\s+before"
    r"|a\s+year\s+(?:ago|earlier|before)))\b",
    re.I,
)
_LAST_YEAR = re.compile(r",?\s*\blast\s+(?:fiscal\s+|financial\s+)?year\s*[?.!]*\s*$", re.I)
COMPARING = re.compile(
    r"\b(?:compar\w*|versus|vs|than|from|between|both|chang\w*|grow\w*|grew|increas\w*|decreas\w*|declin\w*"
    r"|higher|lower|improv\w*|rose|ris\w+|fell|fall\w*|drop\w*|same|relative|against|yoy|year[- ]over[- ]year"
    r"|and (?:in )?the)\b",
    re.I,
)
"""Words that set one period against another: the year before is then what is compared with, not what is asked for."""


def find_periods(text: str) -> Asked:
    """Everything that a text says about time."""
    mentions = _mentions(text)
    t = tables()["relative"]
    flat = re.sub(r"[’'`]", "'", text.lower())
    years = None
    for match in patterns()[-1][1].finditer(text):
        before = flat[max(0, match.start() - 22) : match.start()]
        after = flat[match.end() : match.end() + 30]
        if re.search(
            r"(?:last|past|prior|previous|latest|recent|over(?: the)?|preceding|trailing|these|the)\s*$", before
        ) or re.match(
            r"[\s-]*(?:fiscal )?(?:average|avg|mean|cagr|compound|history|period|trend|total|cumulative|growth)", after
        ):
            word = match["n"].lower()
            years = int(word) if word.isdigit() else int(tables()["counts"][word])
    return Asked(
        mentions=tuple(mentions),
        through=_is_range(text, mentions),
        years=years,
        change=holds(flat, t["year_over_year"]),
        latest=holds(flat, t["latest"]),
        to_date=holds(flat, t["year_to_date"]),
        since=len(mentions) == 1 and bool(_SINCE.search(text[: mentions[0].start])),
    )


def _mentions(text: str) -> list[Mention]:
    taken: list[tuple[int, int]] = []
    found: list[Mention] = []
    for name, pattern in patterns()[:-1]:
        for match in pattern.finditer(text):
            if any(match.start() < e and s < match.end() for s, e in taken):
                continue
            mention = _read(name, match)
            if mention is not None:
                found.append(mention)
                taken.append(match.span())
    found.sort(key=lambda m: m.start)
    # "Q2 and Q3 of FY2024", "FY2021, '22": a quarter without a year takes the next one's, else the one before.
    for i, mention in enumerate(found):
        if mention.year is None and mention.date is None:
            year = next((m.year for m in found[i + 1 :] if m.year), None) or next(
                (m.year for m in reversed(found[:i]) if m.year), None
            )
            found[i] = replace(mention, year=year)
    return _moved(text, found)


def _moved(text: str, found: list[Mention]) -> list[Mention]:
    """The mentions, with those that stand for another year: "the year before 2025", "in the prior year"."""
    moved = list(found)
    for i, mention in enumerate(found):
        if mention.year is None or mention.quarter is not None:
            continue
        before = text[: mention.start]
        if (match := _YEAR_NEXT_TO.search(before)) is not None:
            shift = 1 if match["way"].lower() in ("after", "following") else -1
            moved[i] = replace(mention, start=match.start(), shift=shift)
        elif _OPENING.search(before):
            moved[i] = replace(mention, shift=-1)
    ago = _YEAR_AGO_QUARTER.search(text) if not moved else None
    if ago is not None and not COMPARING.search(f"{text[: ago.start()]} {text[ago.end() :]}"):
        return [Mention(*ago.span(), shift=-1, months=3, relative=True)]
    if len(moved) > 1 or any(m.shift or m.quarter or m.date for m in moved) or COMPARING.search(text):
        return moved
    match = _PRIOR_YEAR.search(text)
    if match is None and not moved and (last := _LAST_YEAR.search(text)) is not None:
        # With nothing before it, the last year is the last one that was reported.
        return [Mention(*last.span(), relative=True)]
    if match is None or any(m.start < match.end() and match.start() < m.end for m in moved):
        return moved
    year = moved[0].year if moved else None
    moved = [replace(m, shift=-1) for m in moved]
    moved.append(Mention(*match.span(), year=year, shift=-1, relative=year is None))
    return sorted(moved, key=lambda m: m.start)


def _read(name: str, match: re.Match[str]) -> Mention | None:
    g = match.groupdict()
    start, end = match.span()
    if name == "year":
        return Mention(start, end, year=year_of(match.group(0)))
    if name == "slash":
        first = year_of(g["a"])
        return Mention(start, end, year=first + 1 if first is not None else None)
    if name in ("quarter", "yearquarter"):
        number = g["q1"] or g["q2"] or g.get("q4") or str(tables()["ordinals"][g["q3"].lower()])
        return Mention(start, end, year=year_of(g.get("y0") or g.get("y") or ""), quarter=int(number), months=3)
    if name in ("half", "nine"):
        quarter, months = (2, 6) if name == "half" else (3, 9)
        return Mention(start, end, year=year_of(g.get("y0") or g.get("y1") or ""), quarter=quarter, months=months)
    if name in ("months", "monthquarter"):
        number, year = month_of(g["m"]), year_of(g.get("y") or g.get("y1") or "")
        if year is None:
            return None
        months = 3 if name == "monthquarter" else (number - month_of(g["a"])) % 12 + 1
        return Mention(start, end, date=date(year, number, _calendar.monthrange(year, number)[1]), months=months)
    lead = (g.get("lead") or "").lower()
    months_said = months_of_weeks(lead) or next(
        (
            n
            for words, n in (
                (("three", "3", "quarter"), 3),
                (("six", "6", "half"), 6),
                (("nine", "9"), 9),
                (("twelve", "12", "year"), 12),
            )
            if lead.removeprefix("first").lstrip().startswith(words) or (lead and words[-1] in lead.split())
        ),
        None,
    )
    if name == "month":
        number, year = month_of(g["m"]), year_of(g["y"])
        if year is None:
            return None
        return Mention(start, end, date=date(year, number, _calendar.monthrange(year, number)[1]), months=months_said)
    month_text = g["m1"] or g["m2"] or g["m3"] or g["m4"]
    day = int(re.sub(r"\D", "", g["d1"] or g["d2"] or g["d3"] or g["d4"]))
    year = int(g["y1"] or g["y2"] or g["y3"] or g["y4"])
    month = int(month_text) if month_text.isdigit() else month_of(month_text)
    try:
        return Mention(start, end, date=date(year, month, day), months=months_said)
    except ValueError:
        return None


def _is_range(text: str, mentions: Sequence[Mention]) -> bool:
    if len(mentions) != 2:
        return False
    gap = text[mentions[0].end : mentions[1].start].lower().strip()
    before = text[: mentions[0].start].lower().rstrip()
    if gap in {"-", "–", "—", "to", "through", "thru", "until", "till", "up to", "−"}:
        return True
    return gap == "and" and bool(re.search(r"\bbetween(?: fiscal| the)?(?: years?)?$", before))
