"""Which fiscal period a document is about: its end, the fiscal year's end, and the year and quarter as the company
names them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ingest.calendar import find_dates, nominal_date, shift_months
from ingest.stated import Source, items, stated_date

_SLACK = timedelta(days=10)
_ANNUAL_END = re.compile(
    r"(?:fiscal\s+year|year|(?:52|53|fifty-two|fifty-three)[\s-]+weeks?(?:\s+fiscal\s+year)?|twelve\s+months)\s+end(?:ed|ing)[:\s_]+",
    re.I,
)
_COVER_ANNUAL = re.compile(
    r"for\s+the\s+(?:(?:fiscal\s+)?year|52\s+weeks|53\s+weeks)(?:\s+period)?\s+end(?:ed|ing)[:\s_]*", re.I
)
_QUARTER_END = re.compile(
    r"(?:quarterly\s+period|quarter|thirteen\s+weeks|fourteen\s+weeks|three\s+months|13\s+weeks|six\s+months|nine\s+months"
    r"|twenty-six\s+weeks|thirty-nine\s+weeks)\s+end(?:ed|ing)[:\s_]+",
    re.I,
)
_TRANSITION_END = re.compile(r"transition\s+period\s+from\s+(?=\w+\s+\d)(?:.{4,40}?)\s+to[:\s_]+", re.I)
_EVENT = re.compile(r"date\s+of\s+(?:earliest\s+event|report)", re.I)
_FISCAL_NAME = re.compile(
    r"\b(?:fiscal\s+(?:year\s+)?|FY\s?)((?:19|20)\d\d)\b(?!\s*(?:,|and|through|to|-)\s*(?:fiscal\s+)?(?:19|20)\d\d)",
    re.I,
)
_NAME_BEFORE = re.compile(
    r"^[\s”\"'’()]*(?:,|\(|which|that|is|was|the|our|fiscal|year|refers?|to|means?|52|53|weeks?|-|–|a|consisted|of|and)*",
    re.I,
)
_QUARTER_WORD = re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal\s+)?quarter\b", re.I)
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


def _date_after(text: str, pattern: re.Pattern[str], reach: int = 45) -> Iterator[date]:
    for match in pattern.finditer(text):
        piece = text[match.end() : match.end() + reach]
        found = next(find_dates(piece), None)
        if found and found[1] < 24:
            yield found[0]


def period_end_of(source: Source, form: str, table: Mapping[str, Any]) -> date | None:
    """The day that the document's period ends on: stated, on the cover, of an event, or of most tagged facts."""
    stated = stated_date(source.get("DocumentPeriodEndDate")) or stated_date(source.get("CONFORMED PERIOD OF REPORT"))
    if stated:
        return stated
    cover = source.cover[:60_000]
    annual = form in items(table["forms"]["annual"])
    if form.startswith(("10-KT", "10-QT")):
        transition = next(_date_after(cover, _TRANSITION_END), None)
        if transition:
            return transition
    for pattern in (_COVER_ANNUAL, _ANNUAL_END) if annual else ():
        found = next(_date_after(cover, pattern), None)
        if found:
            return found
    if form in items(table["forms"]["quarterly"]):
        found = next(_date_after(cover, _QUARTER_END), None)
        if found:
            return found
    if form.startswith(("8-K", "6-K")):
        event = _EVENT.search(cover)
        # The earliest event, where a date of report and a date of event stand side by side.
        days = [day for day, _, _ in find_dates(cover[event.end() : event.end() + 130])] if event else []
        if days:
            return min(days[:2])
    quarter = next(_date_after(cover, _QUARTER_END), None) if form != "annual report" else None
    found = quarter or next(_date_after(cover, _ANNUAL_END), None) or next(_date_after(cover, _TRANSITION_END), None)
    return found or _latest_fact(source)


def _latest_fact(source: Source) -> date | None:
    ends = Counter(fact.period.end for fact in source.reading.facts if fact.period and not fact.dimensions)
    if not ends:
        return None
    most = max(ends.values())
    return max(end for end, count in ends.items() if count * 4 >= most)


def fiscal_year_end_of(
    source: Source, form: str, period_end: date | None, table: Mapping[str, Any]
) -> tuple[int, int] | None:
    """Month and day of the fiscal year's end: stated, of the annual report itself, or as the text names it most; else
    counted from the quarter that the cover names."""
    stated = re.fullmatch(r"-{0,2}(\d\d)-?(\d\d)", source.get("CurrentFiscalYearEndDate", "FISCAL YEAR END"))
    if stated and 1 <= int(stated[1]) <= 12 and 1 <= int(stated[2]) <= 31:
        return int(stated[1]), int(stated[2])
    if period_end and form in items(table["forms"]["annual"]) and not form.startswith("10-KT"):
        return period_end.month, period_end.day
    # A quarterly report names the annual report before it; an earnings release prints the year's columns.
    ends = Counter(
        day
        for page in source.reading.pages[:60]
        for day in _date_after(page.text, _ANNUAL_END)
        if period_end is None or day <= period_end + timedelta(days=380)
    )
    if ends:
        month_days = Counter((day.month, day.day) for day in ends.elements())
        latest = max(day for day in ends if month_days[(day.month, day.day)] * 3 >= max(month_days.values()))
        return latest.month, latest.day
    # A release of quarterly results may name its quarter alone ("reports third quarter net income").
    word = _QUARTER_WORD.search(source.cover[:3_000])
    if period_end is not None and word is not None:
        end = shift_months(period_end, 3 * (4 - _QUARTERS[word[1].lower()]))
        return end.month, end.day
    return None


def fiscal_of(
    source: Source, form: str, period_end: date | None, year_end: tuple[int, int] | None, table: Mapping[str, Any]
) -> tuple[int | None, int | None]:
    """Fiscal year and quarter by the company's own names; None for what is not known."""
    stated = source.get("DocumentFiscalYearFocus")
    year = int(stated) if re.fullmatch(r"(?:19|20)\d\d", stated) else None
    focus = re.fullmatch(r"Q([1-4])", source.get("DocumentFiscalPeriodFocus").upper())
    quarter = int(focus[1]) if focus else None
    annual = form in items(table["forms"]["annual"])
    if period_end is None:
        return year, quarter
    month, day = year_end or (12, 31)
    end = _year_ending(period_end, month, day)
    if quarter is None and form in (*items(table["forms"]["quarterly"]), "earnings release") and not annual:
        quarter = _quarter(source, period_end, end, form)
    if year is None:
        year = end.year - _naming_offset(source, month, day, period_end)
    return year, quarter


def _year_ending(day: date, month: int, nominal: int) -> date:
    """The nominal end of the fiscal year that `day` falls in; 52- and 53-week years end some days off it."""
    for year in (day.year - 1, day.year, day.year + 1):
        end = nominal_date(year, month, nominal)
        if day <= end + _SLACK:
            return end
    return nominal_date(day.year, month, nominal)


def _quarter(source: Source, period_end: date, end: date, form: str) -> int | None:
    away = round((end - period_end).days / 30.4375)
    if away <= 0:
        words = _QUARTER_WORD.search(source.cover[:3_000])
        return 4 if form != "earnings release" or (words and _QUARTERS[words[1].lower()] == 4) else None
    return max(1, min(4, (12 - away + 2) // 3))


def _naming_offset(source: Source, month: int, day: int, period_end: date) -> int:
    """1 where fiscal 2022 ends in calendar 2023, else 0: voted by the places that name a year and its end."""
    votes: Counter[int] = Counter()
    mentions: Counter[int] = Counter()
    for page in source.reading.pages[:60]:
        text = page.text
        if "iscal" not in text and "ISCAL" not in text:
            continue
        text = " ".join(text.split())
        for match in _FISCAL_NAME.finditer(text):
            mentions[int(match[1])] += 1
            for found in _ends_near(text, match):
                if abs((found - _nearest(found, month, day)).days) <= 10:
                    votes[_nearest(found, month, day).year - int(match[1])] += 1
        if sum(votes.values()) > 12:
            break
    votes = Counter({offset: count for offset, count in votes.items() if offset in (0, 1)})
    if votes:
        return votes.most_common(1)[0][0]
    if month > 2 or (month == 2 and day > 10):
        return 0
    # A report speaks of its own year and the two before, and little of the next: under either name one of the
    # years two apart is in that range and the other at its edge. Unsaid, the year most of the months lie in is usual.
    ending = _year_ending(period_end, month, day).year
    return 0 if mentions[ending] > mentions[ending - 2] else 1


def _ends_near(text: str, match: re.Match[str]) -> Iterator[date]:
    """The date that "fiscal 2022" is said to end on: after it ("ended January 28, 2023"), or before it in brackets."""
    after = text[match.end() : match.end() + 70]
    ended = re.match(r"[^.;]{0,34}?\bend(?:ed|ing|s)\s+(?:on\s+)?", after, re.I)
    if ended and not re.search(r"\bfiscal\b|quarter|month", after[: ended.end()], re.I):
        found = next(find_dates(after[ended.end() :]), None)
        if found and found[1] < 12:
            yield found[0]
    before = text[max(0, match.start() - 60) : match.start()]
    if re.search(r"[(“\"]\s*$", before):
        dates = list(find_dates(before))
        if dates and len(before) - dates[-1][2] < 12:
            yield dates[-1][0]


def _nearest(day: date, month: int, nominal: int) -> date:
    return min(
        (nominal_date(year, month, nominal) for year in (day.year - 1, day.year, day.year + 1)),
        key=lambda end: abs((end - day).days),
    )
