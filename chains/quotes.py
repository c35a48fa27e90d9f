"""Which sentences of the found pages answer a question about words: meaning, words and cues, weighed together."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chains.retrieval import RankedPage, phrases, synonyms_of
from ingest.schema import Passage
from ingest.sentences import sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d")
_ENDINGS = re.compile(r"(?:ations?|ically|ments?|ings?|edly|ical|ally|ions?|ers?|ors?|ies|ied|ed|es|ly|al|ity|s|y|e)$")
_MOST_WORDS = 90  # of a sentence; a longer one is a list or a table that lost its lines
_LONGEST = 480  # characters of a quote
_EMBEDDED = 40  # sentences embedded a question
_A_PAGE = 8  # of them from one page at most


class Encoder(Protocol):
    """The part of an embedder that is needed here: texts to unit vectors, (n, dimension) float32."""

    def encode(self, texts: Sequence[str]) -> Matrix: ...


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


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts in a quote's score; `row` multiplies lines that are no sentence (a table's)."""

    meaning: float = 1.0
    words: float = 0.6
    cue: float = 0.08
    page: float = 0.35
    row: float = 0.75


@cache
def tables() -> dict[str, Any]:
    """The tables of words.toml."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((k["name"], phrases(k["asks"]), phrases(k["cues"])) for k in tables()["kinds"])


def kinds_of(question: str) -> tuple[str, ...]:
    """The kinds of a question ("cause", "legal", ...); none where the table has none."""
    return tuple(name for name, asks, _ in _kinds() if asks.search(question))


def stems(text: str) -> list[str]:
    """The words of a text, cut to what their forms share: "repurchased" and "repurchases" are "repurchas"."""
    found = []
    for word in _WORD.findall(text.lower()):
        cut = _ENDINGS.sub("", word) if len(word) > 4 else word.removesuffix("s") if len(word) > 3 else word
        found.append(cut if len(cut) >= 3 else word)
    return found


def find_quotes(
    question: str, topic: str, pages: Sequence[RankedPage], encoder: Encoder, weights: Weights | None = None
) -> list[Quote]:
    """The sentences of `pages` that may answer, best first.

    `topic` is the question without names and periods. At most 40 sentences are embedded, those that share the
    most words with the question, since embedding is what costs.
    """
    w = weights or Weights()
    candidates = _candidates(pages)
    if not candidates or not topic.strip():
        return []
    wanted = set(stems(topic))
    nearby = set(stems(synonyms_of(topic))) - wanted
    rarity = _rarity(wanted | nearby, [words for _, _, words in candidates])
    patterns = [cues for _, asks, cues in _kinds() if asks.search(question)]
    best_page = max(page.score for page in pages) or 1.0
    strength = {(page.document, page.page): page.score / best_page for page in pages}
    rough: list[tuple[float, float, int]] = []
    for place, (passage, text, words) in enumerate(candidates):
        cover = _cover(words, wanted, nearby, rarity)
        cues = sum(min(2, len(pattern.findall(text))) for pattern in patterns)
        sign = w.words * cover + w.cue * min(cues, 3) + w.page * strength[passage.document, passage.page]
        rough.append((sign * (1.0 if _is_sentence(text) else w.row), cover, place))
    chosen = _spread(sorted(rough, key=lambda r: (-r[0], r[2])), candidates)
    vectors = encoder.encode([topic, *(candidates[place][1][:_LONGEST] for _, _, place in chosen)])
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


def _candidates(pages: Sequence[RankedPage]) -> list[tuple[Passage, str, set[str]]]:
    """Each sentence once, with its passage and the stems of it and of its heading."""
    found: dict[str, tuple[Passage, str, set[str]]] = {}
    for page in pages:
        for passage in page.passages:
            for text in sentences(passage.text):
                words = len(text.split())
                if 4 <= words <= _MOST_WORDS and len(_WORD.findall(text)) >= 2 and text not in found:
                    found[text] = (passage, text, set(stems(text)))
    return list(found.values())


def _rarity(words: set[str], texts: Sequence[set[str]]) -> dict[str, float]:
    """Inverse document frequency among the candidates; a word that none has is the rarest."""
    counts = Counter(word for text in texts for word in text & words)
    return {word: math.log(1 + len(texts) / (1 + counts[word])) for word in words}


def _cover(words: set[str], wanted: set[str], nearby: set[str], rarity: dict[str, float]) -> float:
    """The share of the wanted words that a text has, by rarity; words that filings use for them count a third."""
    total = sum(rarity[word] for word in wanted) or 1.0
    own = sum(rarity[word] for word in wanted & words)
    near = sum(rarity[word] for word in nearby & words)
    return min(1.0, (own + min(near, total) / 3) / total)


def _spread(rough: Sequence[tuple[float, float, int]], candidates: Sequence[tuple[Passage, str, set[str]]]) -> Any:
    """The best candidates, not more than a few of any page, so that each page can be cited."""
    taken: Counter[tuple[str, int]] = Counter()
    chosen = []
    for entry in rough:
        passage = candidates[entry[2]][0]
        if taken[passage.document, passage.page] < _A_PAGE:
            taken[passage.document, passage.page] += 1
            chosen.append(entry)
        if len(chosen) == _EMBEDDED:
            break
    return chosen


def _is_sentence(text: str) -> bool:
    """Whether a line is prose: it ends as a sentence does and is not mostly figures."""
    words = text.split()
    return text.rstrip("\"”’')]").endswith((".", "!", "?", ";", ":")) and 3 * len(
        [word for word in words if _DIGITS.search(word)]
    ) < len(words)


def _cut(text: str) -> str:
    """A quote of bearable length: the beginning of a long sentence, which is still exactly what is printed."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]
