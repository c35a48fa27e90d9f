"""How well the time that a sentence tells a number of fits the time that is asked for."""

from __future__ import annotations

import re

from chains.formulas.expression import FiscalPeriod
from chains.questions.fiscal_calendar import Calendar
from chains.told_numbers.number_sentences import Line
from chains.told_numbers.sentence_numbers import ToldNumber
from chains.told_numbers.wanted_number import Wanted
from ingest.schema import Document

_AS_OF = re.compile(r"\bas of\s+[A-Z][a-z]+ \d", re.IGNORECASE)
_FRONT = 40  # pages in which a report counts what there is on its own day
_SLACK, _QUARTER, _YEAR = 7, 98, 372  # days
# What a number keeps that ...
_DOUBTFUL = 0.45  # is of a time that the sentence leaves open among several
_EVENT = 0.9  # is of another year than the report, where something is asked for that happened, and not when
_DATED = 0.9  # is of a day within the time that is asked for
_UNDATED = 0.84  # is told without a time in the report of the one that is asked for


def period_fit(number: ToldNumber, line: Line, wanted: Wanted, document: Document, calendar: Calendar) -> float:
    """How well a number's time fits, in [0, 1]; 0 where it is of another."""
    own = FiscalPeriod(document.fiscal_year, document.fiscal_quarter) if document.fiscal_year else None
    report = _is_report(document)
    if number.doubtful:
        return _DOUBTFUL if own is None or wanted.period in (None, own) else 0.0
    if wanted.on is not None:
        return _on_day(number, wanted, report=report)
    if number.on is not None:
        return _of_day(number, line, wanted, own, calendar, report=report)
    if number.period is not None:
        return _of_period(number, wanted, own, report=report)
    if wanted.period is None or own is None:
        return 1.0
    if own == wanted.period:
        return _UNDATED if report and not line.takes_up else 1.0
    # A current report says when in its first lines; it tells of its own year and of those next to it.
    return 1.0 if not report and abs(own.year - wanted.period.year) <= 1 else 0.0


def _on_day(number: ToldNumber, wanted: Wanted, *, report: bool) -> float:
    """Where a day or month is asked for."""
    assert wanted.on is not None
    if number.on == wanted.on:
        return 1.0
    if not report and (number.on is None or number.on.year == wanted.on.year):
        return _DATED
    return 0.0 if number.on or number.period else _DOUBTFUL


def _of_day(
    number: ToldNumber, line: Line, wanted: Wanted, own: FiscalPeriod | None, calendar: Calendar, *, report: bool
) -> float:
    """Where the number is told of a day that ends no period."""
    assert number.on is not None
    if wanted.period is None:
        return _EVENT if wanted.event else 0.0 if report and not _on_cover(number, line) else 1.0
    end = calendar.end_of(wanted.period)
    days = (end - number.on).days if end is not None else -1
    near = -_SLACK <= days < (_QUARTER if wanted.period.quarter else _YEAR)
    near |= own == wanted.period and -_QUARTER < days <= 0 and _on_cover(number, line)
    return _DATED if near or (not report and number.on.year == wanted.period.year) else 0.0


def _of_period(number: ToldNumber, wanted: Wanted, own: FiscalPeriod | None, *, report: bool) -> float:
    """Where the number is told of a period."""
    asked = wanted.period or own
    if asked is None or number.period == asked:
        return 1.0 if wanted.when is None or number.months == wanted.when.months else 0.0
    if wanted.period is not None:
        return 0.0
    return _EVENT if wanted.event else 0.0 if report else 1.0


def _on_cover(number: ToldNumber, line: Line) -> bool:
    """Whether a number counts what there is on the day of a report: its holders of record, its shares."""
    return number.unit == "" and bool(_AS_OF.search(line.text)) and line.passage.page <= _FRONT


def _is_report(document: Document) -> bool:
    """Is it a report of a year or quarter, and none of what happened on a day?"""
    return document.form.upper().startswith(("10-K", "10-Q", "20-F", "40-F", "6-K"))
