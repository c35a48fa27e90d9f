"""`POST /v1/documents` and `/v1/uploads`: documents sent to the library."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request

from app.server.errors import ApiError
from app.server.receiving import FIELD, Received, receive_files
from app.server.site import Here

router = APIRouter(tags=["documents"])
FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


@router.post("/v1/documents", status_code=202, openapi_extra=FILES)
async def upload_documents(here: Here, request: Request, library: str | None = None) -> list[dict[str, Any]]:
    """Send documents, one or many: all are kept and acknowledged, or none. They are read one after the other."""
    uploads = here.uploads
    name = (await here.reading.run_unread(lambda: here.services.library(library))).name
    size = request.headers.get("content-length", "")
    uploads.check_space(int(size) if size.isdigit() else 0)
    with uploads.draft() as folder:
        files = await receive_files(request, folder)
        for file in files:
            check_suffix(file)
        made = await asyncio.to_thread(uploads.keep, files, name)
    return [{"upload": one.upload, "name": one.name, "status": one.status} for one in made]


def check_suffix(file: Received) -> None:
    """Raise ApiError for a file that no reader knows by its suffix, or that is empty."""
    from ingest.readers import SUFFIXES

    if PurePath(file.name).suffix.lower() not in SUFFIXES:
        raise ApiError(415, f"{file.name}: unsupported suffix; supported are {', '.join(sorted(SUFFIXES))}")
    if not file.size:
        raise ApiError(400, f"{file.name}: the file is empty; expected a document")


@router.get("/v1/uploads")
async def list_uploads(here: Here) -> list[dict[str, Any]]:
    """All uploads, the newest first."""
    return [one.record() for one in here.uploads.list()]


@router.get("/v1/uploads/{upload}")
async def show_upload(upload: str, here: Here) -> dict[str, Any]:
    """How far an upload is: waiting, reading, added, unchanged, updated or failed; `share` is an estimate of 0 to 1."""
    return here.uploads.get(upload).record()
