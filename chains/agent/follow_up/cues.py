"""The words by which a follow-up is known, read from follow_up.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.tables import read_table


@dataclass(frozen=True, slots=True)
class Opened:
    """A turn without the words that it begins with, and what these say of it.

    `heading` is the subject that it is put under: "cash" of "moving on to cash: operating cash flow"; `again` says that
    the same is to be done as before ("..., same calculation"), `alike` that it begins so ("same thing for ...").
    """

    text: str
    ellipsis: bool = False
    correction: bool = False
    heading: str = ""
    again: bool = False
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """A time in relation to the one before, at `start`..`end` of the text: "the year before" is one year back.

    `months` is another length of time, ending with `quarter` where it is a part of a year. `pick` takes the `first` or
    the `last` of the times that were spoken of.
    """

    start: int
    end: int
    years: int = 0
    quarters: int = 0
    months: int | None = None
    quarter: int | None = None
    pick: str = ""


def tables() -> dict[str, Any]:
    """The tables of follow_up.toml."""
    return read_table("follow_up.toml", "chains.agent.follow_up")


def plain(text: str) -> str:
    """The text with straight quotes and dashes, one space."""
    for curly, straight in (("’", "'"), ("‘", "'"), ("–", "-"), ("—", "-"), ("\u00a0", " ")):
        text = text.replace(curly, straight)
    return " ".join(text.split())


@cache
def _openings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    kinds = tables()["openings"]
    made = [
        (kind, re.compile(rf"(?:{any_of(kinds[kind])})(?![\w&'-])[\s,.;:!-]*", re.I))
        for kind in ("correction", "ellipsis", "courtesy")
    ]
    # "The same ratio for the nine months", "that percentage in 2020": what was computed, of another time or company.
    nouns = any_of({n for row in tables()["operation"] for n in row.get("nouns", ())} | set(kinds["same"]))
    lead = r"(?:(?:and|what|was|is|were|are)\s+)*(?:the\s+)?(?:same|that|this)"
    again = rf"{lead}\s+(?:{nouns})\s+(?:for|in|of|at|as\s+of)\s+"
    return (("ellipsis", re.compile(again, re.I)), *made)


@cache
def _corrections() -> tuple[re.Pattern[str], ...]:
    return tuple(map(pattern_of, tables()["corrections"]["templates"]))


def spelt_out(template: str) -> list[str]:
    """The templates that one with choices stands for: "how much [is|was] {x}"."""
    match = re.search(r"\[([^\[\]]+)\]", template)
    if match is None:
        return [template]
    return [
        whole
        for choice in match[1].split("|")
        for whole in spelt_out(template[: match.start()] + choice + template[match.end() :])
    ]


def pattern_of(template: str) -> re.Pattern[str]:
    """A template of the table as a pattern with groups `x`, `y` and `xs`."""
    return re.compile(pattern_source(template), re.I)


def pattern_source(template: str) -> str:
    """The source of the pattern of a template."""
    body = re.escape(template).replace(r"\ ", r"\s+")
    for slot, shape in (("x", ".+?"), ("y", ".+"), ("xs", ".+")):
        body = body.replace(rf"\{{{slot}\}}", f"(?P<{slot}>{shape})")
    return body


@cache
def _ending() -> re.Pattern[str]:
    words = any_of(tables()["endings"]["words"])
    rest = r"(?:\s+in\s+USD\s+\w+)?[\s?.!]*$|\s*,\s*(?:in\s|\$)"
    return re.compile(rf"(?<=\w)(?:[\s,]+(?:{words}))+(?={rest})", re.I)


@cache
def _again() -> re.Pattern[str]:
    """ "Sales and marketing, same ratio", "R&D on the same basis": what was computed, of what comes before."""
    same = any_of((*tables()["openings"]["same"], *(n for row in tables()["operation"] for n in row.get("nouns", ()))))
    return re.compile(
        rf"(?:\s*[,:;.-]\s*(?:(?:on|by|in)\s+)?|\s+(?:on|by|in)\s+)(?:the\s+)?same\s+(?:{same})[\s?.!]*$", re.I
    )


@cache
def _heading() -> re.Pattern[str]:
    """An opening with a subject behind it, and what is asked behind that: "back to 2020. take ..."."""
    lead = any_of(tables()["openings"]["heading"])
    return re.compile(
        rf"(?P<lead>(?:(?:{lead})(?![\w&'-])[\s,:;-]*)+)(?P<heading>[^.:;?!,]{{2,40}}?)(?:\s*:\s+|\.\s+|\s+-\s+)(?P<rest>\S.+)",
        re.I | re.S,
    )


_HEADING_WORDS = 5


@cache
def _aside() -> re.Pattern[str]:
    words = any_of(tables()["asides"]["words"])
    return re.compile(rf"\s*,\s*(?:{words})\s*,\s*|\s+then(?=,)", re.I)


def opened(text: str) -> Opened:
    """Take off what a turn begins with: thanks, "and what about", "no, I meant"."""
    text = _ending().sub("", _aside().sub(" ", plain(text))).strip(" ,;:!.")
    ellipsis = correction = alike = False
    heading = ""
    for _ in range(12):
        under = _heading().match(text) if not heading else None
        if under is not None and len(under["heading"].split()) <= _HEADING_WORDS:
            heading, text = under["heading"].strip(), under["rest"]
            continue
        found = ((k, text[m.end() :]) for k, p in _openings() if (m := p.match(text)) is not None)
        kind, rest = next(found, ("", text))
        if not kind:
            break
        alike = alike or (kind == "ellipsis" and "same" in text[: len(text) - len(rest)].lower().split())
        ellipsis, correction, text = ellipsis or kind == "ellipsis", correction or kind == "correction", rest
    again = _again().search(text)
    if again is not None and again.start():
        ellipsis, text = True, text[: again.start()]
    same = again is not None
    body = text.rstrip(" ?.!")
    for pattern in _corrections():
        match = pattern.fullmatch(body)
        if match is not None:
            return Opened(match["y"].strip(" ,"), ellipsis, True, heading, same)
    return Opened(text.strip(), ellipsis, correction, heading, same, alike)


@cache
def _shifts() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    rows = [(p, {k: v for k, v in r.items() if k != "phrases"}) for r in tables()["relative"] for p in r["phrases"]]
    rows.sort(key=lambda row: -len(row[0]))
    lead = r"(?:\b(?:in|for|during|at|of|over|as\s+of|at\s+the\s+end\s+of)\s+)?"
    return tuple((re.compile(rf"{lead}(?<![\w-]){_loose(p)}(?![\w-])", re.I), row) for p, row in rows)


def _loose(phrase: str) -> str:
    """A phrase of three words or more whose article may be left out: "same quarter last year"."""
    bare = phrase.removeprefix("the ")
    return rf"(?:the\s+)?{any_of([bare])}" if bare != phrase and bare.count(" ") else any_of([phrase])


def shift_in(text: str) -> Shift | None:
    """The longest phrase of a text for a time in relation to the one before; None where there is none.

    One for years or quarters to go is taken before one for a length of time.
    """
    if SEVERAL_BEFORE.search(text) is not None:
        return None  # "the two years before that" are both of them
    if (match := _counted().search(text)) is not None:
        table = tables()["counted"]
        count = table["counts"].get(match["n"].lower()) or int(match["n"])
        step = count if match["way"].lower() in table["later"] else -count
        years = match["unit"].lower() == "year"
        return Shift(*match.span(), years=step if years else 0, quarters=0 if years else step)
    found = [Shift(*match.span(), **row) for pattern, row in _shifts() if (match := pattern.search(text)) is not None]
    # "The same nine months of the prior year": the year is what is exchanged.
    return next((s for s in found if s.years or s.quarters), found[0] if found else None)


SEVERAL_BEFORE = re.compile(
    r"\b(?:the|both)\s+(?:two|three|four|five|[2-5])\s+(?:fiscal\s+)?years?\s+(?:before|prior|preceding|earlier)\b(?:\s+that\b)?",
    re.I,
)


@cache
def _counted() -> re.Pattern[str]:
    """ "Two years on", "3 quarters earlier"."""
    table = tables()["counted"]
    ways = any_of((*table["later"], *table["earlier"]))
    # "On 2016", "before tax" go with what follows.
    return re.compile(
        rf"\b(?P<n>{any_of(table['counts'])}|\d\d?)[\s-]+(?P<unit>year|quarter)s?\s+(?P<way>{ways})"
        rf"(?=\s*(?:[?.!,;]|$|for\b|of\b|in\b|was\b|were\b|is\b))",
        re.I,
    )


@cache
def fillers() -> frozenset[str]:
    """Words that carry nothing where they stand beside a time, a company or a unit."""
    return frozenset(tables()["fillers"]["words"].split())


@cache
def pronoun(kind: str) -> re.Pattern[str]:
    """Words for the company (`company`, `possessive`) or the value (`measure`) that were spoken of before."""
    return re.compile(rf"(?<![\w'-])(?:{any_of(tables()['pronouns'][kind])})(?![\w'-])", re.I)


def supposes(text: str) -> bool:
    """Whether a turn supposes a number ("with 5 % growth, what would it be?"): no report says what follows of it."""
    words = re.compile(rf"(?<![\w-])(?:{any_of(tables()['supposed']['words'])})(?![\w-])", re.I)
    return words.search(text) is not None and re.search(r"\d\s*(?:%|percent|points|million|billion)", text) is not None


def says(text: str, phrases: Sequence[str]) -> bool:
    """Whether the text is one of the phrases, but for case and marks."""
    return plain(text).lower().strip(" ?.!,") in phrases
