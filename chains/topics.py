"""What reports say in a typical place and form: topics of questions, with their headings and sentences.

The table is `topics.toml`. A topic is what a question is about ("employees"), not how it is to be answered.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

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
    raw = tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))
    return phrases(raw["amounts"]["asks"])


@cache
def _topics() -> tuple[Topic, ...]:
    raw = tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))
    return tuple(_topic(entry) for entry in raw["topics"])


def _topic(entry: dict[str, Any]) -> Topic:
    return Topic(
        name=entry["name"],
        asks=phrases(entry["asks"]),
        search=entry["search"],
        unless=phrases(entry["unless"]) if "unless" in entry else None,
        sections=phrases(entry["sections"]) if "sections" in entry else None,
        avoid=phrases(entry["avoid"]) if "avoid" in entry else None,
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


def phrases(entries: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of the phrases, as whole words; "*" at an end stands for any beginning or ending."""
    parts = [
        (r"[\w-]*" if e.startswith("*") else "") + re.escape(e.strip("*")) + (r"[\w-]*" if e.endswith("*") else "")
        for e in entries
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
