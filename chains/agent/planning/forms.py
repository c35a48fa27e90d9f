"""Sentences that are asked: put together, turned into questions, given a period."""

from __future__ import annotations

import re
from typing import Any

from chains.agent.clauses import opens
from chains.agent.planning.known import MARK

_AUX = re.compile(
    r"(?P<who>.+?)\s+(?P<aux>is|are|was|were|has|have|had|did|does|can|could|will)\s+(?P<rest>.+)", re.IGNORECASE
)
EMBEDDED = re.compile(
    r"(?P<wh>(?:what|how|which)\b.*?)\s+(?P<np>(?:the|its|their|an?)\s.+?|[A-Z][\w.&]*(?: [A-Z][\w.&]*)*['’]s?\s.+?)"
    r"\s+(?P<aux>was|were|is|are|had|has)\b(?P<rest>.*)",
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|did|does|do)\b", re.IGNORECASE)
SHARE = re.compile(r"\b(?:share|percentage|percent|portion|proportion|fraction)\b", re.IGNORECASE)


def joined(*parts: Any) -> Any:
    """Texts and Refs as one argument."""
    return "".join(parts) if all(isinstance(part, str) for part in parts) else tuple(parts)


def with_period(question: Any, when: str) -> Any:
    """A question, a text or texts and Refs, with a period at its end."""
    tail = f" in {when}?"
    if isinstance(question, tuple):
        last = question[-1]
        return (*question[:-1], f"{last.rstrip('?')}{tail}") if isinstance(last, str) else (*question, tail)
    return f"{question.rstrip('?')}{tail}"


def is_yes_no(text: str) -> bool:
    """Whether a question is answered with yes or no."""
    return bool(re.match(r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would)\b", text, re.IGNORECASE))


def inverted(text: str) -> str:
    """What was said behind "whether" as a question: "its margin was higher" -> "was its margin higher"."""
    if (embedded := EMBEDDED.fullmatch(text.rstrip(" .?!"))) is not None and not _AUXILIARY.search(embedded["wh"]):
        aux = "was" if SHARE.search(embedded["wh"]) else embedded["aux"]
        return f"{embedded['wh']} {aux} {embedded['np']}{embedded['rest']}"
    if opens(text) or MARK in text[:2]:
        return text
    match = _AUX.fullmatch(text.rstrip(" .?!"))
    if match is None or len(match["who"].split()) > 8:
        return text
    return f"{match['aux'].capitalize()} {match['who']} {match['rest']}"


def year_in(text: str) -> int:
    """The first year that a text writes with four digits; 0 where there is none."""
    found = re.search(r"\d{4}", text)
    return int(found[0]) if found else 0
