"""What a turn holds: companies, periods, a unit, words for what was spoken of before, and what is left of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chains.agent.follow_up.cues import SEVERAL_BEFORE, Shift, fillers, opened, plain, pronoun, shift_in, tables
from chains.agent.follow_up.spelling import spelt
from chains.bare_text import bare_text
from chains.companies import Ambiguous, Directory, Named
from chains.periods import COMPARING, Asked, Mention, find_periods
from chains.phrasing import content_words, flatten, tidy, trims
from chains.question import OutputUnit, Question, core_of, find_decimals, find_unit, read_question, starts_interrogative
from chains.vocabulary import default_names


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as read without its history.

    `core` is the asking part, `unit` the remark about the unit of the answer, `left` the core without companies,
    periods and relative times; `content` the words of it that carry a meaning. `unknown` is a name that looks like a
    company's and belongs to none. `again` says that the same is to be done with it as before, `alike` that it begins
    with "the same ... for"; `whole`
    that the company as a whole is meant.
    """

    question: Question
    core: str
    unit: str
    named: tuple[Named, ...]
    ambiguous: tuple[Ambiguous, ...]
    unknown: str
    asked: Asked
    shift: Shift | None
    left: str
    content: tuple[str, ...]
    ellipsis: bool = False
    correction: bool = False
    again: bool = False
    whole: bool = False
    alike: bool = False

    @property
    def clause(self) -> bool:
        """Whether it is a whole question or order, and no fragment."""
        return starts_interrogative(self.core)

    @property
    def dated(self) -> bool:
        """Whether it says itself which time it means."""
        return bool(self.asked.mentions or self.asked.years or self.asked.latest)

    @property
    def measured(self) -> str:
        """What it measures, as typed: the core without companies, periods, question words and what joins them."""
        return measured(self.left)


def read(text: str, directory: Directory, *, known: str = "") -> Said:
    """Read a turn. `known` is a name in it that is no unknown company's."""
    start = opened(spelt(text))
    if (apart := _APART.fullmatch(start.text)) is not None and not directory.find(apart["head"])[0]:
        # "Buybacks that year: how many shares": the head says of what.
        head = re.sub(r"\s+(?:only|alone)$", "", apart["head"], flags=re.I)
        of_y = f"{head} as a percentage of {apart['y']}{apart['when'] or ''}"
        start = replace(start, text=f"{apart['asks']} of {head}" if apart["asks"] else of_y)
    if start.heading:
        start = replace(start, text=_under(start.heading, start.text, directory))
    question = read_question(start.text)
    core = plain(core_of(start.text)) if start.text else ""
    unit = unit_remark(start.text)
    if not unit and find_unit(f"in {core.rstrip('?. ')}") != OutputUnit() and not _beyond_unit(core):
        unit, core = f"Answer in {core.rstrip('?. ')}.", ""
    if unit and core and not _beyond_unit(core):
        core = ""
    named, ambiguous = directory.find(core)
    if not named and not ambiguous and len(core.split()) <= 4:
        # A fragment may be a name in lower case: "boeing?".
        named, ambiguous = directory.find(core.lower())
    unknown = "" if named or ambiguous else _unknown(f"about {core}" if start.ellipsis else core, directory)
    unknown = "" if unknown == known else unknown
    if named and len(named) == 1 and core[: named[0].start].strip() == "":
        # "Acme, what was its revenue?", "Acme: total assets".
        after = core[named[0].end :].lstrip()
        if after[:1] in (",", ":") and starts_interrogative(after[1:].strip()):
            core = after[1:].strip()
            named = [replace(named[0], start=0, end=0)]
    shift = shift_in(core)
    if shift is not None and (shift.years or shift.quarters):
        # "A year ago, same nine months": the length is that of before anyway.
        core = (
            _SAME_LENGTH.sub("", core[: shift.start])
            + core[shift.start : shift.end]
            + _SAME_LENGTH.sub("", core[shift.end :])
        )
        shift = shift_in(core)
    asked = find_periods(core)
    if shift is not None and shift.years and asked.mentions and all(_of_before(m, core) for m in asked.mentions):
        # "The prior year" is seen from the year that was spoken of, not from the newest report.
        asked = replace(asked, mentions=())
    if asked.mentions and shift is not None and (not shift.months or any(_meets(m, shift) for m in asked.mentions)):
        shift = None
    if shift is not None and shift.years and not asked.mentions and asked.years:
        asked = replace(asked, years=None)  # "two years on" are no span of two years
    rest = core if shift is None else untimed(core, shift)
    left = (
        bare_text(core, named, asked) if shift is None else bare_text(rest, directory.find(rest)[0], find_periods(rest))
    )
    left = SEVERAL_BEFORE.sub(" ", left) if SEVERAL_BEFORE.search(left) else _BEFORE_THAT.sub(" ", left)
    if unknown:
        left = left.replace(unknown, " ")
    left = re.sub(r"(?<!\w)'s?(?!\w)", " ", left)
    words = [w for w in content_words(left) if w not in fillers() and not w.isdigit()]
    return Said(
        question,
        core,
        unit,
        tuple(named),
        tuple(ambiguous),
        unknown,
        asked,
        shift,
        " ".join(left.split()),
        tuple(words),
        start.ellipsis,
        start.correction,
        start.again,
        _WHOLE.search(text) is not None,
        start.alike,
    )


_SAME_LENGTH = re.compile(
    r"[\s,]*\b(?:for\s+|in\s+|over\s+)?(?:the\s+)?same\s+(?:(?:\w+\s+)?months|quarter|period|half|time)\b[\s,]*", re.I
)


def untimed(core: str, shift: Shift) -> str:
    """A text without its words for a relative time: "payout on that year's EPS" is "payout on EPS"."""
    before, after = core[: shift.start].rstrip(), core[shift.end :].lstrip()
    after = re.sub(r"^['’]s?(?!\w)\s*", "", after)
    return f"{before.rstrip(' ,')}{after}" if after[:1] in (",", "?", ".") else f"{before} {after}"


def _under(heading: str, text: str, directory: Directory) -> str:
    """What is asked under a heading ("back to Acme. total debt?") with what the heading says of company and time."""
    named, ambiguous = directory.find(heading)
    if not named and not ambiguous:
        named, ambiguous = directory.find(heading.lower())
    if named or ambiguous:
        return text if directory.find(text)[0] else f"{heading}, {text}"
    if find_periods(heading).mentions:
        return text if find_periods(text).mentions or shift_in(text) else f"{text.rstrip(' ?.')} in {heading}?"
    text = _ITS.sub(lambda m: f"{heading}'s" if m[0].lower() == "its" else heading, text)
    words = [w for w in content_words(text) if w not in fillers() and not w.isdigit()]
    return text if words else f"{heading} {text}"


_BEFORE_THAT = re.compile(r"^(?:the\s+)?(?:before|prior|preceding|earlier)(?:\s+that)?\s*[?.!]*$", re.I)
"""What is left of "the two years before that" without the years."""
_APART = re.compile(
    r"(?P<head>[a-z][^:?.]{2,40}):\s+(?:(?P<asks>how (?:many|much)(?:\s+\w+){0,2})"
    r"|what\s+(?:percentage|percent|share|%|proportion)\s+of\s+(?P<y>.+?)\s+(?:went|goes|was|were|is|are|did|does|that)\b"
    r".*?(?P<when>\s+(?:in|for)\s+(?:fy|fiscal)?\s*\d+)?)[\s?.]*",
    re.I,
)
_ITS = re.compile(r"\bits?\b", re.I)
_PRIOR = re.compile(r"\b(?:prior|previous|preceding|before|earlier)\b", re.I)


def _of_before(mention: Mention, core: str) -> bool:
    return mention.relative and bool(mention.shift) and _PRIOR.search(core[mention.start : mention.end]) is not None


def _meets(mention: Mention, shift: Shift) -> bool:
    return mention.start < shift.end and shift.start < mention.end


def nothing(text: str) -> bool:
    """Whether a text asks nothing: thanks, a greeting."""
    start = opened(text)
    return not start.text.strip(" ?.!,")


def measured(left: str) -> str:
    """The words of a text that say what is measured, case kept."""
    text = left.strip(" ?.!,")
    shortest = tidy(min(trims(flatten(text), 40), key=len)) if text else ""
    at = text.lower().find(shortest.lower())
    return text[at : at + len(shortest)] if shortest and at >= 0 else shortest


def known_measure(text: str) -> bool:
    """Whether a metric or a line item is named in a text."""
    return default_names().within(flatten(text)) is not None


def compares(said: Said) -> bool:
    """Whether a relative time is what is compared with, and not what is asked for."""
    if said.shift is None or not (said.shift.years or said.shift.quarters):
        return False
    # "From" tells a comparison only right before the time: "cash from operations the year before".
    before = re.sub(r"\b(?:from|between|both)\b(?!\s*(?:the\s*)?$)", " ", said.core[: said.shift.start], flags=re.I)
    return bool(COMPARING.search(before))


def without_pronouns(text: str, company: str, measure: str = "") -> str:
    """A text whose words for the company, and for the measure where one is given, are put in full."""
    owner = f"{company}'" if company.endswith("s") else f"{company}'s"
    text = pronoun("possessive").sub(lambda _: owner, text)
    if measure:
        return pronoun("measure").sub(lambda _: measure, text, count=1)
    if asks_level(text):
        return text  # "how much was it" asks for a value: the company is none
    spot = next((m for m in pronoun("company").finditer(text) if _is_someone(text, m)), None)
    return f"{text[: spot.start()]}{company}{text[spot.end() :]}" if spot is not None else text


def _is_someone(text: str, it: re.Match[str]) -> bool:
    """Whether an "it" or a "them" may be the company: not "did they top it up", not "most of them"."""
    before = text[: it.start()].lower().split()
    if it[0].lower() == "them":
        return before[-2:-1] not in (["most"], ["all"], ["half"], ["some"], ["any"], ["each"], ["many"], ["one"])
    if it[0].lower() != "it":
        return True
    return not before or before[-1].strip(",") in tables()["before_it"]["words"].split()


_WHOLE = re.compile(
    r"\b(?:group|whole|total|overall|consolidated|company(?:['’]s|[\s-]wide)?|entire|altogether|corporate)\b", re.I
)
_LEVEL = re.compile(
    r"\b(?:how\s+(?:much|high|big|large|low|many|small|great|strong|good|bad)|what|at\s+what\s+level)\s+(?:is|was|were|are)\s+(?:it|that|this|"
    r"they|those|these)\b(?!\s+\w+ing\b)",
    re.I,
)


def asks_level(text: str) -> bool:
    """Whether a text asks how much "it" was, so that "it" is a value and not the company."""
    return _LEVEL.search(text) is not None


def unit_remark(text: str) -> str:
    """What a text says about the unit and the places of the answer, as a sentence; "" where it says nothing."""
    unit, decimals = find_unit(text), find_decimals(text)
    words: list[str] = []
    # "What percentage of revenue" is what is asked, not how to answer.
    within = unit.kind == "percent" and re.search(r"percent(?:age)? of|% of|what percent|what %", text.lower())
    if unit.kind in _KINDS and not within:
        words.append(_KINDS[unit.kind])
    scale = {3: "thousands", 6: "millions", 9: "billions", 12: "trillions"}.get(unit.scale or 0, "")
    if scale:
        words = [f"{unit.currency} {scale}".strip()]
    elif unit.currency and not words:
        words = ["dollars" if unit.currency == "USD" else unit.currency]
    remark = f"Answer in {words[0]}." if words else ""
    places = f"Round to {decimals} decimal places." if decimals is not None else ""
    return f"{remark} {places}".strip()


_KINDS = {
    "percent": "percent",
    "points": "percentage points",
    "basis_points": "basis points",
    "days": "days",
    "times": "times",
    "shares": "shares",
}


def _beyond_unit(core: str) -> bool:
    """Whether a fragment says more than a unit ("millions?", "percent")."""
    from chains.question import tables

    t = tables()
    known = {*t["scales"], *t["currencies"], *t["unit_filler"]["words"], *(w for ws in t["units"].values() for w in ws)}
    words = core.lower().rstrip("?. ").split()
    if re.search(r"(?:%|percent\w*|share|proportion)\s+of\b", core, re.I):
        return True  # "as % of the company" is what is asked
    return not words or not all(w in known or w in fillers() for w in words)


def _unknown(core: str, directory: Directory) -> str:
    """A name in a turn that looks like a company's and belongs to none; a measure's name is none."""
    for name in directory.unknown_names(core, ()):
        if not known_measure(name) and not re.fullmatch(r"\d+\w?(?:'?s)?", name):
            return name
    return ""
