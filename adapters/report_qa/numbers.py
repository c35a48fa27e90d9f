"""Numbers as filings print them: `$ 1,452.4`, `(87%)`, `-7.6 ( 7.6 )`, `12.3 million`, and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_MOST_DIGITS = 30
# No two neighbours of a pattern may both match a run of spaces: a page of blanks would be tried in all ways to cut it.
_NUMBER = re.compile(
    r"(?<![\w.,%)])(?P<open>\(\s*)?(?P<minus>[-\u2212\u2013]\s?)?(?P<money>(?:US|C|A|HK)?[$\u20ac\u00a3\u00a5]\s*)?"
    r"(?P<open2>\(\s*)?(?P<minus2>[-\u2212]\s?)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![\d])(?!,\d{3}\b)"
    r"(?P<percent>\s?%|\s+per\s?cent\b)?(?P<close>\s*\))?(?P<percent2>\s?%)?"
    r"(?:\s*(?:-\s*)?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn)s?\b)?",
    re.IGNORECASE,
)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12}
_REPEATED = re.compile(
    r"\s*(?:[$\u20ac\u00a3\u00a5]\s*)?(?:-\s*)?[\d.,]+\s?%?\s*\(\s*(?:[$\u20ac\u00a3\u00a5]\s*)?[\d.,]+\s?%?\s*\)\s*$"
)
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"\b(?P<first>{_WORD})(?:[\s-]+(?P<second>{_WORD}))?(?:\s+(?P<hundred>hundred))?\b"
    r"(?P<percent>\s+per\s?cent\b)?(?:\s+(?P<scale>thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number in a text: its value as printed and signed, whether in percent, the power of ten of its scale word."""

    start: int
    end: int
    value: Decimal | None
    percent: bool = False
    scale: int = 0


def numbers_in(text: str) -> list[Printed]:
    """The numbers that `text` prints, in order. A number in brackets alone is negative, as accountants write it."""
    found: list[Printed] = []
    for match in _NUMBER.finditer(text):
        digits = match["digits"].replace(",", "")
        if len(digits) > _MOST_DIGITS:
            continue
        try:
            value = Decimal(digits)
        except InvalidOperation:  # pragma: no cover - the pattern gives digits
            continue
        opened = bool(match["open"] or match["open2"])
        bracketed = opened and bool(match["close"])
        negative = bool(match["minus"] or match["minus2"]) or (bracketed and _stands_alone(text, match))
        start = match.start() if not opened or bracketed else match.start("digits")
        end = match.end() if opened or not match["close"] else match.start("close")
        percent = bool(match["percent"] or match["percent2"])
        if bracketed and found and abs(found[-1].value or 0) == value and not text[found[-1].end : start].strip():
            continue  # FinQA's texts repeat a number in brackets, "92% ( 92 % )"
        scale = _SCALES.get((match["scale"] or "").lower(), 0)
        found.append(Printed(start, end, -value if negative else value, percent, scale))
    return found


def number_of_cell(cell: str) -> Printed | None:
    """The number that a table's cell is, None where it is words (or words with numbers in them).

    FinQA's tables print a bracketed number twice, `-7.6 ( 7.6 )`: that is one number.
    """
    found = numbers_in(cell)
    if len(found) != 1:
        return None
    first = found[0]
    rest = cell[: first.start] + (cell[first.end :] if not _REPEATED.match(cell) else "")
    if re.search(
        r"[A-Za-z]{2,}|\d", re.sub(r"\b(?:million|billion|thousand|USD|US|pts?|bps|x|years?|months?)\b", "", rest)
    ):
        return None
    return Printed(0, len(cell), first.value, first.percent or "%" in cell, first.scale)


def numbers_in_words(text: str) -> list[Printed]:
    """Numbers that are written out ("twelve percent", "three years"), for questions."""
    found = []
    for match in _IN_WORDS.finditer(text):
        value = _WORDS[match["first"].lower()]
        if match["second"]:
            second = _WORDS[match["second"].lower()]
            if value < 20 or second > 9:
                continue
            value += second
        if match["hundred"]:
            value *= 100
        scale = _SCALES.get((match["scale"] or "").lower(), 0)
        found.append(Printed(match.start(), match.end(), Decimal(value), bool(match["percent"]), scale))
    return found


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Brackets mean a minus where they hold the number alone in its cell or behind a $, not in "rose 5 (2018: 4)"."""
    before, after = text[: match.start()].strip(" $\u20ac\u00a3\u00a5"), text[match.end() :].strip(" %")
    return not before and not after
