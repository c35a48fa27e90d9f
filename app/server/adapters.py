"""`/v1/adapters`: which there are, their cards, and how they were trained."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from app.adapter_tables import listed_record
from app.errors import without_paths
from app.server.errors import ApiError
from app.server.services import Services
from app.server.site import Here

if TYPE_CHECKING:
    from adapters.store import Installed

router = APIRouter(tags=["adapters"])
_CURVES, _PLOT = "curves.csv", "curves.png"
_MOST_BYTES = 32 << 20


@router.get("/v1/adapters")
async def list_adapters(here: Here, request: Request) -> list[dict[str, Any]]:
    """All adapters: shipped, installed, brought by packages; which is in use, and what is wrong with a broken one."""

    def listed() -> list[dict[str, Any]]:
        made = []
        for one in here.services.store().list():
            record = listed_record(one)
            del record["directory"]  # nobody's business
            made.append(record | {"error": without_paths(one.error) if one.error else None})
        return made

    return await here.reading.run(request, lambda stop: listed())


@router.get("/v1/adapters/{name}")
async def show_adapter(name: str, here: Here, request: Request) -> dict[str, Any]:
    """An adapter's card: base, data, recipe, measures, licence."""

    def shown() -> dict[str, Any]:
        found = find(here.services, name)
        used = [one for one in here.services.store().list() if one.in_use]
        record: dict[str, Any] = json.loads(json.dumps(found.card.record(), default=str))
        in_use = any((one.name, one.origin) == (found.name, found.origin) for one in used)
        return record | {"name": found.name, "origin": found.origin, "in_use": in_use}

    return await here.reading.run(request, lambda stop: shown())


@router.get("/v1/adapters/{name}/curves", response_model=None)
async def show_curves(
    name: str,
    here: Here,
    request: Request,
    form: Annotated[str, Query(alias="format", pattern="^(json|png)$", description="json or png")] = "json",
) -> Response:
    """The curves of its training: {"rows": [{step, epoch, loss, ...}]}, or the plot as PNG."""

    def shown() -> Path | list[dict[str, float | None]]:
        folder = find(here.services, name).directory
        path = folder / (_PLOT if form == "png" else _CURVES)
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise ApiError(404, f"the adapter {name[:80]} has no training curves")
        return path if form == "png" else _rows(path)

    found = await here.reading.run(request, lambda stop: shown())
    return FileResponse(found, media_type="image/png") if isinstance(found, Path) else JSONResponse({"rows": found})


def find(services: Services, name: str) -> Installed:
    """An adapter of the store; a folder is none, whatever is in it. Raises ApiError where there is none."""
    store = services.store()
    if store.place(name) is None:
        raise ApiError(404, f"there is no adapter {name[:80]!r}; GET /v1/adapters lists them")
    return store.find(name)


def _rows(path: Path) -> list[dict[str, float | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _number(value) for key, value in row.items() if key} for row in csv.DictReader(file)]


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None  # JSON has no endless numbers
