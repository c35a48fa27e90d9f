"""Concepts: the canonical line items, and which of them a printed row or a spoken phrase means.

The facts are in `concepts.toml`; a second file of the same form adds concepts, or adds names, labels and tags to
known ones. A printed row is matched by the table first, then by weighted words, then, where one is given, by an
embedder; its statement, its part of the statement and instant or duration always have to agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.concept_table import Concept, ConceptTableError, Identity, Section, read_table
from ingest.labels import clean, key, spoken, variants, word_spans, words
from ingest.schema import Statement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Embedder = Callable[[list[str]], npt.NDArray[np.float32]]

__all__ = ["Concept", "ConceptTableError", "Concepts", "Identity", "Match", "load_concepts"]

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


@dataclass(frozen=True, slots=True)
class Match:
    """A row or phrase recognised as a concept; `score` in (0, 1], `how` is "label", "words" or "embedding"."""

    concept: str
    score: float
    how: str = "label"


@dataclass(frozen=True, slots=True)
class _Entry:
    concept: str
    order: int
    heading: frozenset[str] = field(default=frozenset())
    rank: int = 0
    """Place in the concept's labels: the typical ones stand first."""


class Concepts(Mapping[str, Concept]):
    """The table of concepts, by key."""

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

    def __iter__(self) -> Any:
        return iter(self._concepts)

    def __len__(self) -> int:
        return len(self._concepts)

    # ------------------------------------------------------------------ tags

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

    # ------------------------------------------------------------------ printed rows

    @cached_property
    def _labels(self) -> dict[str, list[_Entry]]:
        table: dict[str, list[_Entry]] = defaultdict(list)
        for order, concept in enumerate(self._concepts.values()):
            for rank, label in enumerate(concept.labels):
                heading, arrow, row = label.rpartition(">")
                entry = _Entry(concept.key, order, frozenset(words(clean(heading))) if arrow else frozenset(), rank)
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

    # ------------------------------------------------------------------ a whole statement

    def section_of(self, path: Sequence[str], statement: Statement) -> str:
        """The part of the statement that the innermost of the headings names that names one; "" where none does."""
        wanted = _STATEMENT_SECTIONS.get(statement, ())
        for heading in reversed(path):
            tokens = frozenset(words(clean(heading)))
            if {"liability", "equity"} <= tokens:
                continue
            for name in wanted:
                if any(section <= tokens for section in self.sections[name].headings):
                    return name
        return ""

    def place(self, rows: Sequence[tuple[str, Sequence[str]]], statement: Statement) -> list[str]:
        """Each row's part of the statement, from its headings and from the totals that close a part."""
        if statement not in _STATEMENT_SECTIONS:
            return [""] * len(rows)
        exact = [self._total_of(label, statement) for label, _ in rows]
        seen: set[str] = set()
        stale: set[str] = set()
        running = _first_section(statement, set(exact))
        placed: list[str] = []
        own = statement in (Statement.INCOME, Statement.COMPREHENSIVE_INCOME)
        for (label, path), total in zip(rows, exact, strict=True):
            # "Weighted average shares" may follow under the heading of the income per share.
            # A reader cannot see where a heading ends: one that stood above a part's total says nothing below it.
            fresh = [heading for heading in path if heading not in stale]
            seen.update(path)
            named = self.section_of((*fresh, label) if own else fresh, statement)
            where = named or running
            placed.append(where)
            for section in self.sections.values():
                if total and section.total == total and section.name in _STATEMENT_SECTIONS[statement]:
                    placed[-1] = section.name
                    stale |= seen
                    running = section.then
            if total == "Assets":
                running = "current_liabilities" if "LiabilitiesCurrent" in exact else "liabilities"
            elif total == "Liabilities":
                running = "shareholders_equity"
        return placed

    def _total_of(self, label: str, statement: Statement) -> str:
        for found, score in variants(label):
            for entry in self._labels.get(found, ()):
                if (
                    entry.concept in _TOTALS
                    and not entry.heading
                    and self._concepts[entry.concept].statement is statement
                ):
                    return entry.concept if score >= 0.98 else ""
        return ""

    def assign(
        self, rows: Sequence[tuple[str, Sequence[str]]], statement: Statement, embed: Embedder | None = None
    ) -> dict[int, Match]:
        """The concepts of a statement's value rows, `(label, path)` each: at most one row a concept, one concept a row.

        A total beats a component, the row under the fitting heading beats the one without. "Net income" is the
        whole group's where the statement also prints the part of the company or of noncontrolling interests.
        """
        places = self.place(rows, statement)
        ranked_rows = [self.candidates(label, path, statement, None, places[i]) for i, (label, path) in enumerate(rows)]
        if statement is not Statement.NOTE:
            self._split_attribution(rows, ranked_rows)
        bids: list[tuple[float, int, int, Match]] = []
        for index, (label, _) in enumerate(rows):
            ranked = ranked_rows[index]
            if not ranked and embed is not None:
                nearest = self._nearest(label, statement, None, places[index], embed)
                ranked = [nearest] if nearest else []
            total = 0.02 if words(clean(label))[:1] == ["total"] else 0.0
            # A row that loses its concept to a better row falls back on a reading that is as likely, not on any.
            bids.extend(
                (m.score + total, -index, -rank, m) for rank, m in enumerate(ranked) if m.score > ranked[0].score - 0.02
            )
        bids.sort(key=lambda bid: (-bid[0], -bid[2], -bid[1]))
        taken: dict[str, str] = {}
        result: dict[int, Match] = {}
        for _, negative, _, match in bids:
            index, label = -negative, rows[-negative][0]
            # A statement of equity repeats its lines for every period.
            repeated = statement is Statement.EQUITY and taken.get(match.concept) == clean(label)
            if index not in result and (match.concept not in taken or repeated):
                result[index] = match
                taken[match.concept] = clean(label)
        return self._settle(result) if statement is not Statement.NOTE else result

    def _split_attribution(self, rows: Sequence[tuple[str, Sequence[str]]], ranked: list[list[Match]]) -> None:
        """Plain "Net income" is the whole group's where another row is the company's or the others' part."""
        first = [matches[0].concept if matches else "" for matches in ranked]
        for parent, whole, minority in ATTRIBUTED:
            own = any(name == parent and _says_parent(label) for name, (label, _) in zip(first, rows, strict=True))
            others = first.index(minority) if minority in first else -1
            if whole in first or not (own or others >= 0):
                continue
            for index, name in enumerate(first):
                if name == parent and not _says_parent(rows[index][0]) and (own or index < others):
                    ranked[index] = [replace(ranked[index][0], concept=whole)]
        cash = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
        ends = [index for index, name in enumerate(first) if name == cash]
        if len(ends) > 1 and any("restricted" in words(clean(rows[index][0])) for index in ends):
            for index in ends:
                if "restricted" not in words(clean(rows[index][0])):
                    ranked[index] = [replace(ranked[index][0], concept="CashAndCashEquivalentsAtCarryingValue")]
        equity, total_equity = (
            "StockholdersEquity",
            "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        )
        if equity in first and "MinorityInterest" in first and total_equity not in first:
            index = max(i for i, name in enumerate(first) if name == equity)
            if index > first.index("MinorityInterest"):
                ranked[index] = [replace(ranked[index][0], concept=total_equity)]

    def _settle(self, result: dict[int, Match]) -> dict[int, Match]:
        """The only line between operating income and income before taxes is all of the nonoperating income.

        So is the only cost of what is sold all of it."""
        of = {match.concept: index for index, match in result.items()}
        costs = [of[name] for name in ("CostOfProductRevenue", "CostOfServiceRevenue") if name in of]
        if len(costs) == 1 and "CostOfRevenue" not in of:
            result[costs[0]] = replace(result[costs[0]], concept="CostOfRevenue")
        other = of.get("OtherNonoperatingIncomeExpense")
        if other is not None and "NonoperatingIncomeExpense" not in of and of.get("OperatingIncomeLoss") == other - 1:
            pretax = of.get(
                "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
            )
            if pretax == other + 1:
                result[other] = replace(result[other], concept="NonoperatingIncomeExpense")
        return result

    # ------------------------------------------------------------------ phrases of a question

    @cached_property
    def _phrases(self) -> dict[str, dict[tuple[str, ...], list[tuple[str, float]]]]:
        table: dict[str, dict[tuple[str, ...], list[tuple[str, float]]]] = defaultdict(dict)
        for concept in self._concepts.values():
            for score, texts in ((1.0, concept.names), (0.9, [label for label in concept.labels if ">" not in label])):
                for text in texts:
                    tokens = spoken(text)
                    if not tokens or (score < 1.0 and (len(tokens) == 1 or len(tokens) > 9)):
                        continue
                    if text.isupper() and len(text) <= 3 and text.isalpha():
                        tokens = (text,)
                    found = table[tokens[0]].setdefault(tokens, [])
                    if concept.key not in [name for name, _ in found]:
                        found.append((concept.key, score))
        for text in self.unmeant:
            tokens = spoken(text)
            table[tokens[0]][tokens] = []
        return dict(table)

    def find_phrase(self, text: str) -> list[tuple[tuple[int, int], str, float]]:
        """The line items that a text names, in order: ((start, end), concept, score), none overlapping."""
        spans = word_spans(text)
        result: list[tuple[tuple[int, int], str, float]] = []
        at = 0
        while at < len(spans):
            length, found = self._longest(text, spans, at)
            if length and found:
                result.append(((spans[at][1], spans[at + length - 1][2]), found[0][0], found[0][1]))
            at += max(length, 1)
        return result

    def _longest(self, text: str, spans: list[tuple[str, int, int]], at: int) -> tuple[int, list[tuple[str, float]]]:
        word, start, end = spans[at]
        acronym = self._phrases.get(text[start:end], {}).get((text[start:end],))
        best: tuple[int, list[tuple[str, float]]] = (1, acronym) if acronym else (0, [])
        for tokens, found in self._phrases.get(word, {}).items():
            n = len(tokens)
            if n > best[0] and n <= len(spans) - at and all(spans[at + i][0] == tokens[i] for i in range(1, n)):
                best = (n, found)
        return best

    def lookup_phrase(self, phrase: str) -> list[Match]:
        """The concepts that a phrase may mean, best first: by names, then by printed labels, then by alike ones."""
        tokens = spoken(phrase)
        best: dict[str, Match] = {}
        stripped = phrase.strip()
        for attempt in ((stripped,), tokens, tuple(t for t in tokens if t not in ("total", "net", "company"))):
            for name, score in self._phrases.get(attempt[0], {}).get(attempt, []) if attempt else []:
                best.setdefault(name, Match(name, score if attempt is not tokens or score < 1 else 1.0, "name"))
        for found, score in variants(phrase):
            for entry in self._labels.get(found, ()):
                if not entry.heading:
                    best.setdefault(entry.concept, Match(entry.concept, round(score * 0.85, 4)))
        if not best:
            near = self._by_words(phrase, Statement.NOTE, None, "")
            if near is not None:
                best[near.concept] = replace(near, score=round(near.score * 0.8, 4))
        return sorted(best.values(), key=lambda match: -match.score)


_WITHIN = {
    "assets": ("current_assets", "noncurrent_assets"),
    "liabilities": ("current_liabilities", "noncurrent_liabilities", "shareholders_equity"),
    "noncurrent_liabilities": ("shareholders_equity",),
    "shareholders_equity": ("noncurrent_liabilities",),
}
_STATEMENT_SECTIONS: dict[Statement, tuple[str, ...]] = {
    # Longer headings first: "noncurrent" and "shares used in per share" are told apart by whole words, in this order.
    Statement.BALANCE: (
        "noncurrent_assets",
        "noncurrent_liabilities",
        "current_assets",
        "current_liabilities",
        "shareholders_equity",
    ),
    Statement.CASH_FLOW: ("supplemental", "operating", "investing", "financing"),
    Statement.INCOME: ("shares", "per_share"),
    Statement.COMPREHENSIVE_INCOME: ("shares", "per_share"),
}
_TOTALS = frozenset(
    {
        "AssetsCurrent", "Assets", "LiabilitiesCurrent", "Liabilities", "LiabilitiesAndStockholdersEquity",
        "NetCashProvidedByUsedInOperatingActivities", "NetCashProvidedByUsedInInvestingActivities",
        "NetCashProvidedByUsedInFinancingActivities",
    }
)  # fmt: skip
_CHANGE = re.compile(
    r"^(?:net )?(?:changes?|increase|decrease|increase/decrease|decrease/increase)(?: or decrease)? in "
)
# The part of the company's owners, the whole, the part of the others.
ATTRIBUTED = (
    ("NetIncomeLoss", "ProfitLoss", "NetIncomeLossAttributableToNoncontrollingInterest"),
    (
        "ComprehensiveIncomeNetOfTax",
        "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
        "ComprehensiveIncomeNetOfTaxAttributableToNoncontrollingInterest",
    ),
)
"""(the company's share, the whole, noncontrolling interests' share) of one measure."""
_GENERIC = frozenset(
    {"basic", "diluted", "other", "net other", "total", "net", "interest", "tax", "income tax", "current"}
)


def _first_section(statement: Statement, totals: set[str]) -> str:
    if statement is Statement.BALANCE:
        return "current_assets" if "AssetsCurrent" in totals else "assets"
    if statement is Statement.CASH_FLOW and "NetCashProvidedByUsedInOperatingActivities" in totals:
        return "operating"
    return ""


def _says_parent(label: str) -> bool:
    return bool({"attributable", "available", "applicable"} & set(words(clean(label))))


def load_concepts(extra: Path | None = None) -> Concepts:
    """The shipped table, extended by the user's own file of the same form.

    Raises ConceptTableError, with every problem in one message.
    """
    return _load(extra)


@lru_cache(maxsize=4)
def _load(extra: Path | None) -> Concepts:
    table = read_table(Path(__file__).with_name("concepts.toml"), extra)
    return Concepts(table.concepts, table.sections, table.identities, table.unmeant)
