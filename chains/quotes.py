"""Which sentences of the found pages answer a question about words: meaning, words and cues, weighed together."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chains.retrieval import RankedPage, asked_synonyms, phrases
from ingest.schema import Passage
from ingest.sentences import sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FIGURES = re.compile(r"\S*\d\S*")
_ADVERB = re.compile(r"(?<=[a-z]{4})(?:ally|ly)$")
_ENDINGS = re.compile(r"(?:ations?|itions?|ments?|ings?|ical|ions?|ers?|ors?|ies|ied|ed|es|al|ity|(?<![us])s|y|e)$")
_BULLET = re.compile(r"^[•●▪■◦*–—-]\s+")
_WEAK = 1 / 3
_MOST_WORDS = 90  # of a sentence; a longer one is a list or a table that lost its lines
_LONGEST = 480  # characters of a quote
_READ = 240  # characters of a sentence that are embedded
_EMBEDDED = 12  # sentences embedded a question: about 5 ms each on two cores
_A_PAGE = 4  # of them from one page at most


class Encoder(Protocol):
    """The part of an embedder that is needed here: texts to unit vectors, (n, dimension) float32."""

    def encode(self, texts: Sequence[str]) -> Matrix: ...


_COMMON = frozenset(
    {"and", "the", "for", "with", "from", "that", "our", "per", "each", "end", "new", "due", "total", "company"}
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as printed on a page. `similarity` is its cosine with the question, `cover` the share of the
    question's content that its words cover (0 to 1), `score` what quotes are ranked by."""

    passage: Passage
    text: str
    score: float
    similarity: float
    cover: float

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.document, self.passage.page


_Candidate = tuple[Passage, str, set[str]]
_Rough = tuple[float, float, int]  # what is known before embedding, the cover, and the candidate's place


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts in a quote's score.

    `year` is added where a sentence names an asked year, and taken off where it names only others. Taken off too:
    `hedge` for what only may happen, unless risks are asked for; `empty` for references and accounting policies.
    `row` multiplies lines that are no sentence (a table's), `boilerplate` those of auditors' reports and the like.
    """

    meaning: float = 1.0
    words: float = 0.6
    cue: float = 0.08
    page: float = 0.35
    hedge: float = 0.15
    empty: float = 0.3
    year: float = 0.12
    row: float = 0.75
    boilerplate: float = 0.6


@cache
def tables() -> dict[str, Any]:
    """The tables of words.toml."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


@cache
def _phrases(name: str) -> re.Pattern[str]:
    return phrases(tables()[name]["words"])


def _is_boilerplate(passage: Passage) -> bool:
    """Whether a passage is of the kind that every report has in nearly the same words."""
    return bool(_phrases("boilerplate").search(f"{passage.section}\n{passage.text}"))


@cache
def _weak() -> frozenset[str]:
    return frozenset(stem for word in tables()["weak"]["words"] for stem in stems(word))


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((k["name"], phrases(k["asks"]), phrases(k["cues"])) for k in tables()["kinds"])


def kinds_of(question: str) -> tuple[str, ...]:
    """The kinds of a question ("cause", "legal", ...); none where the table has none."""
    return tuple(name for name, asks, _ in _kinds() if asks.search(question))


def stems(text: str) -> list[str]:
    """The words of a text, cut to what their forms share: "repurchased" and "repurchases" are "repurchas"."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    if len(word) <= 4:
        return word[:-1] if len(word) == 4 and word[-1] == "s" and word[-2] not in "su" else word
    cut = _ENDINGS.sub("", _ADVERB.sub("", word))
    return cut if len(cut) >= 3 else word


def content_of(topic: str) -> dict[str, frozenset[str]]:
    """The stems of a topic, each with the stems that filings print for it (none for most)."""
    content: dict[str, frozenset[str]] = {stem: frozenset() for stem in stems(topic)}
    for asked, adds in asked_synonyms(topic):
        for stem in stems(asked):
            content[stem] = content.get(stem, frozenset()) | frozenset(stems(adds)) - _COMMON
    return content


def covered(content: Mapping[str, frozenset[str]], words: set[str], *, near: float = 1.0) -> float:
    """The share of the content's words that a text has, 0 to 1; one that it has in the words of filings counts `near`.

    Words that say little ("primary", "changes") weigh a third.
    """
    weights = {word: _WEAK if word in _weak() else 1.0 for word in content}
    found = sum(
        weight * (1.0 if word in words else near * bool(content[word] & words)) for word, weight in weights.items()
    )
    return found / (sum(weights.values()) or 1.0)


def find_quotes(
    question: str, topic: str, pages: Sequence[RankedPage], encoder: Encoder, weights: Weights | None = None
) -> list[Quote]:
    """The sentences of `pages` that may answer, best first.

    `topic` is the question without names and periods. Few sentences are embedded, since that is what
    costs: the best of each page by its words and cues, then the best of all.
    """
    w = weights or Weights()
    candidates = _candidates(pages)
    if not candidates or not topic.strip():
        return []
    content = content_of(topic)
    kinds = kinds_of(question)
    hedge = 0.0 if {"risk", "outlook"} & set(kinds) else w.hedge
    patterns = [cues for _, asks, cues in _kinds() if asks.search(question)]
    best_page = max(page.score for page in pages) or 1.0
    strength = {(page.document, page.page): page.score / best_page for page in pages}
    years = set(_YEAR.findall(question))
    common = {p.id for page in pages for p in page.passages if _is_boilerplate(p)}
    rough: list[_Rough] = []
    for place, (passage, text, words) in enumerate(candidates):
        cover = covered(content, words, near=0.5)
        cues = sum(min(2, len(pattern.findall(text))) for pattern in patterns)
        sign = w.words * cover + w.cue * min(cues, 3) + w.page * strength[passage.document, passage.page]
        sign -= hedge * bool(_phrases("hedges").search(text)) + w.empty * bool(_phrases("empty").search(text))
        sign += w.year * _agreement(years, set(_YEAR.findall(text)))
        sign *= (1.0 if _is_sentence(text) else w.row) * (w.boilerplate if passage.id in common else 1.0)
        rough.append((sign, cover, place))
    chosen = _spread(sorted(rough, key=lambda r: (-r[0], r[2])), candidates)
    vectors = encoder.encode([topic, *(candidates[place][1][:_READ] for _, _, place in chosen)])
    quotes = []
    for (sign, cover, place), vector in zip(chosen, vectors[1:], strict=True):
        passage, text, _ = candidates[place]
        similarity = float(vector @ vectors[0])
        meaning = w.meaning * similarity * (1.0 if _is_sentence(text) else w.row)
        quotes.append(Quote(passage, _cut(text), sign + meaning, similarity, cover))
    return sorted(quotes, key=lambda q: -q.score)


def diverse(quotes: Iterable[Quote], count: int) -> list[Quote]:
    """The first `count` quotes that do not say what one before them says."""
    kept: list[Quote] = []
    for quote in quotes:
        words = set(stems(quote.text))
        if all(len(words & other) < 0.7 * min(len(words), len(other)) for other in (set(stems(q.text)) for q in kept)):
            kept.append(quote)
        if len(kept) == count:
            break
    return kept


def _candidates(pages: Sequence[RankedPage]) -> list[_Candidate]:
    """Each sentence once, with its passage and the stems of it and of its heading."""
    found: dict[str, _Candidate] = {}
    for page in pages:
        for passage in page.passages:
            for printed in sentences(passage.text):
                text = _BULLET.sub("", printed)
                words = len(text.split())
                if 4 <= words <= _MOST_WORDS and len(_WORD.findall(text)) >= 2 and text not in found:
                    found[text] = (passage, text, set(stems(text)))
    return list(found.values())


def _spread(rough: Sequence[_Rough], candidates: Sequence[_Candidate]) -> list[_Rough]:
    """The best candidate of each page, then the best of all, not more than a few of any page."""
    taken: Counter[tuple[str, int]] = Counter()
    first: list[_Rough] = []
    rest: list[_Rough] = []
    for entry in rough:
        passage = candidates[entry[2]][0]
        place = passage.document, passage.page
        (rest if taken[place] else first).append(entry)
        taken[place] += 1
    kept = first[:_EMBEDDED]
    taken = Counter()
    for entry in rest:
        passage = candidates[entry[2]][0]
        place = passage.document, passage.page
        if len(kept) < _EMBEDDED and taken[place] < _A_PAGE - 1:
            taken[place] += 1
            kept.append(entry)
    return kept


def _agreement(asked: set[str], named: set[str]) -> int:
    """1 where a text names an asked year, -1 where it names only others, 0 where either names none."""
    return 0 if not asked or not named else 1 if asked & named else -1


def _is_sentence(text: str) -> bool:
    """Whether a line is prose: it ends as a sentence does and is not mostly figures."""
    ends = text.rstrip("\"”’')]").endswith((".", "!", "?", ";"))
    return ends and 3 * len(_FIGURES.findall(text)) < text.count(" ") + 1


def _cut(text: str) -> str:
    """A quote of bearable length: the beginning of a long sentence, which is still exactly what is printed."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]
