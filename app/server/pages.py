"""`/v1/documents/{name}/pages/{n}`: a page beside an answer, with the figures that are printed on it.

A PDF's page is an image, over which the boxes of its figures are laid. Other documents have no pages that could be
drawn: theirs are blocks of text and tables from what the library keeps, so that nothing of a document is executed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from app.server.documents import stored
from app.server.errors import ApiError
from app.server.figures import box
from app.server.images import Images
from app.server.originals import is_pdf, original
from app.server.page_blocks import blocks
from app.server.site import Here, Site

if TYPE_CHECKING:
    from ingest.ledger import Stored

router = APIRouter(tags=["documents"])
Number = Annotated[int, Path(ge=1, description="The page, from 1.")]


@router.get("/v1/documents/{name}/pages/{number}")
async def show_page(
    name: str,
    number: Number,
    here: Here,
    request: Request,
    figure: Annotated[str | None, Query(max_length=300, description="The figure to mark.")] = None,
    library: str | None = None,
) -> dict[str, Any]:
    """A page: its image's address and size in points (PDF) or its blocks, its text, and its figures with their boxes.

    `remark` says why a PDF's page has no image. In blocks of kind `table` a row's cells name their figures, and the row
    and cell of `figure` are marked.
    """

    def shown() -> dict[str, Any]:
        opened = here.services.library(library)
        one = stored(opened, name)
        _check_page(one, number)
        passages = opened.passages(name, number)
        figures = opened.ledger.figures(name, page=number)
        record: dict[str, Any] = {
            "document": name,
            "page": number,
            "pages": one.document.pages,
            "width": None,
            "height": None,
            "image": None,
            "remark": "",
            "text": "\n\n".join(passage.text for passage in passages),
            "figures": [
                {"id": f.id, "label": f.label, "printed": f.printed, "box": box(f), "marked": f.id == figure}
                for f in figures
            ],
            "blocks": [],
        }
        if is_pdf(one):
            try:
                path = original(one)
                record["width"], record["height"] = _images(here).size(path, one.document.sha256, number)
                version = one.document.sha256[:12]
                record["image"] = f"/v1/documents/{quote(name)}/pages/{number}/image?scale=2&v={version}" + (
                    f"&library={quote(library)}" if library else ""
                )
            except ApiError as error:
                record["remark"] = str(error.detail)
        if record["image"] is None:
            record["blocks"] = blocks(passages, figures, figure)
        return record

    return await here.reading.run(request, lambda stop: shown())


@router.get("/v1/documents/{name}/pages/{number}/image", response_class=Response)
async def show_image(
    name: str,
    number: Number,
    here: Here,
    request: Request,
    scale: Annotated[float, Query(ge=0.25, le=6, description="Pixels a point.")] = 2.0,
    library: str | None = None,
    v: Annotated[str | None, Query(max_length=64, description="The version of the file, for caches.")] = None,
) -> Response:
    """The image of a PDF's page, PNG. 410 where the file is gone, 409 where it has changed."""

    def drawn() -> tuple[str, bytes | None]:
        one = stored(here.services.library(library), name)
        _check_page(one, number)
        if not is_pdf(one):
            raise ApiError(404, f"{name} is no PDF and has no page images; its text and tables are in the page itself")
        tag = f'"{one.document.sha256[:24]}-{number}-{scale:g}"'
        path = original(one)
        if request.headers.get("if-none-match") == tag:
            return tag, None
        return tag, _images(here).page(path, one.document.sha256, number, scale)

    tag, png = await here.reading.run(request, lambda stop: drawn())
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(status_code=304, headers=headers) if png is None else Response(png, 200, headers, "image/png")


def _images(here: Site) -> Images:
    return here.services.once("images", "", Images)


def _check_page(one: Stored, number: int) -> None:
    if not 1 <= number <= max(one.document.pages, 1):
        raise ApiError(404, f"{one.document.name} has no page {number}; expected 1 to {one.document.pages}")
