"""How well a number without a unit fits as a count: whether it counts the thing, and not what came to it or went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.sentences.stems import stems
from chains.told_numbers.number_clause import JOINT, Clause
from chains.told_numbers.prose_words import any_kin, same_as, stems_of, words_in, words_of
from chains.told_numbers.sentence_numbers import ToldNumber
from chains.told_numbers.wanted_number import Wanted

_TOKEN = re.compile(r"[^\W\d_]+")
_ADDS = re.compile(r"\badd(?:s|ed|ing)?\b", re.IGNORECASE)
_OF_THEM = re.compile(r"\s*of (?:which|whom|these|those|them)\b")
_SHARE_OF_ALL = re.compile(
    r"[^.;]{0,60}?\b(?:constitut|represent|compris|account)\w*\s+(?:for\s+)?(?:\w+\s+)?\d[\d.]*\s*(?:%|percent)\s+of\b",
    re.IGNORECASE,
)
_STATED = re.compile(r"\b(?:was|were|is|are|totaled|totalled|of|to|at)(?:\s\w+)?\s*$")
_APART = 40  # characters between two numbers of one thing
_COUNTED = 9  # words behind a number among which what it counts has to be
# What a number keeps that ...
_CHANGING = 0.3  # counts what was opened or closed where that was not asked for
_UNCOUNTED = 0.3  # counts another thing than is asked for
_UNSAID = 0.75  # counts a part of the thing, for each word of it that was not asked for
_PARTED = 0.93  # is parted from the thing, for each word between
_ELIDED = 0.95  # counts what was named before
_LED, _SHARED = 0.9, 0.9  # stands behind the thing, or before another count of it that names it


def count_fit(clause: Clause, wanted: Wanted) -> float:
    """Whether what a number counts is the thing that is asked for, and not what came to it or went."""
    number, line = clause.number, clause.line
    if wanted.changes and not all(same_as(w) & line.said for w in wanted.changes):
        return 0.0
    sure = _CHANGING if (clause.said & _changes(line.text)) - any_kin(frozenset(stems(wanted.core))) else 1.0
    if _OF_THEM.match(line.text[number.end :]) or _SHARE_OF_ALL.match(line.text[number.end :]):
        return sure * _UNCOUNTED
    return sure * _thing_fit(clause, wanted) if wanted.counted else sure


def _changes(sentence: str) -> frozenset[str]:
    changes = stems_of("fillers", "changes")
    return changes if _ADDS.search(sentence) else changes - _added()  # "additionally" adds nothing


@cache
def _added() -> frozenset[str]:
    return frozenset(stems("added"))


def _thing_fit(clause: Clause, wanted: Wanted) -> float:
    """How surely the thing is what the number counts: named behind it, before it, or behind the next number."""
    number, line = clause.number, clause.line
    behind = [w.lower() for w in _TOKEN.findall(clause.after)[:_COUNTED]]
    at = next((i for i, w in enumerate(behind) if _names(w, wanted) and not w.endswith("ed")), None)
    if at is not None:
        between = _further(behind[:at], wanted)
        hindered = not words_in("narrowing", "apart").isdisjoint(between) or not _several(behind[at], number)
        if between and not number.listed and _shares_thing(clause, wanted):
            # "1,200 large and 400 small stores": parts of what is counted.
            return _UNSAID ** len(between)
        return _UNCOUNTED if hindered else _PARTED ** len(between)
    lead = line.text[: number.start]
    if not behind or behind[0] in words_in("narrowing", "elided") or behind[0].endswith("ed"):
        # "15,000 employees in the U.S. and 17,500 outside": the thing was named before.
        return _ELIDED if _names(lead, wanted) or _names(line.before, wanted) else _UNCOUNTED
    following = next((n for n in clause.numbers if n.start > number.end and n.unit == ""), None)
    if following is not None and JOINT.search(line.text, number.end, following.start):
        # "we operate 525 (all leased) and franchise 365 parlors": the thing is named behind the second.
        beyond = any(_names(w, wanted) for w in _TOKEN.findall(line.text[following.end :])[:_COUNTED])
        if beyond and following.start - number.end <= _APART:
            return _SHARED * (1.0 if number.listed else _UNSAID ** len(_further(behind, wanted)))
    return _LED if _STATED.search(lead) and _names(lead, wanted) else _UNCOUNTED


def _names(text: str, wanted: Wanted) -> bool:
    """Whether a text names the thing that is to be counted."""
    return not wanted.counted.isdisjoint(words_of(text))


def _further(words: Sequence[str], wanted: Wanted) -> list[str]:
    """The words between a number and what it counts that are neither asked for nor empty."""
    plain, asked = words_in("narrowing", "plain"), any_kin(wanted.asked)
    return [w for w in words if w not in plain and asked.isdisjoint(words_of(w))]


def _shares_thing(clause: Clause, wanted: Wanted) -> bool:
    """Whether the number before counts the same thing, which is only named behind this one."""
    number = clause.number
    before = [n for n in clause.numbers if n.unit == "" and n.end < number.start]
    if not before or number.start - before[-1].end > _APART:
        return False
    between = clause.line.text[before[-1].end : number.start]
    return bool(JOINT.search(between)) and not _names(between, wanted)


def _several(word: str, number: ToldNumber) -> bool:
    """Whether a word names several things, as what is counted does ("16 Colleague Groups" are no colleagues)."""
    return number.value == 1 or word.endswith("s") or word in words_in("narrowing", "plural")
