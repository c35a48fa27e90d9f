"""What the resolver needs to know of a concept, from the table of concepts."""

from __future__ import annotations

from functools import cache

from chains.formulas.spoken import spoken
from chains.measures.phrasing import content_words
from chains.measures.vocabulary import ACCEPT
from ingest.concepts import Concept, Concepts, load_concepts
from ingest.schema import Statement


class Facts:
    """What the resolver needs to know of a concept."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self._words: dict[str, frozenset[str]] = {}
        self._named: dict[tuple[str, str], bool] = {}

    def _get(self, concept: str) -> Concept | None:
        return self._concepts.get(concept)

    def statements(self, concept: str) -> tuple[Statement, ...]:
        found = self._get(concept)
        return (found.statement, *found.also) if found else ()

    def instant(self, concept: str) -> bool | None:
        found = self._get(concept)
        return found.instant if found else None

    def sign(self, concept: str) -> str:
        found = self._get(concept)
        return str(found.sign or "") if found else ""

    def fallbacks(self, concept: str) -> tuple[str, ...]:
        found = self._get(concept)
        return tuple(found.fallback) if found else ()

    def names(self, concept: str, phrase: str) -> bool:
        """Does the phrase name the concept, with nothing left over?"""
        key = (concept, phrase)
        if key not in self._named:
            self._named[key] = phrase == concept or any(
                m.concept == concept and m.score >= ACCEPT for m in self._concepts.lookup_phrase(phrase)
            )
        return self._named[key]

    def first_named(self, text: str) -> str:
        """The first line item that a text names; "" where it names none."""
        return next((concept for _, concept, _ in self._concepts.find_phrase(text)), "")

    def words(self, concept: str) -> frozenset[str]:
        if concept not in self._words:
            found = self._get(concept)
            names = (*found.names, *found.labels) if found else ()
            self._words[concept] = frozenset(w for n in names for w in content_words(n)) | frozenset(
                content_words(spoken(concept))
            )
        return self._words[concept]

    def aliases(self, concept: str) -> tuple[str, ...]:
        """Its names of two words or more, the usual ones first."""
        found = self._get(concept)
        return tuple(n for n in found.names if " " in n)[:4] if found else ()

    def printed_names(self, concept: str) -> tuple[str, ...]:
        """All its names and the labels of its rows, but for labels that need a heading above them."""
        found = self._get(concept)
        return tuple(n for n in (*found.names, *found.labels) if ">" not in n) if found else ()

    def unit(self, concept: str) -> str:
        found = self._get(concept)
        return str(found.unit) if found else ""

    def unit_named(self, phrase: str) -> str:
        """The unit of the line item whose name ends a phrase or, failing that, begins it: "grooming net sales"."""
        words = phrase.split()
        tails = (" ".join(words[k:]) for k in range(len(words)))
        heads = (" ".join(words[:k]) for k in range(len(words) - 1, 0, -1))
        for part in (*tails, *heads):
            best = next((m for m in self._concepts.lookup_phrase(part) if m.score >= ACCEPT), None)
            if best is not None:
                return self.unit(best.concept)
        return ""


@cache
def default_facts() -> Facts:
    """The facts of the shipped concepts."""
    return Facts(load_concepts())
