"""Bind line items to figures: the right filing, statement, period, column and sign, or a refusal that says why.

Every candidate is described by features in [0, 1]; its score is a weighted sum of them, less what speaks against it,
and decides whether it is taken. How likely it is then right is another matter: calibration.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from chains.calibration import probability
from chains.expression import FiscalPeriod, Item
from chains.fiscal_calendar import Calendar, is_periodic
from chains.measure import KIND_WORDS, content_words, tables
from chains.shelf import Sheet, Shelf
from ingest.concepts import ATTRIBUTED
from ingest.schema import Check, Document, Figure, Period, Source, Statement

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
LIKELY = 0.65
"""Least probability of a figure that is given as an answer."""
SIMILAR = 0.78
"""Least likeness of a printed label to the words of the question."""
_RATIO_WORDS = frozenset({"rate", "percentage", "percent", "margin", "ratio", "yield", "%", "proportion"})
PRIMARY = (Statement.INCOME, Statement.BALANCE, Statement.CASH_FLOW, Statement.COMPREHENSIVE_INCOME, Statement.EQUITY)


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


@dataclass(frozen=True, slots=True)
class Bound:
    """An item with its figure. `negate` says that the printed sign is turned to make the value what the item means.

    `certainty` is the probability that this is the figure meant, made of `features` (see calibration.py). `notes` are
    remarks for the answer; `later` a restated figure of a newer filing; `rivals` other figures that fit nearly as well
    with another value.
    """

    item: Item
    figure: Figure
    certainty: float
    features: Mapping[str, float]
    negate: bool = False
    notes: tuple[str, ...] = ()
    later: Figure | None = None
    rivals: tuple[Figure, ...] = ()

    @property
    def value(self) -> Decimal:
        """The value as the item means it."""
        return -self.figure.value if self.negate else self.figure.value


@dataclass(frozen=True, slots=True)
class Missing:
    """An item without a figure that can be trusted: why, and the figures that come nearest."""

    item: Item
    reason: str
    nearest: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: the documents, best first for the question, the calendar, and the wanted statements.

    `anchor` is the period whose filing all periods of one calculation are read from where it holds them, so that a
    change is measured on one basis. `as_of` prefers the newest filing up to that date (`date.max` for the latest).
    """

    documents: tuple[Document, ...]
    calendar: Calendar
    statements: tuple[Statement, ...] = ()
    anchor: FiscalPeriod | None = None
    months: int | None = None
    as_of: date | None = None
    only: bool = False


@dataclass(slots=True)
class _Candidate:
    figure: Figure
    sheet: Sheet
    features: dict[str, float] = field(default_factory=dict)
    score: float = 0.0
    notes: list[str] = field(default_factory=list)


class Resolver:
    """Binds items within the figures of a shelf."""

    def __init__(self, shelf: Shelf, facts: ConceptFacts) -> None:
        self._shelf = shelf
        self._facts = facts

    def bind(self, item: Item, scope: Scope, *, accept: float = ACCEPT) -> Bound | Missing:
        """The figure for an item whose period is set, or why there is none that scores `accept`."""
        period = item.period
        if period is None:
            return Missing(item, f"no period is known for {said(item)!r}; name a fiscal year or quarter")
        documents = order_documents(scope, period)
        if not documents:
            return Missing(item, f"no document of the company covers {period}; ingest its report for that period")
        nearest: list[Figure] = []
        best: _Candidate | None = None
        rivals: list[_Candidate] = []
        for document in documents:
            candidates = self._candidates(item, period, self._shelf.sheet(document), scope)
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
            return Missing(item, f"{said(item)!r} for {period} was not found in {_names(documents)}", tuple(nearest))
        certainty, close = self._certainty(best, rivals)
        bare = item.concept is None
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
            own = any(_is_own(d, period) for d in scope.documents)
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
            negate=self._negate(item, best),
            notes=notes,
            later=later,
            rivals=tuple(c.figure for c in close[:3]),
        )

    # Candidates

    def _candidates(self, item: Item, period: FiscalPeriod, sheet: Sheet, scope: Scope) -> list[_Candidate]:
        found: dict[str, _Candidate] = {}
        extra = self._extra_words(item)
        if item.concept is not None:
            printed = self._printed_so(item, sheet, scope)
            for figure in printed:
                self._add(found, figure, sheet, 1.0, item, period, scope, frozenset(), exact=True)
            if any(c.score >= ACCEPT for c in found.values()):
                return list(found.values())
            names = [
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

    def _add_similar(
        self,
        found: dict[str, _Candidate],
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
        found: dict[str, _Candidate],
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
        found: dict[str, _Candidate],
        figure: Figure,
        sheet: Sheet,
        match: float,
        item: Item,
        period: FiscalPeriod,
        scope: Scope,
        extra: frozenset[str],
        *,
        exact: bool = False,
    ) -> None:
        if exact:
            # The line is the item, whatever its concept; what is known of the concept does not hold for it.
            item = replace(item, concept=figure.concept)
        fit, note = self._period_fit(figure, period, scope, item, sheet.document)
        if fit <= 0:
            return
        if extra and item.concept is not None:
            around = frozenset(content_words(" ".join((figure.label, *figure.path, figure.segment, *figure.headers))))
            if not extra <= around:
                # The concept alone is not what was asked; what the extra words say is not there.
                match *= 0.6
        if item.concept is None and figure.concept is not None:
            own = content_words(" ".join((figure.label, *figure.path, figure.segment, *figure.headers)))
            if frozenset(content_words(item.phrase)) - {*own, *self._facts.words(figure.concept)} - KIND_WORDS:
                # A word of the phrase stands in the table's title alone, and the figure is known to be of another kind.
                match *= 0.75
        whole = self._whole(sheet.part_of(figure), item)
        if whole <= 0 or not self._unit_fits(figure, item):
            return
        features = {
            "match": match,
            "period": fit,
            "statement": self._statement_fit(figure, item, scope),
            "whole": whole,
            "original": 0.0 if figure.restated and scope.as_of is None else 1.0,
            "checked": {Check.TIES: 1.0, Check.NONE: 0.6, Check.BROKEN: 0.0}[figure.check],
            "read": min(1.0, max(0.0, figure.confidence)) * (0.8 if figure.source is Source.TEXT else 1.0),
            "agrees": 0.5,
            "own": 1.0
            if _is_own(sheet.document, period) or (scope.anchor is not None and _is_own(sheet.document, scope.anchor))
            else 0.6,
        }
        candidate = _Candidate(figure, sheet, features)
        candidate.score = _score(features)
        if note:
            candidate.notes.append(note)
        held = found.get(figure.id)
        if held is None or candidate.score > held.score:
            found[figure.id] = candidate

    def _period_fit(
        self, figure: Figure, period: FiscalPeriod, scope: Scope, item: Item, document: Document
    ) -> tuple[float, str]:
        """How well a figure's period is the wanted one, 0 for not at all; and a note where it is another length."""
        instant = self._facts.instant(item.concept) if item.concept else None
        if figure.period is None:
            if figure.fiscal_year == period.year and figure.fiscal_quarter == period.quarter:
                return 0.8, ""
            return 0.0, ""
        months = figure.period.months
        if instant is False and figure.period.instant:
            return 0.0, ""
        if instant is True and not figure.period.instant:
            # A note's column may say "2022" only: then a balance at the year's end looks like a year.
            loose = figure.statement is Statement.NOTE and figure.fiscal_year == period.year and months >= 11
            return (0.7 if loose and period.quarter is None else 0.0), ""
        end = scope.calendar.end_of(period)
        by_date = end is not None and abs((figure.period.end - end).days) <= (12 if period.quarter is None else 16)
        by_name = figure.fiscal_year == period.year
        if period.quarter is None:
            right_length = figure.period.instant or 11 <= months <= 13
            if not right_length or figure.fiscal_quarter not in (None, 4):
                return 0.0, ""
            if by_name and (figure.fiscal_quarter is None or by_date):
                return 1.0 if by_date or end is None else 0.9, ""
            return (0.85 if by_date and figure.fiscal_year is None else 0.0), ""
        same_quarter = by_name and (
            figure.fiscal_quarter == period.quarter
            or (period.quarter == 4 and figure.fiscal_quarter is None and figure.period.instant)
        )
        if not same_quarter and not (by_date and figure.fiscal_year is None):
            return 0.0, ""
        if figure.period.instant:
            return 1.0, ""
        wanted = scope.months or 3
        if abs(months - wanted) <= (0 if wanted < 12 else 1):
            return 1.0, ""
        if scope.months is None and months == 3 * period.quarter:
            return 0.75, f"{said(item)} for {period} is printed for the year to date only"
        return 0.0, ""

    def _statement_fit(self, figure: Figure, item: Item, scope: Scope) -> float:
        wanted = (item.statement,) if item.statement else scope.statements
        homes = self._facts.statements(item.concept) if item.concept else ()
        home = homes[0] if homes else None
        if wanted and figure.statement in wanted:
            return 1.0 if home is None or figure.statement == home else 0.85
        if figure.statement == home:
            # A question may name a statement that does not print the item; its home is the next best place.
            return 0.95 if home not in wanted else 0.8
        if not homes and not wanted and figure.statement in PRIMARY:
            return 0.9
        if figure.statement in PRIMARY:
            return 0.75 if not wanted or figure.statement in homes else 0.5
        if not homes and not wanted:
            return 0.85
        return 0.5 if figure.statement in homes else 0.4

    @staticmethod
    def _whole(part: str, item: Item) -> float:
        """1 for the whole company or the part that the phrase names, 0 for another part."""
        if not part:
            return 1.0
        # "Net sales" over the parts of "sales" names no other part.
        named = frozenset(content_words(part)) - KIND_WORDS - {"net", "total"}
        asked = frozenset(content_words(item.phrase))
        if named and named <= asked:
            return 1.0
        return 0.5 if named & asked else 0.0

    def _unit_fits(self, figure: Figure, item: Item) -> bool:
        if item.concept is None:
            words = frozenset(re.findall(r"[a-z%]+", item.phrase.lower()))
            if words & _RATIO_WORDS and not words & {"per", "shares"}:
                return figure.unit in ("percent", "pure", "")
            return True
        unit = self._facts.unit(item.concept) if item.concept else ""
        if not unit or not figure.unit:
            return True
        if unit == "per_share":
            return "/share" in figure.unit
        if unit == "currency":
            return len(figure.unit) == 3 and figure.unit.isupper()
        return figure.unit in (unit, "pure") if unit != "shares" else figure.unit == "shares"

    @staticmethod
    def _judge_agreement(candidates: Sequence[_Candidate]) -> None:
        """The same value in another table speaks for a figure."""
        for candidate in candidates:
            if any(
                c.figure.table != candidate.figure.table and abs(c.figure.value) == abs(candidate.figure.value)
                for c in candidates
                if c is not candidate
            ):
                candidate.features["agrees"] = 1.0
                candidate.score = _score(candidate.features)

    @staticmethod
    def _certainty(best: _Candidate, others: Sequence[_Candidate]) -> tuple[float, list[_Candidate]]:
        """The score, lowered where another figure with another value fits as well."""
        close = [
            c
            for c in others
            if c.score >= best.score - 0.025
            and abs(c.figure.value) != abs(best.figure.value)
            and not _rounded_alike(c.figure, best.figure)
        ]
        certainty = best.score
        if close:
            # The first of one statement wins over a later repetition, but is less sure.
            certainty -= 0.08 if best.figure.statement in PRIMARY else 0.3
        if best.figure.check is Check.BROKEN:
            certainty -= 0.03
        return max(0.0, min(1.0, certainty)), close

    # Sign, restatements, nearest

    def _negate(self, item: Item, best: _Candidate) -> bool:
        """Turn the sign where the filing prints a payment or a cost as a negative number.

        A label such as "(recoveries) costs" says that a negative number is the opposite of a cost; a table that
        prints its other costs without brackets says so too.
        """
        figure = best.figure
        concept = item.concept if item.concept is not None else figure.concept
        sign = self._facts.sign(concept) if concept is not None else ""
        if concept is None or sign not in ("outflow", "cost") or (figure.value >= 0 and not self._mixed(concept)):
            return False
        if concept == _TAX and (expense := _tax_is_expense(figure, best.sheet)) is not None:
            return expense == (figure.value < 0)
        label = figure.label.lower()
        if re.search(r"\((?:expense|provision|charge|cost|payment)s?\)|benefit \(", label):
            return True
        if re.search(r"\((?:benefit|credit|income|recover\w*|reversal|gain|proceed)\w*\)", label):
            return False
        if sign == "outflow":
            return figure.value < 0
        if figure.value < 0 and not self._mixed(concept):
            # Among "other income (expense)" a cost stands in brackets, whatever the lines above it do.
            above = " ".join(figure.path).lower()
            if concept.startswith("InterestExpense") or re.search(
                r"\((?:expenses?|loss(?:es)?|charges?|costs?)\)", above
            ):
                return True
        costs = [
            f.value < 0
            for f in best.sheet.in_table(figure.table)
            if f.concept is not None and f.concept != concept and f.value != 0
            if self._facts.sign(f.concept) == "cost" and not self._mixed(f.concept)
        ]
        if len(costs) < 2:
            return figure.value < 0 and not self._mixed(concept)
        return sum(costs) > len(costs) / 2

    @staticmethod
    def _mixed(concept: str) -> bool:
        """Concepts that are properly of either sign: a tax expense may be a benefit."""
        return bool(re.search(r"Benefit|Net$|GainLoss|IncomeExpense|IncreaseDecrease", concept))

    def _later(
        self, best: _Candidate, item: Item, period: FiscalPeriod, scope: Scope
    ) -> tuple[Figure | None, tuple[str, ...]]:
        """A newer filing's value for the same line item and period, where it differs. Reads that line alone."""
        shown = best.sheet.document
        if best.figure.statement not in PRIMARY or best.figure.segment or item.concept is None:
            return None, ()
        for document in _newer(scope.documents, shown)[:2]:
            sheet = self._shelf.line(document, (item.concept, *self._facts.fallbacks(item.concept)))
            fitting = [
                c
                for c in (self._candidates(item, period, sheet, scope) if sheet.figures else ())
                if c.score >= ACCEPT and c.figure.statement == best.figure.statement
            ]
            if not fitting:
                continue
            top = max(fitting, key=lambda c: c.score)
            if top.features["match"] < best.features["match"] or not _comparable(top.figure, best.figure):
                return None, ()
            if abs(top.figure.value) != abs(best.figure.value) and not _rounded_alike(top.figure, best.figure):
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


_TAX = "IncomeTaxExpenseBenefit"
_PRETAX = (
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxes",
)
_AFTER_TAX = ("IncomeLossFromContinuingOperations", "ProfitLoss", "NetIncomeLoss")
_THIRD_ITEM = Decimal("0.04")
"""Share of income before tax by which income after tax may differ otherwise: equity-method income and the like."""


def _tax_is_expense(tax: Figure, sheet: Sheet) -> bool | None:
    """Whether a statement deducts its tax, by its own sum: income before tax less |tax| is income after tax.

    True for an expense, False for a benefit, None where the column does not tell. Brackets alone decide nothing.
    """
    beside = [
        f
        for f in sheet.in_table(tax.table)
        if (f.period, f.headers, f.unit, f.segment) == (tax.period, tax.headers, tax.unit, tax.segment)
    ]
    size = abs(tax.value)
    if size == 0:
        return None
    near: set[bool] = set()
    for before in (_profit(f) for f in beside if f.concept in _PRETAX):
        for after in (_profit(f) for name in _AFTER_TAX for f in beside if f.concept == name):
            deducted, added = abs(before - size - after), abs(before + size - after)
            rounding = 2 * Decimal(1).scaleb(tax.scale)
            if min(deducted, added) <= min(rounding, size / 4):
                return deducted < added
            # A third item between the two must be small beside the tax too, or it would decide the sign.
            if min(deducted, added) <= min(_THIRD_ITEM * abs(before), size / 4):
                near.add(deducted < added)
    return near.pop() if len(near) == 1 else None


def _profit(figure: Figure) -> Decimal:
    """A profit, positive: a line that is called a loss alone, such as "Loss before income taxes 310", is negative."""
    label = re.sub(r"income tax\w*", " ", figure.label.lower())
    loss = re.search(r"\bloss", label) and not re.search(r"\b(?:income|earnings|profit)\b", label)
    return -abs(figure.value) if loss else figure.value


def decisive_difference(phrase: str, figure: Figure) -> frozenset[str]:
    """Words by which a printed line is another one than the phrase says: "deferred revenue" is not "revenue"."""
    asked = frozenset(content_words(phrase))
    label = frozenset(content_words(re.sub(r"\([^()]*\)", " ", figure.label)))
    around = frozenset(content_words(" ".join((*figure.path, figure.segment, *figure.headers, figure.caption))))
    decisive = frozenset(content_words(tables()["word_lists"]["decisive"]))
    return ((label - asked) | (asked - label - around)) & decisive


def _newer(documents: Sequence[Document], shown: Document) -> list[Document]:
    """The documents of the same form that cover a later period and may compare with it, the next one first."""
    end = shown.period_end
    if end is None:
        return []
    later = [d for d in documents if d.period_end and 0 < (d.period_end - end).days < 1200 and d.form == shown.form]
    return sorted(later, key=lambda d: d.period_end or date.min)


def said(item: Item) -> str:
    """An item as people say it: a concept's name in words."""
    return item.phrase if item.phrase != item.concept else concept_words(item.phrase)


def concept_words(concept: str) -> str:
    """A concept's name as words: "OperatingIncomeLoss" -> "operating income loss"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", concept).lower()


def _score(features: Mapping[str, float]) -> float:
    """The match decides first; what else is known of the figure moves it by up to the other weights."""
    others = sum(WEIGHTS[name] * value for name, value in features.items() if name != "match")
    return features["match"] * (WEIGHTS["match"] + others)


def _comparable(a: Figure, b: Figure) -> bool:
    """Could one be a restatement of the other: the same concept, or the same label, and of like size?"""
    if a.concept != b.concept or (a.concept is None and content_words(a.label) != content_words(b.label)):
        return False
    low, high = sorted((abs(a.value), abs(b.value)))
    return low * 3 >= high


def _rounded_alike(a: Figure, b: Figure) -> bool:
    """Is one the other, rounded to a coarser scale?"""
    coarse = max(a.scale, b.scale)
    return abs(abs(a.value) - abs(b.value)) <= Decimal(1).scaleb(coarse) / 2 if a.scale != b.scale else False


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


def _is_own(document: Document, period: FiscalPeriod) -> bool:
    return is_periodic(document) and (document.fiscal_year, document.fiscal_quarter) == (period.year, period.quarter)


def _names(documents: Sequence[Document]) -> str:
    names = [d.name for d in documents[:3]]
    return ", ".join(names) + (" and others" if len(documents) > 3 else "")


def order_documents(scope: Scope, period: FiscalPeriod) -> tuple[Document, ...]:
    """The documents that may hold a period, best first: the anchor's, the period's own, then newer, then older ones."""
    if scope.only:
        return scope.documents
    end = scope.calendar.end_of(period)

    def rank(document: Document) -> tuple[int, int, str]:
        report = is_periodic(document)
        if scope.as_of is not None:
            ended = document.period_end or date.min
            return (0 if report and ended <= scope.as_of else 1, -ended.toordinal(), document.name)
        if scope.anchor is not None and _is_own(document, scope.anchor):
            return (0, 0, document.name)
        if _is_own(document, period):
            return (1, 0, document.name)
        if document.fiscal_year is None:
            return (9, 0, document.name)
        ahead = document.fiscal_year - period.year
        if not report:
            return (7, abs(ahead), document.name)
        annual = document.fiscal_quarter is None
        if ahead < 0:
            return (8, -ahead, document.name)
        if period.quarter is None and not annual:
            return (5, ahead, document.name)
        if period.quarter is not None and annual:
            return (6, ahead, document.name)
        return (2, ahead, document.name)

    held = [d for d in scope.documents if end is None or d.period_end is None or (d.period_end - end).days >= -20]
    ordered = sorted(held, key=rank)
    return tuple(d for d in ordered if rank(d)[0] < 8 and (d.fiscal_year is None or d.fiscal_year - period.year <= 4))[
        :4
    ]
