"""Questions for a cause in other words, as questions why: "What does management put the fall down to?".

What is explained stays as it is said; nothing else of the question is read here. The words are those of families.toml.
"""

from __future__ import annotations

import re
from functools import cache

from chains.measures.change_words import forms_of
from chains.measures.phrases import any_of
from chains.questions.company_names import possessive
from chains.sentences.families import tables

_ARTICLE = re.compile(r"^(?:the|its|their)\s+", re.IGNORECASE)
_NAMED = "named"  # "the main driver of sales" is a question for a cause as it stands
_WHO = r"(?P<who>(?:the\s+)?[\w&’'.-]+(?:\s+[\w&’'.-]+){0,2}?)"


def as_why(text: str) -> str:
    """The question as one that asks why, without what it says of who tells it; unchanged where it asks for no cause."""
    bare = text.strip().rstrip(" ?.!")
    for shape, way in _shapes():
        match = shape.match(bare)
        if match is None:
            continue
        thing = (match["x"] or "").strip()
        who = (match.groupdict().get("who") or "").strip()
        if who and not _speaker().fullmatch(who):
            thing = f"{possessive(who)} {_ARTICLE.sub('', thing)}"
        if way == _NAMED:
            return text if thing else "why"
        if way and thing:
            return f"why did {thing} {way}"
        return f"why {thing}".strip()
    return text


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each way to ask, and what became of the thing where it says so."""
    found: list[tuple[str, str]] = []
    led = rf"^(?:{any_of(tables()['cause']['leads'])})?[\s,]*"
    for entry in tables()["cause"]["told_by"]:
        forms = forms_of(entry["verb"])
        links = any_of(entry["links"])
        done = any_of(forms)
        found += [
            # what does management put the fall down to
            (rf"{led}what\s+(?:do|does|did|has|have)\s+{_WHO}\s+(?:{done})\s+(?P<x>.+?)\s+(?:{links})$", ""),
            # what was the fall put down to; what is to blame
            (rf"{led}what\s+(?:is|was|are|were|has|have)\s+(?P<x>.*?)\s*\b(?:been\s+)?(?:{done})\s+(?:{links})$", ""),
            # the fall, blamed on what
            (rf"{led}(?P<x>.*?)[\s,]*\b(?:(?:was|were|is|are)\s+)?(?:{done})\s+(?:{links})\s+what$", ""),
            # what did they blame for the fall
            (rf"{led}what\s+(?:do|does|did)\s+{_WHO}\s+(?:{done})\s+for\s+(?P<x>.+)$", ""),
        ]
    weight = any_of(tables()["cause"]["weights"])
    for key, way in (("drags", "decrease"), ("lifts", "increase"), ("culprits", _NAMED)):
        nouns = any_of(tables()["cause"][key])
        found.append(
            (
                rf"{led}(?:what(?:['’]s|\s+is|\s+was|\s+were|\s+are)?\s+)?(?:the\s+)?(?:(?:{weight})\s+)+(?:{nouns})"
                r"(?:(?:\s+(?:on|for|to|of|behind|in))\s+(?P<x>.+))?$",
                way,
            )
        )
    found.append((rf"{led}(?:what|who)(?:['’]s|\s+is|\s+was)\s+to\s+blame(?:\s+for\s+(?P<x>.+))?$", ""))
    return tuple((re.compile(shape, re.IGNORECASE), way) for shape, way in found)


@cache
def _speaker() -> re.Pattern[str]:
    return re.compile(rf"(?:the\s+)?(?:{any_of(tables()['cause']['speakers'])})", re.IGNORECASE)
