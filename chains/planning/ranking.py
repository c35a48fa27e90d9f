"""Questions for what leads: the larger of two items, a statement's largest line, "which segment grew fastest".

What is ranked, by what, which way round, and within which part: the tables [superlatives], [lines] and [parts] of
planner.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from chains.formulas.expression import FiscalPeriod, Item
from chains.measures.asking import Vocabulary, untimed
from chains.measures.change_words import bases, nouns, pasts
from chains.measures.measure import MeasureReader
from chains.measures.phrases import any_of, holds
from chains.measures.phrasing import content_words, flatten, tables
from chains.planning.plan import Context, Largest, Lines, Measure, Origin, Parts
from chains.planning.yes_no import LESS, LEVEL
from chains.resolve.members import part_name

PRINTED = 0.84
"""Likeness of a phrase to what the filings print from which it is the name of a part."""
_WHOLE = 0.8
"""Likeness of a phrase to a printed line from which it is the measure that parts are ranked by."""
_LOSS = re.compile(r"\b(?:lost|loses?|losing|loss(?:es)?)\b")
_MOVED_MOST = re.compile(
    r"\b(?:(?P<lost>lost|loses?|losing|shed|sheds|shedding)|gained|gains?|gaining|added|adds?|adding)\s+(?:the\s+)?"
    r"(?:most|(?P<least>least))\s+(?:of\s+its\s+)?(?P<of>(?!in\b|during\b|for\b|over\b|on\b|by\b).+)"
)
_IN_MONEY = re.compile(r"\bin\s+(?:absolute|dollars?|money)\b|\bby\s+(?:dollar\s+)?amount\b|\bdollar\s+terms\b")
_RATIO = re.compile(r"\b(?:margins?|rates?|ratios?)\b|%")
_ENDS = (
    r"(?=\s+(?:had|has|have|was|were|is|are|did|does|do|saw|made|makes|brought|brings|grew|grows|sold|sells|posted|earned|lost|loses"
    r"|showed|contributed|recorded|reported|generated|generates|declined|fell|shrank|dropped|by|with|in|during|for|which|what)\b|\s*[,?]|\s*$)"
)
KIND = r"(?:\s+(?:business\s+)?(?:segment|division|business|unit|group|region|category)s?)"


def ranking(
    core: str, context: Context, vocabulary: Vocabulary, reader: MeasureReader
) -> Largest | Lines | Parts | None:
    """Which of several is the largest: items named in the question, or the parts of a breakdown."""
    superlatives = tables()["superlatives"]
    up, down = _has(core, superlatives["largest"]), _has(core, superlatives["smallest"])
    period = context.last
    level = LEVEL.search(core)
    noun = _part_noun(core)
    if level is not None and level["unit"] in ("%", "percent") and noun is not None:
        of = _part_measure(core, vocabulary, reader)
        return Parts(
            noun,
            of,
            period,
            share=Decimal(level["number"].replace(",", "")),
            smallest=level["how"].startswith(LESS),
        )
    if not (up or down) or not re.match(
        r"(?:(?:if|excluding|in|during|for|at|within|inside|among|of|under) [^,]+,? )?"
        r"(?:which|what|among|of the|in which|from which|between|who)\b",
        core,
    ):
        return None
    among = re.search(
        r"(?:among|of|between|out of)(?: the)?(?: following)? (?P<list>[^?]+?)(?:,? which\b|,? what\b|$)", core
    )
    if core.startswith(("among", "of the", "between")) and among:
        choices = _choices(among["list"], core, reader)
        if len(choices) >= 2:
            return Largest(choices, period, down and "lost the least" not in core, among["list"])
    if noun is None:
        return _statement_line(core, period, down)
    return leading_part(core, noun, period, down, context, vocabulary, reader)


def _statement_line(core: str, period: FiscalPeriod, down: bool) -> Lines | None:
    """ "What is the largest liability?": a line of a statement, where the superlative stands with its kind."""
    superlatives = tables()["superlatives"]
    words = "|".join(re.escape(w) for w in (*superlatives["largest"], *superlatives["smallest"]))
    between = "(?: single| line item| individual| type of| kind of)*"
    after = r"(?:$| [^a-z]| (?:in|on|of|for|at|item|line|by|did|was|is|that|as|reported|company)\b)"
    for kind, rule in tables()["lines"].items():
        for noun in sorted(rule["nouns"], key=len, reverse=True):
            shapes = (rf"\b(?:{words}){between} {noun}{after}", rf"^which {noun}\b.*\b(?:{words}){after}")
            if any(re.search(shape, core) for shape in shapes):
                return Lines(kind, noun, period, down)
    return None


def _part_measure(core: str, vocabulary: Vocabulary, reader: MeasureReader) -> Measure:
    hit = vocabulary.within(core)
    if hit is not None:
        return untimed(hit[0]).measure
    asking = reader.read("revenue")
    assert asking is not None
    return asking.measure


def _choices(text: str, core: str, reader: MeasureReader) -> tuple[Measure, ...]:
    """The items of "operations, investing, and financing activities", each read in its context."""
    parts = [p.strip() for p in re.split(r",\s*(?:and|or)?\s*|\s+(?:and|or)\s+", text) if p.strip()]
    tail = " ".join(content_words(parts[-1])[1:]) if parts else ""
    context_words = "cash flow from" if "cash" in core else ""
    found = []
    for part in parts:
        options = [
            f"{context_words} {part} {tail}",
            f"{context_words} {part}",
            f"net cash from {part} {tail}",
            part,
            f"{part} {tail}",
        ]
        if part == parts[-1]:
            options = [f"{context_words} {part}", f"net cash from {part}", part]
        if not context_words:
            options = [part, f"{part} {tail}"]
        asking = next((a for o in options if (a := reader.read(o.strip())) is not None and a.certainty >= 0.9), None)
        if asking is None:
            return ()
        found.append(replace(asking.measure, name=part))
    return tuple(found)


def _part_noun(core: str) -> str | None:
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
    match = _MOVED_MOST.search(rest)
    if match is not None and (moved := _moved(match["of"], vocabulary)) is not None:
        fell, fewest = match["lost"] is not None, match["least"] is not None
        return Parts(noun, moved, period, fell != fewest, True, within=within, fell=fell and not fewest, amount=True)
    if match is not None and _names_other(match["of"]):
        return None  # "lost the most customers"
    grows = _has(core, tables()["superlatives"]["growth"]) or bool(_fell().search(rest) or _rose().search(rest))
    falls = grows and bool(_fell().search(rest)) and not _rose().search(rest)
    of = _ranked_by(rest, noun, context, vocabulary, reader)
    if of is None:
        return None
    # Who lost the most has the least; so has what fell most.
    turned = falls or bool(_LOSS.search(rest))
    amount = grows and _IN_MONEY.search(rest) is not None
    return Parts(noun, of, period, down != turned, grows, within=within, fell=turned and not down, amount=amount)


def _moved(text: str, vocabulary: Vocabulary) -> Measure | None:
    """What a part lost or gained most of, where a line item is named first: "revenue vs the year before"."""
    hit = vocabulary.within(text)
    return untimed(hit[0]).measure if hit is not None and hit[1][0] == 0 else None


def _names_other(text: str) -> bool:
    """Whether what was lost or gained is something else than money, as what lost the most has the largest loss."""
    words = content_words(text)[:1]
    return bool(words) and words[0] not in _idle() | {"money", "cash"} and not words[0].isdigit()


def _within(text: str, noun: str, context: Context) -> tuple[str | None, str]:
    """The part whose own parts are ranked ("" for the company's), and the text without it; None for an unknown one."""
    behind = r"(?=(?:net )?(?:revenues?|sales)\b)"
    part = r"(?:the\s+|its\s+|their\s+)?(?P<part>[\w&/ -]{3,60}?)"
    body = re.escape(noun)
    shapes = (
        rf"\b(?P<how>within|inside|in|of|under|from|for|among)\s+{part}(?P<kind>{KIND})?\s*,?\s+(?:which|what)\b",
        rf"\b{body}(?:s|es)?\s+(?P<how>within|inside|in|of|under|from)\s+{part}(?P<kind>{KIND})?{_ENDS}",
        rf"\b(?P<how>share|slice|chunk|portion|bulk)\s+of\s+{part}(?P<kind>{KIND})?\s+{behind}",
    )
    for shape in shapes:
        match = re.search(shape, text)
        if match is None:
            continue
        part = part_name(re.sub(r"\b(?:four|three|five|six|two|seven)\b", " ", match["part"]))
        if not part or noun in match["part"]:
            continue
        sure = match["how"] in ("within", "inside", "under", "share", "slice") or match["kind"]
        if context.labels(part) >= PRINTED or context.labels(f"{part} segment") >= PRINTED:
            return part, f"{text[: match.start()]} {noun} {text[match.end() :]}"
        if sure:
            return None, text
    return "", text


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
