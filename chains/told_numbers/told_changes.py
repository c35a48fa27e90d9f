"""What a sentence says rose or fell, and by how much: "Azure and other cloud services revenue grew 29%" is +29 %."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from chains.measures.change_words import nouns, pasts
from chains.measures.phrases import any_of
from chains.questions.periods import find_periods
from chains.sentences.families import direction_of
from chains.told_numbers.prose_words import tables
from chains.told_numbers.sentence_numbers import SCALES

_NUMBER = (
    r"(?:US\$|[$€£])?\s?\d[\d,]*(?:\.\d+)?(?:\s?%|[\s-](?:percentage[\s-]points?|basis[\s-]points?|percent"
    r"|per cent|points?|bps|cents?|thousand|million|billion)(?![\w-]))?"
)
_READ = re.compile(r"(?P<sign>US\$|[$€£])?\s?(?P<digits>\d[\d,]*(?:\.\d+)?)[\s-]?(?P<word>[%a-z][a-z -]*)?", re.I)
_ABOUT = r"(?:by\s+)?(?:(?:an?\s+)?(?:approximately|about|roughly|nearly|almost|total of|aggregate of)\s+)*"
_OR = rf"(?:,?\s+or\s+{_ABOUT}(?P<second>{_NUMBER}))?"
_OF_AMOUNT = re.compile(rf"\s+of\s+{_NUMBER}(?:\s+(?:in|for|during|the|of|fiscal|year|quarter))*\s*$", re.IGNORECASE)
_JOINED = re.compile(r"^[\s,;:•●\-–]*(?:(?:and|while|whereas|but|with|as|that|our)\s+)*", re.IGNORECASE)
_LABEL = re.compile(r"^[\s•●\-–]*(?P<label>[A-Z][\w &,’'/-]{2,50}):\s+")
_CALLED = re.compile(r"^.*?\(\s?[“\"](?P<name>[^”\"]+)[”\"]\s?\)")
_RANGE = re.compile(r"\d(?:\s?%| percent)?\s*(?:to|-|–|and)\s*$", re.IGNORECASE)
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}


@dataclass(frozen=True, slots=True)
class Amount:
    """By how much: `value` is signed, percent and points as printed, money in whole units; `unit` is "percent",

    "points" or an ISO currency."""

    printed: str
    value: Decimal
    unit: str
    scale: int
    start: int


@dataclass(frozen=True, slots=True)
class ToldChange:
    """What changed as a sentence calls it, what stands before that and behind the amounts, and the amounts as told."""

    subject: str
    lead: str
    trail: str
    amounts: tuple[Amount, ...]

    @property
    def called(self) -> tuple[str, ...]:
        """What it is called: with what stands in brackets for the name before it, as in 'licensing ("Windows OEM")'."""
        short = _CALLED.match(self.subject)
        bare = re.sub(r"\s*\([^()]*\)", " ", self.subject)
        return (bare,) if short is None else (bare, f"{short['name']} {self.subject[short.end() :]}")


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    moved = any_of([*pasts("up", "down"), *tables()["told_changes"]["states"]])
    noun = any_of(nouns("up", "down"))
    ends = any_of(tables()["told_changes"]["ends"])
    joints = any_of(tables()["told_changes"]["begins"])
    return tuple(
        re.compile(shape, re.IGNORECASE)
        for shape in (
            # Net sales decreased 3.2 percent; revenue increased $5.9 billion or 9%
            rf"(?P<subject>[^;]+?)\s+(?:(?:has|have|had|also)\s+)*(?P<way>{moved})\s+{_ABOUT}(?P<first>{_NUMBER}){_OR}",
            # net earnings were $12.4 billion, an increase of $609 million, or 5%; sales were $5 million, up 4%
            rf"(?P<subject>[^;]+?)\s+(?:was|were|totaled|totalled|of)\s+{_NUMBER}[^;,]{{0,40}},\s+"
            rf"(?P<way>(?:an?\s+(?:{noun})\s+of)|up|down)\s+{_ABOUT}(?P<first>{_NUMBER}){_OR}",
            # driven by Azure growth of 29%
            rf"(?:^|(?:{joints})\s)(?P<subject>(?:(?!{joints})[^;,])+?)\s+(?P<way>{noun})\s+of\s+{_ABOUT}(?P<first>{_NUMBER}){_OR}",
            # a 17% growth in the average number of paid memberships
            rf"(?P<first>{_NUMBER}){_OR}\s+(?:(?!annual|average|target|compound)[a-z]+\s+)?(?P<way>{noun})\s+(?:in|of)\s+"
            rf"(?P<subject>(?:(?!\b(?:{ends})\b)[^,;.])+)",
            # Appliances: The 16.1% comparable sales decline was driven by
            rf"^(?P<label>[\s•●\-–]*[A-Z][\w &,’'/-]{{2,50}}:\s+)?the\s+(?P<first>{_NUMBER})\s+"
            rf"(?P<subject>[^,;.\d]{{3,60}}?)\s+(?P<way>{noun})\s+(?:was|is)\b",
        )
    )


def changes_in(sentence: str) -> Iterator[ToldChange]:
    """The changes that a sentence tells with their amounts; none of one that lists several times' ("respectively")."""
    if re.search(r"\brespectively\b", sentence, re.IGNORECASE):
        return
    bare = _without_periods(sentence)
    for shape in _shapes():
        for match in shape.finditer(bare):
            way = direction_of(match["way"])
            amounts = tuple(
                a
                for name in ("first", "second")
                if match.groupdict().get(name) and (a := _amount(match[name], way, match.start(name))) is not None
            )
            if not way or not amounts or _RANGE.search(bare[: amounts[0].start]):
                continue
            subject, lead = _parted(match["subject"])
            if match.groupdict().get("label"):
                lead = f"{match['label']}{lead}"
            yield ToldChange(subject, lead, sentence[match.end() :], amounts)


def _without_periods(sentence: str) -> str:
    """A sentence with blanks for the dates and years, which may hold commas and numbers."""
    for mention in find_periods(sentence).mentions:
        if mention.year or mention.date:
            sentence = f"{sentence[: mention.start]}{' ' * (mention.end - mention.start)}{sentence[mention.end :]}"
    return sentence


def _parted(text: str) -> tuple[str, str]:
    """What changed, and what stands before it: "Excluding fuel, | sales of $4 million" -> "sales", "Excluding fuel"."""
    text = _OF_AMOUNT.sub("", text)
    label = _LABEL.match(text)
    lead = label[0] if label is not None else ""
    text = _JOINED.sub("", text[len(lead) :])
    before, comma, last = text.rpartition(",")
    return (_JOINED.sub("", last), f"{lead}{before}") if comma else (text, lead)


def _amount(text: str, way: int, start: int) -> Amount | None:
    match = _READ.match(text.strip())
    if match is None:
        return None
    word = re.sub(r"[\s-]+", " ", (match["word"] or "").lower()).strip()
    value = Decimal(match["digits"].replace(",", "")) * way
    if word in ("%", "percent", "per cent"):
        return Amount(text.strip(), value, "percent", 0, start)
    if word.endswith(("point", "points", "bps")):
        return Amount(text.strip(), value / 100 if word.startswith(("basis", "bps")) else value, "points", 0, start)
    if word in ("cent", "cents"):
        return Amount(text.strip(), value / 100, "USD", 0, start)
    if match["sign"]:
        scale = SCALES.get(word, 0)
        return Amount(text.strip(), value.scaleb(scale), _CURRENCIES[match["sign"].upper()], scale, start)
    return None
