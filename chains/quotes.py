"""Which sentences of the found pages answer a question about words: meaning, words and cues, weighed together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from chains.asked_part import ABOUT, AskedPart, asked_part, written_as_names
from chains.causes import abbreviations, asked_cause, explained, takes_up
from chains.expectations import asks_expectation, tells_expectation
from chains.families import asking_stems, kin_of
from chains.phrases import whole_words
from chains.quotable import Line, lines_of
from chains.retrieval import RankedPage, asked_synonyms
from chains.signs import Signs, SignWeights, is_sentence, names_part, years_in
from chains.stems import stems
from chains.tables import read_table
from chains.topics import topics_of
from ingest.schema import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_STRANDED = re.compile(r"\b(\w+)(?= (?:for|at|by|of|in|during) (?:[A-Z]|FY))")
_NUMBER = re.compile(r"\d[\d.,%]*")
_WEAK = 1 / 3
_LONGEST = 480  # characters of a quote
_READ = 200  # characters of a sentence that are embedded
_EMBEDDED = 8  # sentences embedded a question: about 5 ms each on two cores
_MOSTLY = 0.6  # of a question's content, by weight
_TOLD = 0.85  # of the thing whose cause is asked for
_OF_PARTS = frozenset({"cause", "change", "outlook"})  # kinds of questions that may be about a part
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


def tables() -> dict[str, Any]:
    """The tables of words.toml."""
    return read_table("words.toml")


@cache
def _phrases(name: str) -> re.Pattern[str]:
    return whole_words(tables()[name]["words"])


def _is_boilerplate(passage: Passage) -> bool:
    """Whether a passage is of the kind that every report has in nearly the same words."""
    return bool(_phrases("boilerplate").search(f"{passage.section}\n{passage.text}"))


@cache
def weak_stems() -> frozenset[str]:
    """The stems of the words that say little about what is asked for."""
    return asking_stems() | {stem for word in tables()["weak"]["words"] for stem in stems(word)}


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((k["name"], whole_words(k["asks"]), whole_words(k["cues"])) for k in tables()["kinds"])


def kinds_of(question: str) -> tuple[str, ...]:
    """The kinds of a question ("cause", "legal", ...); none where the table has none."""
    # "What was it for at Acme?" ends with its "for", as "What was it for?" does.
    last = {question.rstrip(" ?!.").rpartition(" ")[2].lower(), *(m[1].lower() for m in _STRANDED.finditer(question))}
    ends = {kind["name"]: kind.get("ends", ()) for kind in tables()["kinds"]}
    return tuple(name for name, asks, _ in _kinds() if asks.search(question) or not last.isdisjoint(ends[name]))


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
    patterns = [cues for name, _, cues in _kinds() if name in kinds]
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


def may_be_of_part(question: str) -> bool:
    """Whether a question is of a kind that may be about a part of the company: causes, changes, what is expected."""
    return bool(_OF_PARTS & set(kinds_of(question)))


def is_outlook(question: str) -> bool:
    """Whether a question asks what was expected, planned or aimed at."""
    return "outlook" in kinds_of(question)


def is_empty(text: str) -> bool:
    """Whether a sentence only points elsewhere, or tells how something is accounted for or was audited."""
    return bool(_phrases("empty").search(text))


def explains(question: str, quote: Quote) -> bool:
    """Whether a question asks for a cause and the sentence gives one for most of what the question speaks of."""
    causes = [cues for name, asks, cues in _kinds() if name == "cause" and asks.search(question)]
    return quote.cause >= _TOLD or (quote.cover >= _MOSTLY and any(cues.search(quote.text) for cues in causes))


def signs_of(question: str, weights: SignWeights | None = None, part: AskedPart | None = None) -> Signs:
    """The signs by which the sentences that may answer a question are weighed."""
    kinds = kinds_of(question)
    return Signs(
        question,
        topics_of(question),
        hedges=_phrases("hedges"),
        empty=_phrases("empty"),
        risks=bool({"risk", "outlook"} & set(kinds)),
        whole=bool({"cause", "change"} & set(kinds)) and part is None and not names_part(question),
        weights=weights or SignWeights(),
        qualifiers=_phrases("qualifiers"),
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
