"""`/v1/documents`: what the library holds, with the checks of each document; and its removal."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from app.server.ask import no_document
from app.server.errors import ApiError
from app.server.models import DocumentMade
from app.server.services import Services
from app.server.site import Here
from ingest.errors import LibraryBusyError

if TYPE_CHECKING:
    from ingest.ledger import Ledger, Stored
    from ingest.library import Library

router = APIRouter(tags=["documents"])
_KEPT = 4096
_PATIENCE = 5.0  # seconds that a removal waits for who writes the library


@router.get("/v1/documents", response_model=list[DocumentMade])
async def list_documents(here: Here, request: Request, library: str | None = None, company: str | None = None) -> Any:
    """The documents that are ready, by name; `company` keeps those of a company, by any of its names."""

    def listed() -> list[dict[str, Any]]:
        opened = here.services.library(library)
        return [_record(opened.ledger, one) for one in ready(opened) if company is None or is_of(one, company)]

    return await here.reading.run(request, lambda stop: listed())


@router.get("/v1/documents/{name}")
async def show_document(name: str, here: Here, request: Request, library: str | None = None) -> dict[str, Any]:
    """A document with its statements, its warnings and each of its checks."""

    def shown() -> dict[str, Any]:
        opened = here.services.library(library)
        one = stored(opened, name)
        checks = opened.ledger.checks(name)
        record = _record(opened.ledger, one)
        record["checks"]["all"] = [
            {"name": c.name, "ok": c.ok, "page": c.page, "message": c.message, "figures": list(c.figures)}
            for c in checks
        ]
        record["statements"] = [
            {"statement": t.statement.value, "caption": t.caption, "page": t.page, "figures": t.figures}
            for t in opened.ledger.tables(name)
            if t.statement.value != "note"
        ]
        return record

    return await here.reading.run(request, lambda stop: shown())


@router.delete("/v1/documents/{name}")
async def remove_document(name: str, here: Here, request: Request, library: str | None = None) -> dict[str, Any]:
    """Remove a document with its figures and passages, and its file where it was uploaded here."""

    def removed() -> dict[str, Any]:
        path = stored(here.services.library(library), name).document.path
        try:
            with here.services.writer(library) as writer:
                writer.remove(name, timeout=_PATIENCE)
        except LibraryBusyError as error:
            raise ApiError(409, "a document is being read into the library; try again when that is done") from error
        here.uploads.forget(path)
        return {"document": name, "removed": True}

    return await here.work.run(request, lambda stop: removed())


def stored(library: Library, name: str) -> Stored:
    """The ready version of a document. Raises ApiError where there is none."""
    from ingest.ledger import Status

    found = library.ledger.stored(Status.READY, name=name)
    if not found:
        raise no_document(name, [one.name for one in library.documents()])
    return found[0]


def companies(services: Services, library: str | None) -> dict[str, str]:
    """The company of each document."""
    return {one.name: one.company for one in services.library(library).documents()}


def is_of(one: Stored, company: str) -> bool:
    """Whether a document is of a company, by a part of any of its names."""
    wanted = company.casefold().strip()
    return any(wanted in name.casefold() for name in (one.document.company, *one.document.aliases))


def ready(library: Library) -> list[Stored]:
    from ingest.ledger import Status

    return library.ledger.stored(Status.READY)


def _record(ledger: Ledger, one: Stored) -> dict[str, Any]:
    d = one.document
    tie, broken = _checks(ledger, d.name, one.key)
    return {
        "document": d.name,
        "company": d.company,
        "aliases": list(d.aliases),
        "form": d.form,
        "fiscal_year": d.fiscal_year,
        "fiscal_quarter": d.fiscal_quarter,
        "period_end": d.period_end.isoformat() if d.period_end else None,
        "currency": d.currency,
        "language": d.language,
        "pages": d.pages,
        "figures": one.figures,
        "passages": one.passages,
        "status": one.status.value,
        "warnings": list(one.warnings),
        "checks": {"tie": tie, "broken": list(broken)},
    }


@lru_cache(maxsize=_KEPT)
def _checks(ledger: Ledger, name: str, key: int) -> tuple[int, tuple[str, ...]]:
    """How many checks tie, and what the others say. A version, known by its key, never changes."""
    checks = ledger.checks(name)
    return sum(c.ok for c in checks), tuple(c.message for c in checks if not c.ok)
