"""The numbers of a sentence: value, unit and scale, what the sentence does to each, and the period that each is of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache

from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import whole_words
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import Asked, Mention, find_periods
from chains.sentences.families import moves
from chains.told_numbers.prose_words import tables

SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_NUMBER = re.compile(
    r"(?<![\w.,/$€£-])(?P<sign>US\$|[$€£])?\s?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d/]|,\d|-\d|-?[A-Z]|\()"
    r"(?:[\s-](?P<scale>thousand|million|billion|trillion)\b)?(?P<percent>\s?%|\s(?:percent|per cent)\b(?!age))?",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:notes?|items?|sections?|levels?|no\.?|pages?|parts?|forms?|exhibits?|rules?|topics?|schedules?|chapters?|phases?|tiers?|january|february"
    r"|march|april|may|june|july|august|september|october|november|december|asu|asc|ifrs)\s+(?:\d+\s?(?:,|and|or)\s)*$",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"[\s-]*(?:(?:basis|percentage)[\s-]points?|years?|months?|weeks?|days?|hours?|fold|x|times)\b", re.IGNORECASE
)
_AFTER = re.compile(
    r"\s*(?:increase|decrease|growth|declin|higher|lower|reduc|drop|gain|more|less|fewer|improve|basis)", re.I
)
_BY = re.compile(r"\b(?:by|or|of)(?:\s+(?:approximately|about|nearly|roughly))?\s*$", re.IGNORECASE)
_ABOUT = re.compile(r"(?:\s+(?:approximately|about|roughly|a|an|total|of|the|some))*\s*$", re.IGNORECASE)
_OR_MORE = re.compile(
    r"\s*(?:\w+\s)?(?:or (?:more|less|greater|fewer|higher|lower)|and (?:above|over))\b", re.IGNORECASE
)
_PERCENT_RANGE = re.compile(r"\s*(?:to|and|-|–)\s*\d[\d.,]*\s*(?:%|percent\b)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:to|and|-|–)\s*(?:US\$|[$€£])?\d", re.IGNORECASE)
_SHARE = re.compile(r"\s*per\s+(?:diluted\s+|basic\s+|common\s+)*share\b", re.IGNORECASE)
_SET_AGAINST = re.compile(r"\b(?:compared (?:to|with)|versus|from|than)\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_NEAR = 45  # characters before a number that are read for what is done to it
AT_END = 12  # days from the end of a period within which a date is that of the period
_MANY = 12  # numbers: a sentence with more is a table


class Role(StrEnum):
    """What a number is in its sentence: a value, a change, another time's value, a bound of some kind."""

    VALUE = "value"
    CHANGE = "change"
    PRIOR = "prior"
    LOW = "low"
    HIGH = "high"
    ROUGH = "rough"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """A number at `start`..`end` of its sentence. `value` is in whole units, percent as printed; `unit` is an ISO
    currency, `<currency>/share`, "percent" or "" for a count. `period` is None where the sentence names none;
    `doubtful` says that it names several and this number's own cannot be told,
    `listed` that it is one of a list over as many periods ("in 2022, 2021 and 2020"). `months` is the length of the
    period where it is not the usual one; `on` is the day or month of what happened, where that ends no period."""

    start: int
    end: int
    printed: str
    value: Decimal
    scale: int
    unit: str
    role: Role
    period: FiscalPeriod | None = None
    doubtful: bool = False
    listed: bool = False
    months: int | None = None
    on: date | None = None

    @property
    def step(self) -> Decimal:
        """The size of its last printed digit, in whole units."""
        digits = re.sub(r"[^\d.]", "", self.printed)
        return Decimal(1).scaleb(self.scale - len(digits.partition(".")[2]))


@cache
def _ends_with(name: str, key: str) -> re.Pattern[str]:
    body = whole_words(sorted(tables()[name][key], key=len, reverse=True)).pattern
    return re.compile(rf"(?:{body})(?:\s+(?:approximately|about|a total of|the))*\s*$", re.IGNORECASE)


def numbers_in(sentence: str, calendar: Calendar) -> tuple[ToldNumber, ...]:
    """The numbers of a sentence that are no dates, years, lengths of time or numbers of notes, in their order."""
    found = [n for match in _NUMBER.finditer(sentence) if (n := _read(sentence, match)) is not None]
    if not found or len(found) > _MANY:
        return ()
    mentions = [m for m in find_periods(sentence).mentions if m.year or m.date]
    inside = {(m.start, m.end) for m in mentions}
    found = [n for n in found if not any(s < n.end and n.start < e for s, e in inside)]
    return tuple(_dated(n, found, mentions, sentence, calendar) for n in found)


def _read(sentence: str, match: re.Match[str]) -> ToldNumber | None:
    digits, scale = match["digits"], SCALES.get((match["scale"] or "").lower(), 0)
    bare = not (match["sign"] or match["scale"] or match["percent"] or "," in digits)
    before, after = sentence[max(0, match.start() - _NEAR) : match.start()], sentence[match.end() :]
    if bare and (re.fullmatch(r"(?:19|20)\d\d", digits) or _PLACE.search(before) or "." in digits):
        return None
    if _LENGTH.match(after) and not match["sign"]:
        return None
    if before.endswith("(") and after[:1] == ")" and bare:
        return None
    percent = match["percent"] or (not match["sign"] and _PERCENT_RANGE.match(after))  # "80 to 90 percent"
    unit = _CURRENCIES.get((match["sign"] or "").upper(), "percent" if percent else "")
    if unit not in ("", "percent") and _SHARE.match(after):
        unit = f"{unit}/share"
    value = Decimal(digits.replace(",", "")).scaleb(scale)
    return ToldNumber(match.start(), match.end(), match[0].strip(), value, scale, unit, _role(before, after))


def _role(before: str, after: str) -> Role:
    lead = _ABOUT.sub("", before)
    if _OR_MORE.match(after):
        return Role.LOOSE
    if _RANGE.match(after) and re.search(r"\b(?:between|from)\b[^.;]*$", before, re.IGNORECASE):
        return Role.LOOSE
    for role, key in ((Role.LOW, "low"), (Role.HIGH, "high"), (Role.ROUGH, "rough"), (Role.LOOSE, "loose")):
        if _ends_with("bounds", key).search(before) or _ends_with("bounds", key).search(lead):
            return role
    if _ends_with("prior", "words").search(before) or _ends_with("prior", "words").search(lead):
        return Role.PRIOR
    if _AFTER.match(after) or re.search(r"\bby\s*$", lead, re.IGNORECASE):
        return Role.CHANGE
    last = " ".join(re.split(r"[,;]", _BY.sub("", before) if _BY.search(before) else lead)[-1].split()[-2:])
    last = re.sub(r"\b(?:gains?|contract(?:s|ed)?)\b", "", last, flags=re.IGNORECASE)  # a gain of so much is an amount
    if (moves(last, 1) or moves(last, -1)) and not re.search(r"\bto\s*$", lead, re.IGNORECASE):
        return Role.CHANGE
    if re.search(r"%\s*,?\s*or\s*$|\bor\s*$", before) or re.search(r"\d\s*(?:to|-|–)\s*$", before):
        return Role.CHANGE if before.rstrip().endswith("or") else Role.LOOSE
    return Role.VALUE


def _dated(
    number: ToldNumber, numbers: Sequence[ToldNumber], mentions: Sequence[Mention], sentence: str, calendar: Calendar
) -> ToldNumber:
    """The number with the period that it is of: of several in a list its own, else the one next to it."""
    if not mentions:
        return replace(number, doubtful=number.role is Role.PRIOR)
    begins, ends = _respectively(number, sentence)
    if begins or ends < len(sentence):
        # "50% and 51% for 2026 and 2025, respectively, and 57% and 53% for ...": each list has its own periods.
        inside = [m for m in mentions if begins <= m.start < ends]
        mentions = inside or mentions
        numbers = [n for n in numbers if begins <= n.start < ends]
    alike = [n for n in numbers if n.unit == number.unit and n.role in (Role.VALUE, number.role)]
    apart = alike and (alike[-1].end <= mentions[0].start or mentions[-1].end <= alike[0].start)
    if len(alike) == len(mentions) > 1 and apart and number in alike:
        return replace(_of(number, mentions[alike.index(number)], calendar), listed=True)
    following = [m for m in mentions if m.start >= number.end]
    if following and not any(number.end <= n.start < following[0].start for n in numbers):
        between = sentence[number.end : following[0].start]
        if re.search(r"\b(?:between|from|through)\s+(?:fiscal\s+)?$", between, re.IGNORECASE):
            return replace(number, doubtful=True)
        if len(between) <= 60 and not re.search(r"[;:]|\b(?:compared|versus|from|and|but|while|than)\b", between):
            return _of(number, following[0], calendar)
    preceding = [m for m in mentions if m.end <= number.start]
    if number.role is not Role.PRIOR and preceding:
        last = preceding[-1]
        crossed = any(last.end <= n.start < number.start and n.unit == number.unit for n in numbers)
        if not crossed and not _SET_AGAINST.search(sentence[: last.start]):
            return _of(number, last, calendar)
    if len({(m.year, m.quarter, m.date) for m in mentions}) == 1 and number.role is not Role.PRIOR:
        return _of(number, mentions[0], calendar)
    return replace(number, doubtful=True)


def _respectively(number: ToldNumber, sentence: str) -> tuple[int, int]:
    """Where the list begins and ends that a number is in, each list being closed by "respectively"."""
    ends = [m.end() for m in re.finditer(r"\brespectively\b", sentence)]
    if len(ends) < 2:
        return 0, len(sentence)
    first = max((e for e in ends if e <= number.start), default=0)
    return first, next((e for e in ends if e >= number.end), len(sentence))


def _of(number: ToldNumber, mention: Mention, calendar: Calendar) -> ToldNumber:
    resolved = resolve_all(Asked(mentions=(mention,)), calendar)
    short = mention.months not in (None, 12)
    if len(resolved) != 1 or (short and resolved[0].period.quarter is None):
        return replace(number, doubtful=True)
    end = calendar.end_of(resolved[0].period)
    if mention.date is not None and not mention.months and end and abs((mention.date - end).days) > AT_END:
        return replace(number, on=mention.date)
    return replace(number, period=resolved[0].period, months=resolved[0].months)
