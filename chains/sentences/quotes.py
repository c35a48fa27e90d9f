"""Which sentences of the found pages answer a question about words: meaning, words and cues, weighed together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chains.sentences.asked_part import ABOUT, AskedPart, asked_part, written_as_names
from chains.sentences.asked_words import (
    content_of,
    covered,
    kinds_of,
    may_be_of_part,
    phrases_of,
    question_kinds,
    weak_stems,
)
from chains.sentences.causes import abbreviations, asked_cause, explained, takes_up
from chains.sentences.expectations import asks_expectation, tells_expectation
from chains.sentences.quotable import Line, lines_of
from chains.sentences.retrieval import RankedPage
from chains.sentences.signs import Signs, SignWeights, is_sentence, names_part, years_in
from chains.sentences.stems import stems
from chains.sentences.topics import topics_of
from ingest.schema import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_NUMBER = re.compile(r"\d[\d.,%]*")
_LONGEST = 480  # characters of a quote
_READ = 200  # characters of a sentence that are embedded
_EMBEDDED = 8  # sentences embedded a question: about 5 ms each on two cores
_MOSTLY = 0.6  # of a question's content, by weight
_TOLD = 0.85  # of the thing whose cause is asked for
_A_PAGE = 4  # of them from one page at most


class Encoder(Protocol):
    """The part of an embedder that is needed here: texts to unit vectors, (n, dimension) float32."""

    def encode(self, texts: Sequence[str]) -> Matrix: ...


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as printed on a page. `similarity` is its cosine with the question, `cover` the share of the
    question's content that its words cover (0 to 1), `score` what quotes are ranked by. `typical` says that it has the
    form of sentences that answer about the question's topic, `verdict` what it says to a yes/no question about it, and
    `cause` how surely it tells the cause that is asked for, `part` how surely it is about the part that is asked for
    (0 to 1)."""

    passage: Passage
    text: str
    score: float
    similarity: float
    cover: float
    typical: bool = False
    verdict: bool | None = None
    cause: float = 0.0
    part: float = 1.0

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.document, self.passage.page


_Rough = tuple[float, float, int, float]  # what is known before embedding, the cover, the candidate's place, the cause


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a quote's parts count: the cosine, the question's words in and around it, cues, its page,
    the cause that it tells, its signs. `elsewhere` is taken off what is about another part than the asked one,
    `opposite` off the cause of a change the other way; `ahead` is added where a question for what was expected meets a
    sentence that looks ahead."""

    meaning: float = 1.0
    words: float = 0.6
    near: float = 0.25
    cue: float = 0.08
    page: float = 0.35
    cause: float = 0.6
    elsewhere: float = 0.6
    opposite: float = 0.4
    ahead: float = 0.3
    signs: SignWeights = field(default_factory=SignWeights)


def _is_boilerplate(passage: Passage) -> bool:
    """Whether a passage is of the kind that every report has in nearly the same words."""
    return bool(phrases_of("boilerplate").search(f"{passage.section}\n{passage.text}"))


def find_quotes(
    question: str,
    topic: str,
    pages: Sequence[RankedPage],
    encoder: Encoder,
    weights: Weights | None = None,
    short: Mapping[str, frozenset[str]] | None = None,
) -> list[Quote]:
    """The sentences of `pages` that may answer, best first.

    `topic` is the question without names and periods, `short` what its filings abbreviate. Few sentences are embedded,
    since that is what costs: the best of each page by its words and cues, then the best of all.
    """
    w = weights or Weights()
    kinds = kinds_of(question)
    part = None
    if may_be_of_part(question):
        texts = [p.text for page in pages for p in page.passages]
        short = {**(short or {}), **abbreviations(texts)}
        part = asked_part(written_as_names(question, texts), topic, weak_stems(), short)
    candidates = lines_of(pages, part)
    if not candidates or not topic.strip():
        return []
    content = content_of(topic)
    signs = signs_of(question, w.signs, part)
    patterns = [cues for name, _, cues in question_kinds() if name in kinds]
    wanted = asked_cause(question, topic, weak_stems(), short) if "cause" in kinds else None
    ahead = asks_expectation(question)
    apart = part is not None and any(one.part >= ABOUT for one in candidates)
    best_page = max(page.score for page in pages) or 1.0
    strength = {(page.document, page.page): page.score / best_page for page in pages}
    common = {p.id for page in pages for p in page.passages if _is_boilerplate(p)}
    rough: list[_Rough] = []
    for place, one in enumerate(candidates):
        cover = covered(content, one.words, near=0.5)
        around = covered(content, one.words | one.heading | one.before, near=0.5) - cover
        cues = sum(min(2, len(pattern.findall(one.text))) for pattern in patterns)
        sign = w.words * cover + w.near * around + w.cue * min(cues, 3) + w.page * strength[one.place]
        away = apart and one.part < ABOUT
        typical = not away and signs.typical(one.text)
        factor = 1.0 if typical or is_sentence(one.text) else w.signs.row
        factor *= w.signs.boilerplate if one.passage.id in common and not typical else 1.0
        heading = one.heading | part.stems if part is not None and one.part >= ABOUT else one.heading
        cause = wanted.told_by(one.text, heading, one.before) if wanted is not None else 0.0
        # The years behind the cue are those of the cause; what takes up the sentence before it is of that one's year.
        dated = one.text if cause < _TOLD else f"{one.above if takes_up(one.text) else ''} {explained(one.text)}"
        dated = dated if years_in(dated) else f"{one.under} {dated}"
        sign = sign * factor + signs.of(one.passage, one.text, dated=dated) + w.cause * cause
        sign -= w.elsewhere * (1.0 - one.part) if apart else 0.0
        sign -= w.signs.part * (wanted is not None and signs.whole and one.part < 1.0)
        sign += w.ahead * (ahead and tells_expectation(one.text))
        sign -= w.opposite * (wanted is not None and wanted.against(one.text))
        rough.append((sign, cover, place, cause))
    chosen = _spread(sorted(rough, key=lambda r: (-r[0], r[2])), candidates)
    vectors = encoder.encode([topic, *(candidates[place].text[:_READ] for _, _, place, _ in chosen)])
    quotes = []
    for (sign, cover, place, cause), vector in zip(chosen, vectors[1:], strict=True):
        one = candidates[place]
        similarity = float(vector @ vectors[0])
        typical = not (apart and one.part < ABOUT) and signs.typical(one.text)
        meaning = w.meaning * similarity * (1.0 if typical or is_sentence(one.text) else w.signs.row)
        verdict = signs.verdict(one.text)
        quotes.append(
            Quote(one.passage, _cut(one.text), sign + meaning, similarity, cover, typical, verdict, cause, one.part)
        )
    return sorted(quotes, key=lambda q: -q.score)


def is_empty(text: str) -> bool:
    """Whether a sentence only points elsewhere, or tells how something is accounted for or was audited."""
    return bool(phrases_of("empty").search(text))


def explains(question: str, quote: Quote) -> bool:
    """Whether a question asks for a cause and the sentence gives one for most of what the question speaks of."""
    causes = [cues for name, asks, cues in question_kinds() if name == "cause" and asks.search(question)]
    return quote.cause >= _TOLD or (quote.cover >= _MOSTLY and any(cues.search(quote.text) for cues in causes))


def signs_of(question: str, weights: SignWeights | None = None, part: AskedPart | None = None) -> Signs:
    """The signs by which the sentences that may answer a question are weighed."""
    kinds = kinds_of(question)
    return Signs(
        question,
        topics_of(question),
        hedges=phrases_of("hedges"),
        empty=phrases_of("empty"),
        risks=bool({"risk", "outlook"} & set(kinds)),
        whole=bool({"cause", "change"} & set(kinds)) and part is None and not names_part(question),
        weights=weights or SignWeights(),
        qualifiers=phrases_of("qualifiers"),
    )


def diverse(quotes: Iterable[Quote], count: int) -> list[Quote]:
    """The first `count` quotes that do not say what one before them says."""
    kept: list[Quote] = []
    for quote in quotes:
        words = _said(quote.text)
        if all(len(words & other) < 0.7 * min(len(words), len(other)) for other in (_said(q.text) for q in kept)):
            kept.append(quote)
        if len(kept) == count:
            break
    return kept


def _said(text: str) -> set[str]:
    """What a quote says, for comparing it with others: its stems, and of a table's row its numbers too."""
    return set(stems(text)) | (set() if is_sentence(text) else set(_NUMBER.findall(text)))


def _spread(rough: Sequence[_Rough], candidates: Sequence[Line]) -> list[_Rough]:
    """The best candidate of each page, then the best of all, not more than a few of any page."""
    taken: Counter[tuple[str, int]] = Counter()
    first: list[_Rough] = []
    rest: list[_Rough] = []
    for entry in rough:
        place = candidates[entry[2]].place
        (rest if taken[place] else first).append(entry)
        taken[place] += 1
    kept = first[:_EMBEDDED]
    taken = Counter()
    for entry in rest:
        place = candidates[entry[2]].place
        if len(kept) < _EMBEDDED and taken[place] < _A_PAGE - 1:
            taken[place] += 1
            kept.append(entry)
    return kept


def _cut(text: str) -> str:
    """A quote of bearable length: the beginning of a long sentence, which is still exactly what is printed."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]
