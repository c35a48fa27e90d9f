"""What a turn holds: companies, periods, a unit, words for what was spoken of before, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.agent.follow_up.cues import SEVERAL_BEFORE, Opened, Shift, fillers, opened, shift_in
from chains.agent.follow_up.spelling import spelt
from chains.agent.follow_up.units import asked_in_unit
from chains.measures.phrasing import content_words, flatten, tidy, trims
from chains.measures.vocabulary import default_names
from chains.questions.asking_sentence import starts_interrogative
from chains.questions.bare_text import bare_text
from chains.questions.directory import Ambiguous, Directory, Named
from chains.questions.periods import COMPARING, Asked, Mention, find_periods
from chains.questions.question import Question, read_question


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as read without its history.

    `core` is the asking part, `unit` the remark about the unit of the answer, `left` the core without companies,
    periods and relative times; `content` the words of it that carry a meaning. `unknown` is a name that looks like a
    company's and belongs to none. `again` says that the same is to be done with it as before, `alike` that it begins
    with "the same ... for"; `whole` that the company as a whole is meant.
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
    start = _started(text, directory)
    question = read_question(start.text)
    core, unit = asked_in_unit(start.text)
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
    core, shift, asked = _timed(core)
    left = _left(core, named, shift, asked, directory)
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


def _started(text: str, directory: Directory) -> Opened:
    """A turn without the words that it begins with; what is asked of a head or under a heading, put in one question."""
    start = opened(spelt(text))
    if (apart := _APART.fullmatch(start.text)) is not None and not directory.find(apart["head"])[0]:
        # "Buybacks that year: how many shares": the head says of what.
        head = re.sub(r"\s+(?:only|alone)$", "", apart["head"], flags=re.I)
        of_y = f"{head} as a percentage of {apart['y']}{apart['when'] or ''}"
        start = replace(start, text=f"{apart['asks']} of {head}" if apart["asks"] else of_y)
    return replace(start, text=_under(start.heading, start.text, directory)) if start.heading else start


def _timed(core: str) -> tuple[str, Shift | None, Asked]:
    """The core with the relative time and the periods that it names: of words that may be either, what they are."""
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
    return core, shift, asked


def _left(core: str, named: Sequence[Named], shift: Shift | None, asked: Asked, directory: Directory) -> str:
    """The core without companies, periods and relative times."""
    if shift is None:
        left = bare_text(core, named, asked)
    else:
        rest = untimed(core, shift)
        left = bare_text(rest, directory.find(rest)[0], find_periods(rest))
    return SEVERAL_BEFORE.sub(" ", left) if SEVERAL_BEFORE.search(left) else _BEFORE_THAT.sub(" ", left)


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
_PRIOR = re.compile(r"\b(?:prior|previous|preceding|before|earlier|last)\b", re.I)


def _of_before(mention: Mention, core: str) -> bool:
    """Whether a mention is of a year before another. In a conversation "last year" is: with nothing before it, it is
    the newest that was reported."""
    bare = mention.year is None and mention.quarter is None and mention.date is None
    return mention.relative and (bool(mention.shift) or bare) and bool(_PRIOR.search(core[mention.start : mention.end]))


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


_WHOLE = re.compile(
    r"\b(?:group|whole|total|overall|consolidated|company(?:['’]s|[\s-]wide)?|entire|altogether|corporate)\b", re.I
)


def _unknown(core: str, directory: Directory) -> str:
    """A name in a turn that looks like a company's and belongs to none; a measure's name is none."""
    for name in directory.unknown_names(core, ()):
        if not known_measure(name) and not re.fullmatch(r"\d+\w?(?:'?s)?", name):
            return name
    return ""
