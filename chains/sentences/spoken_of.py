"""How surely documents speak of what a question asks, and which of its words they do not speak of."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from chains.questions.periods import find_periods
from chains.sentences.asked_words import content_of, covered, weak_stems
from chains.sentences.quotes import Quote
from chains.sentences.retrieval import RankedPage, Searcher
from chains.sentences.stems import stems
from chains.sentences.topics import topics_of

TYPICAL = 2.0  # what the form adds to the logit of the confidence
_NAME = re.compile(r"(?<![.?!] )\b[A-Z][\w&-]*[^\W\d_][\w&-]*")
_ACRONYM = 4  # letters: what is shorter may be printed in full ("USA", "R&D")
_LETTERS = re.compile(r"[^\W\d_]+")


def confidence_of(
    content: Mapping[str, frozenset[str]],
    quotes: Sequence[Quote],
    pages: Sequence[RankedPage],
    *,
    settled: bool = False,
) -> float:
    """How surely the documents answer, 0 to 1: a logistic function of three signs.

    They are the cosine of the nearest sentence, that of the nearest passage, and the share of the question's content
    found on the pages. The weights were fitted on 90 questions put to five annual reports that hold the answer and
    110 about things that they do not speak of (weighed equally), and checked on four other reports. Where
    `settled`, the best sentence has the form of those that tell of the question's topic, which adds `TYPICAL`.
    """
    sentence = max(q.similarity for q in quotes)
    passage = max(p.similarity for p in pages)
    said = {stem for page in pages for p in page.passages for stem in stems(f"{p.section} {p.text}")}
    logit = 4.05 * sentence + 2.21 * passage + 5.12 * (covered(content, said) if content else 1.0) - 6.52
    if settled:
        # The form tells more than the cosine, which is low for short questions.
        logit += TYPICAL
    return round(1 / (1 + math.exp(-logit)), 3)


def unmentioned(core: str, topic: str, pages: Sequence[RankedPage], index: Searcher, names: Sequence[str]) -> list[str]:
    """The proper names of a question that its documents print nowhere, as the question writes them.

    A word counts as a name where it is capitalised within the question and the table of synonyms does not know it.
    """
    said = {stem for page in pages for p in page.passages for stem in stems(p.text)}
    content = content_of(topic)
    missing = []
    times = find_periods(core).mentions  # "31 Dec 2015" names nobody
    named = (m for m in _NAME.finditer(core, 1) if not any(t.start < m.end() and m.start() < t.end for t in times))
    for word in dict.fromkeys(m[0] for m in named):
        stem = next(iter(stems(word)), "")
        if (
            word in topic
            and not (word.isupper() and len(word) <= _ACRONYM)
            and stem
            and stem not in said
            and not content.get(stem)
        ):
            hits = index.search(word, 3, names)
            if not any("lexical" in hit.ranks for hit in hits):
                missing.append(word)
    return missing


def unheard(core: str, topic: str, pages: Sequence[RankedPage], index: Searcher, names: Sequence[str]) -> list[str]:
    """The words that a question adds to its topic where the documents hold none of them ("railroad"), as written.

    What is typical of a topic is said of nearly every company, so that its sentences alone prove nothing.
    """
    said = {stem for page in pages for p in page.passages for stem in stems(p.text)}
    content = content_of(topic)
    rest = rest_of(core, topic)
    missing = [
        word
        for word in dict.fromkeys(_LETTERS.findall(topic))
        if (stem := next(iter(stems(word)), "")) in rest
        and stem not in said
        and not content.get(stem)
        and not any("lexical" in hit.ranks for hit in index.search(word, 3, names))
    ]
    return missing if missing and 2 * len(missing) >= len(rest) else []


def is_near(core: str, topic: str, quote: Quote, pages: Sequence[RankedPage]) -> bool:
    """Whether the page of a quote speaks of what the question adds to its topic, at least for the greater part."""
    wanted = rest_of(core, topic)
    page = next(p for p in pages if (p.document, p.page) == quote.place)
    said = {stem for p in page.passages for stem in stems(f"{p.section} {p.text}")}
    return 2 * len(wanted & said) >= len(wanted)


def rest_of(core: str, topic: str) -> set[str]:
    """The stems of what a question adds to its topics ("the retail segment"); empty where it has no topic."""
    topics = topics_of(core)
    if not topics:
        return set()
    rest, kept = core, set(_LETTERS.findall(topic))
    for one in topics:
        rest = one.asks.sub(" ", rest)
    # A verb may be the question's own ("belonged to a union"); what matters is the thing that it names.
    named = " ".join(word for word in _LETTERS.findall(rest) if word in kept and not word.endswith(("ed", "ing")))
    return {stem for stem in set(stems(named)) - weak_stems() if len(stem) > 2}
