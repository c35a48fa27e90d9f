"""Numbers as an answer prints them: "$1.6 billion", "(3.2)%", "170 basis points", "December 31, 2018", "pages 60-61".

This is the number gate's own parser. It shares no code with the readers, so one mistake cannot hide another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

SCALES = {
    **dict.fromkeys(("hundred", "hundreds"), 2),
    **dict.fromkeys(("thousand", "thousands", "k"), 3),
    **dict.fromkeys(("million", "millions", "mn", "mm", "mio", "m"), 6),
    **dict.fromkeys(("billion", "billions", "bn", "b"), 9),
    **dict.fromkeys(("trillion", "trillions", "tn", "t"), 12),
}
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 3)}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
TOKEN = re.compile(
    rf"""
      (?P<ymd>(?<![\w])(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\w))
    | (?P<mdy>(?<!\w)(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>(?:19|20)\d\d))?(?!\w|[,.]\d))
    | (?P<dmy>(?<![\w.,])
        (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m3>{_MONTH})(?:,?\s+(?P<y3>(?:19|20)\d\d))?(?!\w))
    | (?P<slash>(?<![\w/])(?P<m4>\d{{1,2}})/(?P<d4>\d{{1,2}})/(?P<y4>(?:19|20)\d\d)(?![\w/]))
    | (?P<page>(?<!\w)(?:pages?|pp?\.?)[^\S\n]*(?P<first>\d{{1,5}})
        (?:(?:\s*[-–,&]\s*|\s+and\s+|\s+to\s+)(?P<last>\d{{1,5}}))?(?![\d,.]*\d|\s*%|\w))
    | (?P<form>(?<!\w)(?:10-?[KQ](?:/A)?|8-?K(?:/A)?|6-?K|20-?F|40-?F|S-?[1348]|11-?K|DEF\s14A)(?!\w))
    | (?P<fiscal>(?<!\w)(?:FY|CY|fiscal(?:\syear)?)\s?['’]?(?P<fy>(?:19|20)\d\d|\d\d)(?!\w|[.,]\d))
    | (?P<quarter>(?<!\w)(?:Q[1-4]|[1-4]Q|H[12]|[12]H)(?!\w))
    | (?P<mark>\[\d{{1,3}}\]|(?m:^\s*\(?\d{{1,2}}[.)](?=\s)))
    | (?P<ordinal>(?<![\w.,])\d{{1,3}}(?:st|nd|rd|th)(?!\w))
    | (?P<number>(?<![\w.,])
        (?:(?P<open>\()\s?)?(?:(?P<minus>(?<!\d)[-−–])\s?)?(?P<symbol>(?:US|C|A|HK|NT|R)?\$|[€£¥₩₹]|(?:USD|EUR|GBP|JPY|CHF|CAD)\s?)?(?P<inner>[-−–(])?
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)
        (?P<close>\)(?=\s?(?:%|thousand|million|billion|trillion)))?
        (?P<percent>\s?%|\s+per\s?cent(?:age\ points?)?(?!\w)|\s+percentage\spoints?|\s?ppts?(?!\w)|\s?pp(?!\w))?
        (?P<basis>\s+basis\spoints?|\s?bps(?!\w))?
        (?:\s?-?(?P<scale>hundreds?|thousands?|millions?|billions?|trillions?|mn|mm|mio|bn|tn|[KMBT](?=\b)|[kmb](?=\b))(?!\w))?
        (?P<times>\s?[x×](?!\w))?(?![\w]))
    | (?P<spelled>(?<!\w)(?P<tens>{"|".join(_WORDS)})(?:[-\s](?P<ones>{"|".join(list(_WORDS)[1:10])}))?[-\s]
        (?P<scale2>hundred|thousand|million|billion|trillion|percent|per\scent)(?!\w))
    | (?P<mixed>\w*\d\w*(?:-\w+)*)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as a text prints it. `scale` is a power of ten; `step` is the size of its last printed digit."""

    text: str
    value: Decimal
    step: Decimal
    scale: int = 0
    percent: bool = False
    currency: bool = False
    multiple: bool = False
    start: int = 0

    @property
    def rough(self) -> bool:
        """A bare single digit ("2 of them"): too coarse to be a rounded value, so it must be exact."""
        return len(str(abs(self.value))) == 1 and not (self.scale or self.percent or self.currency or self.multiple)

    @property
    def whole(self) -> Decimal:
        """The value in whole units; a percent as its fraction."""
        return self.value.scaleb(self.scale - (2 if self.percent else 0))

    @property
    def tolerance(self) -> Decimal:
        """Half a unit of the last printed digit, in whole units."""
        return self.step.scaleb(self.scale - (2 if self.percent else 0)) / 2


_LAST_NUMBER = re.compile(r"(?<!\w)[^\w\s]*\d[\d.,)]*\s*\Z")  # "FY2025" is a name
_GOES_ON = re.compile(r"\s*(?:\w|%)")


def untorn(kept: str, rest: str) -> str:
    """The beginning of a text that was cut, without a number that goes on in the rest.

    "1.2" of "1.2 million" is another number, as is "30" of "November 30, 2024".
    """
    number = _LAST_NUMBER.search(kept) if _GOES_ON.match(rest) else None
    return kept[: number.start()] if number else kept


def read_number(match: re.Match[str]) -> Printed | None:
    """The number that a TOKEN match is; None for a date, a page, a name."""
    if match["spelled"]:
        value = Decimal(_WORDS[match["tens"].lower()] + (_WORDS[match["ones"].lower()] if match["ones"] else 0))
        unit = match["scale2"].lower()
        return Printed(
            match[0], value, Decimal(1), SCALES.get(unit, 0), percent=unit not in SCALES, start=match.start()
        )
    if not match["number"]:
        return None
    digits = match["digits"].replace(",", "")
    if len(digits) > 60:
        return None
    suffix = match["scale"] or ""
    value = Decimal(digits)
    closed = bool(match["close"]) or match.string[match.end() : match.end() + 1] == ")"
    bracketed = closed and bool(match["open"] or match["inner"] == "(")
    if bracketed or match["minus"] or (match["inner"] and match["inner"] != "("):
        value = -value
    return Printed(
        text=match[0].strip(),
        value=value.scaleb(-2) if match["basis"] else value,
        step=Decimal(1).scaleb(-len(digits.partition(".")[2]) - (2 if match["basis"] else 0)),
        scale=SCALES[suffix.lower()] if suffix else 0,
        percent=bool(match["percent"] or match["basis"]),
        currency=bool(match["symbol"]),
        multiple=bool(match["times"]),
        start=match.start("digits"),
    )


def years_of(match: re.Match[str]) -> tuple[int, ...]:
    """The year that a token is: a fiscal year, or a bare four-digit number that can be one."""
    if match["fiscal"]:
        year = int(match["fy"])
        return (year if year > 99 else 2000 + year if year < 70 else 1900 + year,)
    bare = match["number"] and not any(match[n] for n in ("symbol", "percent", "basis", "scale", "times"))
    if bare and re.fullmatch(r"(?:19|20)\d\d", match["digits"]):
        return (int(match["digits"]),)
    day = day_of(match)
    return (day[0],) if day and day[0] else ()


def day_of(match: re.Match[str]) -> tuple[int | None, int, int] | None:
    """(year or None, month, day) of a TOKEN match that is a date."""
    for number, name in enumerate(("ymd", "mdy", "dmy", "slash"), 1):
        if match[name]:
            month, year = match[f"m{number}"], match[f"y{number}"]
            at = _MONTHS.index(month[:3].lower()) + 1 if month[0].isalpha() else int(month)
            return (int(year) if year else None, at, int(match[f"d{number}"]))
    return None
