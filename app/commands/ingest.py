"""`finagent ingest`: read reports into a library."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.errors import DONE, FAILED


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders and globs.")],
    library: Annotated[str | None, typer.Option(help="The library to add them to.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read documents side by side.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object a document.")] = None,
) -> int:
    """Read reports into a library; unchanged files are skipped, changed ones replaced."""
    from app.render import IngestTable, ingest_progress
    from app.settings import load_settings
    from app.wiring import open_library
    from ingest.pipeline import ingest_paths

    settings = load_settings({"library": library, "workers": workers, "json": json_output})
    results = []
    with open_library(settings) as opened, ingest_progress(quiet=settings.json_output) as on_progress:
        for result in ingest_paths(paths, opened, workers=settings.workers, on_progress=on_progress):
            results.append(result)
            if settings.json_output:
                print(json.dumps(result.to_json(), ensure_ascii=False), flush=True)  # noqa: T201
    if not settings.json_output:
        IngestTable(results).show()
    return FAILED if any(result.error for result in results) else DONE
