"""Names of things in a question (products, brands, counterparties) and the filings whose text prints them.

A question may name no company but a thing that one company's filings alone speak of ("Blue Buffalo"), or a thing that
only an older filing of its company does. Whatever answers it must print the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol

from chains.measures.phrasing import word_list
from chains.questions.companies import Company, common_words
from chains.questions.own_terms import Owner
from chains.tables import read_table

if TYPE_CHECKING:
    from ingest.index import Hit
    from ingest.schema import Document

_RUN = re.compile(r"[A-Z][\w&'’.-]*(?:\s+(?:[A-Z][\w&'’.-]*|\d{2,4}(?!\d)))*|\b[a-z]{1,2}[A-Z]\w+")
_YEAR = re.compile(r"(?:FY|CY)?(?:19|20)\d\d|(?:FY|CY)\d\d|[QH][1-4]", re.IGNORECASE)
_HITS = 40
_MOST = 4


class Searcher(Protocol):
    """The part of the index that is needed here."""

    def search(self, query: str, k: int = 10, documents: Collection[str] | None = None) -> list[Hit]: ...


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text, as written: capitalised words in a row that are not all words of questions and reports."""
    found: dict[str, None] = {}
    for match in _RUN.finditer(text):
        words = [re.sub(r"['’]s?$", "", w).strip(".,") for w in match[0].split()]
        while words and (
            words[0].lower() in _asking() or (match.start() == 0 and len(words) > 1 and _is_common(words[0]))
        ):
            words.pop(0)
        while words and (_YEAR.fullmatch(words[-1]) or words[-1].lower() in _asking()):
            words.pop()
        if words and not all(map(_is_common, words)):
            found.setdefault(" ".join(words))
    return tuple(found)[:_MOST]


def printing(name: str, index: Searcher, documents: Collection[str] | None = None) -> dict[str, int]:
    """The documents whose text prints a name, each with how many of the found passages do; most first."""
    wanted = _plain(name)
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    counts: dict[str, int] = {}
    for hit in index.search(name, _HITS, documents):
        if pattern.search(_plain(hit.passage.text)):
            counts[hit.passage.document] = counts.get(hit.passage.document, 0) + 1
    return dict(sorted(counts.items(), key=lambda c: -c[1]))


def says(name: str, text: str) -> bool:
    """Whether a text prints a name, in whatever case and with or without its accents."""
    return re.search(rf"(?<!\w){re.escape(_plain(name))}", _plain(text)) is not None


def teller_of(names: Sequence[str], companies: Sequence[Company], index: Searcher) -> Owner | None:
    """The one company whose filings print all the names; None where none does, or several do."""
    by_document = {d.name: c for c in companies for d in c.documents}
    tellers = [{by_document[d] for d in printing(name, index) if d in by_document} for name in names]
    if not tellers or any(len(found) != 1 for found in tellers) or len(set.union(*tellers)) != 1:
        return None
    return Owner(next(iter(tellers[0])), tuple(names))


def speaking(text: str, first: Sequence[Document], held: Sequence[Document], index: Searcher) -> tuple[Document, ...]:
    """The filings of a company in which to look for the thing that a text without a year names: those that print it.

    The most often first; `first`, where it names none.
    """
    names = _things(text, held)
    if len(held) < 2 or not names:
        return tuple(first)
    by_name = {d.name: d for d in held}
    return tuple(by_name[n] for n in list(printing(names[0], index, list(by_name)))[:_MOST]) or tuple(first)


def unprinted(text: str, held: Sequence[Document], others: Sequence[Document], index: Searcher) -> tuple[Document, ...]:
    """The other filings of a company that print a thing which `held` do not, the most often first; none for none."""
    for name in _things(text, held):
        if not printing(name, index, [d.name for d in held]):
            by_name = {d.name: d for d in others}
            return tuple(by_name[n] for n in printing(name, index, list(by_name)))
    return ()


def _things(text: str, documents: Sequence[Document]) -> list[str]:
    """The names in a text that are not the company's own."""
    own = {w for d in documents for n in (d.company, *d.aliases) for w in re.findall(r"\w+", n.lower())}
    return [n for n in names_in(text) if not set(re.findall(r"\w+", n.lower())) <= own]


def _plain(text: str) -> str:
    """Lower case, without accents, straight hyphens and single spaces."""
    bare = text
    if not text.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[-‐‑–—]", " ", bare.replace("’", "'")).lower().split())


def _is_common(word: str) -> bool:
    return word.lower() in common_words() or word.lower() in _asking() or _YEAR.fullmatch(word) is not None


@cache
def _asking() -> frozenset[str]:
    """Words that a question begins with, or that tie it together."""
    words = {w for p in read_table("question.toml")["instructions"]["interrogatives"] for w in p.split()}
    return frozenset(words | word_list("function") | word_list("stop"))
