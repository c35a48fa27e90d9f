"""What reports say in a typical place and form: topics of questions, with their headings and sentences.

The table is `topics.toml`. A topic is what a question is about ("employees"), not how it is to be answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from chains.measures.phrases import whole_words
from chains.tables import read_table

_POINT = "\u066b"  # a decimal separator that English texts do not print
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the table. Patterns that the entry has not are None.

    `search` is searched for beside the question; `early` and `cover` say that it stands on
    the first dozen pages or the first few, `words` that a
    question for a number of it is read in the text and not in the tables.
    """

    name: str
    asks: re.Pattern[str]
    search: str
    unless: re.Pattern[str] | None = None
    sections: re.Pattern[str] | None = None
    avoid: re.Pattern[str] | None = None
    says: re.Pattern[str] | None = None
    yes: re.Pattern[str] | None = None
    no: re.Pattern[str] | None = None
    off: re.Pattern[str] | None = None
    early: bool = False
    cover: bool = False
    words: bool = False

    def heads(self, section: str) -> bool:
        """Whether the topic stands under such a heading."""
        return self.sections is not None and bool(self.sections.search(section)) and not self.avoids(section)

    def avoids(self, section: str) -> bool:
        """Whether what stands under such a heading only looks as if it said it."""
        return self.avoid is not None and bool(self.avoid.search(section))

    def printed_in(self, text: str) -> bool:
        """Whether any line of a text has the form of the topic's sentences."""
        return self.says is not None and bool(self.says.search(_pointless(text)))

    def said_by(self, sentence: str) -> bool:
        """Whether a sentence has the form of those that say it, and not of those that only look alike."""
        said = self.says is not None and bool(self.says.search(_pointless(sentence)))
        return (said or self.verdict_of(sentence) is not None) and not self.missed_by(sentence)

    def missed_by(self, sentence: str) -> bool:
        """Whether a sentence only looks as if it said it."""
        return self.off is not None and bool(self.off.search(_pointless(sentence)))

    def verdict_of(self, sentence: str) -> bool | None:
        """True or False where a sentence affirms or denies, else None."""
        sentence = _pointless(sentence)
        if self.no is not None and self.no.search(sentence):
            return False
        return True if self.yes is not None and self.yes.search(sentence) else None


def topics_of(question: str) -> tuple[Topic, ...]:
    """The topics of a question, in the table's order; none for most questions about figures."""
    return tuple(
        topic
        for topic in _topics()
        if topic.asks.search(question) and not (topic.unless is not None and topic.unless.search(question))
    )


def stands_in_text(question: str) -> bool:
    """Whether a question is about a topic that is told in sentences, and asks for no amount of money or ratio of it."""
    return any(topic.words for topic in topics_of(question)) and not _amounts().search(question)


@cache
def _amounts() -> re.Pattern[str]:
    raw = read_table("topics.toml")
    return whole_words(raw["amounts"]["asks"])


@cache
def _topics() -> tuple[Topic, ...]:
    raw = read_table("topics.toml")
    return tuple(_topic(entry) for entry in raw["topics"])


def _topic(entry: dict[str, Any]) -> Topic:
    return Topic(
        name=entry["name"],
        asks=whole_words(entry["asks"]),
        search=entry["search"],
        unless=whole_words(entry["unless"]) if "unless" in entry else None,
        sections=whole_words(entry["sections"]) if "sections" in entry else None,
        avoid=whole_words(entry["avoid"]) if "avoid" in entry else None,
        **{name: _any(entry[name]) for name in ("says", "yes", "no", "off") if name in entry},
        early=entry.get("early", False),
        cover=entry.get("cover", False),
        words=entry.get("words", False),
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of the patterns, for texts whose decimals `_pointless` has marked."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined.replace(r"\.", f"[.{_POINT}]"), re.IGNORECASE)


@lru_cache(maxsize=4096)
def _pointless(text: str) -> str:
    """A text whose full stops end sentences: those within a number ("12.6") are marked, so that `[^.]` takes them."""
    return _DECIMAL.sub(_POINT, text)
