"""Candidates: the figures of one filing that an item may mean, each with its features and score.

The features are in [0, 1]; the score is a weighted sum of them, less what speaks against it, and decides whether a
figure is taken. How likely it is then right is another matter: calibration.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chains.formulas.expression import FiscalPeriod, Item
from chains.measures.phrasing import KIND_WORDS, content_words, tables
from chains.resolve.crossing import is_crossed
from chains.resolve.facts import ConceptFacts
from chains.resolve.fit import part_fit, period_fit, statement_fit, unit_fits
from chains.resolve.members import asked_member, member_figures, member_words, other_place, part_name
from chains.resolve.qualified import qualified_fit
from chains.resolve.scope import PRIMARY, Scope, is_own
from chains.resolve.shelf import Sheet
from ingest.concepts import ATTRIBUTED
from ingest.schema import Check, Figure, Period, Source, Statement

WEIGHTS: Mapping[str, float] = {
    "match": 0.40,
    "period": 0.16,
    "statement": 0.14,
    "whole": 0.12,
    "original": 0.04,
    "checked": 0.03,
    "read": 0.03,
    "agrees": 0.04,
    "own": 0.04,
}
ACCEPT = 0.70
SIMILAR = 0.78
"""Least likeness of a printed label to the words of the question."""
_EQUITY = ("StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest")
_OTHER_SIDE = {
    one: other for owners, whole, *_ in (*ATTRIBUTED, _EQUITY) for one, other in ((owners, whole), (whole, owners))
}
"""The owners' part of a measure and the whole of it: one line where a company has no noncontrolling interests."""


@dataclass(slots=True)
class Candidate:
    """A figure that may be the one meant, with its features and their score.

    `of_part` says that all around it names exactly the part and the measure that are asked for.
    """

    figure: Figure
    sheet: Sheet
    features: dict[str, float] = field(default_factory=dict)
    score: float = 0.0
    of_part: bool = False
    notes: list[str] = field(default_factory=list)


class CandidateFinder:
    """Finds the figures of a filing that an item may mean."""

    def __init__(self, facts: ConceptFacts) -> None:
        self._facts = facts

    def find(self, item: Item, period: FiscalPeriod, sheet: Sheet, scope: Scope) -> list[Candidate]:
        """The candidates of one filing, by the concept, its fallbacks and the printed labels."""
        found: dict[str, Candidate] = {}
        extra = self._extra_words(item)
        self._add_members(found, sheet, item, period, scope)
        if any(c.score >= ACCEPT for c in found.values()):
            return list(found.values())
        if item.concept is not None:
            printed = self._printed_so(item, sheet, scope)
            for figure in printed:
                self._add(found, figure, sheet, 1.0, item, period, scope, frozenset(), exact=True)
            if any(c.score >= ACCEPT for c in found.values()):
                return list(found.values())
            names = [
                *((other, 1.0) for other in self._sole_side(item.concept, sheet)),
                (item.concept, 1.0),
                *((c, 0.9 - 0.04 * i) for i, c in enumerate(self._facts.fallbacks(item.concept))),
            ]
            for concept, match in names:
                for figure in sheet.by_concept.get(concept, ()):
                    self._add(found, figure, sheet, match, item, period, scope, extra)
                if any(c.score >= ACCEPT for c in found.values()):
                    break
        if not any(c.score >= ACCEPT for c in found.values()):
            self._add_similar(found, sheet, item, period, scope, extra)
        return list(found.values())

    @staticmethod
    def _sole_side(concept: str, sheet: Sheet) -> tuple[str, ...]:
        """The other side of an attribution where the statements print that alone: it is both.

        Else a row of a note that is called "Equity" for another reason would be the nearest to "total equity".
        """
        other = _OTHER_SIDE.get(concept)
        if other is None or any(f.statement in PRIMARY for f in sheet.by_concept.get(concept, ())):
            return ()
        return (other,) if any(f.statement in PRIMARY for f in sheet.by_concept.get(other, ())) else ()

    def _printed_so(self, item: Item, sheet: Sheet, scope: Scope) -> list[Figure]:
        """Figures of a line that is called exactly as the question says, though the table knows it as another concept.

        They win over the concept where they stand in its own statement, or in the one that the question names.
        """
        if item.concept is None or item.phrase == item.concept:
            return []
        homes = self._facts.statements(item.concept)
        wanted = (item.statement,) if item.statement else scope.statements
        if wanted and not set(homes) & set(wanted):
            homes = wanted
        lines = [f for f in sheet.labelled(item.phrase) if f.statement in homes]
        # "Net income" is the owners' share of it wherever the statement tells the two apart.
        related = {item.concept, *(c for owners, whole, _ in ATTRIBUTED if owners == item.concept for c in (whole,))}
        if any(f.concept in related for f in lines) or len({f.label.lower() for f in lines}) > 1:
            return []
        return lines

    def _add_members(
        self, found: dict[str, Candidate], sheet: Sheet, item: Item, period: FiscalPeriod, scope: Scope
    ) -> None:
        """Figures of the notes that are of exactly the part of the company that the item names."""
        asked = asked_member(item)
        if asked is None:
            return
        for figure, match in member_figures(asked, sheet, self._facts):
            self._add(found, figure, sheet, match, item, period, scope, frozenset(), member=True)

    def _add_similar(
        self,
        found: dict[str, Candidate],
        sheet: Sheet,
        item: Item,
        period: FiscalPeriod,
        scope: Scope,
        extra: frozenset[str],
    ) -> None:
        """Line items whose label is like the phrase, or like a name of the concept in its own statement."""
        if item.concept is not None and extra:
            self._add_parts(found, sheet, item, period, scope, extra)
        if item.concept is None or extra:
            for similarity, figures in sheet.similar(item.phrase):
                if similarity < SIMILAR:
                    break
                if decisive_difference(item.phrase, figures[0]):
                    similarity *= 0.8
                for figure in figures:
                    fits = similarity * (0.75 if _of_another_column(item.phrase, figure, figures) else 1.0)
                    self._add(found, figure, sheet, fits, item, period, scope, frozenset())
            return
        home = self._facts.statements(item.concept)
        for name in (item.phrase, *self._facts.aliases(item.concept)):
            for similarity, figures in sheet.similar(name):
                if similarity < 0.8:
                    break
                for figure in figures:
                    if figure.concept is None and figure.statement in home and figure.statement is not Statement.NOTE:
                        self._add(found, figure, sheet, 0.95 * similarity, item, period, scope, extra)

    def _add_parts(
        self,
        found: dict[str, Candidate],
        sheet: Sheet,
        item: Item,
        period: FiscalPeriod,
        scope: Scope,
        extra: frozenset[str],
    ) -> None:
        """Rows that the words around the line item name, in a table that prints the whole too: "iPhone"."""
        assert item.concept is not None
        wholes = {
            (f.table, f.period, f.headers)
            for total in sheet.by_concept.get(item.concept, ())
            if total.statement in PRIMARY and not sheet.part_of(total)
            for f in sheet.of_value(total.value)
            if _same_time(f.period, total.period) and f.unit == total.unit
        }
        words = item.phrase.split()
        # "Services" is a word of revenue's own names and yet one of "digital services sales": what stands before the
        # shortest name of the line item is tried too.
        before = next(
            (words[:k] for k in range(len(words) - 1, 0, -1) if self._facts.names(item.concept, " ".join(words[k:]))),
            [],
        )
        queries = dict.fromkeys((" ".join(sorted(extra)), " ".join(content_words(" ".join(before)))))
        for similarity, figures in (hit for query in queries if query for hit in sheet.similar(query)):
            if similarity < 0.85:
                continue
            if not set(content_words(figures[0].label)) <= set(content_words(item.phrase)):
                continue
            for figure in figures:
                if (figure.table, figure.period, figure.headers) in wholes:
                    self._add(found, figure, sheet, 0.92 * similarity, item, period, scope, frozenset())

    def _extra_words(self, item: Item) -> frozenset[str]:
        """Words of the phrase that the concept's own names do not explain: "domestic" in "domestic revenue"."""
        if item.concept is None:
            return frozenset()
        if self._facts.names(item.concept, item.phrase):
            return frozenset()
        known = self._facts.words(item.concept)
        return frozenset(w for w in content_words(item.phrase) if w not in known | KIND_WORDS)

    def _add(
        self,
        found: dict[str, Candidate],
        figure: Figure,
        sheet: Sheet,
        match: float,
        item: Item,
        period: FiscalPeriod,
        scope: Scope,
        extra: frozenset[str],
        *,
        exact: bool = False,
        member: bool = False,
    ) -> None:
        if exact:
            # The line is the item, whatever its concept; what is known of the concept does not hold for it.
            item = replace(item, concept=figure.concept)
        fit, note = period_fit(self._facts, figure, period, scope, item)
        if fit <= 0:
            return
        if item.member and not member:
            names = (figure.label, *figure.path, figure.segment, *figure.headers)
            if not member_words(part_name(item.member)) <= member_words(" ".join(names)):
                # The whole company's figure is no figure of a part.
                return
        if item.member or member:
            match *= qualified_fit(item, figure)
        around = (figure.label, *figure.path, figure.segment, *figure.headers)
        placed = not member and (item.member or item.concept is None)
        if placed and other_place(item.member or item.phrase, around):
            return
        if extra and item.concept is not None and not extra <= frozenset(content_words(" ".join(around))):
            # The concept alone is not what was asked; what the extra words say is not there.
            match *= 0.6
        if item.concept is None and not member and is_crossed(item.phrase, figure):
            return
        if item.concept is None and figure.concept is not None and not member:
            own = content_words(" ".join((figure.label, *figure.path, figure.segment, *figure.headers)))
            if frozenset(content_words(item.phrase)) - {*own, *self._facts.words(figure.concept)} - KIND_WORDS:
                # A word of the phrase stands in the table's title alone, and the figure is known to be of another kind.
                match *= 0.75
        whole = 1.0 if member else part_fit(sheet.part_of(figure), item)
        if whole <= 0 or not unit_fits(self._facts, figure, item):
            return
        features = {
            "match": match,
            "period": fit,
            # Parts of the company are printed in the notes: that is their statement.
            "statement": 1.0 if member else statement_fit(self._facts, figure, item, scope),
            "whole": whole,
            "original": 0.0 if figure.restated and scope.as_of is None else 1.0,
            "checked": {Check.TIES: 1.0, Check.NONE: 0.6, Check.BROKEN: 0.0}[figure.check],
            "read": min(1.0, max(0.0, figure.confidence)) * (0.8 if figure.source is Source.TEXT else 1.0),
            "agrees": 0.5,
            "own": _own(sheet, period, scope),
        }
        candidate = Candidate(figure, sheet, features, of_part=member)
        candidate.score = score_of(features)
        if note:
            candidate.notes.append(note)
        held = found.get(figure.id)
        if held is None or candidate.score > held.score:
            found[figure.id] = candidate


def _own(sheet: Sheet, period: FiscalPeriod, scope: Scope) -> float:
    """How much the report is the period's own: its report, the annual one with that year's quarters, another."""
    if is_own(sheet.document, period) or (scope.anchor is not None and is_own(sheet.document, scope.anchor)):
        return 1.0
    return 0.9 if period.quarter is not None and is_own(sheet.document, FiscalPeriod(period.year)) else 0.6


def decisive_difference(phrase: str, figure: Figure) -> frozenset[str]:
    """Words by which a printed line is another one than the phrase says: "deferred revenue" is not "revenue"."""
    asked = frozenset(content_words(phrase))
    label = frozenset(content_words(re.sub(r"\([^()]*\)", " ", figure.label)))
    around = frozenset(content_words(" ".join((*figure.path, figure.segment, *figure.headers, figure.caption))))
    decisive = frozenset(content_words(tables()["word_lists"]["decisive"]))
    return ((label - asked) | (asked - label - around)) & decisive


def score_of(features: Mapping[str, float]) -> float:
    """The match decides first; what else is known of the figure moves it by up to the other weights."""
    others = sum(WEIGHTS[name] * value for name, value in features.items() if name != "match")
    return features["match"] * (WEIGHTS["match"] + others)


def _of_another_column(phrase: str, figure: Figure, row: Sequence[Figure]) -> bool:
    """Whether a word of the phrase heads only other columns of the row: "Net sales | Property, plant and equipment"."""
    own = set(content_words(" ".join((figure.label, *figure.path, figure.segment, *figure.headers))))
    heads = {w for f in row for w in content_words(" ".join(f.headers))}
    return bool(set(content_words(phrase)) & heads - own)


def _same_time(a: Period | None, b: Period | None) -> bool:
    """Whether two columns are of the same time: a note's "2024" may end some days off a year of 52 weeks."""
    if a is None or b is None or a == b:
        return a == b
    return a.instant == b.instant and abs((a.end - b.end).days) <= 7 and a.months == b.months
