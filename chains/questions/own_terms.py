"""The company that a question means without naming it: the only one whose reports print its words ("AWS", "Mac").

Words that are common to reports ("net sales", "segment") say nothing. Of the others every one must be printed in the
tables of that company, and one of them in no other company's; two companies with words of their own decide nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from chains.measures.change_words import change_words
from chains.measures.phrasing import KIND_WORDS, content_words, tables
from chains.measures.vocabulary import default_names
from chains.questions.companies import Company
from chains.tables import read_table

_LONGEST = 12
"""Words that a question without a company may have that are not common to reports."""


class Lines(Protocol):
    """The part of the ledger that is needed here."""

    def lines_with(self, words: Collection[str], /) -> list[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Owner:
    """The company, and the words that its reports alone print."""

    company: Company
    words: tuple[str, ...]


def owner_of(text: str, unknown: Sequence[str], companies: Sequence[Company], ledger: Lines) -> Owner | None:
    """The company whose tables alone print what a text (without its periods) names; None where that is not sure.

    `unknown` are the names in it that look like a company's: they must be printed so, as a whole.
    """
    words = tuple(w for w in dict.fromkeys(content_words(text)) if not w.isdigit() and not is_common(w))
    if len(companies) < 2 or not words or len(words) > _LONGEST:
        return None
    by_document = {d.name: c for c in companies for d in c.documents}
    printed: dict[str, set[Company]] = defaultdict(set)
    names: dict[str, set[Company]] = defaultdict(set)
    for document, line in ledger.lines_with(words):
        company = by_document.get(document)
        if company is None:
            continue
        for word in set(content_words(line)) & set(words):
            printed[word].add(company)
        for name in unknown:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line, re.I):
                names[name].add(company)
    own = [w for w in words if len(printed[w]) == 1]
    owners = {c for w in own for c in printed[w]}
    if len(owners) != 1:
        return None
    (company,) = owners
    if any(company not in printed[w] for w in words) or any(names[n] != {company} for n in unknown):
        return None
    # "United aircraft backlog" may begin with the name of a company that is not here.
    first = content_words(text)[:1]
    if first and first[0] in words and first[0] not in own:
        return None
    return Owner(company, tuple(own))


def is_common(word: str) -> bool:
    """Whether a word is one of questions and reports in general."""
    return len(word) < 2 or word in KIND_WORDS or word in _general()


@cache
def _general() -> frozenset[str]:
    """The words that any report prints and any question uses."""
    edges = tables()["edges"]
    lists = [w for kind in ("function", "stop", "time", "decisive") for w in tables()["word_lists"][kind].split()]
    tests = [w for ws in (*tables()["tests"].values(), *tables()["superlatives"].values()) for w in ws]
    cues = (*tables()["words"]["cues"], *read_table("question.toml")["instructions"]["interrogatives"])
    phrases = (*edges["lead"], *edges["trail"], *lists, *tests, *cues, *tables()["parts"]["nouns"], *change_words())
    return frozenset(w for p in (*phrases, *default_names().all()) for w in content_words(p))
