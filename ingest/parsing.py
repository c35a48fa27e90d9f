"""One file to everything the library keeps of it. Runs in a worker process."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.schema import Document, Figure, Passage

if TYPE_CHECKING:
    from ingest.checks import CheckResult

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was found in one file. `texts` are what is embedded of each passage, in order.

    `labels` maps the id of a table's passage to the names of the concepts of its figures, in words, so that a
    table is found by the standard name of a line that it prints under another.
    """

    document: Document
    figures: tuple[Figure, ...]
    checks: tuple[CheckResult, ...]
    passages: tuple[Passage, ...]
    texts: tuple[str, ...]
    labels: Mapping[str, str]
    warnings: tuple[str, ...]
    seconds: float


def read_document(path: str, sha256: str, name: str) -> Parsed:
    """Read, identify, find figures and check them, cut passages.

    Raises:
        IngestError: the file cannot be read.
    """
    from ingest.checks import run_checks
    from ingest.identify import identify
    from ingest.passages import embedding_text, make_passages
    from ingest.readers import read
    from ingest.statements import read_figures

    started = time.monotonic()
    reading = read(Path(path))
    document = identify(reading, path, sha256, name)
    figures, checks = run_checks(document, read_figures(reading, document))
    passages = make_passages(reading, document)
    return Parsed(
        document=document,
        figures=tuple(figures),
        checks=tuple(checks),
        passages=tuple(passages),
        texts=tuple(embedding_text(p, document) for p in passages),
        labels=concept_labels(passages, figures),
        warnings=tuple(reading.warnings),
        seconds=time.monotonic() - started,
    )


def concept_labels(passages: Sequence[Passage], figures: Sequence[Figure]) -> dict[str, str]:
    """The concepts of each table passage's figures, in words: "Payments To Acquire Property Plant And Equipment"."""
    by_table: dict[str, dict[str, None]] = {}
    for figure in figures:
        if figure.concept and figure.table:
            by_table.setdefault(f"{figure.document}.{figure.table}", {})[figure.concept.rpartition(":")[2]] = None
    return {
        p.id: ". ".join(" ".join(_WORDS.findall(concept)) for concept in by_table[p.table])
        for p in passages
        if p.table in by_table
    }
