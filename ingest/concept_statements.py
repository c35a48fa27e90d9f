"""The concepts of a whole statement: which part each row stands in, and which row is which concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.concept_labels import LabelledConcepts, Match
from ingest.labels import clean, variants, words
from ingest.schema import Statement

if TYPE_CHECKING:
    from ingest.concept_labels import Embedder

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
ATTRIBUTED = (
    ("NetIncomeLoss", "ProfitLoss", "NetIncomeLossAttributableToNoncontrollingInterest"),
    (
        "ComprehensiveIncomeNetOfTax",
        "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
        "ComprehensiveIncomeNetOfTaxAttributableToNoncontrollingInterest",
    ),
)
"""(the company's share, the whole, noncontrolling interests' share) of one measure."""


class StatementConcepts(LabelledConcepts):
    """What the table says of the rows of a statement together."""

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


def _first_section(statement: Statement, totals: set[str]) -> str:
    if statement is Statement.BALANCE:
        return "current_assets" if "AssetsCurrent" in totals else "assets"
    if statement is Statement.CASH_FLOW and "NetCashProvidedByUsedInOperatingActivities" in totals:
        return "operating"
    return ""


def _says_parent(label: str) -> bool:
    return bool({"attributable", "available", "applicable"} & set(words(clean(label))))
