"""Periods in a question: find the ones it names, and say which of a company's own periods they are.

A `Mention` is what the text says; a `Calendar` knows the company's fiscal years and turns it into a
`FiscalPeriod`. A year is first taken as the company's own name for it, then as the calendar year it ends in.
"""

from __future__ import annotations

import calendar as _calendar
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chains.expression import FiscalPeriod
from chains.phrases import holds
from ingest.schema import Document


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


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("periods.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    t = _tables()
    ordinal = "|".join(t["ordinals"])
    count = "|".join([*t["counts"], r"\d{1,2}"])
    month = "|".join(
        f"{m[:3]}(?:{'|'.join(re.escape(m[3:i]) for i in range(len(m), 3, -1))})?" if len(m) > 3 else m
        for m in t["months"]
    )
    fy = r"(?:fiscal\s+year|fiscal|financial\s+year|fy|f\s?y|calendar\s+year|calendar|cy|the\s+year|year)\s*[’'`]?\s*"
    year4 = r"(?:19|20)\d\d"
    year = rf"(?:{fy}(?:{year4}|\d\d)|{year4}|[’'`]\d\d)"
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    join = r"(?:\s*[,/]?\s*(?:of|in|for)?\s*(?:the\s+)?(?:fiscal\s+|year\s+)*)"
    quarter = r"[\s-]+(?:fiscal[\s-]+)?quarter"
    lead = (
        r"(?:(?:three|six|nine|twelve|3|6|9|12)[\s-]+months?\s+(?:period\s+)?(?:ended|ending)\s+"
        r"|(?:fiscal\s+)?(?:year|quarter|half)\s+(?:ended|ending)\s+(?:on\s+)?)?"
    )
    specs = [
        (
            "date",
            rf"(?P<lead>{lead})(?:(?P<m1>{month})\.?\s+(?P<d1>{day})\s*,?\s*(?P<y1>{year4})|(?P<d2>{day})\s+(?P<m2>{month})\.?,?\s+(?P<y2>{year4})|(?P<y3>{year4})-(?P<m3>\d\d)-(?P<d3>\d\d)|(?P<m4>\d{{1,2}})/(?P<d4>\d{{1,2}})/(?P<y4>{year4}))",
        ),
        ("month", rf"(?P<lead>{lead})(?P<m>{month})\.?\s*(?:of\s+|,\s*|[’'`])?(?P<y>{year4}|(?<=[’'`])\d\d)"),
        ("half", rf"(?:(?:h1|1h|first\s+half|first\s+six\s+months)(?P<y0>{join}{year})?|(?P<y1>{year})\s*(?:h1|1h))"),
        ("nine", rf"first\s+nine\s+months(?P<y0>{join}{year})?"),
        (
            "yearquarter",
            rf"(?P<y>{year})\s*[-,]?\s*(?:q\s?(?P<q1>[1-4])|(?P<q2>[1-4])\s?q|quarter\s(?P<q4>[1-4])|(?P<q3>{ordinal}){quarter})(?!{join}{year})",
        ),
        (
            "quarter",
            rf"(?:q\s?(?P<q1>[1-4])|(?P<q2>[1-4])\s?q|(?P<q3>{ordinal}){quarter})(?P<y0>{join}{year}|\s*[’'`]?\d\d(?!\d|%))?",
        ),
        ("slash", rf"{fy}(?P<a>{year4}|\d\d)\s*/\s*(?P<b>\d\d)"),
        ("year", year),
    ]
    wrapped = [(name, re.compile(rf"(?<![\w.$])(?:{p})(?![\w%]|,\d|\.\d)", re.I)) for name, p in specs]
    years = rf"\b(?P<n>{count})[\s-]+(?:fiscal[\s-]+|consecutive[\s-]+)*years?\b"
    return (*wrapped, ("years", re.compile(years, re.I)))


def find_periods(text: str) -> Asked:
    """Everything that a text says about time."""
    mentions = _mentions(text)
    t = _tables()["relative"]
    flat = re.sub(r"[’'`]", "'", text.lower())
    years = None
    for match in _patterns()[-1][1].finditer(text):
        before = flat[max(0, match.start() - 22) : match.start()]
        after = flat[match.end() : match.end() + 30]
        if re.search(
            r"(?:last|past|prior|previous|latest|recent|over(?: the)?|preceding|trailing|these|the)\s*$", before
        ) or re.match(
            r"[\s-]*(?:fiscal )?(?:average|avg|mean|cagr|compound|history|period|trend|total|cumulative|growth)", after
        ):
            word = match["n"].lower()
            years = int(word) if word.isdigit() else int(_tables()["counts"][word])
    return Asked(
        mentions=tuple(mentions),
        through=_is_range(text, mentions),
        years=years,
        change=holds(flat, t["year_over_year"]),
        latest=holds(flat, t["latest"]),
        to_date=holds(flat, t["year_to_date"]),
        since=len(mentions) == 1 and bool(_SINCE.search(text[: mentions[0].start])),
    )


def without_relative(text: str) -> str:
    """A text in lower case without its words for the year before ("than in the prior year quarter")."""
    body = relative_words("year_over_year")
    return re.sub(
        rf"(?:\b(?:than|in|the|from|to|over|with)\s+)*(?<!\w)(?:{body})(?!\w)(?:\s+quarter|\s+period)?", " ", text
    )


def relative_words(kind: str) -> str:
    """A pattern for the relative phrases of a kind in periods.toml, the longest first: `latest`, `year_over_year`."""
    return "|".join(re.escape(p) for p in sorted(_tables()["relative"][kind], key=len, reverse=True))


def _mentions(text: str) -> list[Mention]:
    taken: list[tuple[int, int]] = []
    found: list[Mention] = []
    for name, pattern in _patterns()[:-1]:
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
        return Mention(start, end, year=_year(match.group(0)))
    if name == "slash":
        first = _year(g["a"])
        return Mention(start, end, year=first + 1 if first is not None else None)
    if name in ("quarter", "yearquarter"):
        number = g["q1"] or g["q2"] or g.get("q4") or str(_tables()["ordinals"][g["q3"].lower()])
        return Mention(start, end, year=_year(g.get("y0") or g.get("y") or ""), quarter=int(number), months=3)
    if name in ("half", "nine"):
        quarter, months = (2, 6) if name == "half" else (3, 9)
        return Mention(start, end, year=_year(g.get("y0") or g.get("y1") or ""), quarter=quarter, months=months)
    lead = (g.get("lead") or "").lower()
    months_said = next(
        (
            n
            for words, n in (
                (("three", "3", "quarter"), 3),
                (("six", "6", "half"), 6),
                (("nine", "9"), 9),
                (("twelve", "12", "year"), 12),
            )
            if lead.lstrip().startswith(words) or (lead and words[-1] in lead.split())
        ),
        None,
    )
    if name == "month":
        number, year = _month(g["m"]), _year(g["y"])
        if year is None:
            return None
        return Mention(start, end, date=date(year, number, _calendar.monthrange(year, number)[1]), months=months_said)
    month_text = g["m1"] or g["m2"] or g["m3"] or g["m4"]
    day = int(re.sub(r"\D", "", g["d1"] or g["d2"] or g["d3"] or g["d4"]))
    year = int(g["y1"] or g["y2"] or g["y3"] or g["y4"])
    month = int(month_text) if month_text.isdigit() else _month(month_text)
    try:
        return Mention(start, end, date=date(year, month, day), months=months_said)
    except ValueError:
        return None


def _month(text: str) -> int:
    months: dict[str, int] = _tables()["months"]
    return next(n for m, n in months.items() if m.startswith(text.lower().rstrip(".")[:3]))


def _year(text: str) -> int | None:
    digits = re.search(r"\d{4}|\d\d(?!\d)", text)
    if not digits:
        return None
    number = int(digits[0])
    if number >= 100:
        return number
    return 2000 + number if number < 70 else 1900 + number


def _is_range(text: str, mentions: Sequence[Mention]) -> bool:
    if len(mentions) != 2:
        return False
    gap = text[mentions[0].end : mentions[1].start].lower().strip()
    before = text[: mentions[0].start].lower().rstrip()
    if gap in {"-", "–", "—", "to", "through", "thru", "until", "till", "up to", "−"}:
        return True
    return gap == "and" and bool(re.search(r"\bbetween(?: fiscal| the)?(?: years?)?$", before))


def is_periodic(document: Document) -> bool:
    """Is it an annual or quarterly report (or of a form that is not known)?"""
    return (
        document.form.upper().startswith(("10-K", "10-Q", "20-F", "40-F", "6-K", "10K", "10Q", "ARS"))
        or not document.form
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A company's own period for a mention. `renamed` says that the text named it by its calendar year.

    `months` is None for the usual length (12 for a year, 3 for a quarter).
    """

    period: FiscalPeriod
    months: int | None = None
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The fiscal years that a company's documents cover: `ends` maps its own name of a year to its last day."""

    ends: tuple[tuple[int, date], ...]
    own: frozenset[int] = frozenset()
    quarters: frozenset[tuple[int, int]] = frozenset()

    @staticmethod
    def of(documents: Iterable[Document]) -> Calendar:
        """Read it from the documents: their own years, and two more back that annual reports compare with.

        Only periodic reports count; a current report's date says nothing of the year (unless there is nothing else).
        """
        documents = list(documents)
        documents = [d for d in documents if is_periodic(d)] or documents
        ends: dict[int, date] = {}
        own: set[int] = set()
        quarters: set[tuple[int, int]] = set()
        for document in documents:
            if document.fiscal_year is None or document.period_end is None:
                continue
            if document.fiscal_quarter is None:
                ends[document.fiscal_year] = document.period_end
                own.add(document.fiscal_year)
            else:
                quarters.add((document.fiscal_year, document.fiscal_quarter))
        for document in documents:
            if document.fiscal_year is None or document.period_end is None:
                continue
            if document.fiscal_quarter is None:
                for back in (1, 2):
                    ends.setdefault(document.fiscal_year - back, _years_back(document.period_end, back))
            elif document.fiscal_year_end is not None:
                end = _year_end_on_or_after(document.period_end, document.fiscal_year_end)
                for back in (0, 1):
                    ends.setdefault(document.fiscal_year - back, _years_back(end, back))
        return Calendar(tuple(sorted(ends.items())), frozenset(own), frozenset(quarters))

    @property
    def latest(self) -> FiscalPeriod | None:
        """The newest year with a report of its own; the newest quarter where there is no annual report."""
        if self.own:
            return FiscalPeriod(max(self.own))
        if self.quarters:
            year, quarter = max(self.quarters)
            return FiscalPeriod(year, quarter)
        return None

    def resolve(self, mention: Mention) -> Resolved | None:
        """The company's period for a mention; None where no report tells its year."""
        if mention.date is not None:
            return self._resolve_date(mention)
        if mention.relative and mention.months == 3 and self.quarters:
            return Resolved(FiscalPeriod(*max(self.quarters)).shift(mention.shift))
        if mention.relative:
            return Resolved(self.latest.shift(mention.shift)) if self.latest is not None else None
        if mention.year is None:
            return self._latest_quarter(mention)
        if mention.shift:
            named = self._resolve_year(mention.year, mention.quarter, None)
            return replace(named, period=named.period.shift(mention.shift))
        months = mention.months if mention.months not in (None, 3) else None
        return self._resolve_year(mention.year, mention.quarter, months)

    def _latest_quarter(self, mention: Mention) -> Resolved | None:
        """ "In the fourth quarter": the newest one that a report covers."""
        years = [y for y, q in self.quarters if q == mention.quarter] + sorted(self.own)
        if mention.quarter is None or not years:
            return None
        return Resolved(FiscalPeriod(max(years), mention.quarter), mention.months if mention.months != 3 else None)

    def _resolve_year(self, year: int, quarter: int | None, months: int | None) -> Resolved:
        names = dict(self.ends)
        if quarter is not None:
            if (year, quarter) in self.quarters or not self.quarters:
                return Resolved(FiscalPeriod(year, quarter), months)
            return Resolved(FiscalPeriod(year, quarter), months)
        by_end = next((name for name, end in self.ends if _nominal_year(end) == year), None)
        if year in self.own or (year in names and by_end not in self.own):
            return Resolved(FiscalPeriod(year), months)
        if by_end is not None and by_end != year and (by_end in self.own or year not in names):
            return Resolved(FiscalPeriod(by_end), months, renamed=True)
        return Resolved(FiscalPeriod(year), months)

    def _resolve_date(self, mention: Mention) -> Resolved | None:
        assert mention.date is not None
        asked = mention.date
        best = min(self.ends, key=lambda e: abs((e[1] - asked).days), default=None)
        if best is None:
            return Resolved(FiscalPeriod(mention.date.year), mention.months)
        name, end = best
        days = (mention.date - end).days
        if mention.months == 3 and abs(days) <= 20:
            return Resolved(FiscalPeriod(name, 4))
        if abs(days) <= 20:
            return Resolved(FiscalPeriod(name))
        # A quarter's end: count quarters from the year end at or before the date.
        before = end if days > 0 else _years_back(end, 1)
        year = name + 1 if days > 0 else name
        while (mention.date - before).days > 372:
            before, year = _years_back(before, -1), year + 1
        while (mention.date - before).days < -20:
            before, year = _years_back(before, 1), year - 1
        quarter = round((mention.date - before).days / 91.3)
        if quarter in (0, 4):
            return Resolved(FiscalPeriod(year if quarter == 4 else year - 1))
        months = mention.months if mention.months not in (None, 3, 12) else None
        return Resolved(FiscalPeriod(year, quarter), months)

    def end_of(self, period: FiscalPeriod) -> date | None:
        """The last day of a period, to about a week for quarters."""
        end = dict(self.ends).get(period.year)
        if end is None and self.ends:
            name, known = self.ends[-1]
            end = _years_back(known, name - period.year)
        if end is None or period.quarter in (None, 4):
            return end
        return end - timedelta(days=round(91.3 * (4 - period.quarter)))


def _years_back(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _nominal_year(end: date) -> int:
    """The calendar year that a fiscal year ends in; one that ends in the first days of January is the year before."""
    return (end - timedelta(days=7)).year


def _year_end_on_or_after(day: date, year_end: tuple[int, int]) -> date:
    month, last = year_end
    for year in (day.year, day.year + 1):
        end = date(year, month, min(last, _calendar.monthrange(year, month)[1]))
        if (end - day).days >= -10:
            return end
    return day


def resolve_all(asked: Asked, calendar: Calendar) -> tuple[Resolved, ...]:
    """The asked periods in order of time, a range filled up; empty where the text names none."""
    resolved = [r for m in asked.mentions if (r := calendar.resolve(m)) is not None]
    unique = list(dict.fromkeys(resolved))
    unique.sort(key=lambda r: (r.period.year, r.period.quarter or 5))
    if asked.through and len(unique) == 2:
        first, last = unique[0].period, unique[1].period
        if first.quarter is None and last.quarter is None and last.year - first.year <= 12:
            return tuple(Resolved(FiscalPeriod(y), renamed=unique[0].renamed) for y in range(first.year, last.year + 1))
    if asked.since and len(unique) == 1 and calendar.latest is not None:
        first, last = unique[0].period, calendar.latest
        if first.quarter is None and last.quarter is None and 0 < last.year - first.year <= 12:
            return tuple(Resolved(FiscalPeriod(y), renamed=unique[0].renamed) for y in range(first.year, last.year + 1))
    if asked.years and len(unique) == 1 and unique[0].period.quarter is None and 2 <= asked.years <= 12:
        last = unique[0].period
        return tuple(Resolved(last.shift(-k), renamed=unique[0].renamed) for k in range(asked.years - 1, -1, -1))
    if asked.years and not unique and calendar.latest and calendar.latest.quarter is None and 2 <= asked.years <= 12:
        return tuple(Resolved(calendar.latest.shift(-k)) for k in range(asked.years - 1, -1, -1))
    return tuple(unique)
