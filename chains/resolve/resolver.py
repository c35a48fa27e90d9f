"""The resolver: the best candidate of the right filing, how sure it is, and what a later filing says of it."""

from __future__ import annotations

from collections.abc import Sequence

from chains.formulas.expression import FiscalPeriod, Item
from chains.resolve.bound import Bound, Missing, said
from chains.resolve.calibration import probability
from chains.resolve.candidates import ACCEPT, Candidate, CandidateFinder, score_of
from chains.resolve.facts import ConceptFacts
from chains.resolve.members import PARTIAL
from chains.resolve.restated import comparable, rounded_alike
from chains.resolve.scope import PRIMARY, Scope, is_own, names_of, newer, order_documents
from chains.resolve.shelf import Shelf
from chains.resolve.sign import turns_sign
from ingest.schema import Check, Document, Figure

LIKELY = 0.65
"""Least probability of a figure that is given as an answer."""
TOLD = 0.9
"""How sure a number is that one sentence alone tells."""


class Resolver:
    """Binds items within the figures of a shelf."""

    def __init__(self, shelf: Shelf, facts: ConceptFacts) -> None:
        self._shelf = shelf
        self._facts = facts
        self._finder = CandidateFinder(facts)

    def bind(self, item: Item, scope: Scope, *, accept: float = ACCEPT) -> Bound | Missing:
        """The figure for an item whose period is set, or why there is none that scores `accept`."""
        if scope.told is not None:
            return Bound(item, scope.told, scope.sure, {})
        period = item.period
        if period is None:
            return Missing(item, f"no period is known for {said(item)!r}; name a fiscal year or quarter")
        documents = order_documents(scope, period)
        if not documents:
            return Missing(item, f"no document of the company covers {period}; ingest its report for that period")
        nearest: list[Figure] = []
        best: Candidate | None = None
        rivals: list[Candidate] = []
        for document in documents:
            candidates = self._finder.find(item, period, self._shelf.sheet(document), scope)
            if not candidates:
                if len(nearest) < 3:
                    nearest.extend(self._near(item, document)[: 3 - len(nearest)])
                continue
            self._judge_agreement(candidates)
            candidates.sort(key=lambda c: (-c.score, c.figure.id))
            top = candidates[0]
            if best is None or top.score > best.score + 0.06:
                best, rivals = top, candidates[1:]
            if best.score >= ACCEPT:
                break
        if best is None:
            return Missing(item, f"{said(item)!r} for {period} was not found in {names_of(documents)}", tuple(nearest))
        certainty, close = self._certainty(best, rivals)
        # What two tables print of a part in the same words is no mere likeness.
        twice = best.of_part and best.features["agrees"] >= 1.0 and best.features["match"] >= PARTIAL
        bare = item.concept is None and not twice
        told = {**best.features, "score": certainty, "rivals": float(bool(close)), "bare": float(bare)}
        told["bare_match"] = best.features["match"] * bare
        likely = probability(told)
        if certainty < accept or (likely < LIKELY and accept >= ACCEPT):
            why = "several figures fit equally well" if close else "the nearest line item is not surely the one meant"
            return Missing(
                item,
                f"{said(item)!r} for {period}: {why}",
                tuple(dict.fromkeys((best.figure, *(c.figure for c in close[:3])))),
            )
        later, notes = self._later(best, item, period, scope)
        if best.sheet.document.fiscal_year not in (period.year, None) and best.features["own"] < 1:
            own = any(is_own(d, period) for d in scope.documents)
            if not own:
                notes = (
                    *notes,
                    f"{period} is taken from the comparative column of {best.sheet.document.name}, "
                    "as the library has no own filing for it",
                )
        if len(best.notes):
            notes = (*notes, *best.notes)
        return Bound(
            item,
            best.figure,
            round(likely, 4),
            told,
            negate=turns_sign(self._facts, item, best.figure, best.sheet),
            notes=notes,
            later=later,
            rivals=tuple(c.figure for c in close[:3]),
        )

    @staticmethod
    def _judge_agreement(candidates: Sequence[Candidate]) -> None:
        """The same value in another table speaks for a figure."""
        for candidate in candidates:
            if any(
                c.figure.table != candidate.figure.table and abs(c.figure.value) == abs(candidate.figure.value)
                for c in candidates
                if c is not candidate
            ):
                candidate.features["agrees"] = 1.0
                candidate.score = score_of(candidate.features)

    @staticmethod
    def _certainty(best: Candidate, others: Sequence[Candidate]) -> tuple[float, list[Candidate]]:
        """The score, lowered where another figure with another value fits as well."""
        close = [
            c
            for c in others
            if c.score >= best.score - 0.025
            and abs(c.figure.value) != abs(best.figure.value)
            and not rounded_alike(c.figure, best.figure)
        ]
        certainty = best.score
        if close:
            # The first of one statement wins over a later repetition, but is less sure.
            certainty -= 0.08 if best.figure.statement in PRIMARY else 0.3
        if best.figure.check is Check.BROKEN:
            certainty -= 0.03
        return max(0.0, min(1.0, certainty)), close

    def _later(
        self, best: Candidate, item: Item, period: FiscalPeriod, scope: Scope
    ) -> tuple[Figure | None, tuple[str, ...]]:
        """A newer filing's value for the same line item and period, where it differs. Reads that line alone."""
        shown = best.sheet.document
        if best.figure.statement not in PRIMARY or best.figure.segment or item.concept is None:
            return None, ()
        for document in newer(scope.documents, shown)[:2]:
            sheet = self._shelf.line(document, (item.concept, *self._facts.fallbacks(item.concept)))
            fitting = [
                c
                for c in (self._finder.find(item, period, sheet, scope) if sheet.figures else ())
                if c.score >= ACCEPT and c.figure.statement == best.figure.statement
            ]
            if not fitting:
                continue
            top = max(fitting, key=lambda c: c.score)
            if top.features["match"] < best.features["match"] or not comparable(top.figure, best.figure):
                return None, ()
            if abs(top.figure.value) != abs(best.figure.value) and not rounded_alike(top.figure, best.figure):
                return top.figure, (
                    f"{document.name} (page {top.figure.page}) later shows {top.figure.printed} for {period}, "
                    "restated or reclassified",
                )
            return None, ()
        return None, ()

    def _near(self, item: Item, document: Document) -> list[Figure]:
        sheet = self._shelf.sheet(document)
        near = [figures[0] for score, figures in sheet.similar(item.phrase, 3) if score >= 0.3]
        if item.concept is not None:
            near = [*sheet.by_concept.get(item.concept, [])[:2], *near]
        return near
