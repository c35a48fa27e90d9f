"""A question rewritten: another company, another time or another measure in the place of the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.agent.follow_up.cues import Shift, plain, tables
from chains.agent.follow_up.reading import Said, known_measure
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrasing import content_words, flatten, shapes, trims
from chains.questions.bare_text import bare_text
from chains.questions.company_names import possessive
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, Resolved
from chains.questions.period_words import relative_words
from chains.questions.periods import Asked, find_periods

_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_IN = re.compile(r"(?:from|between|over|since|during|in|as of|at|for|through)\b", re.I)
_LEAD = re.compile(r"\b(?:in|from|between|over|for|during|as of|at)\s+(?:the\s+)?(?:fiscal\s+)?(?:years?\s+)?$", re.I)
_LAST_YEARS = re.compile(
    r"\b(?:over|in|during|for)?\s*(?:the\s+)?(?:last|past|previous|latest)\s+\w+\s+(?:fiscal\s+)?years?\b", re.I
)
_BEFORE = re.compile(r"\byears?\s+(?:before|prior|earlier|preceding)|\b(?:preceding|prior)\b", re.I)
_KEPT = ("growth", "difference", "cagr", "average", "total", "percent_of")
"""Shapes of questions whose measure a follow-up may exchange: "and net income?" after "how much did revenue grow?"."""


def asked_text(text: str) -> str:
    """A question with its mark."""
    text = " ".join(text.split()).strip(" ,;:.?")
    return f"{text[:1].upper()}{text[1:]}?" if text else ""


def appended(text: str, more: str) -> str:
    """A question with more words at its end."""
    return asked_text(f"{text.rstrip(' ?.')} {more}")


def with_company(text: str, name: str, directory: Directory) -> str:
    """The question about another company: its name in the place of the ones in the text, else at the end."""
    named, _ = directory.find(text)
    spans = sorted({span for n in named for span in ((n.start, n.end), *n.also)})
    unknown = next((n for n in directory.unknown_names(text, ()) if n in text), "") if not spans else ""
    if unknown and not known_measure(unknown):
        return asked_text(text.replace(unknown, name, 1))
    if not spans:
        return appended(text, f"for {name}")
    made, position = "", 0
    for start, end in spans:
        owned = re.search(r"['’]s?$", text[start:end]) or re.match(r"['’](?!\w)", text[end:])
        made += text[position:start] + (possessive(name) if owned else name)
        position = end + (1 if owned and re.match(r"['’](?!\w)", text[end:]) else 0)
    return asked_text(made + text[position:])


_WHOLE = re.compile(
    r"\b(?:for|of|in|at|across)\s+the\s+(?:whole|entire)\s+(?:company|group)\b|\b(?:for|at)\s+the\s+group\b"
    r"|\b(?:in total|overall|worldwide|globally)\b",
    re.I,
)


def restricted(text: str, part: str) -> str:
    """The question about a part instead of the whole: "... for the whole company" becomes "... for domestic"."""
    if _WHOLE.search(text) is not None:
        return asked_text(_WHOLE.sub(f"for {part}", text, count=1))
    return appended(text, f"for {part}")


def with_time(text: str, when: str) -> str:
    """The question about another time, in the place of the one in the text, else at the end."""
    asked = find_periods(text)
    if not asked.mentions:
        text = _timeless(text, asked)
        return appended(text, when if _IN.match(when) else f"in {when}")
    first, last = asked.mentions[0], asked.mentions[-1]
    gaps = [text[a.end : b.start] for a, b in zip(asked.mentions, asked.mentions[1:], strict=False)]
    if any(len(content_words(gap)) > 0 for gap in gaps):
        first = last
    before = text[: first.start]
    if _IN.match(when) or len(asked.mentions) > 1:
        before = _LEAD.sub("", before)
        when = when if _IN.match(when) else f"in {when}"
    if re.match(r"(?:the|FY|Q\d) ?", when):
        before = re.sub(r"\bthe\s+$", "", before)
    return asked_text(f"{before}{when}{text[last.end :]}")


def _timeless(text: str, asked: Asked) -> str:
    """A text without its words for the newest time ("in the latest fiscal year", "over the last three years")."""
    if asked.years:
        return _LAST_YEARS.sub(" ", text)
    if not asked.latest:
        return text
    words = rf"(?:the\s+|its\s+|their\s+)?(?:{relative_words('latest')})(?:\s+(?:fiscal\s+)?(?:year|quarter|period))?"
    return re.sub(rf"\b(?:in|for|during|at|of)?\s*{words}(?!\w)", " ", text, flags=re.I)


def with_measure(text: str, measure: str, directory: Directory) -> str:
    """The question about another measure where an operation stands around it; "" where none does.

    "By how much did revenue grow in 2017?" -> "By how much did net income grow in 2017?"; "R&D as a percentage of
    revenue" keeps the revenue.
    """
    named, _ = directory.find(text)
    bare = bare_text(plain(text), named, find_periods(text))
    for option in trims(flatten(bare), 40):
        for operation, pattern, _ in shapes():
            match = pattern.fullmatch(option) if operation in _KEPT else None
            if match is None:
                continue
            inner = next((t for t in reversed(trims(match["x"], 8)) if t.lower() in text.lower()), "")
            at = text.lower().find(inner.lower()) if inner else -1
            if at >= 0:
                return asked_text(f"{text[:at]}{measure}{text[at + len(inner) :]}")
    return ""


def in_words(period: Resolved) -> str:
    """ "FY2021", "Q3 FY2025", "the first half of FY2025", "the first nine months of FY2025"."""
    year, quarter = f"FY{period.period.year}", period.period.quarter
    if quarter is None:
        return year
    lengths = {6: f"the first half of {year}", 9: f"the first nine months of {year}"}
    return lengths.get(period.months or 0, f"Q{quarter} {year}")


def span(periods: Sequence[Resolved]) -> str:
    """Several periods in words: "from FY2015 to FY2017" where they follow each other; "" for none."""
    if len(periods) < 2:
        return in_words(periods[0]) if periods else ""
    years = [p.period.year for p in periods]
    if all(p.period.quarter is None for p in periods) and (
        len(periods) == 2 or years == list(range(years[0], years[-1] + 1))
    ):
        return f"from {in_words(periods[0])} to {in_words(periods[-1])}"
    return f"{', '.join(map(in_words, periods[:-1]))} and {in_words(periods[-1])}"


def moved(period: Resolved, years: int = 0, quarters: int = 0) -> Resolved:
    """A period so many years or quarters later."""
    at = period.period
    if quarters and at.quarter is not None:
        count = at.year * 4 + at.quarter - 1 + quarters
        return Resolved(FiscalPeriod(count // 4, count % 4 + 1))
    return Resolved(at.shift(years), period.months)


def shifted(before: Sequence[Resolved], shift: Shift, *, whole: bool) -> list[Resolved]:
    """The times that stand in a relation to others: all of them moved, or the last one only."""
    if shift.pick:
        return [before[0] if shift.pick == "first" else before[-1]]
    last = before[-1].period
    if shift.months:
        quarter = (shift.quarter or last.quarter) if shift.months < 12 else None
        if shift.months == 3:
            return [Resolved(last)]
        return [Resolved(FiscalPeriod(last.year, quarter), shift.months if quarter else None)]
    return [moved(p, shift.years, shift.quarters) for p in (before if whole else before[-1:])]


def when_of(said: Said, before: Sequence[Resolved], calendar: Calendar | None, *, whole: bool = True) -> str:
    """The time that a turn asks about, in words, seen from the time `before`; "" where it names none.

    `whole` moves all of several periods, else only the last of them.
    """
    mentions = said.asked.mentions
    if mentions:
        if len(mentions) == 1:
            one = mentions[0]
            typed = said.core[one.start : one.end]
            quarter, year = one.quarter, one.year
            if year is not None and said.shift is not None and said.shift.months and before:
                spoken = Resolved(FiscalPeriod(year, before[-1].period.quarter))
                return in_words(shifted([spoken], said.shift, whole=True)[0])
            if year is None and one.date is None and before and quarter is not None:
                return in_words(Resolved(FiscalPeriod(before[-1].period.year, quarter), one.months))
            if (
                len(before) == 1
                and before[0].period.quarter
                and _BARE_YEAR.fullmatch(typed)
                and year is not None
                and not one.shift
            ):
                return in_words(Resolved(FiscalPeriod(year, before[0].period.quarter), before[0].months))
            if len(before) == 2 and year is not None and quarter is None and not one.shift and whole:
                step = year - before[-1].period.year
                if all(p.period.quarter is None for p in before):
                    return span([moved(p, step) for p in before])
            if said.asked.years:
                return f"the {said.asked.years} years to {typed}"
            return f"since {typed}" if said.asked.since else typed
        text = said.core[mentions[0].start : mentions[-1].end]
        lead = "from " if said.asked.through and re.search(r"\bfrom\s+$", said.core[: mentions[0].start], re.I) else ""
        return lead + text
    if said.asked.years:
        return _years(said, before)
    if said.shift is not None and before:
        return span(shifted(before, said.shift, whole=whole))
    if said.asked.latest and calendar is not None and calendar.latest is not None:
        return in_words(Resolved(calendar.latest))
    return ""


_BASE = re.compile(
    r"\s*\b(?:on|vs\.?|versus|from|against|compared\s+(?:to|with))\s+(?:the\s+)?(?:fiscal\s+|fy\s*)?(?:year\s+)?$", re.I
)
_MOVES = re.compile(
    r"\b(?:grow|grew|grown|growth|rise|rose|risen|fall|fell|fallen|changed?|increased?|decreased?|declined?|up|down"
    r"|drop|dropped|improved?|shrink|shrank|shrunk)\b",
    re.I,
)


def since_base(said: Said, before: Sequence[Resolved]) -> tuple[str, str] | None:
    """A question for a move that only names the year to start from: its text without that, and the time.

    "How fast did it grow on 2016?" after an answer for 2017 goes from 2016 to 2017. None for all other turns.
    """
    if len(said.asked.mentions) != 1 or not before or before[-1].period.quarter is not None:
        return None
    one, newest = said.asked.mentions[0], before[-1].period
    lead = _BASE.search(said.core[: one.start])
    if lead is None or one.year is None or one.quarter is not None or one.year >= newest.year:
        return None
    if _MOVES.search(said.core[: lead.start()]) is None:
        return None
    text = f"{said.core[: lead.start()]} {said.core[one.end :].lstrip()}"
    return text, f"from FY{one.year} to FY{newest.year}"


def _years(said: Said, before: Sequence[Resolved]) -> str:
    """ "The last three years" end with the time that was spoken of, "the two years before" with the one before it."""
    last = before[-1].period if before else None
    if last is None or last.quarter is not None or not 2 <= (said.asked.years or 0) <= 12:
        return f"the last {said.asked.years} years"
    back = 1 if _BEFORE.search(said.core) else 0
    newest = last.year - back
    return span([Resolved(FiscalPeriod(y)) for y in range(newest - (said.asked.years or 0) + 1, newest + 1)])


def why(text: str) -> bool:
    """Whether a turn only asks why."""
    return flatten(text).lower() in tables()["why"]["phrases"]
