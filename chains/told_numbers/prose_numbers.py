"""A number that only a sentence tells: the one that fits a question best, where no other fits nearly as well.

Every number of the sentences that say what is asked about is weighed (number_fit.py); the best is answered with where
it is sure and clearly before the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.planning.plan import Context
from chains.questions.fiscal_calendar import Calendar
from chains.questions.question import Question
from chains.told_numbers.number_fit import fit_of
from chains.told_numbers.number_sentences import Line, NumberSentences
from chains.told_numbers.prose_words import stems_of
from chains.told_numbers.sentence_numbers import ToldNumber, numbers_in
from chains.told_numbers.told_figure import told_figure
from chains.told_numbers.wanted_number import Wanted, asks_otherwise, is_computed, wanted_of, wants_share_of_money
from ingest.schema import Document, Figure

SURE, PARTLY, ALONE = 0.6, 0.72, 0.57
"""Least fit of a number that is given as an answer: where all that is asked for is said of it; where it is not; and
where no other fits half as well."""
AHEAD = 0.86
"""Most that another number may fit, as a share of the best one's fit."""
_LINES = 40
_PART = 0.85  # what a number counts beside others of which all that is asked for is said


@dataclass(frozen=True, slots=True)
class Told:
    """The number that fits best: its line, how well it fits, and how well the best other one does."""

    line: Line
    number: ToldNumber
    fit: float
    other: float
    document: Document
    wanted: Wanted
    whole: bool = True

    @property
    def sure(self) -> bool:
        """Whether it may be given as an answer."""
        least = PARTLY if not self.whole else ALONE if self.other <= self.fit / 2 else SURE
        return self.fit >= least and self.other <= AHEAD * self.fit


def told_number(
    question: Question, context: Context, sheets: Sequence[NumberSentences], *, sought: bool = False
) -> Told | None:
    """The number of the sentences of `sheets` that fits a question best; None where none is told of what it asks.

    `sheets` are those of the filings, the one that the question is about first. `sought` says that the question was
    read as one for a figure, so that it wants a number though it does not say of what kind.
    """
    if asks_otherwise(question) or is_computed(question):
        return None
    if len(context.companies) > 1 or len(context.periods) > 1:
        return None
    wanted = wanted_of(question, context, [s.document for s in sheets])
    if wanted is None or not (wanted.kind or sought) or wanted.asked <= stems_of("asks", "generic"):
        return None
    if wants_share_of_money(question, wanted):
        return None
    return best_told(replace(wanted, kind=wanted.kind or "any"), context.calendar, sheets)


def best_told(wanted: Wanted, calendar: Calendar, sheets: Sequence[NumberSentences]) -> Told | None:
    """The number of `sheets` that fits best what is wanted."""
    found: list[Told] = []
    for sheet in sheets:
        if wanted.period is None and not wanted.event and sheet is not sheets[0]:
            break
        for line in sheet.near(wanted.asked, _LINES):
            page = line.passage.page
            numbers = tuple(sheet.scale.read(n, page) for n in numbers_in(line.text, calendar))
            for number in numbers:
                fit, whole = fit_of(number, numbers, line, wanted, sheet, calendar)
                if fit > 0:
                    found.append(Told(line, number, fit, 0.0, sheet.document, wanted, whole))
    if not found:
        return None
    best = max(found, key=_rank)
    same = [f for f in found if _alike(f.number, best.number) and f.fit >= AHEAD * best.fit]
    fit, whole = max((f.fit, f.whole) for f in same)
    best = min(same, key=lambda f: (f.number.step, -f.fit))
    others = [f.fit * (1.0 if f.whole or not whole else _PART) for f in found if not _alike(f.number, best.number)]
    return replace(best, fit=fit, whole=whole, other=max(others, default=0.0))


def _rank(told: Told) -> float:
    return told.fit * (1.0 if told.whole else _PART)


def _alike(one: ToldNumber, other: ToldNumber) -> bool:
    """Whether two numbers are the same, but for rounding."""
    return one.unit == other.unit and abs(one.value - other.value) <= max(one.step, other.step) / 2


def figure_of(told: Told) -> Figure:
    """The number as a figure."""
    number = told.number
    unit = number.unit or ("shares" if "shar" in told.wanted.counted else "pure")
    currency = number.unit[:3] if number.unit not in ("", "percent") else ""
    period = number.period or told.wanted.period
    return told_figure(number, told.line, told.document, period, unit=unit, currency=currency)
