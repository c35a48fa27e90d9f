"""In which filings of a company the words of an answer are looked for.

The filings of the asked years, their annual reports first; without a year the latest annual report and what came
after it. A figure may be taken from a comparative column of another year's report; a sentence of it tells of its year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from chains.formulas.expression import FiscalPeriod
from ingest.schema import Document

_ANNUAL = ("10-K", "20-F", "40-F")
_MOST = 6


def filings_for(documents: Sequence[Document], periods: Iterable[FiscalPeriod]) -> tuple[tuple[Document, ...], str]:
    """The filings to look in, best first, and a remark where none is of the asked years; none where none is given.

    For a year that no filing is of: the report before it, which tells what is expected, or else the next one.
    """
    asked = tuple(periods)
    if not asked:
        return _latest(documents), ""
    years = {period.year for period in asked}
    own = [d for d in documents if d.fiscal_year in years]
    quarters = {(p.year, p.quarter) for p in asked if p.quarter is not None}
    reports = [d for d in own if _is_report(d) and _is_asked(d, quarters, own)]
    current = sorted((d for d in documents if not _is_report(d) and d.fiscal_year in (*years, None)), key=_age)
    if reports:
        reports.sort(key=lambda d: (not _of_quarter(d, quarters), not _is_annual(d), _age(d)))
        return (*reports, *current)[:_MOST], ""
    reports = _nearest([d for d in documents if _is_report(d)], min(years), max(years))
    missing = f"the library has no report for {asked[-1]}"
    if current:
        return (*current, *reports)[:_MOST], ""
    if reports:
        return tuple(reports), f"{missing}; this is from {reports[0].name}"
    return _latest(documents), missing


def _latest(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The latest annual report and all that ended after it; where there is none, the latest filings."""
    annual = sorted((d for d in documents if _is_annual(d)), key=_age)
    if not annual:
        return tuple(sorted(documents, key=_age))[:_MOST]
    end = annual[0].period_end or date.min
    after = [d for d in documents if not _is_annual(d) and (d.period_end or date.max) >= end]
    current = [d for d in documents if not _is_report(d) and d not in after]
    return (annual[0], *sorted(after, key=_age), *sorted(current, key=_age))[:_MOST]


def _nearest(reports: Sequence[Document], first: int, last: int) -> list[Document]:
    """The report of the year before; else one of the next two years, whose comparatives go back; else any."""
    before = sorted(
        (d for d in reports if 0 < (d.fiscal_year or 0) < first), key=lambda d: (_age(d), not _is_annual(d))
    )
    later = sorted(
        (d for d in reports if (d.fiscal_year or 0) > last), key=lambda d: (d.fiscal_year or 0, not _is_annual(d))
    )
    if before and first - (before[0].fiscal_year or 0) == 1:
        return before[:1]
    return ([d for d in later if (d.fiscal_year or 0) - last <= 2] or before or later)[:1]


def _of_quarter(document: Document, quarters: Collection[tuple[int, int | None]]) -> bool:
    return (document.fiscal_year, document.fiscal_quarter) in quarters


def _is_asked(document: Document, quarters: Collection[tuple[int, int | None]], own: Sequence[Document]) -> bool:
    """An annual report, the report of an asked quarter, or any quarter's where the year has no annual report."""
    if _is_annual(document) or _of_quarter(document, quarters):
        return True
    return not any(_is_annual(d) and d.fiscal_year == document.fiscal_year for d in own)


def _is_annual(document: Document) -> bool:
    return document.form.startswith(_ANNUAL) or (document.form == "" and document.fiscal_quarter is None)


def _is_report(document: Document) -> bool:
    return _is_annual(document) or document.form.startswith(("10-Q", "6-K"))


def _age(document: Document) -> int:
    """Sorts newer filings first."""
    return -(document.period_end or date.min).toordinal()
