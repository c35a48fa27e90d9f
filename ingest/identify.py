"""Who wrote a document, what it is, and which fiscal period it is about: from the document itself, never its file name.

Tagged facts come first (`dei:EntityRegistrantName`), then the header of an SEC submission, then the cover page
wherever it stands, then titles of statements. The words looked for are in `forms.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.calendar import find_dates, nominal_date, shift_months
from ingest.names import aliases_of, registrant_on_cover, registrant_without_cover
from ingest.schema import Document, Reading

COVER_PAGES = 16
"""How far into a document its cover is looked for: a glossy annual report has its 10-K cover some pages in."""
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
_SIC = re.compile(r"\[?(\d{4})\]?\s*$")
_QUARTER_WORD = re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal\s+)?quarter\b", re.I)
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


@dataclass(frozen=True, slots=True)
class _Source:
    """A reading as identify looks at it: stated properties by bare name, flat text of the cover pages."""

    reading: Reading
    stated: Mapping[str, str]
    cover: str
    raw: str
    sample: str

    def get(self, *names: str) -> str:
        """The first of the stated properties that has a value."""
        return next((self.stated[name] for name in names if self.stated.get(name, "").strip()), "").strip()


def identify(reading: Reading, path: str, sha256: str, name: str) -> Document:
    """The document's identity. What cannot be found stays empty; nothing is taken from `path` or `name`."""
    source = _source(reading)
    table = forms_table()
    form = _form(source, table)
    company = source.get("EntityRegistrantName", "COMPANY CONFORMED NAME")
    printed = registrant_on_cover(source.raw, source.cover)
    if not company:
        company = printed or registrant_without_cover(reading)
    company = company.split(" /")[0].strip() if company.endswith("/") else company
    period_end = _period_end(source, form, table)
    year_end = _fiscal_year_end(source, form, period_end, table)
    fiscal_year, quarter = _fiscal(source, form, period_end, year_end, table)
    return Document(
        name=name,
        sha256=sha256,
        path=path,
        company=company,
        aliases=aliases_of(company, printed, source.stated, source.cover, table),
        form=form,
        fiscal_year=fiscal_year,
        fiscal_quarter=quarter,
        period_end=period_end,
        fiscal_year_end=year_end,
        filed=_filed(source, period_end),
        currency=_currency(source, table),
        language=_language(reading, table),
        industry=_industry(source, table),
        pages=len(reading.pages),
    )


@lru_cache(maxsize=1)
def forms_table() -> dict[str, Any]:
    """The words of `forms.toml`."""
    return tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))


def items(text: str) -> tuple[str, ...]:
    """The items of a list in `forms.toml`."""
    return tuple(item.strip() for item in text.split(";") if item.strip())


def _source(reading: Reading) -> _Source:
    stated: dict[str, str] = {}
    for key, value in reading.properties.items():
        stated.setdefault(key.rpartition(":")[2], value)
    for fact in reading.facts:
        if fact.concept.startswith("dei:"):
            stated.setdefault(fact.concept[4:], fact.text)
    raw = "\n".join(page.text[:12_000] for page in reading.pages[:COVER_PAGES])
    # Vocabulary is the same all through a report: a tenth of its pages tells it as well as all.
    texts = [page.text[:2_500] for page in (*reading.pages[:6], *reading.pages[6:150:8])]
    return _Source(reading, stated, " ".join(raw.split()), raw, " ".join(" ".join(texts).split()).lower())


# ---------------------------------------------------------------------- form


def _form(source: _Source, table: Mapping[str, Any]) -> str:
    known = items(table["forms"]["known"])
    stated = source.get("DocumentType", "CONFORMED SUBMISSION TYPE", "FORM TYPE") or source.get("TYPE")
    if stated and not stated.upper().startswith("EX"):
        return stated.upper()
    names = "|".join(re.escape(form) for form in sorted(known, key=len, reverse=True) if not form.isalpha())
    head = source.cover[:40_000]
    match = re.search(rf"\bFORM\s+({names})(?:\s*/\s*(A)|(?=\s*\(?\s*Amendment\s+No))?(?![\w-])", head, re.I)
    commission = re.search(r"securities\s+and\s+exchange\s+commission", head, re.I)
    # A report that only mentions a form ("see our Form 10-K") has no Commission above it.
    if match and commission and commission.start() - 400 < match.start() < commission.start() + 3_000:
        near = head[match.end() : match.end() + 80]
        amended = bool(match[2]) or bool(re.match(r"\W*Amendment\s+No", near, re.I))
        return match[1].upper() + ("/A" if amended else "")
    beginning = source.cover[:6_000].lower()
    for title in table["title"]:
        if all(word in beginning for word in items(title["words"])):
            return str(title["form"])
    return ""


# ---------------------------------------------------------------------- period


def _date_after(text: str, pattern: re.Pattern[str], reach: int = 45) -> Iterator[date]:
    for match in pattern.finditer(text):
        piece = text[match.end() : match.end() + reach]
        found = next(find_dates(piece), None)
        if found and found[1] < 24:
            yield found[0]


def _period_end(source: _Source, form: str, table: Mapping[str, Any]) -> date | None:
    stated = _iso(source.get("DocumentPeriodEndDate")) or _iso(source.get("CONFORMED PERIOD OF REPORT"))
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


def _latest_fact(source: _Source) -> date | None:
    ends = Counter(fact.period.end for fact in source.reading.facts if fact.period and not fact.dimensions)
    if not ends:
        return None
    most = max(ends.values())
    return max(end for end, count in ends.items() if count * 4 >= most)


def _iso(text: str) -> date | None:
    digits = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", text.strip())
    if digits:
        try:
            return date(int(digits[1]), int(digits[2]), int(digits[3]))
        except ValueError:
            return None
    found = next(find_dates(text), None)
    return found[0] if found else None


def _fiscal_year_end(
    source: _Source, form: str, period_end: date | None, table: Mapping[str, Any]
) -> tuple[int, int] | None:
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
    return None


# ---------------------------------------------------------------------- the company's own name for the year


def _fiscal(
    source: _Source, form: str, period_end: date | None, year_end: tuple[int, int] | None, table: Mapping[str, Any]
) -> tuple[int | None, int | None]:
    stated = source.get("DocumentFiscalYearFocus")
    year = int(stated) if re.fullmatch(r"(?:19|20)\d\d", stated) else None
    focus = re.fullmatch(r"Q([1-4])", source.get("DocumentFiscalPeriodFocus").upper())
    quarter = int(focus[1]) if focus else None
    annual = form in items(table["forms"]["annual"])
    if period_end is None:
        return year, quarter
    word = _QUARTER_WORD.search(source.cover[:3_000])
    if year_end is None and word and not annual:
        year_end_date = shift_months(period_end, 3 * (4 - _QUARTERS[word[1].lower()]))
        year_end = year_end_date.month, year_end_date.day
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


def _quarter(source: _Source, period_end: date, end: date, form: str) -> int | None:
    away = round((end - period_end).days / 30.4375)
    if away <= 0:
        words = _QUARTER_WORD.search(source.cover[:3_000])
        return 4 if form != "earnings release" or (words and _QUARTERS[words[1].lower()] == 4) else None
    return max(1, min(4, (12 - away + 2) // 3))


def _naming_offset(source: _Source, month: int, day: int, period_end: date) -> int:
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


# ---------------------------------------------------------------------- the rest


def _filed(source: _Source, period_end: date | None) -> date | None:
    stated = _iso(source.get("FILED AS OF DATE"))
    if stated:
        return stated
    signed: list[date] = []
    for page in reversed(source.reading.pages):
        if "SIGNATURE" not in page.text and "ignature" not in page.text:
            continue
        text = " ".join(page.text.split())
        at = text.find("pursuant to the requirements") if "pursuant to the requirements" in text.lower() else -1
        at = text.lower().find("pursuant to the requirements") if at < 0 else at
        if at < 0:
            continue
        signed += [day for day, _, _ in find_dates(text[at:])]
        if signed:
            break
    if period_end:
        signed = [day for day in signed if period_end <= day <= period_end + timedelta(days=500)]
    return Counter(signed).most_common(1)[0][0] if signed else None


def _currency(source: _Source, table: Mapping[str, Any]) -> str:
    units = Counter(fact.unit for fact in source.reading.facts if fact.unit and re.fullmatch(r"[A-Z]{3}", fact.unit))
    if units:
        return str(units.most_common(1)[0][0])
    text = source.sample
    dollars = text.count("$") / 4 + text.count("u.s. dollar") + 1
    if dollars > 120 and not any(symbol in text for symbol in "€£¥₹"):
        return "USD"
    counts = {code: sum(text.count(phrase) for phrase in items(words)) for code, words in table["currencies"].items()}
    code, count = max(counts.items(), key=lambda item: item[1])
    return code if count >= 3 and count * 8 > dollars else "USD"


def _language(reading: Reading, table: Mapping[str, Any]) -> str:
    sample = " ".join(page.text[:1_500] for page in reading.pages[:40:4])
    counts = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {code: sum(counts[word] for word in words.split()) for code, words in table["languages"].items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > 1.3 * scores["en"] and scores[best] >= 20 else "en"


def _industry(source: _Source, table: Mapping[str, Any]) -> str:
    sic = _SIC.search(source.get("STANDARD INDUSTRIAL CLASSIFICATION"))
    if sic:
        code = int(sic[1])
        hits = [
            (int(last) - int(first), name)
            for name, ranges in table["sic"].items()
            for first, last in (part.split("-") for part in items(ranges))
            if int(first) <= code <= int(last)
        ]
        # The narrowest range says most: 4841 is media, though all of 48xx is telecom.
        return min(hits)[1] if hits else ""
    text = source.sample
    if len(text) < 5_000:
        return ""
    least = int(table["vocabulary"]["least"])
    scores: dict[str, float] = {}
    for name, words in table["vocabulary"].items():
        if name == "least":
            continue
        counts = [text.count(word) for word in items(words)]
        present = sum(1 for count in counts if count >= 2)
        scores[name] = present / len(counts) + min(sum(counts) / len(text) * 300, 1.0) if present >= least else 0.0
    best = max(scores, key=lambda industry: scores[industry])
    return best if scores[best] > 0.42 else ""
