"""What a request reaches: the services, the pools and the uploads of its application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from app.server.services import Services
from app.server.turns import Turns
from app.server.work import Pool

if TYPE_CHECKING:
    from app.server.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Site:
    """`work` is the pool of the engines, `reading` that of short look-ups, so that a page never waits for a model."""

    services: Services
    work: Pool
    reading: Pool
    uploads: Uploads
    turns: Turns


def site_of(request: Request) -> Site:
    """The site of a request."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
