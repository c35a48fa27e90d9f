"""Numbers in words ("twelve percent", "doubled"): the number gate reads digits, and words could slip past it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.report_qa.numbers import numbers_in_words
from chains.answers.gate import Allowed, check_answer

_MULTIPLES = re.compile(
    r"\b(?:half|halves|halved|halving|thirds?|fifths?|tenths?|twice|thrice|doubl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)"
    r"|quadrupl(?:e|es|ed|ing)|\w+fold|dozens?|hundreds?|thousands?|millions?|billions?|trillions?)\b",
    re.IGNORECASE,
)
_SCALED = re.compile(r"(?:[\d.,]+\s*|\bin (?:\w+ )?)$", re.IGNORECASE)


def unsupported_words(text: str, allowed: Allowed, said: Iterable[str] = ()) -> tuple[str, ...]:
    """The numbers that a text writes in words and that its evidence holds neither so nor in digits.

    "one" alone is a word like any other, and a scale behind digits ("1.6 billion", "in USD millions") is the gate's.
    """
    evidence = " ".join((*allowed.quotes, *said)).lower()
    missing = []
    spans = []
    for number in numbers_in_words(text):
        printed = text[number.start : number.end]
        spans.append((number.start, number.end))
        if number.value is None or (number.value == 1 and not number.percent and not number.scale):
            continue
        digits = f"{number.value.scaleb(number.scale):f}{'%' if number.percent else ''}"
        if not _holds(evidence, printed) and not check_answer(digits, allowed).ok:
            missing.append(printed)
    for match in _MULTIPLES.finditer(text):
        scale = bool(_SCALED.search(text[: match.start()]))
        within = any(start <= match.start() < end for start, end in spans)
        if not scale and not within and not _holds(evidence, match[0]):
            missing.append(match[0])
    return tuple(dict.fromkeys(missing))


def _holds(evidence: str, words: str) -> bool:
    return re.search(rf"\b{re.escape(words.lower())}\b", evidence) is not None
