"""Questions for the part of a company that leads: "which segment grew fastest", "which line within Health Care".

What is ranked, by what, which way round, and within which part: the tables [superlatives] and [parts] of planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from chains.asking import Vocabulary, untimed
from chains.change_words import bases, nouns, pasts
from chains.expression import FiscalPeriod, Item
from chains.measure import MeasureReader, of_part
from chains.phrases import any_of, holds
from chains.phrasing import content_words, flatten, tables
from chains.plan import Context, Criterion, Judge, Measure, Origin, Parts
from chains.resolve.members import part_name

_PRINTED = 0.84
"""Likeness of a phrase to what the filings print from which it is the name of a part."""
_WHOLE = 0.8
"""Likeness of a phrase to a printed line from which it is the measure that parts are ranked by."""
_LOSS = re.compile(r"\b(?:lost|loses?|losing|loss(?:es)?)\b")
_RATIO = re.compile(r"\b(?:margins?|rates?|ratios?)\b|%")
_ENDS = (
    r"(?=\s+(?:had|has|have|was|were|is|are|did|does|do|saw|made|makes|brought|brings|grew|grows|sold|sells|posted|earned|lost|loses"
    r"|showed|contributed|recorded|reported|generated|generates|declined|fell|shrank|dropped|by|with|in|during|for|which|what)\b|\s*[,?]|\s*$)"
)
_KIND = r"(?:\s+(?:business\s+)?(?:segment|division|business|unit|group|region|category)s?)"


def part_noun(core: str) -> str | None:
    """What a question calls the parts that it ranks: "product line", "region"; None where it speaks of none."""
    return next((n for n in sorted(tables()["parts"]["nouns"], key=len, reverse=True) if _has(core, [n])), None)


def leading_part(
    core: str,
    noun: str,
    period: FiscalPeriod,
    down: bool,
    context: Context,
    vocabulary: Vocabulary,
    reader: MeasureReader,
) -> Parts | None:
    """The plan of a question for the part that leads, or trails; None where what it ranks by is not understood."""
    text = re.sub(r"['’]s?(?=\s|$)", " ", flatten(context.text).lower())
    within, rest = _within(text, noun, context)
    if within is None:
        return None
    grows = _has(core, tables()["superlatives"]["growth"]) or bool(_fell().search(rest) or _rose().search(rest))
    falls = grows and bool(_fell().search(rest)) and not _rose().search(rest)
    of = _ranked_by(rest, noun, context, vocabulary, reader)
    if of is None:
        return None
    # Who lost the most has the least; so has what fell most.
    turned = falls or bool(_LOSS.search(rest))
    return Parts(noun, of, period, down != turned, grows, within=within, fell=turned and not down)


def _within(text: str, noun: str, context: Context) -> tuple[str | None, str]:
    """The part whose own parts are ranked ("" for the company's), and the text without it; None for an unknown one."""
    behind = r"(?=(?:net )?(?:revenues?|sales)\b)"
    part = r"(?:the\s+|its\s+|their\s+)?(?P<part>[\w&/ -]{3,60}?)"
    body = re.escape(noun)
    shapes = (
        rf"\b(?P<how>within|inside|in|of|under|from|for|among)\s+{part}(?P<kind>{_KIND})?\s*,?\s+(?:which|what)\b",
        rf"\b{body}(?:s|es)?\s+(?P<how>within|inside|in|of|under|from)\s+{part}(?P<kind>{_KIND})?{_ENDS}",
        rf"\b(?P<how>share|slice|chunk|portion|bulk)\s+of\s+{part}(?P<kind>{_KIND})?\s+{behind}",
    )
    for shape in shapes:
        match = re.search(shape, text)
        if match is None:
            continue
        part = part_name(re.sub(r"\b(?:four|three|five|six|two|seven)\b", " ", match["part"]))
        if not part or noun in match["part"]:
            continue
        sure = match["how"] in ("within", "inside", "under", "share", "slice") or match["kind"]
        if context.labels(part) >= _PRINTED or context.labels(f"{part} segment") >= _PRINTED:
            return part, f"{text[: match.start()]} {noun} {text[match.end() :]}"
        if sure:
            return None, text
    return "", text


def judged_part(context: Context) -> str:
    """The part of the company that a yes/no question is about: "the Pet segment"; "" where it names none."""
    match = re.search(rf"(?P<part>[\w&,/'’ -]+?){_KIND}(?!\w)", flatten(context.text))
    words = match["part"].split() if match is not None else []
    names = [name for k in range(len(words)) if (name := part_name(" ".join(words[k:]).strip(" ,")))]
    printed = next((name for name in names if context.labels(name) >= _PRINTED), "")
    return printed or (names[-1] if names and re.search(r"\b(?:segment|division)\b", context.text, re.I) else "")


def judged_of_part(part: str, rule: Mapping[str, str], period: FiscalPeriod, reader: MeasureReader) -> Judge | None:
    """A judgement on a part, which has no statements of its own: its profit is the operating one; else None."""
    asking = reader.read("operating income") if rule["name"] == "profitable" else None
    parted = of_part(asking, part, f"{part} operating income") if asking is not None else None
    if parted is None:
        return None
    return Judge(rule["name"], (Criterion(parted.measure, Decimal(0)),), period, rule["yes"], rule["no"])


def _ranked_by(text: str, noun: str, context: Context, vocabulary: Vocabulary, reader: MeasureReader) -> Measure | None:
    """What parts are ranked by: the line item or metric that is named, else what such questions mean by their verb.

    A name that the filings alone print ("contribution margin") is looked up under the name of each part.
    """
    for measure, ways in tables()["parts"]["measures"].items():
        ratio = bool(_RATIO.search(text)) and not _RATIO.search(measure)
        if measure != "revenue" and not ratio and _has(text, ways):
            asking = reader.read(measure)
            return asking.measure if asking is not None else None
    hit = vocabulary.within(text)
    start, end = hit[1] if hit is not None else (0, 0)
    idle = _idle() | {*content_words(noun)}
    left = [w for w in content_words(f"{text[:start]} {text[end:]}") if w not in idle]
    if not left:
        asking = reader.read("revenue")
        return untimed(hit[0]).measure if hit is not None else asking.measure if asking is not None else None
    said = [
        w
        for w in content_words(text)
        if w not in _idle() | {*content_words(noun)} or w in content_words(text[start:end])
    ]
    phrase = " ".join(said)
    if len(said) > 4 or context.labels(phrase) < _WHOLE:
        return None
    return Measure(phrase, Item(phrase), origin=Origin.LABEL)


@cache
def _idle() -> frozenset[str]:
    """The words of a question for the leading part that name no measure."""
    table = tables()
    phrases: list[str] = [*table["parts"]["measures"]["revenue"], *table["parts"]["nouns"], *table["parts"]["idle"]]
    phrases += [p for words in table["superlatives"].values() for p in words]
    phrases += [*table["edges"]["lead"], *table["edges"]["trail"], *bases(), *pasts(), *nouns()]
    return frozenset(w for phrase in phrases for w in content_words(phrase))


@cache
def _fell() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of((*pasts('down'), *bases('down'), *nouns('down')), space=' ')}|dragged)\b")


@cache
def _rose() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of((*pasts('up'), *bases('up'), *nouns('up')), space=' ')}|growing)\b")


def _has(flat: str, phrases: Sequence[str]) -> bool:
    return holds(flat, phrases, hyphens=True)
