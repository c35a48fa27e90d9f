"""A company's fiscal calendar: which of its own periods a mention in a question is.

A year is first taken as the company's own name for it, then as the calendar year it ends in.
"""

from __future__ import annotations

import calendar as _calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chains.formulas.expression import FiscalPeriod
from chains.questions.periods import Asked, Mention
from ingest.schema import Document


def is_periodic(document: Document) -> bool:
    """Is it an annual or quarterly report (or of a form that is not known)?"""
    return (
        document.form.upper().startswith(("10-K", "10-Q", "20-F", "40-F", "6-K", "10K", "10Q", "ARS"))
        or not document.form
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A company's own period for a mention. `renamed` says that the text named it by its calendar year.

    `months` is None for the usual length (12 for a year, 3 for a quarter).
    """

    period: FiscalPeriod
    months: int | None = None
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The fiscal years that a company's documents cover: `ends` maps its own name of a year to its last day."""

    ends: tuple[tuple[int, date], ...]
    own: frozenset[int] = frozenset()
    quarters: frozenset[tuple[int, int]] = frozenset()

    @staticmethod
    def of(documents: Iterable[Document]) -> Calendar:
        """Read it from the documents: their own years, and two more back that annual reports compare with.

        Only periodic reports count; a current report's date says nothing of the year (unless there is nothing else).
        """
        documents = list(documents)
        documents = [d for d in documents if is_periodic(d)] or documents
        ends: dict[int, date] = {}
        own: set[int] = set()
        quarters: set[tuple[int, int]] = set()
        for document in documents:
            if document.fiscal_year is None or document.period_end is None:
                continue
            if document.fiscal_quarter is None:
                ends[document.fiscal_year] = document.period_end
                own.add(document.fiscal_year)
            else:
                quarters.add((document.fiscal_year, document.fiscal_quarter))
        for document in documents:
            if document.fiscal_year is None or document.period_end is None:
                continue
            if document.fiscal_quarter is None:
                for back in (1, 2):
                    ends.setdefault(document.fiscal_year - back, _years_back(document.period_end, back))
            elif document.fiscal_year_end is not None:
                end = _year_end_on_or_after(document.period_end, document.fiscal_year_end)
                for back in (0, 1):
                    ends.setdefault(document.fiscal_year - back, _years_back(end, back))
        return Calendar(tuple(sorted(ends.items())), frozenset(own), frozenset(quarters))

    @property
    def latest(self) -> FiscalPeriod | None:
        """The newest year with a report of its own; the newest quarter where there is no annual report."""
        if self.own:
            return FiscalPeriod(max(self.own))
        if self.quarters:
            year, quarter = max(self.quarters)
            return FiscalPeriod(year, quarter)
        return None

    def resolve(self, mention: Mention) -> Resolved | None:
        """The company's period for a mention; None where no report tells its year."""
        if mention.date is not None:
            return self._resolve_date(mention)
        if mention.relative and mention.months == 3 and self.quarters:
            return Resolved(FiscalPeriod(*max(self.quarters)).shift(mention.shift))
        if mention.relative:
            return Resolved(self.latest.shift(mention.shift)) if self.latest is not None else None
        if mention.year is None:
            return self._latest_quarter(mention)
        if mention.shift:
            named = self._resolve_year(mention.year, mention.quarter, None)
            return replace(named, period=named.period.shift(mention.shift))
        months = mention.months if mention.months not in (None, 3) else None
        return self._resolve_year(mention.year, mention.quarter, months)

    def _latest_quarter(self, mention: Mention) -> Resolved | None:
        """ "In the fourth quarter": the newest one that a report covers."""
        years = [y for y, q in self.quarters if q == mention.quarter] + sorted(self.own)
        if mention.quarter is None or not years:
            return None
        return Resolved(FiscalPeriod(max(years), mention.quarter), mention.months if mention.months != 3 else None)

    def _resolve_year(self, year: int, quarter: int | None, months: int | None) -> Resolved:
        names = dict(self.ends)
        if quarter is not None:
            if (year, quarter) in self.quarters or not self.quarters:
                return Resolved(FiscalPeriod(year, quarter), months)
            return Resolved(FiscalPeriod(year, quarter), months)
        by_end = next((name for name, end in self.ends if _nominal_year(end) == year), None)
        if year in self.own or (year in names and by_end not in self.own):
            return Resolved(FiscalPeriod(year), months)
        if by_end is not None and by_end != year and (by_end in self.own or year not in names):
            return Resolved(FiscalPeriod(by_end), months, renamed=True)
        return Resolved(FiscalPeriod(year), months)

    def _resolve_date(self, mention: Mention) -> Resolved | None:
        assert mention.date is not None
        asked = mention.date
        best = min(self.ends, key=lambda e: abs((e[1] - asked).days), default=None)
        if best is None:
            return Resolved(FiscalPeriod(mention.date.year), mention.months)
        name, end = best
        days = (mention.date - end).days
        if mention.months == 3 and abs(days) <= 20:
            return Resolved(FiscalPeriod(name, 4))
        if abs(days) <= 20:
            # "Six months to December" of a calendar year are its second half, which no annual report prints.
            part = mention.months not in (None, 12)
            return Resolved(FiscalPeriod(name, 4), mention.months) if part else Resolved(FiscalPeriod(name))
        # A quarter's end: count quarters from the year end at or before the date.
        before = end if days > 0 else _years_back(end, 1)
        year = name + 1 if days > 0 else name
        while (mention.date - before).days > 372:
            before, year = _years_back(before, -1), year + 1
        while (mention.date - before).days < -20:
            before, year = _years_back(before, 1), year - 1
        quarter = round((mention.date - before).days / 91.3)
        if quarter in (0, 4) and mention.months in (None, 12):
            return Resolved(FiscalPeriod(year if quarter == 4 else year - 1))
        if quarter in (0, 4):
            return Resolved(FiscalPeriod(year if quarter == 4 else year - 1, 4), mention.months)
        months = mention.months if mention.months not in (None, 3) else None
        return Resolved(FiscalPeriod(year, quarter), months)

    def end_of(self, period: FiscalPeriod) -> date | None:
        """The last day of a period, to about a week for quarters."""
        end = dict(self.ends).get(period.year)
        if end is None and self.ends:
            name, known = self.ends[-1]
            end = _years_back(known, name - period.year)
        if end is None or period.quarter in (None, 4):
            return end
        return end - timedelta(days=round(91.3 * (4 - period.quarter)))


def _years_back(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _nominal_year(end: date) -> int:
    """The calendar year that a fiscal year ends in; one that ends in the first days of January is the year before."""
    return (end - timedelta(days=7)).year


def _year_end_on_or_after(day: date, year_end: tuple[int, int]) -> date:
    month, last = year_end
    for year in (day.year, day.year + 1):
        end = date(year, month, min(last, _calendar.monthrange(year, month)[1]))
        if (end - day).days >= -10:
            return end
    return day


def resolve_all(asked: Asked, calendar: Calendar) -> tuple[Resolved, ...]:
    """The asked periods in order of time, a range filled up; empty where the text names none."""
    resolved = [r for m in asked.mentions if (r := calendar.resolve(m)) is not None]
    unique = list(dict.fromkeys(resolved))
    unique.sort(key=lambda r: (r.period.year, r.period.quarter or 5))
    if asked.through and len(unique) == 2:
        first, last = unique[0].period, unique[1].period
        if first.quarter is None and last.quarter is None and last.year - first.year <= 12:
            return tuple(Resolved(FiscalPeriod(y), renamed=unique[0].renamed) for y in range(first.year, last.year + 1))
    if asked.since and len(unique) == 1 and calendar.latest is not None:
        first, last = unique[0].period, calendar.latest
        if first.quarter is None and last.quarter is None and 0 < last.year - first.year <= 12:
            return tuple(Resolved(FiscalPeriod(y), renamed=unique[0].renamed) for y in range(first.year, last.year + 1))
    if asked.years and len(unique) == 1 and unique[0].period.quarter is None and 2 <= asked.years <= 12:
        last = unique[0].period
        return tuple(Resolved(last.shift(-k), renamed=unique[0].renamed) for k in range(asked.years - 1, -1, -1))
    if asked.years and not unique and calendar.latest and calendar.latest.quarter is None and 2 <= asked.years <= 12:
        return tuple(Resolved(calendar.latest.shift(-k)) for k in range(asked.years - 1, -1, -1))
    return tuple(unique)
