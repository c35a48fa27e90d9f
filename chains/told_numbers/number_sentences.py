"""The sentences of filings that hold a number, by their words: found without a model, so that nothing is missed."""

from __future__ import annotations

import math
import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

from chains.told_numbers.amount_scale import AmountScale, amount_scale
from chains.told_numbers.prose_words import same_as, words_of
from ingest.schema import Document, Passage
from ingest.sentences import sentences

MOST_WORDS = 120  # of a sentence
_LEAST_WORDS = 5
_KIN, _SPELT, _BEGUN = 0.95, 0.9, 0.7  # what a word that says the same counts, one spelt nearly so, one begun so
_HEADED, _BEFORE = 0.6, 0.4  # what a word of the heading counts, and one of the sentence before
_SPELLED = 5  # letters from which on two words of one letter's difference are taken for one
_SHORTENED = 4  # letters of a word that may be short for another ("temp")
_HELD = 32  # documents at hand
_TAKEN_UP = re.compile(r"\W*(?:of (?:the|which)|they|it)\b|.*\b(?:these|those|this|such)\s", re.IGNORECASE)
_STATES = r"\b(?:was|were|totaled|totalled|is|are|of|amounted to)\s+(?:approximately\s+|about\s+)?(?:US\$|[$€£])?\d"
_FIGURE = re.compile(r"\d\S*")
_LEADING = 2  # sentences before one that it may go on about
_OPEN = re.compile(
    r"\b(?:and|or|of|the|a|an|in|to|for|by|from|with|at|our|its|was|were|is|are|as|approximately|which|that)\s*$|,\s*$"
)


class Passages(Protocol):
    """The part of the index that is needed here."""

    def passages(self, document: str, page: int | None = None) -> list[Passage]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with a number: its passage, the sentences before it, and the stems of itself, of that, of headings."""

    passage: Passage
    text: str
    before: str
    said: frozenset[str]
    led: frozenset[str]
    heading: frozenset[str]

    @property
    def takes_up(self) -> bool:
        """Whether it goes on about what those before it name ("Of these facilities, 24 ...")."""
        return bool(self.before) and bool(_TAKEN_UP.match(self.text))


class NumberSentences:
    """The sentences with a number of one document, looked up by their words; its text is read when one is sought."""

    def __init__(self, document: Document, passages: Callable[[], Sequence[Passage]]) -> None:
        self.document = document
        self._passages = passages

    @cached_property
    def scale(self) -> AmountScale:
        """The scale of its bare amounts (`chains.told_numbers.amount_scale`)."""
        return amount_scale(self._passages())

    @cached_property
    def _found(self) -> list[tuple[Passage, str, tuple[str, ...]]]:
        """Each sentence with its passage and the sentences before it."""
        found = []
        for passage in self._passages():
            if not any(c.isdigit() for c in passage.text):
                continue
            held = sentences(_joined(passage.text))
            for number, sentence in enumerate(held):
                if _holds_number(sentence):
                    found.append((passage, sentence, tuple(held[max(0, number - _LEADING) : number])))
        return found

    @cached_property
    def lines(self) -> list[Line]:
        """The sentences in the order of the document; their words are only cut to stems where one is looked for."""
        said = cache(lambda text: frozenset(words_of(text)))
        return [
            Line(
                passage,
                text,
                " ".join(before),
                said(text),
                frozenset[str]().union(*map(said, before)),
                said(passage.section),
            )
            for passage, text, before in self._found
        ]

    @cached_property
    def _printed(self) -> str:
        """All the sentences in lower case, a line each."""
        return "\n".join(text.lower() for _, text, _ in self._found)

    @cached_property
    def _places(self) -> Mapping[str, list[tuple[int, float]]]:
        """For each stem the lines that hold it, with what it counts there."""
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            for stem in line.said:
                found[stem].append((number, 1.0))
            for stem in line.heading - line.said:
                found[stem].append((number, _HEADED))
            for stem in line.led - line.heading - line.said:
                found[stem].append((number, _BEFORE))
        return dict(found)

    @cached_property
    def _forms(self) -> dict[str, Mapping[str, float]]:
        return {}

    def forms(self, stem: str) -> Mapping[str, float]:
        """The printed stems that say the same as one, with what each counts; empty where none is printed."""
        if stem not in self._forms:
            held = {s: 1.0 if s == stem else _KIN for s in same_as(stem) if s in self._places}
            if not held and len(stem) >= _SHORTENED:
                held = {s: _SPELT for s in self._places if _nearly(stem, s)}
                held = held or {s: _BEGUN for s in self._places if s.startswith(stem)}
            self._forms[stem] = held
        return self._forms[stem]

    def weight(self, stem: str) -> float:
        """How much a word tells: the logarithm of how rarely it and its kin are said; most where they never are."""
        count = sum(sum(1 for _, where in self._places[s] if where == 1.0) for s in self.forms(stem))
        return math.log(1 + len(self.lines) / (count + 1))

    def tells_of(self, phrase: str) -> bool:
        """Whether a sentence gives a number of what a phrase names, in these words ("Shipping costs were $37")."""
        flat = " ".join(phrase.lower().split())
        if flat not in self._told_of:
            self._told_of[flat] = len(flat) >= _SHORTENED and flat in self._printed and self._states(flat)
        return self._told_of[flat]

    def _states(self, flat: str) -> bool:
        words = re.escape(flat)
        stated = re.compile(rf"(?:^|\b(?:our|total|the|its|of)\s){words}\b[^.;]{{0,90}}?{_STATES}", re.IGNORECASE)
        return any(stated.search(text) for _, text, _ in self._found if flat in text.lower())

    @cached_property
    def _told_of(self) -> dict[str, bool]:
        return {}

    def above(self, line: Line, pages: int) -> Iterator[str]:
        """The lines and headings above a sentence, the nearest first, on its page and so many before."""
        held = list(self._passages())
        at = next((n for n, p in enumerate(held) if p.id == line.passage.id), None)
        if at is None:
            return
        before = _joined(line.passage.text).partition(line.text)[0]
        yield from reversed(sentences(before))
        yield line.passage.section
        for passage in reversed(held[:at]):
            if line.passage.page - passage.page > pages:
                return
            yield from reversed(sentences(_joined(passage.text)))
            yield passage.section

    def near(self, asked: Collection[str], limit: int = 40) -> list[Line]:
        """The lines that hold most of what is asked, best first."""
        scores: dict[int, float] = defaultdict(float)
        for stem in asked:
            best: dict[int, float] = {}
            for form, factor in self.forms(stem).items():
                for number, where in self._places[form]:
                    best[number] = max(best.get(number, 0.0), factor * where)
            weight = self.weight(stem)
            for number, counts in best.items():
                scores[number] += weight * counts
        ranked = sorted(scores, key=lambda n: (-scores[n], n))[:limit]
        return [self.lines[n] for n in ranked]


def _joined(text: str) -> str:
    """A text with the lines put together that a page broke within a sentence ("... 2017, 2016 and / 2015")."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and len(lines[-1].split()) >= _LEAST_WORDS and _OPEN.search(lines[-1]):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _holds_number(sentence: str) -> bool:
    """Whether a line is a sentence of bearable length with a number; a list of amounts may be half figures."""
    if not sentence.rstrip("\"”’')]").endswith((".", ";", "!")) or not any(c.isdigit() for c in sentence):
        return False
    words = sentence.split()
    if not _LEAST_WORDS <= len(words) <= MOST_WORDS:
        return False
    if sentence.isascii():
        return 2 * len(_FIGURE.findall(sentence)) <= len(words)
    return 2 * sum(any(c.isdigit() for c in word) for word in words) <= len(words)


def _nearly(one: str, other: str) -> bool:
    """Whether two words differ in one letter, or by one ("parlour", "parlor")."""
    if min(len(one), len(other)) < _SPELLED or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return at > 1 and (short[at:] == long[at + 1 :] or short[at + 1 :] == long[at + 1 :])


class NumberShelf:
    """The sentences with a number of a library's documents, the most recently used kept. Safe for several threads."""

    def __init__(self, source: Passages) -> None:
        self._source = source
        self._held: OrderedDict[tuple[str, str], NumberSentences] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, document: Document) -> NumberSentences:
        """Those of a document; a changed document (another SHA-256) is read again."""
        key = (document.name, document.sha256)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = NumberSentences(document, lambda: self._source.passages(document.name))
        with self._lock:
            self._held[key] = made
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return made
