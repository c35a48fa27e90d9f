"""The application: routes, what stands around them, and what begins and ends with it."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.errors import show_error
from app.server import adapters, ask, chat, documents, figures, health, news, openai_compatible, pages, tag, uploading
from app.server.bodies import BodyLimit
from app.server.errors import add_handlers
from app.server.guard import Guard
from app.server.ids import RequestIds
from app.server.models import ErrorMade
from app.server.services import Services
from app.server.site import Site
from app.server.static import page_router
from app.server.turns import Turns
from app.server.uploads import Uploads
from app.server.work import Pool
from chains.background import counted

_READERS, _READING_QUEUE = 4, 256
_GRACE = 20.0  # seconds that what still works has when the server ends: nobody waits for it any more
_ROUTERS = (ask, chat, documents, uploading, pages, figures, tag, news, adapters, openai_compatible, health)


def create_app(services: Services, *, warm: bool = False) -> FastAPI:
    """The server over some services, which it closes when it ends. With `warm` models are loaded when it starts."""
    settings = services.settings
    site = Site(
        services,
        Pool("work", capacity=settings.capacity, queue=settings.queue, seconds=settings.time_limit),
        Pool("reading", capacity=_READERS, queue=_READING_QUEUE, seconds=settings.time_limit),
        Uploads(services),
        Turns(settings.time_limit),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        site.uploads.start()
        warming = threading.Thread(target=_warm_up, args=[services], name="finagent-warm", daemon=True)
        if warm:
            warming.start()
        yield
        until = time.monotonic() + _GRACE
        ended = [site.uploads.stop(_GRACE)]
        if warm:
            warming.join(max(0.0, until - time.monotonic()))
        ended += [pool.close(max(0.0, until - time.monotonic())) for pool in (site.work, site.reading)]
        if all(ended):
            services.close()

    app = FastAPI(
        title="finagent",
        version=version("finagent"),
        description="Exact, cited answers from your own reports, on your own machine.",
        docs_url=None,  # its page would load scripts from other servers; /openapi.json describes the API
        redoc_url=None,
        lifespan=lifespan,
        responses={code: {"model": ErrorMade} for code in (400, 401, 403, 404, 413, 422, 429, 500)},
    )
    app.state.site = site
    add_handlers(app)
    for one in _ROUTERS:
        app.include_router(one.router)
    app.include_router(page_router())
    # The last that is added is the outermost.
    app.add_middleware(BodyLimit, upload=settings.upload_limit << 20)
    app.add_middleware(Guard, host=settings.host, token=settings.token)
    app.add_middleware(RequestIds, verbose=settings.verbose)
    return app


def _warm_up(services: Services) -> None:
    """Load what the first questions would load: what the readiness opens, and what a question about words needs."""
    with counted():
        _load(services)


def _load(services: Services) -> None:
    failed = health.failures(services)
    for name, why in failed.items():
        show_error(f"note: {name}: {why}")
    documents = [] if failed else services.library().documents()
    if documents:
        import chains.chat  # noqa: F401 - for /v1/chat/completions

        services.asker().ask({"question": "What are the main risks?", "document": documents[0].name})
