"""Concepts: the canonical line items, and which of them a printed row or a spoken phrase means.

The facts are in `concepts.toml`; a second file of the same form adds concepts, or adds names, labels and tags to
known ones. A printed row is matched by the table first, then by weighted words, then, where one is given, by an
embedder; its statement, its part of the statement and instant or duration always have to agree.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path

from ingest.concept_labels import Match
from ingest.concept_phrases import SpokenConcepts
from ingest.concept_statements import ATTRIBUTED, StatementConcepts
from ingest.concept_table import Concept, ConceptTableError, Identity, read_table

__all__ = ["ATTRIBUTED", "Concept", "ConceptTableError", "Concepts", "Identity", "Match", "load_concepts"]


class Concepts(StatementConcepts, SpokenConcepts):
    """The table of concepts, by key."""

    @cached_property
    def _tags(self) -> dict[str, str]:
        tags = {key: key for key in self._concepts}
        for concept in self._concepts.values():
            for tag in concept.tags:
                tags.setdefault(tag.rpartition(":")[2], concept.key)
                tags.setdefault(tag, concept.key)
        return tags

    def by_tag(self, tag: str) -> Concept | None:
        """The concept of an XBRL element, with or without its prefix (`us-gaap:Assets`)."""
        found = self._tags.get(tag) or self._tags.get(tag.rpartition(":")[2])
        return self._concepts[found] if found else None


def load_concepts(extra: Path | None = None) -> Concepts:
    """The shipped table, extended by the user's own file of the same form.

    Raises ConceptTableError, with every problem in one message.
    """
    return _load(extra)


@lru_cache(maxsize=4)
def _load(extra: Path | None) -> Concepts:
    table = read_table(Path(__file__).with_name("concepts.toml"), extra)
    return Concepts(table.concepts, table.sections, table.identities, table.unmeant)
