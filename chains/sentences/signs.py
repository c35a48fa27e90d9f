"""The signs by which a sentence is weighed before it is embedded: its words, its form, where it stands, its year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from chains.sentences.topics import Topic
from ingest.schema import Passage

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FIGURES = re.compile(r"\S*\d\S*")
_SEGMENT = re.compile(
    r"\b(?:segments?|business units?|divisions?|international|domestic|north america|europe|asia)\b", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_FIRM = re.compile(r"\b(?:LLP|Exchange|Nasdaq)\b")
_LINE = 200  # characters: a longer one without a full stop is several that lost their breaks
_ANSWERS = (
    (re.compile(r"\b(?:how many|how much|what percent\w*|what share)\b", re.I), re.compile(r"\d")),
    (
        re.compile(r"\bwhen\b|\b(?:what|which) (?:date|day|month|year)\b|\bhow long\b", re.I),
        re.compile(r"\b(?:19|20)\d\d\b"),
    ),
    # Two names, neither at the beginning of the sentence nor in a heading.
    (
        re.compile(r"\bwho\b|\b(?:which|what) (?:compan|competitor|customer|brand|product|business)\w*", re.I),
        re.compile(r"(?<=[a-z,(] )[A-Z][\w&.-]+\b.*(?<=[a-z,(] )[A-Z]\w+"),
    ),
)
_REMEMBERED = 8192
"""Lines whose kind is remembered: each is asked for several times in one question."""
_MONTH = re.compile(r"\bMay(?=\s+\d)")  # no hedge
_SHORT = 6  # words


@dataclass(frozen=True, slots=True)
class SignWeights:
    """What each sign adds to a sentence's score, or takes off it.

    `typical` is added for a sentence in the form of the question's topic, `headed` for one under a heading of it, and
    `astray` taken off one that only looks like it. `year` is added where a sentence names an asked year, `other_year`
    taken off where it names only others; `answer` is added for what is asked for: names, a number, a date.
    Taken off too: `hedge` for what only may happen, unless risks are asked for; `empty` for references and accounting
    policies; `part` for a segment where the whole is asked for; `torn` for the end of a sentence whose beginning is on
    another page; `heading` for a heading, which tells where it is said.
    `qualified` is taken off for a measure that is adjusted in a way that is not asked for ("non-GAAP", "organic").
    `row` multiplies lines that are no sentence (a table's), `boilerplate` those of auditors' reports and the like.
    """

    typical: float = 0.45
    headed: float = 0.12
    astray: float = 0.3
    hedge: float = 0.15
    empty: float = 0.3
    year: float = 0.12
    other_year: float = 0.25
    part: float = 0.2
    torn: float = 0.2
    answer: float = 0.15
    heading: float = 0.4
    qualified: float = 0.25
    row: float = 0.75
    boilerplate: float = 0.6


@dataclass(frozen=True)
class Signs:
    """The signs for one question. `risks` says that what may happen is asked for, `whole` that a measure of the
    whole company is."""

    question: str
    topics: tuple[Topic, ...]
    hedges: re.Pattern[str]
    empty: re.Pattern[str]
    risks: bool
    whole: bool
    weights: SignWeights
    qualifiers: re.Pattern[str] | None = None

    @cached_property
    def years(self) -> set[str]:
        return years_in(self.question)

    def of(self, passage: Passage, text: str, *, dated: str | None = None) -> float:
        """The sum of the signs of a sentence; its words and meaning are not among them.

        `dated` is the text that names its years where that is not the sentence itself.
        """
        w = self.weights
        typical = self.typical(text)
        score = w.typical * typical + w.headed * any(t.heads(passage.section) for t in self.topics)
        score -= w.astray * any(t.missed_by(text) or t.avoids(passage.section) for t in self.topics)
        score += w.answer * self.answers(text)
        score -= w.hedge * (not self.risks and bool(self.hedges.search(_MONTH.sub(" ", text))))
        score -= w.empty * bool(self.empty.search(text))
        agreed = agreement(self.years, years_in(text if dated is None else dated))
        score += w.year * agreed if agreed > 0 else w.other_year * agreed
        if self.whole:
            score -= w.part * bool(_SEGMENT.search(text)) + 0.5 * w.part * bool(_SEGMENT.search(passage.section))
        if text[:1].islower() and dated in (None, text):
            score -= w.torn
        score -= w.torn * text.endswith(",")
        if is_heading(text):
            score -= w.heading
        if self.qualifiers is not None and not self.qualifiers.search(self.question):
            score -= w.qualified * bool(self.qualifiers.search(text if dated is None else dated))
        return score - 0.1 * (len(text.split()) < _SHORT and not typical)

    def typical(self, text: str) -> bool:
        """Whether a sentence has the form of those that answer about a topic of the question."""
        if is_heading(text) or text.endswith(":") or (len(text) > _LINE and not is_sentence(text)):
            return False
        return any(t.said_by(text) for t in self.topics)

    def answers(self, text: str) -> bool:
        """Whether a sentence holds what the question's first word asks for: names, a number or a date."""
        for asks, holds in _ANSWERS:
            if asks.search(self.question):
                return bool(holds.search(text))
        return False

    def verdict(self, text: str) -> bool | None:
        """What a sentence says to a yes/no question about a topic: True, False, or None where it leaves it open."""
        verdicts = {t.verdict_of(text) for t in self.topics if not t.missed_by(text)} - {None}
        return verdicts.pop() if len(verdicts) == 1 else None


@lru_cache(maxsize=_REMEMBERED)
def is_heading(text: str) -> bool:
    """Whether a line is a heading: capitalised words without a full stop or a number, and no firm's signature."""
    if is_sentence(text) or _DIGIT.search(text) or _FIRM.search(text):
        return False
    long = [word for word in text.split() if len(word) > 4 and word[0].isalpha()]
    return len(text) < 160 and sum(word[0].isupper() for word in long) >= 0.7 * len(long)


def names_part(question: str) -> bool:
    """Whether a question is about a segment or another part of the company."""
    return bool(_SEGMENT.search(question))


def years_in(text: str) -> set[str]:
    """The calendar or fiscal years that a text names, in four digits."""
    return set(_YEAR.findall(text))


def agreement(asked: set[str], named: set[str]) -> int:
    """1 where a text names an asked year, -1 where it names only others, 0 where either names none."""
    return 0 if not asked or not named else 1 if asked & named else -1


@lru_cache(maxsize=_REMEMBERED)
def is_sentence(text: str) -> bool:
    """Whether a line is prose: it ends as a sentence does and is not mostly figures."""
    ends = text.rstrip("\"”’')]").endswith((".", "!", "?", ";"))
    return ends and 3 * len(_FIGURES.findall(text)) < text.count(" ") + 1
