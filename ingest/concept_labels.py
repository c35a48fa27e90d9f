"""Which concepts a printed row may be: by the labels of the table, by weighted words, and by an embedder."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from typing import TYPE_CHECKING

from ingest.concept_table import Concept, Identity, Section
from ingest.labels import clean, key, variants, words
from ingest.schema import Statement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Embedder = Callable[[list[str]], npt.NDArray[np.float32]]

WORDS_THRESHOLD = 0.80
"""Least weighted word overlap of a row with a label of the table. Of held-out labels, 9 of 10 above it find
their concept, 8 of 10 just below it."""
EMBEDDING_THRESHOLD = 0.82
"""Least cosine of a row with a concept's labels, for an embedder of normalised vectors. With all-MiniLM-L6-v2,
9 of 10 held-out labels above it find their concept, 6 of 10 just below it."""

# A row and a label that differ in one of these are different line items, however alike the rest is.
_DECISIVE = frozenset(
    (  # noqa: SIM905
        "deferred accrued current noncurrent longterm shortterm basic diluted restricted noncontrolling preferred "
        "discontinued continuing before after paid increase decrease change gross operating investing financing "
        "nonoperating noninterest purchase proceeds payment issuance repurchase comprehensive accumulated foreign "
        "federal state domestic per share weighted average beginning end other income expense loss cost gain tax asset "
        "liability payable receivable net prepaid allowance provision impairment goodwill intangible depreciation "
        "amortization interest dividend inventory lease debt stock percent adjusted nongaap segment related statutory "
        "unearned unrealized realized treasury redeemable sale maturity finance effect excluding"
    ).split()
)
_WITHIN = {
    "assets": ("current_assets", "noncurrent_assets"),
    "liabilities": ("current_liabilities", "noncurrent_liabilities", "shareholders_equity"),
    "noncurrent_liabilities": ("shareholders_equity",),
    "shareholders_equity": ("noncurrent_liabilities",),
}
_CHANGE = re.compile(
    r"^(?:net )?(?:changes?|increase|decrease|increase/decrease|decrease/increase)(?: or decrease)? in "
)
_GENERIC = frozenset(
    {"basic", "diluted", "other", "net other", "total", "net", "interest", "tax", "income tax", "current"}
)


@dataclass(frozen=True, slots=True)
class Match:
    """A row or phrase recognised as a concept; `score` in (0, 1], `how` is "label", "words" or "embedding"."""

    concept: str
    score: float
    how: str = "label"


@dataclass(frozen=True, slots=True)
class Entry:
    concept: str
    order: int
    heading: frozenset[str] = field(default=frozenset())
    rank: int = 0
    """Place in the concept's labels: the typical ones stand first."""


class LabelledConcepts(Mapping[str, Concept]):
    """The table of concepts, by key, with what it says of printed rows."""

    def __init__(
        self,
        concepts: Mapping[str, Concept],
        sections: Sequence[Section],
        identities: Sequence[Identity],
        unmeant: Sequence[str] = (),
    ) -> None:
        self._concepts = dict(concepts)
        self.sections = {section.name: section for section in sections}
        self.identities = tuple(identities)
        self.unmeant = tuple(unmeant)

    def __getitem__(self, name: str) -> Concept:
        return self._concepts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._concepts)

    def __len__(self) -> int:
        return len(self._concepts)

    @cached_property
    def _labels(self) -> dict[str, list[Entry]]:
        table: dict[str, list[Entry]] = defaultdict(list)
        for order, concept in enumerate(self._concepts.values()):
            for rank, label in enumerate(concept.labels):
                heading, arrow, row = label.rpartition(">")
                entry = Entry(concept.key, order, frozenset(words(clean(heading))) if arrow else frozenset(), rank)
                bucket = table[key(words(clean(row)))]
                if not any(e.concept == entry.concept and e.heading == entry.heading for e in bucket):
                    bucket.append(entry)
        return dict(table)

    def match_label(
        self,
        label: str,
        path: Sequence[str] = (),
        statement: Statement = Statement.NOTE,
        kind: str | None = None,
        embed: Embedder | None = None,
        section: str = "",
    ) -> Match | None:
        """The concept of one printed row, or None. `kind` ("instant", "duration") and `section` narrow it down."""
        ranked = self.candidates(label, path, statement, kind, section)
        if ranked:
            return ranked[0]
        return self._nearest(label, statement, kind, section, embed) if embed is not None else None

    def candidates(
        self,
        label: str,
        path: Sequence[str] = (),
        statement: Statement = Statement.NOTE,
        kind: str | None = None,
        section: str = "",
    ) -> list[Match]:
        """All concepts that a printed row may be, best first, one entry each."""
        headings = [frozenset(words(clean(heading))) for heading in path if heading]
        best: dict[str, tuple[float, int, str]] = {}
        for found, score in variants(label):
            for entry in self._labels.get(found, ()):
                concept = self._concepts[entry.concept]
                if not self._allowed(concept, statement, kind, section):
                    continue
                # The longer of two entries that fit says more: "property and equipment, net" before the bare words.
                value = 0.97 * score + 0.001 * min(found.count(" "), 20) - 0.0002 * min(entry.rank, 20)
                if entry.heading:
                    if not any(entry.heading <= heading for heading in headings):
                        continue
                    value += 0.005
                elif found in _GENERIC and not section:
                    value -= 0.15
                value -= 0.0 if concept.statement is statement else 0.008
                if value > best.get(entry.concept, (0.0, 0, ""))[0]:
                    best[entry.concept] = (value, entry.order, "label")
        if not best and statement is Statement.CASH_FLOW and section in ("", "operating"):
            # "Change in other operating assets and liabilities" and the bare line item mean the same among the changes.
            bare = clean(label)
            short = _CHANGE.sub("", bare)
            if short != bare:
                return [
                    replace(m, score=round(m.score - 0.05, 4))
                    for m in self.candidates(short, path, statement, kind, section)
                ]
        if not best:
            found_words = self._by_words(label, statement, kind, section)
            if found_words is not None:
                return [found_words]
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[1][1]))
        return [Match(name, round(value, 4), how) for name, (value, _, how) in ranked]

    def _allowed(self, concept: Concept, statement: Statement, kind: str | None, section: str) -> bool:
        if not concept.printed_in(statement):
            return False
        if kind is not None and concept.kind != kind:
            return False
        if statement is Statement.NOTE:
            return True
        if section in ("per_share", "shares"):
            return concept.unit == section
        if section and concept.section not in ("", "per_share", "shares", "supplemental"):
            return concept.section == section or concept.section in _WITHIN.get(section, ())
        return not (section in ("cash", "supplemental") and concept.section not in ("", "supplemental"))

    # ------------------------------------------------------------------ rows that the table does not have

    @cached_property
    def _word_index(self) -> tuple[dict[str, float], dict[str, list[tuple[frozenset[str], str]]]]:
        bags = [
            (frozenset(found.split()), entry.concept)
            for found, bucket in self._labels.items()
            for entry in bucket
            if not entry.heading
        ]
        counts: dict[str, int] = defaultdict(int)
        for bag, _ in bags:
            for word in bag:
                counts[word] += 1
        weights = {word: log(1 + len(bags) / count) for word, count in counts.items()}
        postings: dict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
        for bag, concept in bags:
            # Indexed by its two rarest words: a label that shares neither cannot reach the threshold.
            for word in sorted(bag, key=lambda w: -weights[w])[:2]:
                postings[word].append((bag, concept))
        return weights, dict(postings)

    def _by_words(self, label: str, statement: Statement, kind: str | None, section: str) -> Match | None:
        weights, postings = self._word_index
        row = frozenset(words(clean(label))) - {"total"}
        unknown = log(1 + 2 * len(self._labels))
        row_weight = sum(weights.get(word, unknown) for word in row)
        best: tuple[float, str] | None = None
        for word in row:
            for bag, name in postings.get(word, ()):
                difference = row ^ bag
                if difference & _DECISIVE:
                    continue
                concept = self._concepts[name]
                if not self._allowed(concept, statement, kind, section) or row & concept.exclude:
                    continue
                shared = sum(weights[w] for w in row & bag)
                score = 2 * shared / (row_weight + sum(weights[w] for w in bag))
                if score >= WORDS_THRESHOLD and (best is None or score > best[0]):
                    best = (score, name)
        return Match(best[1], round(best[0] * 0.95, 4), "words") if best else None

    def _nearest(
        self, label: str, statement: Statement, kind: str | None, section: str, embed: Embedder
    ) -> Match | None:
        row = frozenset(words(clean(label)))
        if not row:
            return None
        names, texts, vectors = self._vectors(embed)
        scores = vectors @ embed([clean(label)])[0]
        for index in scores.argsort()[::-1][:12]:
            if scores[index] < EMBEDDING_THRESHOLD:
                return None
            concept = self._concepts[names[index]]
            differs = (row ^ texts[index]) & _DECISIVE - {"total"}
            if self._allowed(concept, statement, kind, section) and not row & concept.exclude and not differs:
                return Match(names[index], round(float(scores[index]) * 0.9, 4), "embedding")
        return None

    def _vectors(self, embed: Embedder) -> tuple[list[str], list[frozenset[str]], npt.NDArray[np.float32]]:
        # Embedded once for an embedder: three labels say what a concept is, all 6,000 would cost seconds.
        if self._embedded is None or self._embedded[0] is not embed:
            pairs = [(c.key, label) for c in self._concepts.values() for label in c.labels[:3] if ">" not in label]
            bags = [frozenset(words(clean(label))) for _, label in pairs]
            self._embedded = (embed, [name for name, _ in pairs], bags, embed([clean(label) for _, label in pairs]))
        return self._embedded[1:]

    _embedded: tuple[Embedder, list[str], list[frozenset[str]], npt.NDArray[np.float32]] | None = None
