"""What was counted before, counted again of a part: "how many of them are abroad?", "how many in the US?"."""

from __future__ import annotations

import re

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.reading import measured
from chains.questions.bare_text import bare_text
from chains.questions.directory import Directory
from chains.questions.periods import find_periods

_VERBS = (
    r"(?:did|does|do|were|are|was|is|has|have|had|will|would|can|could|worked?|works|came|comes?|went|got|left|stood|"
    r"remain(?:s|ed)?)"
)
_COUNTED = re.compile(rf"\bhow many\s+(?!of\b)(?P<noun>[^?.,;:]{{2,60}}?)\s+{_VERBS}\b", re.I)
_OF_THEM = re.compile(r"how many(?:\s+of\s+(?:them|these|those|that|it|which))?(?=\s|$)", re.I)
_WHERE = re.compile(
    r"(?:in|at|outside|within|from|for|with|without|on|under|over|by|abroad|overseas|domestically|internationally)\b",
    re.I,
)
_SHARE = re.compile(
    rf"what\s+(?P<share>share|percentage|proportion|percent|%|fraction)\s+(?P<rest>(?:is|are|was|were)\s+{_WHERE.pattern}.*)",
    re.I,
)
_WERE = re.compile(r"(?:is|are|was|were)\s+(?!(?:they|there|it|we|you|that|this|those|these)\b)", re.I)
_SAYS = re.compile(rf"{_VERBS}\b", re.I)


def counted_noun(text: str) -> str:
    """What a question counts: "food plants" of "how many food plants did Acme run?"; "" where it counts nothing."""
    match = _COUNTED.search(text)
    return match["noun"].strip() if match is not None else ""


def counted_again(core: str, before: str, directory: Directory) -> str:
    """The question for a part of what the one before counted; "" where a turn asks for no such part.

    `before` is the question before, as it stands on its own.
    """
    share = _SHARE.fullmatch(core.strip(" ?.!,"))
    if share is not None and (noun := counted_noun(before)):
        return rewrite.asked_text(f"what {share['share']} of {noun} {share['rest']}")
    match = _OF_THEM.match(core)
    rest = core[match.end() :].strip(" ?.!,") if match is not None else ""
    if not rest or not (_WHERE.match(rest) or _SAYS.match(rest)):
        return ""
    if _SAYS.match(rest) and not re.match(r"how many\s+of\b", core, re.I) and not _WERE.match(rest):
        return ""  # "how many did they sell": of what is not said so
    noun = counted_noun(before)
    if noun and _WHERE.match(rest) and not find_periods(rest).mentions:
        return rewrite.asked_text(f"{_without_time(before)} {rest}")
    if not noun:
        named, _ = directory.find(before)
        noun = measured(bare_text(before.rstrip(" ?.!"), named, find_periods(before)))
        noun = re.sub(r"^(?:total|number of|global)\s+|\s+(?:of|at|in)$", "", noun, flags=re.I)
    if not noun or re.match(r"(?:why|who|where|when|which|did|does|is|was)\b", noun, re.I):
        return ""
    return rewrite.asked_text(f"how many {noun} {rest}")


def _without_time(text: str) -> str:
    """A question without its time at the end."""
    mentions = find_periods(text).mentions
    if len(mentions) != 1:
        return text.rstrip(" ?.!")
    before, after = text[: mentions[0].start], text[mentions[0].end :]
    before = re.sub(
        r"\s*\b(?:in|at|as of|of|for|during|on|by)(?:\s+(?:the\s+)?(?:end|close)\s+of)?(?:\s+(?:fiscal|the))*\s*$",
        "",
        before,
    )
    return f"{before.rstrip(' ,')} {after.strip(' ?.!')}".strip()
