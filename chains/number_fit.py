"""How well a number of a sentence fits what is asked for: its words, its kind, its time, and what its clause adds.

A fit is a product of factors in [0, 1], so that each thing that speaks against a number lowers it: a word that is asked
for and said elsewhere or nowhere, a part that nobody asked about, a bound, an amount that is only planned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from chains.expression import FiscalPeriod
from chains.fiscal_calendar import Calendar, Resolved
from chains.number_sentences import Line, NumberSentences, same_as, words_of
from chains.phrases import whole_words
from chains.quotes import tables as word_tables
from chains.sentence_numbers import Role, ToldNumber, tables
from chains.stems import stems
from ingest.schema import Document

_CLAUSE = re.compile(
    r";|,?\s\b(?=of which|of whom|partially offset)"
    r"|,\s(?=(?:and|but|while|which|with|compared|as compared|versus|including|up|down|or)\b)"
    r"|\s(?=(?:comprised|consisting|composed|made up) of)|\s(?=with (?:approximately |about )?\d)",
    re.IGNORECASE,
)
_JOINT = re.compile(r",\s|\s(?:and|or|but|while|to|for|from|at)\s", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_]+")
_SEATED = re.compile(r"\blocated (?:in|at|near) (?:[A-Z][\w.]+(?:,? ))+")
_CAPITAL = re.compile(r"(?<![.?!“\"] )(?<!^)\b[A-Z][\w&’'-]*")
_MARK = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{2,}\b")
_PERIOD = re.compile(r"(?:FY|CY)\d+|Q[1-4]|[1-4]Q|H[12]|[12]H|10[KQ]|8K|\d+(?:st|nd|rd|th)|\d+[kmbx]n?", re.IGNORECASE)
_AS_OF = re.compile(r"\bas of\s+[A-Z][a-z]+ \d", re.IGNORECASE)
_ADDS = re.compile(r"\badd(?:s|ed|ing)?\b", re.IGNORECASE)
_OF_A_WHOLE = re.compile(
    r"\d[\d.,]*(?:\s(?:thousand|million|billion|trillion))?\s+(?:out\s+)?of\s+(?:the|our|its|their|an?|this|that)"
    r"\s+(?:\w+\s+)?$",
    re.I,
)
"""What leads to a whole of which a part stands before it: "$4.0 billion of the $5.0 billion authorization"."""
_STATED = re.compile(r"\b(?:was|were|is|are|totaled|totalled|of|to|at)(?:\s\w+)?\s*$")
_FRONT = 40  # pages in which a report counts what there is on its own day
_APART = 40  # characters between two numbers of one thing
_COUNTED = 9  # words behind a number among which what it counts has to be

# What a word counts where it is said elsewhere in the sentence, of another number of it, in the sentence before.
_ELSEWHERE, _ANOTHERS, _LED = 0.8, 0.3, 0.3
_TAKEN_UP = 0.8  # in the sentence before one that goes on about it
# What a number keeps that ...
_ASIDE = 0.75  # is of a part or kind that was not asked for
_UNREAL = 0.4  # is only authorised, expected or possible
_RATED = 0.5  # is a rate (a day, each) where none was asked for
_CHANGING = 0.3  # counts what was opened or closed where that was not asked for
_UNCOUNTED = 0.3  # counts another thing than is asked for
_UNSAID = 0.75  # counts a part of the thing, for each word of it that was not asked for
_NAMED = 0.8  # stands in a clause with the name of somebody else
_DENIED = 0.1
_DOUBTFUL = 0.45  # is of a time that the sentence leaves open among several
_LOOSE = 0.9  # is told as "over" or "nearly" so much
_EVENT = 0.9  # is of another year than the report, where something is asked for that happened, and not when
_DATED = 0.9  # is of a day within the time that is asked for
_UNDATED = 0.84  # is told without a time in the report of the one that is asked for
_FURTHER = 0.99  # stands in a clause with a further word, for each
_SLACK, _QUARTER, _YEAR = 7, 98, 372  # days


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants a number of. `counted` are the stems of the thing that is to be counted, in any word;
    `changes` those of the verbs by which it changed ("closed"); `low` and `high` say that a bound is asked for, `on`
    the day or month that is named, `event` that it asks for something that happened without saying when; `required`
    are words of which a sentence has to say one, `barred` those that the question leaves out, and `known` those in
    capitals that are nobody else's name.
    `open` says that it asks for what is left or allowed, `ahead` for what is expected."""

    kind: str
    asked: frozenset[str]
    counted: frozenset[str]
    changes: frozenset[str]
    low: bool
    high: bool
    core: str
    text: str
    currency: str = ""
    per_share: bool = False
    when: Resolved | None = None
    on: date | None = None
    event: bool = False
    known: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    open: bool = False
    ahead: bool = False

    @property
    def period(self) -> FiscalPeriod | None:
        return self.when.period if self.when is not None else None


@cache
def table(name: str, key: str = "words") -> re.Pattern[str]:
    """The phrases of a list of prose_numbers.toml, as one pattern."""
    return whole_words(tables()[name][key])


@cache
def _denied() -> re.Pattern[str]:
    return whole_words(word_tables()["denial"]["words"])


@cache
def _bounded() -> re.Pattern[str]:
    return whole_words([*tables()["bounds"]["low"], *tables()["bounds"]["high"]])


def fit_of(
    number: ToldNumber,
    numbers: Sequence[ToldNumber],
    line: Line,
    wanted: Wanted,
    sheet: NumberSentences,
    calendar: Calendar,
) -> tuple[float, bool]:
    """How well a number fits, in [0, 1], 0 where it cannot be the one; and whether all that is asked for is said."""
    sure = (
        _kind_fit(number, wanted)
        * _period_fit(number, line, wanted, sheet.document, calendar)
        * _role_fit(number, line, wanted)
    )
    if not sure:
        return 0.0, False
    start, end = clause_of(number, numbers, line.text)
    own = line.text[start:end]
    said = set(words_of(own))
    share, whole = covered(number, numbers, line, wanted, sheet, said)
    sure *= share
    if not sure or any(mark.lower() not in line.text.lower() for mark in marks(wanted.core)):
        return 0.0, False
    wide = line.text[max((m.end() for m in _CLAUSE.finditer(line.text, 0, number.start)), default=0) : end]
    if wanted.barred:
        sure *= _left_out(line, start, end, said, wanted)
    told = {s for w in wanted.asked for s in sheet.forms(w)}
    if table("narrowing", "parts").match(wide.strip(" ,")):
        # "Including 600 categorized as temporary": of the part that is asked for where nothing else is said to be it.
        rest = set(words_of(f"{line.text[:start]} {line.text[end:]}"))
        if not ((told - wanted.counted) & said) - rest:
            sure *= _ASIDE
    idle = {s for word in word_tables()["weak"]["words"] for s in stems(word)} if "weak" in word_tables() else set()
    further = {s for s in said if len(s) > 3 and s not in told and s not in idle and s not in wanted.known}
    sure *= _FURTHER ** min(len(further), 10)
    if _denied().search(_bounded().sub(" ", own)):
        sure *= _DENIED
    bare = own.replace("May ", " ")
    if number.unit == "" and not number.listed:
        # "50,000 employees, which constitute 32% of all, were union represented": what is said of them follows.
        bare = line.text[start : next((n.start for n in numbers if n.start >= end and n.unit == ""), None)]
    aside = {m[0].lower() for m in table("narrowing").finditer(bare)}
    sure *= _ASIDE ** min(2, sum(not _said(a, wanted) for a in aside))
    before = line.text[: number.start].replace("May ", " ")
    if any(not _said(m[0], wanted) for m in table("narrowing", "unreal").finditer(before)):
        sure *= _UNREAL if not (wanted.high or wanted.open or wanted.ahead) else 1.0
    rate = table("narrowing", "rates").search(line.text[number.end : end].partition(",")[0])
    if rate is not None and not number.unit.endswith("/share") and not _said(rate[0], wanted):
        sure *= _RATED
    if wanted.required and not wanted.required & line.said:
        sure *= _UNCOUNTED
    if number.unit == "":
        sure *= _count_fit(number, numbers, line, wanted, said, end)
    return sure * _name_fit(line.text[start : number.start], line.text[number.end : end], wanted), whole


def _left_out(line: Line, start: int, end: int, said: set[str], wanted: Wanted) -> float:
    """Whether a number is without what the question leaves out: not where its clause, or a part of it, says that."""
    if not wanted.barred & line.said:
        return _ASIDE * _ASIDE
    rest = line.text[end:].lstrip(" ,;")
    holds = table("narrowing", "parts").match(rest) and wanted.barred & set(words_of(rest))
    return 0.0 if holds else _UNCOUNTED if wanted.barred & said else 1.0


def _said(words: str, wanted: Wanted) -> bool:
    """Whether a question says some words, or others for them."""
    flat = re.escape(words.lower())
    return bool(re.search(rf"(?<!\w){flat}(?!\w)", wanted.core)) or set(stems(words)) <= _any_of(wanted.asked)


def _any_of(asked: frozenset[str]) -> frozenset[str]:
    return frozenset(s for w in asked for s in same_as(w))


def _kind_fit(number: ToldNumber, wanted: Wanted) -> float:
    unit = {"": "count", "percent": "percent"}.get(number.unit, "money")
    kinds: tuple[str, ...] = (wanted.kind,)
    if wanted.kind == "any":
        # A share is only meant where something that may be one is asked for ("margin", "coupon").
        kinds = ("count", "money", "percent") if table("asks", "shares").search(wanted.core) else ("count", "money")
    if unit not in kinds or number.unit.endswith("/share") != wanted.per_share:
        return 0.0
    if wanted.currency and unit == "money" and not number.unit.startswith(wanted.currency):
        return 0.0
    digits = re.sub(r"[^\d.]", "", number.printed)
    return 0.0 if digits in re.findall(r"\d+(?:\.\d+)?", wanted.text.replace(",", "")) else 1.0


def _period_fit(number: ToldNumber, line: Line, wanted: Wanted, document: Document, calendar: Calendar) -> float:
    own = FiscalPeriod(document.fiscal_year, document.fiscal_quarter) if document.fiscal_year else None
    report = is_report(document)
    if number.doubtful:
        return _DOUBTFUL if own is None or wanted.period in (None, own) else 0.0
    if wanted.on is not None:
        if not report and (number.on is None or number.on.year == wanted.on.year):
            return 1.0 if number.on == wanted.on else _DATED
        return 1.0 if number.on == wanted.on else 0.0 if number.on or number.period else _DOUBTFUL
    if number.on is not None:
        if wanted.period is None:
            return _EVENT if wanted.event else 0.0 if report and not _on_cover(number, line) else 1.0
        end = calendar.end_of(wanted.period)
        days = (end - number.on).days if end is not None else -1
        near = -_SLACK <= days < (_QUARTER if wanted.period.quarter else _YEAR)
        near |= own == wanted.period and -_QUARTER < days <= 0 and _on_cover(number, line)
        return _DATED if near or (not report and number.on.year == wanted.period.year) else 0.0
    if number.period is not None:
        asked = wanted.period or own
        if asked is None or number.period == asked:
            months = wanted.when.months if wanted.when is not None else None
            return 1.0 if number.months == months or wanted.when is None else 0.0
        return (_EVENT if wanted.event else 0.0 if report else 1.0) if wanted.period is None else 0.0
    if wanted.period is None or own is None:
        return 1.0
    if own == wanted.period:
        return _UNDATED if report and not line.takes_up else 1.0
    # A current report says when in its first lines; it tells of its own year and of those next to it.
    return 1.0 if not report and abs(own.year - wanted.period.year) <= 1 else 0.0


def _on_cover(number: ToldNumber, line: Line) -> bool:
    """Whether a number counts what there is on the day of a report: its holders of record, its shares."""
    return number.unit == "" and bool(_AS_OF.search(line.text)) and line.passage.page <= _FRONT


def is_report(document: Document) -> bool:
    """Is it a report of a year or quarter, and none of what happened on a day?"""
    return document.form.upper().startswith(("10-K", "10-Q", "20-F", "40-F", "6-K"))


def _role_fit(number: ToldNumber, line: Line, wanted: Wanted) -> float:
    role = number.role
    if wanted.open and _OF_A_WHOLE.search(line.text[: number.start]):
        return 0.0
    if wanted.open and role in (Role.VALUE, Role.HIGH):
        return 1.0
    if role is Role.VALUE:
        bound = tables()["bounds"]["low_asked" if wanted.low else "high_asked"]
        stated = any(set(stems(word)) & line.said for word in bound)
        return 1.0 if stated or not (wanted.low or wanted.high) else 0.0
    if role is Role.LOW or role is Role.HIGH:
        return 1.0 if (wanted.low and role is Role.LOW) or (wanted.high and role is Role.HIGH) else 0.0
    return _LOOSE if role is Role.ROUGH else 0.0


def clause_of(number: ToldNumber, numbers: Sequence[ToldNumber], sentence: str) -> tuple[int, int]:
    """Where the clause of a number begins and ends: between two numbers of one kind, the first joint parts them."""
    start = max((m.end() for m in _CLAUSE.finditer(sentence, 0, number.start)), default=0)
    end = next((m.start() for m in _CLAUSE.finditer(sentence, number.end)), len(sentence))
    if number.listed:
        return start, end
    for other in numbers:
        if other.start == number.start or other.unit != number.unit:
            continue
        if start <= other.end <= number.start:
            joint = _JOINT.search(sentence, other.end, number.start)
            start = max(start, joint.end() if joint else other.end)
        elif number.end <= other.start <= end and not _OF_A_WHOLE.search(sentence[number.start : other.start]):
            joint = _JOINT.search(sentence, number.end, other.start)
            end = min(end, joint.start() if joint else other.start)
    return start, end


def covered(
    number: ToldNumber,
    numbers: Sequence[ToldNumber],
    line: Line,
    wanted: Wanted,
    sheet: NumberSentences,
    said: set[str],
) -> tuple[float, bool]:
    """The share of what is asked that is said of the number, each word by how much it tells; and whether all is."""
    others = [o for o in numbers if o.start != number.start and o.unit == number.unit and not number.listed]
    theirs: set[str] = set()
    for other in others:
        start, end = clause_of(other, numbers, line.text)
        theirs |= set(words_of(line.text[start:end]))
    total = got = 0.0
    whole = True
    for word in wanted.asked:
        weight = sheet.weight(word)
        forms = sheet.forms(word)
        total += weight
        best = max(
            (_where(s, said, theirs, line, shared=s in wanted.counted) * f for s, f in forms.items()), default=0.0
        )
        got += weight * best
        whole &= best > _LED
    return (got / total if total else 0.0), whole


def _where(stem: str, said: set[str], theirs: set[str], line: Line, *, shared: bool) -> float:
    if stem in said:
        return 1.0
    if stem in line.said:
        return _ANOTHERS if stem in theirs and not shared else _ELSEWHERE
    return 0.6 if stem in line.heading else (_TAKEN_UP if line.takes_up else _LED) if stem in line.led else 0.0


def _count_fit(
    number: ToldNumber, numbers: Sequence[ToldNumber], line: Line, wanted: Wanted, said: set[str], end: int
) -> float:
    """Whether what a number counts is the thing that is asked for, and not what came to it or went."""
    sure = 1.0
    changes = {s for word in tables()["fillers"]["changes"] for s in stems(word)}
    if not _ADDS.search(line.text):
        changes -= set(stems("added"))  # "additionally" adds nothing
    if (said & changes) - _any_of(frozenset(stems(wanted.core))):
        sure *= _CHANGING
    if wanted.changes and not all(same_as(w) & line.said for w in wanted.changes):
        return 0.0
    if re.match(r"\s*of (?:which|whom|these|those|them)\b", line.text[number.end :]):
        return sure * _UNCOUNTED
    if not wanted.counted:
        return sure
    behind = [w.lower() for w in _TOKEN.findall(line.text[number.end : end])[:_COUNTED]]
    at = next((i for i, w in enumerate(behind) if set(words_of(w)) & wanted.counted and not w.endswith("ed")), None)
    if at is not None:
        between = _further(behind[:at], wanted)
        hindered = any(w in tables()["narrowing"]["apart"] for w in between) or not _several(behind[at], number)
        if between and not number.listed and _shares_thing(number, numbers, line, wanted):
            # "1,200 large and 400 small stores": parts of what is counted.
            return sure * _UNSAID ** len(between)
        return sure * (_UNCOUNTED if hindered else 0.93 ** len(between))
    if not behind or behind[0] in tables()["narrowing"]["elided"] or behind[0].endswith("ed"):
        # "15,000 employees in the U.S. and 17,500 outside": the thing was named before.
        earlier = (
            line.text[: number.start] if set(words_of(line.text[: number.start])) & wanted.counted else line.before
        )
        return sure * (0.95 if set(words_of(earlier)) & wanted.counted else _UNCOUNTED)
    following = next((n for n in numbers if n.start > number.end and n.unit == ""), None)
    if following is not None and _JOINT.search(line.text, number.end, following.start):
        # "we operate 525 (all leased) and franchise 365 parlors": the thing is named behind the second.
        beyond = [w for w in _TOKEN.findall(line.text[following.end :])[:_COUNTED] if set(words_of(w)) & wanted.counted]
        if beyond and following.start - number.end <= _APART:
            return sure * 0.9 * (1.0 if number.listed else _UNSAID ** len(_further(behind, wanted)))
    lead = line.text[: number.start]
    if (
        re.search(r"\b(?:was|were|is|are|totaled|totalled|of|to|at)(?:\s\w+)?\s*$", lead)
        and set(words_of(lead)) & wanted.counted
    ):
        return sure * 0.9
    return sure * _UNCOUNTED


def _further(words: Sequence[str], wanted: Wanted) -> list[str]:
    """The words between a number and what it counts that are neither asked for nor empty."""
    plain, asked = set(tables()["narrowing"]["plain"]), _any_of(wanted.asked)
    return [w for w in words if w not in plain and not set(words_of(w)) & asked]


def _shares_thing(number: ToldNumber, numbers: Sequence[ToldNumber], line: Line, wanted: Wanted) -> bool:
    """Whether the number before counts the same thing, which is only named behind this one."""
    before = [n for n in numbers if n.unit == "" and n.end < number.start]
    if not before or number.start - before[-1].end > _APART:
        return False
    between = line.text[before[-1].end : number.start]
    return bool(_JOINT.search(between)) and not set(words_of(between)) & wanted.counted


def _several(word: str, number: ToldNumber) -> bool:
    """Whether a word names several things, as what is counted does ("16 Colleague Groups" are no colleagues)."""
    return number.value == 1 or word.endswith("s") or word in tables()["narrowing"]["plural"]


def _name_fit(before: str, after: str, wanted: Wanted) -> float:
    """Less where the clause names somebody, or a place, that the question does not."""

    def strange(text: str) -> bool:
        names = [re.sub(r"[’']s?$", "", w).lower() for w in _CAPITAL.findall(_SEATED.sub(" ", text))]
        return any(w not in wanted.known and not set(words_of(w)) <= _any_of(wanted.asked) for w in names)

    places = re.search(r"\b(?:U\.S|United States|US)\b", after) and "united states" not in wanted.core
    return (_NAMED if strange(before) else 1.0) * (_NAMED if strange(after) or places else 1.0)


def marks(core: str) -> list[str]:
    """The names of a question that hold digits ("H20")."""
    return [w for w in _MARK.findall(core) if not _PERIOD.fullmatch(w)]
