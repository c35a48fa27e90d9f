"""What the binding of line items must know of concepts."""

from __future__ import annotations

from typing import Protocol

from ingest.schema import Statement


class ConceptFacts(Protocol):
    """What is known of a concept. Unknown names give the neutral answer."""

    def statements(self, concept: str) -> tuple[Statement, ...]: ...

    def instant(self, concept: str) -> bool | None: ...

    def sign(self, concept: str) -> str: ...

    def fallbacks(self, concept: str) -> tuple[str, ...]: ...

    def names(self, concept: str, phrase: str) -> bool: ...

    def words(self, concept: str) -> frozenset[str]: ...

    def aliases(self, concept: str) -> tuple[str, ...]: ...

    def unit(self, concept: str) -> str: ...
