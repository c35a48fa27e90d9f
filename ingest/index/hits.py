"""What a search gives, and how the two lists that it comes from are made one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.schema import Passage

Place = tuple[int, str]
"""A passage by the key of its document's version and its own id."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    `score` is the fused one (only its order means something), `ranks` the place in each list that holds the passage
    ("semantic", "lexical"; from 1), `similarity` its cosine with the question.
    """

    passage: Passage
    score: float
    ranks: Mapping[str, int]
    similarity: float


@dataclass(frozen=True, slots=True)
class Fusion:
    """Reciprocal rank fusion: a passage's score is the sum of weight / (constant + rank) over the lists.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009 (constant 60).
    """

    semantic: float = 1.0
    lexical: float = 1.0
    constant: float = 60.0
    depth: int = 100


def fused(
    lists: Mapping[str, Sequence[tuple[int, str, float]]], fusion: Fusion
) -> dict[Place, tuple[float, dict[str, int]]]:
    """The score of each passage of some lists, best first in each, and its place in those that hold it."""
    ranks: dict[Place, dict[str, int]] = {}
    for name, found in lists.items():
        for rank, (key, identity, _) in enumerate(found, start=1):
            ranks.setdefault((key, identity), {})[name] = rank
    weights = {"semantic": fusion.semantic, "lexical": fusion.lexical}
    return {
        which: (sum(weights[name] / (fusion.constant + rank) for name, rank in places.items()), places)
        for which, places in ranks.items()
    }
