"""What a question in words asks: of which kind it is (a cause, a risk, ...), and which stems carry what it is about.

The kinds and the words that say little are tables of words.toml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from chains.measures.phrases import whole_words
from chains.sentences.families import asking_stems, kin_of
from chains.sentences.retrieval import asked_synonyms
from chains.sentences.stems import stems
from chains.tables import read_table

_STRANDED = re.compile(r"\b(\w+)(?= (?:for|at|by|of|in|during) (?:[A-Z]|FY))")
_WEAK = 1 / 3  # of a word's weight, where it says little
_OF_PARTS = frozenset({"cause", "change", "outlook"})  # kinds of questions that may be about a part
_COMMON = frozenset(
    {"and", "the", "for", "with", "from", "that", "our", "per", "each", "end", "new", "due", "total", "company"}
)


def tables() -> dict[str, Any]:
    """The tables of words.toml."""
    return read_table("words.toml")


@cache
def phrases_of(name: str) -> re.Pattern[str]:
    """The words of a table, as one pattern."""
    return whole_words(tables()[name]["words"])


@cache
def weak_stems() -> frozenset[str]:
    """The stems of the words that say little about what is asked for."""
    return asking_stems() | {stem for word in tables()["weak"]["words"] for stem in stems(word)}


@cache
def question_kinds() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """(name, what asks for it, cues of sentences that answer it) of each kind of question."""
    return tuple((k["name"], whole_words(k["asks"]), whole_words(k["cues"])) for k in tables()["kinds"])


def kinds_of(question: str) -> tuple[str, ...]:
    """The kinds of a question ("cause", "legal", ...); none where the table has none."""
    # "What was it for at Acme?" ends with its "for", as "What was it for?" does.
    last = {question.rstrip(" ?!.").rpartition(" ")[2].lower(), *(m[1].lower() for m in _STRANDED.finditer(question))}
    ends = {kind["name"]: kind.get("ends", ()) for kind in tables()["kinds"]}
    return tuple(name for name, asks, _ in question_kinds() if asks.search(question) or not last.isdisjoint(ends[name]))


def may_be_of_part(question: str) -> bool:
    """Whether a question is of a kind that may be about a part of the company: causes, changes, what is expected."""
    return bool(_OF_PARTS & set(kinds_of(question)))


def is_outlook(question: str) -> bool:
    """Whether a question asks what was expected, planned or aimed at."""
    return "outlook" in kinds_of(question)


def content_of(topic: str) -> dict[str, frozenset[str]]:
    """The stems of a topic, each with those of words that say the same or that filings print for it."""
    content: dict[str, frozenset[str]] = {stem: kin_of(stem) - {stem} for stem in stems(topic)}
    for asked, adds in asked_synonyms(topic):
        for stem in stems(asked):
            content[stem] = content.get(stem, frozenset()) | frozenset(stems(adds)) - _COMMON
    return content


def covered(content: Mapping[str, frozenset[str]], words: Collection[str], *, near: float = 1.0) -> float:
    """The share of the content's words that a text has, 0 to 1; one that it has in the words of filings counts `near`.

    Words that say little ("primary", "changes") weigh a third.
    """
    weights = {word: _WEAK if word in weak_stems() else 1.0 for word in content}
    found = sum(
        weight * (1.0 if word in words else near * (not content[word].isdisjoint(words)))
        for word, weight in weights.items()
    )
    return found / (sum(weights.values()) or 1.0)
