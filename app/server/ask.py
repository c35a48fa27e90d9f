"""`POST /v1/ask`: one question, one answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.files import check_question
from app.server.errors import ApiError
from app.server.models import AnswerMade, AskGiven
from app.server.services import Services
from app.server.site import Here
from app.server.work import Stop

router = APIRouter(tags=["ask"])


@router.post("/v1/ask", response_model=AnswerMade, response_model_exclude_unset=True)
async def ask(given: AskGiven, here: Here, request: Request) -> Any:
    """Answer a question with exact, cited numbers, or refuse with the reason. Nothing is remembered of it."""
    check_asked(given.question, here.services)
    return await here.work.run(request, lambda stop: answer(here.services, given, stop))


def check_asked(question: str, services: Services) -> None:
    """Raise ApiError for a question that is empty or too long."""
    problem = check_question(question, services.settings.longest_question)
    if problem:
        raise ApiError(400, problem)


def answer(services: Services, given: AskGiven, stop: Stop) -> dict[str, Any]:
    """The record of the answer; a client that has gone stops it between reading, planning and carrying out."""
    check_document(services, given.document, given.library)
    stop.check()
    asker = services.asker(given.library)
    reading = asker.read({"question": given.question, "document": given.document})
    stop.check()
    planned = asker.plan(reading)
    stop.check()
    return asker.carry_out(planned).record(explain=given.explain)


def check_document(services: Services, document: str | None, library: str | None = None) -> None:
    """Raise ApiError where a document that is named is not in the library."""
    if document is not None:
        opened = services.library(library)
        if opened.ledger.document(document) is None:
            raise no_document(document, [one.name for one in opened.documents()])


def no_document(name: str, known: list[str]) -> ApiError:
    """There is no document of that name; the nearest names are told."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=5, cutoff=0.3) or known[:5]
    return ApiError(404, f"there is no document {name[:80]!r}; the nearest are {', '.join(near) or 'none'}")
