"""The page: the files of app/web, each with a tag by which a browser knows that its copy is still right."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from app.server.errors import ApiError

WEB = Path(__file__).parents[1] / "web"


def page_router(folder: Path = WEB) -> APIRouter:
    """Routes for `/` and the files of the page; the last of an application, since they take every path."""
    files = StaticFiles(directory=folder, check_dir=False)
    router = APIRouter(include_in_schema=False)

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def serve(path: str, request: Request) -> Response:
        shown = request.url.path[:80]
        if path == "v1" or path.startswith("v1/"):
            raise ApiError(404, f"there is no {request.method} {shown}; /openapi.json lists what there is")
        try:
            response = await files.get_response(path or "index.html", request.scope)
        except HTTPException as error:
            raise ApiError(error.status_code, f"there is no {shown}; the page is /") from error
        response.headers["Cache-Control"] = "no-cache"  # kept, and asked for again: 304 while nothing has changed
        return response

    return router
