"""What a library holds, for tools that take names of companies, documents and periods as people write them."""

from __future__ import annotations

import threading
from difflib import get_close_matches
from typing import TYPE_CHECKING

from chains.errors import ChainError
from chains.formulas.expression import FiscalPeriod
from chains.questions.companies import Company
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import find_periods
from ingest.schema import Document

if TYPE_CHECKING:
    from ingest.library import Library

_LISTED = 8


class Holdings:
    """The companies and documents of a library, read again when they changed. Safe to use from several threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._key: tuple[tuple[str, str], ...] | None = None
        self._directory = Directory(())
        self._lock = threading.Lock()

    def directory(self) -> Directory:
        """The companies of the library."""
        documents = self.library.ledger.documents()
        key = tuple((d.name, d.sha256) for d in documents)
        with self._lock:
            if key != self._key:
                self._directory, self._key = Directory(documents), key
            return self._directory

    def company(self, text: str) -> Company:
        """The company that a name means. Raises ChainError where it is none of the library's, or several."""
        directory = self.directory()
        named, ambiguous = directory.find(text)
        if not named and text == text.lower():
            named, ambiguous = directory.find(text.title())
        if len(named) == 1:
            return named[0].company
        if ambiguous and not named:
            held = ", ".join(c.short for c in ambiguous[0].companies[:_LISTED])
            raise ChainError(f"{text[:80]!r} may be any of {held}; name one of them")
        if named:
            raise ChainError(f"{text[:80]!r} names {len(named)} companies; expected one")
        near = ", ".join(directory.nearest(text)) or "none"
        raise ChainError(f"no company {text[:80]!r} is in the library; the nearest are {near}")

    def document(self, name: str) -> Document:
        """The document of that name. Raises ChainError where there is none."""
        held = {d.name: d for d in self.library.ledger.documents()}
        if name in held:
            return held[name]
        near = get_close_matches(name, held, n=5, cutoff=0.3) or list(held)[:5]
        raise ChainError(f"there is no document {name[:80]!r} in the library; the nearest are {', '.join(near)}")

    def documents(self, company: str | None = None, document: str | None = None) -> list[Document]:
        """The documents of a company, or the one named, or all. Raises ChainError where a name is unknown."""
        if document:
            return [self.document(document)]
        if company:
            return newest_first(self.company(company).documents)
        return newest_first(self.library.ledger.documents())

    def periods(self, text: str, company: Company) -> list[FiscalPeriod]:
        """A company's own periods for a text such as "FY2024" or "Q3 2025". Raises ChainError where it names none."""
        found = [r.period for r in resolve_all(find_periods(text), Calendar.of(company.documents))]
        if not found:
            raise ChainError(f"{text[:80]!r} is no period; expected such as FY2024, 2024, Q3 2025 or 2025-09-30")
        return found


def newest_first(documents: list[Document] | tuple[Document, ...]) -> list[Document]:
    """Documents by the end of their period, the newest first, those without one last."""
    dated = sorted((d for d in documents if d.period_end), key=lambda d: (d.period_end, d.name), reverse=True)
    return [*dated, *(d for d in documents if not d.period_end)]


def title_of(document: Document) -> str:
    """What a document is, in words: "Larkmoor Controls Ltd, 10-K, FY2025, period to 2025-12-31"."""
    year = f"FY{document.fiscal_year}" if document.fiscal_year else ""
    period = f"Q{document.fiscal_quarter} {year}" if document.fiscal_quarter and year else year
    ends = f"period to {document.period_end:%Y-%m-%d}" if document.period_end else ""
    pages = f"{document.pages} pages" if document.pages else ""
    return ", ".join(filter(None, (document.company or "unknown company", document.form, period, ends, pages)))
