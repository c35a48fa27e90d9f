"""The part of a company that a question about words is about ("the Domestic segment"), and which lines speak of it.

A filing tells of its parts one after the other and names each of them once, in a heading or in the first sentence of
its paragraph; what stands below is of that part although it does not name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from chains.measures.phrases import whole_words
from chains.measures.phrasing import tables as planner_tables
from chains.measures.vocabulary import default_names
from chains.questions.companies import common_words
from chains.sentences.families import asking_stems, kin_of
from chains.sentences.stems import stems

_CUE = re.compile(r"\b(?:segments?|business(?:es)?|divisions?|units?|operations|side|arm|region)\b", re.IGNORECASE)
_APART = re.compile(
    r"[,;?]|\b(?:of|in|for|by|from|at|the|its|their|and then|did|does|do|was|were|is|are|has)\b", re.IGNORECASE
)
_HEADS = re.compile(r"\b(?:segments?|business(?:es)?|divisions?|operations)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:consolidated|company|overall|liquidity|income tax\w*|cash flows?|non-gaap|results of)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_](?:[\w&.'’/-]*[\w])?")
_BEFORE = 3  # words that may name a part before "segment"
_ABBREVIATED = 2  # letters: what is shorter names nothing
_NAMED = 3  # times that a word is written as a name
_NAMES = 3  # of measures that are taken out of a question
_SUBJECT = 9  # words at the beginning of a line, in which it says what it is about
_SHORT = 10  # words of a heading

IN_LINE, HEADED, ABOVE = 1.0, 0.9, 0.8
"""How surely a line is about the part: it names it, its section's heading does, or a line above it on its page."""
_FADES = 0.985
"""What each line in between takes from that."""
ABOUT = 0.5
"""What makes a line one about the part."""


@dataclass(frozen=True, slots=True)
class AskedPart:
    """The stems of what names the part, its name, and what its filing abbreviates with the stems of the name."""

    stems: frozenset[str]
    name: str = ""
    short: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def named_in(self, text: str) -> float:
        """The share of the part's words that a text has, 0 to 1."""
        said = set(stems(text))
        for short, words in self.short.items():
            if short in text:
                said |= words
        return sum(bool(_kin(s) & said) for s in self.stems) / len(self.stems)

    def heads(self, line: str) -> bool:
        """Whether a line begins by naming the part: what stands under it is about it."""
        return self.named_in(" ".join(line.split()[:_SUBJECT])) >= 1.0

    def frame_of(self, line: str) -> re.Pattern[str] | None:
        """How a line is built around the part's name ("In X, total ..."): so begins a line about another part."""
        words = line.split()[: _SUBJECT + 2]
        inside = [n for n, word in enumerate(words) if set(stems(word)) and any(s in self.stems for s in stems(word))]
        if not inside or inside[-1] + 1 >= len(words):
            return None
        before, after = words[: inside[0]], words[inside[-1] + 1].strip(".,;:")
        lead = "".join(rf"{re.escape(w)}\s+" for w in before)
        return re.compile(
            rf"{lead}(?:[A-Z][\w&/.-]*,?\s+)(?:(?:and|of|&|[A-Z][\w&/.-]*,?)\s+){{0,6}}{re.escape(after)}\b"
        )

    def ends_at(self, line: str) -> bool:
        """Whether a line is the heading of another part."""
        short = len(line.split()) <= _SHORT and bool(_HEADS.search(line)) and line[:1].isupper()
        return short and self.named_in(line) == 0.0


class Place:
    """Where a page's lines, read in order, speak of the part; where none is asked for, which are of some part."""

    def __init__(self, part: AskedPart | None) -> None:
        self._part = part
        self._near = 0.0
        self._headed = 0.0
        self._frame: re.Pattern[str] | None = None

    def enter(self, section: str) -> None:
        """A passage begins under a heading."""
        last = section.rpartition("›")[2].strip()
        if self._part is None:
            self._within(last)
            return
        self._headed = HEADED if self._part.named_in(last) >= 1.0 else 0.0
        if self._headed:
            self._near = HEADED
        elif self._part.ends_at(last):
            self._near = 0.0

    def of(self, line: str) -> float:
        """How surely the next line is about the part, or the whole where none is asked for: 0 to 1."""
        if self._part is None:
            self._within(line)
            return ABOVE if self._near else 1.0
        named = self._part.named_in(line)
        if self._part.heads(line):
            self._near, self._frame = ABOVE, self._part.frame_of(line) or self._frame
        elif self._part.ends_at(line) or (named == 0.0 and self._frame is not None and self._frame.match(line)):
            self._near = 0.0
        else:
            self._near *= _FADES
        return max(named if named >= 1.0 else 0.6 * named, self._headed, self._near)

    def _within(self, line: str) -> None:
        """A line may be the heading of a part, or of what is told of the whole company again."""
        if len(line.split()) <= _SHORT and _HEADS.search(line) and line[:1].isupper():
            self._near = ABOVE
        elif len(line.split()) <= _SHORT and _WHOLE.search(line):
            self._near = 0.0


def asked_part(
    question: str, topic: str, weak: Set[str], short: Mapping[str, frozenset[str]] | None = None
) -> AskedPart | None:
    """The part that a question names; None where it asks of the whole.

    `topic` is the question without company names and periods, `weak` the stems that say little. Words name a part that
    are written as names, that stand before "segment" or the like, or that are places.
    """
    kept = {w.lower() for w in _WORD.findall(topic)}
    left = _without_measures(question)
    place = whole_words(planner_tables()["parts"]["places"])
    words = list(_WORD.finditer(question))
    chosen: list[str] = []
    name: list[str] = []
    for n, match in enumerate(words):
        word = re.sub(r"['’]s?$", "", match[0])
        low = word.lower()
        stem = next(iter(stems(word)), "")
        if not {low} <= kept & left or not stem or stem in weak | asking_stems() or _CUE.fullmatch(low):
            continue
        if low in common_words() and not place.search(low):
            continue
        named = n > 0 and any(c.isupper() for c in word)
        if named or place.search(low) or low in _describing(question, match.end()):
            chosen += stems(word)
            name.append(word)
    kept_stems = frozenset(s for s in chosen if len(s) > 1 and s not in weak)
    return AskedPart(kept_stems, " ".join(name), short or {}) if kept_stems else None


def written_as_names(question: str, texts: Iterable[str]) -> str:
    """The question with capitals for the words that its filings mostly write so: "safety and industrial margin"."""
    left = _without_measures(question) - common_words() - asking_stems()
    words = {w[0] for w in _WORD.finditer(question) if w[0].islower() and w[0] in left and len(w[0]) > _ABBREVIATED}
    words = {w for w in words if not _CUE.fullmatch(w)}
    text = "\n".join(texts) if words else ""
    for word in words:
        # After another word: a sentence's beginning has a capital in any case.
        name = rf"(?<=[\w,/&-][ /]){re.escape(word.capitalize())}\b|\b{re.escape(word.upper())}\b"
        names = len(re.findall(name, text))
        if names >= _NAMED and names > len(re.findall(rf"\b{re.escape(word)}\b", text)):
            question = re.sub(rf"\b{re.escape(word)}\b", word.capitalize(), question)
    return question


def _describing(question: str, end: int) -> set[str]:
    """The words that describe the cue ("segment") behind a place in a question."""
    cue = _CUE.search(question, end)
    if cue is None or _APART.search(question, end, cue.start()):
        return set()
    return {w.lower() for w in _WORD.findall(question[: cue.start()])[-_BEFORE:]}


def _without_measures(question: str) -> set[str]:
    """The words of a question, in lower case, that name no line item or metric."""
    text = question.lower()
    for _ in range(_NAMES):
        hit = default_names().within(text)
        if hit is None:
            break
        start, end = hit[1]
        text = f"{text[:start]} {text[end:]}"
    return {re.sub(r"['’]s?$", "", w) for w in _WORD.findall(text)}


def _kin(stem: str) -> Set[str]:
    return kin_of(stem) | {stem}
