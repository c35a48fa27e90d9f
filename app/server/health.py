"""`/healthz`: the process answers. `/readyz`: the library opens and the models can be loaded."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.server.errors import ApiError, as_api_error
from app.server.services import Services
from app.server.site import Here

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthy() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(here: Here, request: Request) -> JSONResponse:
    """200 where questions can be answered and texts tagged, else 503; what fails is told to who has the token."""

    def checked() -> dict[str, str]:
        return failures(here.services)

    try:
        failed = await here.reading.run(request, lambda stop: checked())
    except ApiError as error:
        failed = {"server": str(error.detail)}
    load = here.work.load
    told: dict[str, Any] = {
        "status": "failed" if failed else "ok",
        "working": load.working,
        "waiting": load.waiting,
        "uploads": here.uploads.left(),
    }
    if failed and request.scope.get("authorised", True):
        told["failed"] = failed
    return JSONResponse(told, 503 if failed else 200)


def failures(services: Services) -> dict[str, str]:
    """What does not open, with one line each. What opens stays open, so that a second call costs nothing."""
    found = {}
    parts: dict[str, Any] = {
        "library": lambda: services.library().documents(),
        "embedder": lambda: services.library().embedder.dimension,
        "asker": services.asker,
        "assistant": services.assistant,
        "tagger": services.tagger,
    }
    for name, opened in parts.items():
        try:
            opened()
        except Exception as error:  # a part that fails, however, is what this call is there to tell
            told = as_api_error(error)
            if told is None:
                raise
            found[name] = str(told.detail)
    return found
