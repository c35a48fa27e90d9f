"""A request divided into its parts, each of which is one thing to be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from chains.agent.quoting import OPEN
from chains.agent.wording import at_start, either, without_lead, words
from chains.questions.asking_sentence import sentences

_CONDITION = re.compile(r"\s*(?:and\s+|then\s+)?(?:if|when|assuming|suppose|supposing|provided)\b", re.IGNORECASE)

MOST_JOINTS = 40
"""Places at which one sentence may be divided; one with more is a list, and stays as it is."""

Stands = Callable[[str], bool]
"""Whether a piece of text holds something to be asked or done by itself."""


@cache
def _joint() -> re.Pattern[str]:
    """What divides pieces: a comma or a semicolon and conjunctions, or conjunctions alone."""
    joints = either(words("split", "joints"))
    return re.compile(
        rf"\s*[,;:]\s*(?:(?:{joints})\b[\s,]*)*|\s+[-–—]\s+(?:(?:{joints})\b[\s,]*)*|\s+(?:(?:{joints})\b[\s,]*)+",
        re.IGNORECASE,
    )


@cache
def _opens() -> re.Pattern[str]:
    starters = either(w for w in words("split", "starters") if w not in words("split", "nouns"))
    nouns, after = either(words("split", "nouns")), either(words("split", "after"))
    return re.compile(rf"\s*(?:(?:{starters})(?![\w-])|(?:{nouns})\s+(?:(?:{after})(?![\w-])|{OPEN}))", re.IGNORECASE)


@cache
def _relative() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{either(words('split', 'relative'))})(?![\w-])", re.IGNORECASE)


def opens(text: str) -> bool:
    """Whether a text begins as an order or a question does."""
    return bool(_opens().match(text))


def parts_of(text: str, stands: Stands, begins: Callable[[str, str, str], bool]) -> list[list[str]]:
    """The parts of a masked request, sentence by sentence.

    A piece behind a joint begins a part of its own where it opens as an order or a question and what stands before it
    says something by itself, or where `begins(before, joint, piece)` says so. Others go on with the part before them.
    """
    made = []
    for sentence in sentences_of(text):
        found: list[str] = []
        start, at = 0, 0
        joints = list(_joint().finditer(sentence))
        joints = joints if len(joints) <= MOST_JOINTS else []
        ends = [*(joint.start() for joint in joints[1:]), len(sentence)][: len(joints)]
        for joint, end in zip(joints, ends, strict=True):
            rest, before = sentence[joint.end() :], sentence[start : joint.start()]
            if joint.start() < at or not rest.strip() or not stands(before):
                continue
            if _begins(joint[0], before, rest) or begins(before, joint[0], sentence[joint.end() : end]):
                found.append(before)
                start = at = joint.end()
        found.append(sentence[start:])
        made.append([part.strip(" ,;") for part in found if part.strip(" ,;.?!")])
    return made


_WHO = re.compile(r"\b(?:whichever|whoever)\b|\bthe (?:one|company|firm|bank) (?:with|that|which|who)\b", re.IGNORECASE)


def _begins(joint: str, before: str, piece: str) -> bool:
    if not opens(piece) or _CONDITION.match(before):
        return False
    if re.search(r"\w", joint):
        return True
    # Behind a bare comma: "For the year 2023, what was ..." is one question, as is "the margin, which was ...".
    whole = opens(before) or opens(without_lead(before, "split", "lead")) or OPEN in before
    return (whole or bool(_WHO.search(before))) and not _relative().match(piece)


_SHORT = re.compile(r"\b(?:inc|corp|ltd|llc|plc|co|vs|approx|incl|excl|est|no|resp|e\.g|i\.e|fig)\.$", re.IGNORECASE)
_GOES_ON = re.compile(r"(?:and|then|also|but|plus|now|otherwise|if|or)\b")


def sentences_of(text: str) -> list[str]:
    """Sentences, also those that begin with a small letter behind a full stop."""
    made = []
    for sentence in sentences(text):
        start = 0
        for stop in re.finditer(r"(?<=\w{2}[.?!])\s+", sentence):
            rest = sentence[stop.end() :]
            if _SHORT.search(sentence[: stop.start()]):
                continue
            if _GOES_ON.match(rest) or (at_start("split", "starters").match(rest) and opens(rest)):
                made.append(sentence[start : stop.start()])
                start = stop.end()
        made.append(sentence[start:])
    return [sentence for sentence in made if sentence.strip()]
