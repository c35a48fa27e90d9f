"""`POST /v1/tag`: the sentiment of some texts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.server.errors import ApiError
from app.server.models import MOST_TEXTS, SentimentMade, TagGiven
from app.server.site import Here

router = APIRouter(tags=["news"])


@router.post("/v1/tag", response_model=list[SentimentMade])
async def tag(given: TagGiven, here: Here, request: Request) -> Any:
    """Whether each text is negative, neutral or positive, for one entity where it is named; in their order."""
    from chains.tag import Item

    if (given.texts is None) == (given.rows is None):
        raise ApiError(422, 'expected either {"texts": [...]} or {"rows": [{"text": ..., "entity": ...}]}')
    if given.rows is not None:
        items = [Item(row.text, row.entity or given.entity) for row in given.rows]
    else:
        items = [Item(text, given.entity) for text in given.texts or ()]
    if not 1 <= len(items) <= MOST_TEXTS:
        raise ApiError(422, f"{len(items)} texts; expected 1 to {MOST_TEXTS}, or a file for POST /v1/news")
    return await here.work.run(request, lambda stop: [one.record() for one in here.services.tagger().tag(items)])
