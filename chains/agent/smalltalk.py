"""Messages about the assistant itself: a greeting, thanks, what it can do and remembers; and what nobody here does."""

from __future__ import annotations

import re

from chains.agent.clauses import opens
from chains.agent.measuring import spans_of
from chains.agent.quoting import OPEN, masked, without_marks
from chains.agent.wording import anywhere, at_end, at_start, tables, without_lead, words
from chains.measures.phrases import any_of

_REMARK = 14  # words behind thanks from which they are more than a remark


def small_talk(text: str) -> tuple[str, str] | None:
    """What is said to such a message, and its status; None where it asks for something that tools do."""
    says = tables()["says"]
    bare = without_marks(masked(text).text)
    flat = " ".join(re.sub(r"[^\w' ]+", " ", bare.lower().replace("’", "'")).split())
    if not flat:
        return (says["help"], "answered") if not text.strip(" ?.!") else None
    if _only(flat, ("greetings",)):
        return says["greeting"], "answered"
    if _only(flat, ("thanks", "greetings")):
        return says["thanks"], "answered"
    if _only_thanks(bare):
        return says["thanks"], "answered"
    if _only(flat, ("help", "greetings", "thanks")):
        return says["help"], "answered"
    if anywhere("cannot", "advice").search(bare) or anywhere("cannot", "forecast").search(bare):
        return says["advice"], "refused"
    order = bare
    for _ in range(4):
        shorter = at_start("split", "lead").sub("", order, count=1)
        if shorter == order or not shorter.strip():
            break
        order = shorter
    opened = at_start("cannot", "opens").match(order)
    # "Short-term debt of Acme" opens with one of these words and orders nothing.
    if opened and re.match(
        r"(?:the|a|an|my|our|this|that|these|those|it|all|me|him|her|them|us|\d|[A-Z])", order[opened.end() :]
    ):
        return says["cannot"], "refused"
    return None


def recalled(text: str) -> str | None:
    """What a message asks of the notes: "" for all, or what they are to be about; None where it asks something else."""
    bare = without_lead(text.strip(" ?.!"), "split", "lead")
    opened = at_start("tools", "recall", "opens").match(bare)
    if opened is None:
        return None
    rest = f" {bare[opened.end() :]}".rstrip(" ?.!")
    while (shorter := at_end("tools", "recall", "tail").sub("", rest)) != rest:
        rest = shorter
    about = at_start("tools", "recall", "about").match(rest)
    return rest[about.end() :].strip() if about else None if rest.strip() else ""


def _only_thanks(text: str) -> bool:
    """Whether a text thanks, and what stands behind it asks nothing: "Thank you, that covers it for today." """
    if "?" in text or OPEN in text or re.search(r"\d", text):
        return False
    rest = without_lead(text, "talk", "thanks")
    if rest == text.strip(" ,;:") or len(rest.split()) > _REMARK:
        return False
    rest = rest.lstrip(" .!,")
    if re.search(r"(?<=[\w,] )(?!I\b)[A-Z]", rest) or anywhere("talk", "still").search(rest):
        return False  # a name, or what is still wanted
    pieces = [piece.strip() for piece in re.split(r"[.!,;:–—]+", rest) if piece.strip()]
    told = all(at_start("talk", "remarks").match(p) or at_start("talk", "thanks").match(p) for p in pieces)
    return told and not any(opens(piece) for piece in pieces) and not spans_of(rest.lower())


def _only(flat: str, lists: tuple[str, ...]) -> bool:
    """Whether a text consists of phrases of these lists, at least one of the first."""
    rest = flat
    for name in lists:
        body = any_of(words("talk", name), space=" ")
        shorter = re.sub(rf"(?<![\w'])(?:{body})(?![\w'])", " ", rest)
        if name == lists[0] and shorter == rest:
            return False
        rest = shorter
    return not rest.split()
