"""`finagent documents` and `finagent libraries`: what is kept, and how to remove it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, CallError

if TYPE_CHECKING:
    from ingest.ledger import Stored
    from ingest.library import Library

app = typer.Typer(help="List, show and remove the documents of a library.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The document's name.")]
LibraryName = Annotated[str | None, typer.Option("--library", help="The library.")]
Json = Annotated[bool | None, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_documents(library: LibraryName = None, json_output: Json = None) -> int:
    """List the documents of a library."""
    from app.settings import load_settings
    from app.wiring import open_library

    settings = load_settings({"library": library, "json": json_output})
    with open_library(settings) as opened:
        stored = _ready(opened)
    if settings.json_output:
        for one in stored:
            typer.echo(_json(_record(one)))
    elif stored:
        from app.tables import show_documents

        show_documents(stored)
    else:
        typer.echo(f"The library {settings.library} is empty; `finagent ingest PATH` adds documents.")
    return DONE


@app.command("show")
def show(name: Name, library: LibraryName = None, json_output: Json = None) -> int:
    """Show what is known of a document: company, period, statements, checks."""
    from app.settings import load_settings
    from app.wiring import no_document, open_library
    from ingest.schema import Statement

    settings = load_settings({"library": library, "json": json_output})
    with open_library(settings) as opened:
        one = next((one for one in _ready(opened) if one.document.name == name), None)
        if one is None:
            raise no_document(name, opened)
        checks = opened.ledger.checks(name)
        tables = [
            (entry.statement.value, entry.caption, entry.page, entry.figures)
            for entry in opened.ledger.tables(name)
            if entry.statement is not Statement.NOTE
        ]
    if settings.json_output:
        columns = ("statement", "caption", "page", "figures")
        statements = [dict(zip(columns, table, strict=True)) for table in tables]
        shown = [{"name": c.name, "ok": c.ok, "page": c.page, "message": c.message} for c in checks]
        typer.echo(_json({**_record(one), "warnings": list(one.warnings), "statements": statements, "checks": shown}))
    else:
        from app.tables import show_document

        show_document(one, tables, checks)
    return DONE


@app.command("remove")
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The documents' names.")],
    library: LibraryName = None,
) -> int:
    """Remove documents with all their figures and passages; the files themselves stay."""
    from app.progress import say_waiting
    from app.settings import load_settings
    from app.wiring import no_document, open_library

    settings = load_settings({"library": library})
    with open_library(settings) as opened:
        known = {one.document.name for one in _ready(opened)}
        for name in names:
            if name not in known:
                raise no_document(name, opened)
        for name in names:
            opened.remove(name, on_wait=say_waiting)
            typer.echo(f"Removed {name} from the library {settings.library}.")
    return DONE


def libraries(
    remove: Annotated[str | None, typer.Option(metavar="NAME", help="Delete this library with all it holds.")] = None,
    json_output: Json = None,
) -> int:
    """List the libraries in the data directory, or remove one."""
    from app.settings import load_settings
    from ingest.library import list_libraries, remove_library

    settings = load_settings({"json": json_output})
    if remove is not None:
        if not remove_library(settings.home, remove):
            known = ", ".join(list_libraries(settings.home)) or "none"
            raise CallError(f"there is no library {remove[:80]!r} in {settings.home} (there is: {known})")
        typer.echo(f"Removed the library {remove}.")
        return DONE
    for name in list_libraries(settings.home):
        typer.echo(_json({"library": name, "home": str(settings.home)}) if settings.json_output else name)
    return DONE


def _ready(library: Library) -> list[Stored]:
    from ingest.ledger import Status

    return library.ledger.stored(Status.READY)


def _record(one: Stored) -> dict[str, Any]:
    from dataclasses import asdict

    return {"document": one.document.name, **asdict(one.document), "passages": one.passages, "figures": one.figures}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
