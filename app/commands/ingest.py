"""`finagent ingest`: read reports into a library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, FAILED

if TYPE_CHECKING:
    from ingest.pipeline import IngestResult


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders and globs.")],
    library: Annotated[str | None, typer.Option(help="The library to add them to.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read documents side by side.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object a document.")] = None,
) -> int:
    """Read reports into a library. Unchanged files are skipped, changed ones replaced."""
    from app.progress import ingest_progress, say_embedding, say_skipped, say_waiting
    from app.settings import load_settings
    from app.tables import show_ingested
    from app.wiring import open_library
    from ingest.pipeline import ingest_paths

    settings = load_settings({"library": library, "workers": workers, "json": json_output})
    results = []
    with open_library(settings, create=True) as opened, ingest_progress(quiet=settings.json_output) as on_progress:
        run = ingest_paths(
            paths,
            opened,
            workers=settings.workers,
            on_progress=on_progress,
            on_wait=say_waiting,
            on_embed=say_embedding,
            on_skip=say_skipped,
        )
        for result in run:
            results.append(result)
            if settings.json_output:
                typer.echo(json.dumps(record(result), ensure_ascii=False))
    if not settings.json_output:
        show_ingested(results, settings.library)
    return FAILED if any(result.status == "failed" for result in results) else DONE


def record(result: IngestResult) -> dict[str, Any]:
    """What `--json` prints of one document."""
    return {
        "path": result.path,
        "document": result.document,
        "status": result.status,
        "pages": result.pages,
        "passages": result.passages,
        "figures": result.figures,
        "seconds": round(result.seconds, 3),
        "error": result.error,
        "warnings": list(result.warnings),
        "checks": {
            "tie": sum(check.ok for check in result.checks),
            "broken": [check.message for check in result.checks if not check.ok],
        },
    }
