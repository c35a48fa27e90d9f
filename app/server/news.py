"""`/v1/news`: files of news with their sentiment, which the agent reads too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from app.server.errors import ApiError
from app.server.news_files import Columns, check_form, files_of, summary, tagged
from app.server.receiving import receive_files
from app.server.services import Services
from app.server.site import Here
from app.server.uploading import FILES
from app.server.work import Stop

router = APIRouter(tags=["news"])
Column = Annotated[str | None, Query(max_length=200)]


@router.get("/v1/news")
async def list_news(here: Here, request: Request) -> dict[str, Any]:
    """The files of news, the newest first."""

    def listed() -> dict[str, Any]:
        files = files_of(folder_of(here.services))
        return {"files": [{"name": path.name, "size": path.stat().st_size} for path in files]}

    return await here.reading.run(request, lambda stop: listed())


@router.get("/v1/news/{name}")
async def show_news(name: str, here: Here, request: Request) -> dict[str, Any]:
    """Counts and net sentiment of a file by day, entity, ticker and source."""

    def shown() -> dict[str, Any]:
        return summary(_file(here.services, name))

    return await here.work.run(request, lambda stop: shown())


@router.post("/v1/news", openapi_extra=FILES)
async def add_news(here: Here, request: Request, column: Column = None, entity_column: Column = None) -> dict[str, Any]:
    """Send one file of news; it is tagged where it is not, kept, and told as `GET /v1/news/{name}` does.

    `column` names the text, `entity_column` the entity toward which each row is told, where names are not the usual.
    """
    folder = folder_of(here.services)
    if folder.is_file():
        raise ApiError(409, "the setting `news` names one file; name a folder, so that files can be added")
    with here.uploads.draft() as draft:
        files = await receive_files(request, draft)
        if len(files) != 1:
            raise ApiError(400, f"{len(files)} files; expected one")
        check_form(files[0].name)

        def made(stop: Stop) -> dict[str, Any]:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            columns = Columns(column, entity_column)
            return summary(tagged(files[0].path, folder, columns, here.services.model, stop))

        return await here.work.run(request, made)


def folder_of(services: Services) -> Path:
    """Where the files are: the setting `news`, else HOME/news."""
    from app.news import FOLDER

    settings = services.settings
    return Path(settings.news).expanduser() if settings.news else settings.home / FOLDER


def _file(services: Services, name: str) -> Path:
    """A file by its name among those that are there: no other path can be asked for."""
    found = next((path for path in files_of(folder_of(services)) if path.name == name), None)
    if found is None:
        raise ApiError(404, f"there is no news file {name[:80]!r}; GET /v1/news lists them")
    return found
