"""From a question to the pages that answer it: several searches, fused, with a prior for the statements.

A question's own words and, beside them, the words that filings use for the same thing (`retrieval.toml`) are
searched for by meaning and by word. Reciprocal ranks are summed over all lists and over the passages of a page,
since an answer cites pages. A page that holds a statement the question needs is one more list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from chains.measures.phrases import whole_words
from chains.questions.question import read_question
from chains.sentences.causes import cause_query
from chains.sentences.topics import topics_of
from chains.tables import read_table
from ingest.schema import Document, Passage, Statement

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

    from ingest.index import Hit

_WORD = re.compile(r"[\w&]+(?:[-'’.][\w&]+)*")
_PERIOD = re.compile(r"\b(?:FY\s?'?\d{2,4}|Q[1-4]|[1-4]Q|H[12]|(?:19|20)\d\d)\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z]{3,}(?=[_\W\d])")
_MOST_STATEMENT_DOCUMENTS = 4
EARLY = 12  # pages in which a report says what the company is
_FRONT = (1, 2, 3)  # pages of the cover


class Searcher(Protocol):
    """The part of the index that is needed here."""

    def search(self, query: str, k: int = 10, documents: Collection[str] | None = None) -> list[Hit]: ...

    def pages(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[Passage]]: ...


class StatementTables(Protocol):
    """The part of the ledger that is needed here: the tables of a document that are a given statement."""

    def tables(self, document: str, *, statement: Statement | None = None) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each list counts: the question, the filings' words for it, statements named and implied.

    `topics` weighs what is searched for because of the question's topics; `headed`, `typical` and `early` are added for
    a passage under a heading of a topic, with a sentence in its form, or early in the report; `front` weighs the cover.
    `constant` is that of reciprocal rank fusion; `more` weighs a page's second, third, ... passage.
    """

    question: float = 1.0
    synonyms: float = 0.3
    topics: float = 0.7
    headed: float = 0.03
    typical: float = 0.06
    early: float = 0.06
    front: float = 4.0
    named: float = 4.0
    implied: float = 3.0
    constant: float = 15.0
    more: float = 0.5
    depth: int = 40


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page that may answer. `passages` are those found of it, best first, and `similarity` is their best cosine.

    A page that only its statement brought has all its passages and the similarity 0.
    """

    document: str
    page: int
    score: float
    passages: tuple[Passage, ...]
    similarity: float
    statement: Statement | None = None


class PageRetriever:
    """Finds the pages for a question. `ledger` may be None: then there is no prior for statements."""

    def __init__(self, index: Searcher, ledger: StatementTables | None = None, weights: Weights | None = None) -> None:
        self._index = index
        self._ledger = ledger
        self._weights = weights or Weights()

    def pages(
        self, question: str, documents: Sequence[Document] | None = None, k: int = 5, *, later: float = 1.0
    ) -> list[RankedPage]:
        """The best `k` pages of `documents` (None: of the whole library), best first, without near-duplicates.

        The scores of all documents but the first are multiplied by `later`: below 1 where the first is the
        filing that the question is about and the others only may tell of it.
        """
        w = self._weights
        core = read_question(question).core
        names = None if documents is None else [d.name for d in documents]
        topic = topic_of(core, documents or ())
        topics = topics_of(core)
        scores: dict[str, float] = {}
        found: dict[str, Hit] = {}
        # The search of a topic is the better written of the two, and each costs an embedding.
        searched = ", ".join(t.search for t in topics)
        beside = (searched, w.topics) if searched else (synonyms_of(topic), w.synonyms)
        if cause := cause_query(core, topic):
            beside = (f"{cause}, {beside[0]}" if searched else cause, w.topics)
        for query, weight in ((topic, w.question), beside):
            for hit in self._index.search(query, w.depth, names) if query else ():
                found.setdefault(hit.passage.id, hit)
                gain = sum(weight / (w.constant + rank) for rank in hit.ranks.values())
                scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + gain
        for identity, hit in found.items():
            scores[identity] += w.headed * any(t.heads(hit.passage.section) for t in topics)
            scores[identity] += w.typical * any(t.printed_in(hit.passage.text) for t in topics)
            scores[identity] += w.early * any(t.early and hit.passage.page <= EARLY for t in topics)
            scores[identity] -= w.headed * any(t.avoids(hit.passage.section) for t in topics)
        pages: dict[tuple[str, int], list[str]] = {}
        for identity in sorted(scores, key=lambda i: (-scores[i], i)):
            passage = found[identity].passage
            pages.setdefault((passage.document, passage.page), []).append(identity)
        priors: dict[tuple[str, int], tuple[float, Statement | None]] = {**self._priors(question, topic, documents)}
        if documents and any(t.cover for t in topics):
            priors |= {(documents[0].name, page): (w.front / (w.constant + page), None) for page in _FRONT}
        ranked = []
        for place in dict.fromkeys([*pages, *priors]):
            ids = pages.get(place, [])
            prior, statement = priors.get(place, (0.0, None))
            score = prior + sum(scores[i] * w.more**n for n, i in enumerate(ids[:3]))
            similarity = max((found[i].similarity for i in ids), default=0.0)
            passages = tuple(found[i].passage for i in ids)
            if documents and place[0] != documents[0].name:
                score *= later
            ranked.append(RankedPage(*place, score, passages, similarity, statement))
        ranked.sort(key=lambda page: -page.score)
        best = _distinct(ranked, k)
        bare = self._index.pages([(page.document, page.page) for page in best if not page.passages])
        filled = (
            page if page.passages else replace(page, passages=tuple(bare.get((page.document, page.page), ())))
            for page in best
        )
        return [page for page in filled if page.passages]

    def _priors(
        self, question: str, topic: str, documents: Sequence[Document] | None
    ) -> dict[tuple[str, int], tuple[float, Statement]]:
        """The pages of the statements that the question names or implies, with what they gain."""
        w = self._weights
        if self._ledger is None or not documents or len(documents) > _MOST_STATEMENT_DOCUMENTS:
            return {}
        named = read_question(question).statements
        wanted = [(s, w.named) for s in named] or [(s, w.implied) for s in implied_statements(topic)]
        priors: dict[tuple[str, int], tuple[float, Statement]] = {}
        for document in documents:
            for statement, weight in wanted:
                for rank, entry in enumerate(self._ledger.tables(document.name, statement=statement), start=1):
                    gain = weight / (w.constant + rank)
                    priors.setdefault((document.name, int(entry.page)), (gain, statement))
        return priors


@dataclass(frozen=True, slots=True)
class _Tables:
    synonyms: tuple[tuple[re.Pattern[str], str], ...]
    statements: tuple[tuple[Statement, re.Pattern[str]], ...]
    noise: frozenset[str]


@cache
def _tables() -> _Tables:
    raw = read_table("retrieval.toml")
    return _Tables(
        synonyms=tuple((whole_words(entry["asks"]), entry["adds"]) for entry in raw["synonyms"]),
        statements=tuple((Statement(name), whole_words(cues)) for name, cues in raw["statements"].items()),
        noise=frozenset(raw["noise"]["words"]),
    )


def topic_of(core: str, documents: Sequence[Document]) -> str:
    """The question without periods, company names and words that say nothing: what the page is to be about."""
    text = _PERIOD.sub(" ", core)
    for name in sorted({n for d in documents for n in (d.company, *d.aliases) if n}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?:['’]s)?(?!\w)", " ", text, flags=re.IGNORECASE)
    noise = _tables().noise
    # A file is often named after the company, by another name than it had in that year.
    firsts = {m[0].lower() for d in documents if (m := _NAME.match(d.name))}
    firsts |= {d.company.split()[0].lower().strip(",.") for d in documents if d.company.split()}
    words = [word for word in _WORD.findall(text) if word.lower() not in noise]
    kept = [word for word in words if re.sub(r"['’]s?$", "", word.lower()) not in firsts]
    return " ".join(kept) or " ".join(words) or core


def synonyms_of(topic: str) -> str:
    """What filings print for the words of a topic; "" where the table has none of them."""
    return ", ".join(adds for pattern, adds in _tables().synonyms if pattern.search(topic))


def asked_synonyms(topic: str) -> list[tuple[str, str]]:
    """The phrases of a topic that the table knows ("legal battles"), each with what filings print for it."""
    return [(match[0], adds) for pattern, adds in _tables().synonyms for match in pattern.finditer(topic)]


def implied_statements(topic: str) -> tuple[Statement, ...]:
    """The statements that hold the line items which a topic names."""
    return tuple(statement for statement, pattern in _tables().statements if pattern.search(topic))


def _distinct(ranked: Sequence[RankedPage], k: int) -> list[RankedPage]:
    """The first `k` pages whose best passage is not nearly that of a page before it."""
    kept: list[RankedPage] = []
    seen: list[set[str]] = []
    for page in ranked:
        words = set(_WORD.findall(page.passages[0].text.lower())) if page.passages else set()
        if words and any(len(words & other) > 0.9 * len(words | other) for other in seen):
            continue
        kept.append(page)
        seen.append(words)
        if len(kept) == k:
            break
    return kept


def langchain_retriever(pages: PageRetriever, documents: Sequence[Document] | None = None, k: int = 5) -> BaseRetriever:
    """`pages` as a LangChain retriever: a LangChain document a passage, with its page, section and score."""
    from chains.retriever import FilingRetriever

    return FilingRetriever(pages=pages, documents=documents, k=k)
