"""How well a number of a sentence fits what is asked for: its words, its kind, its time, and what its clause adds.

A fit is a product of factors in [0, 1], so that each thing that speaks against a number lowers it: a word that is asked
for and said elsewhere or nowhere, a part that nobody asked about, a bound, an amount that is only planned.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from chains.measures.phrases import whole_words
from chains.questions.fiscal_calendar import Calendar
from chains.sentences.asked_words import tables as word_tables
from chains.sentences.stems import stems
from chains.told_numbers.number_clause import OF_A_WHOLE, Clause, covered
from chains.told_numbers.number_count import count_fit
from chains.told_numbers.number_period import period_fit
from chains.told_numbers.number_sentences import Line, NumberSentences
from chains.told_numbers.prose_words import any_kin, phrases_of, tables, words_of
from chains.told_numbers.sentence_numbers import Role, ToldNumber
from chains.told_numbers.wanted_number import Wanted

_SEATED = re.compile(r"\blocated (?:in|at|near) (?:[A-Z][\w.]+(?:,? ))+")
_CAPITAL = re.compile(r"(?<![.?!“\"] )(?<!^)\b[A-Z][\w&’'-]*")
_COUNTRY = re.compile(r"\b(?:U\.S|United States|US)\b")
_MARK = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{2,}\b")
_PERIOD = re.compile(r"(?:FY|CY)\d+|Q[1-4]|[1-4]Q|H[12]|[12]H|10[KQ]|8K|\d+(?:st|nd|rd|th)|\d+[kmbx]n?", re.IGNORECASE)
# What a number keeps that ...
_ASIDE = 0.75  # is of a part or kind that was not asked for
_UNREAL = 0.4  # is only authorised, expected or possible
_RATED = 0.5  # is a rate (a day, each) where none was asked for
_UNREQUIRED = 0.3  # stands in a sentence without a word that it has to say
_UNDIVIDED = 0.3  # may hold what is left out
_UNNAMED = 0.5  # stands in a sentence that does not name the measure that is asked for
_NAMED = 0.8  # stands in a clause with the name of somebody else
_DENIED = 0.1
_LOOSE = 0.9  # is told as "over" or "nearly" so much
_FURTHER = 0.99  # stands in a clause with a further word, for each
_MOST_FURTHER, _SHORT = 10, 3  # further words that are counted, letters of one that is not


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
        * period_fit(number, line, wanted, sheet.document, calendar)
        * _role_fit(number, line, wanted)
    )
    if not sure:
        return 0.0, False
    clause = Clause.of(number, numbers, line)
    share, whole = covered(clause, wanted, sheet)
    if not share or any(mark.lower() not in line.text.lower() for mark in _marks(wanted.core)):
        return 0.0, False
    return math.prod(_factors(clause, wanted, sheet), start=sure * share), whole


def _factors(clause: Clause, wanted: Wanted, sheet: NumberSentences) -> Iterator[float]:
    """What a number keeps for each thing that its clause says of it beside what is asked for."""
    if wanted.barred:
        yield _left_out_fit(clause, wanted)
    yield _part_fit(clause, wanted, sheet)
    yield _DENIED if _denied().search(_bounded().sub(" ", clause.text)) else 1.0
    yield _narrowing_fit(clause, wanted)
    yield _real_fit(clause, wanted)
    yield _rate_fit(clause, wanted)
    if wanted.required and not wanted.required & clause.line.said:
        yield _UNREQUIRED
    yield _measure_fit(clause, wanted)
    if clause.number.unit == "":
        yield count_fit(clause, wanted)
    yield _name_fit(clause, wanted)


def _kind_fit(number: ToldNumber, wanted: Wanted) -> float:
    unit = {"": "count", "percent": "percent"}.get(number.unit, "money")
    if unit not in wanted.kinds or number.unit.endswith("/share") != wanted.per_share:
        return 0.0
    if wanted.currency and unit == "money" and not number.unit.startswith(wanted.currency):
        return 0.0
    digits = re.sub(r"[^\d.]", "", number.printed)
    return 0.0 if digits in re.findall(r"\d+(?:\.\d+)?", wanted.text.replace(",", "")) else 1.0


def _measure_fit(clause: Clause, wanted: Wanted) -> float:
    """Less where neither the sentence nor what it goes on about names the known measure that is asked for."""
    measure, line = wanted.measure, clause.line
    if measure is None or measure.named_in(line.text) or measure.named_in(line.passage.section):
        return 1.0
    return 1.0 if line.takes_up and measure.named_in(line.before) else _UNNAMED


def _role_fit(number: ToldNumber, line: Line, wanted: Wanted) -> float:
    role = number.role
    if wanted.open and OF_A_WHOLE.search(line.text[: number.start]):
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


@lru_cache(maxsize=256)
def _marks(core: str) -> tuple[str, ...]:
    """The names of a question that hold digits ("H20")."""
    return tuple(w for w in _MARK.findall(core) if not _PERIOD.fullmatch(w))


def _left_out_fit(clause: Clause, wanted: Wanted) -> float:
    """Whether a number is without what the question leaves out: not where its clause, or a part of it, says that."""
    if not wanted.barred & clause.line.said:
        return _ASIDE * _ASIDE
    rest = clause.line.text[clause.end :].lstrip(" ,;")
    holds = phrases_of("narrowing", "parts").match(rest) and wanted.barred & set(words_of(rest))
    return 0.0 if holds else _UNDIVIDED if wanted.barred & clause.said else 1.0


def _part_fit(clause: Clause, wanted: Wanted, sheet: NumberSentences) -> float:
    """Whether the clause is of the whole that is asked for, and says little besides."""
    told = {s for w in wanted.asked for s in sheet.forms(w)}
    further = {s for s in clause.said if len(s) > _SHORT and s not in told and s not in wanted.known} - _weak()
    kept = _FURTHER ** min(len(further), _MOST_FURTHER)
    wide = clause.line.text[clause.opening : clause.end]
    if not phrases_of("narrowing", "parts").match(wide.strip(" ,")):
        return kept
    # "Including 600 categorized as temporary": of the part that is asked for where nothing else is said to be it.
    own = ((told - wanted.counted) & clause.said) - set(words_of(clause.rest))
    return kept if own else _ASIDE * kept


def _narrowing_fit(clause: Clause, wanted: Wanted) -> float:
    """Less for a word that makes it narrower ("adjusted", "domestic") and is not asked for."""
    text = clause.text.replace("May ", " ")
    number = clause.number
    if number.unit == "" and not number.listed:
        # "50,000 employees, which constitute 32% of all, were union represented": what is said of them follows.
        following = (n.start for n in clause.numbers if n.start >= clause.end and n.unit == "")
        text = clause.line.text[clause.start : next(following, None)]
    aside = {m[0].lower() for m in phrases_of("narrowing").finditer(text)}
    return _ASIDE ** min(2, sum(not _said(words, wanted) for words in aside))


def _real_fit(clause: Clause, wanted: Wanted) -> float:
    """Less for what is only authorised, expected or possible, unless that is asked for."""
    if wanted.high or wanted.open or wanted.ahead:
        return 1.0
    before = clause.line.text[: clause.number.start].replace("May ", " ")
    unreal = phrases_of("narrowing", "unreal").finditer(before)
    return _UNREAL if any(not _said(m[0], wanted) for m in unreal) else 1.0


def _rate_fit(clause: Clause, wanted: Wanted) -> float:
    """Less for so much a day or each, unless that is asked for."""
    rate = phrases_of("narrowing", "rates").search(clause.after.partition(",")[0])
    if rate is None or clause.number.unit.endswith("/share") or _said(rate[0], wanted):
        return 1.0
    return _RATED


def _name_fit(clause: Clause, wanted: Wanted) -> float:
    """Less where the clause names somebody, or a place, that the question does not."""

    def strange(text: str) -> bool:
        names = [re.sub(r"[’']s?$", "", w).lower() for w in _CAPITAL.findall(_SEATED.sub(" ", text))]
        return any(w not in wanted.known and not set(words_of(w)) <= any_kin(wanted.asked) for w in names)

    place = _COUNTRY.search(clause.after) is not None and "united states" not in wanted.core
    return (_NAMED if strange(clause.before) else 1.0) * (_NAMED if strange(clause.after) or place else 1.0)


def _said(words: str, wanted: Wanted) -> bool:
    """Whether a question says some words, or others for them."""
    flat = re.escape(words.lower())
    return bool(re.search(rf"(?<!\w){flat}(?!\w)", wanted.core)) or set(stems(words)) <= any_kin(wanted.asked)


@cache
def _weak() -> frozenset[str]:
    """The stems of words that say little."""
    return frozenset(s for word in word_tables()["weak"]["words"] for s in stems(word))


@cache
def _denied() -> re.Pattern[str]:
    return whole_words(word_tables()["denial"]["words"])


@cache
def _bounded() -> re.Pattern[str]:
    return whole_words([*tables()["bounds"]["low"], *tables()["bounds"]["high"]])
