"""`finagent adapters`: list, show, add, remove, promote, roll back, merge and export adapters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, CallError, show_error

if TYPE_CHECKING:
    from adapters.store import Store
    from app.settings import Settings

app = typer.Typer(help="Manage adapters: what is there, what is in use, what leaves the house.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The adapter's name.")]
Json = Annotated[bool | None, typer.Option("--json", help="Print JSON.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="The new folder to write.")]
Place = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The same as --output.")]


@app.command("list")
def list_adapters(json_output: Json = None) -> int:
    """List all adapters: shipped with finagent, installed, and brought by Python packages."""
    from app.adapter_tables import listed_record, show_adapters

    settings, store = _opened(json_output)
    listed = store.list()
    if settings.json_output:
        for one in listed:
            _print(listed_record(one))
    else:
        show_adapters(listed)
    return DONE


@app.command("show")
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The adapter's name or directory [the one in use].")
    ] = None,
    task: Annotated[str, typer.Option(help="The task whose adapter in use is shown.")] = "sentiment",
    json_output: Json = None,
) -> int:
    """Show the card of an adapter: base, data, recipe, metrics, licence."""
    from app.adapter_tables import show_card

    settings, store = _opened(json_output)
    _check_task(task)
    with _wrong_name():
        found = store.in_use(task) if name is None else store.find(name)
    used = [use.name for use in store.history(found.card.task).stack]
    in_use = any(one.in_use and one.name == found.name and one.origin == found.origin for one in store.list())
    if settings.json_output:
        about = {"origin": found.origin, "directory": str(found.directory), "in_use": in_use}
        _print({**found.card.record(), **about, "name": found.name})
    else:
        show_card(found, in_use=in_use, before=[one for one in used if one != found.name])
    return DONE


@app.command("add")
def add(
    source: Annotated[str, typer.Argument(metavar="PATH|ENTRY", help="A directory, or the entry of a package.")],
    name: Annotated[str | None, typer.Option(help="The name to give it [its own].")] = None,
    base: Annotated[
        str | None, typer.Option(help="Its base: bundled, path:DIR, hub:NAME [what its card says].")
    ] = None,
    task: Annotated[str, typer.Option(help="The task of an adapter without a card.")] = "sentiment",
    labels: Annotated[
        str | None,
        typer.Option(help="Its labels, if it has no card: a,b,c as its outputs are ordered, LABEL=WORD if it writes."),
    ] = None,
    prompt: Annotated[
        str | None, typer.Option(help="The prompt of a generating one without a card, with {text} in it.")
    ] = None,
    json_output: Json = None,
) -> int:
    """Check an adapter and install a copy: safetensors only, whole, and made for the base on this machine."""
    from adapters.foreign import Foreign
    from app.adapter_tables import listed_record

    settings, store = _opened(json_output)
    foreign = None
    if labels is not None:
        given = tuple(one.strip() for one in labels.split(","))
        foreign = Foreign(base or "bundled", given, task, prompt)
    elif prompt is not None:
        raise CallError("--prompt describes an adapter without a card; give its --labels too")
    with _wrong_name():
        added = store.add(
            source, name=name, foreign=foreign, base=None if foreign else base, download=settings.download
        )
    if settings.json_output:
        _print(listed_record(next(one for one in store.list() if one.name == added.name)))
    else:
        typer.echo(f"Added {added.name} ({added.card.task}); `finagent adapters promote {added.name}` puts it to use.")
    return DONE


@app.command("remove")
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The adapters' names.")],
    force: Annotated[bool, typer.Option("--force", help="Also the one in use: the one before is used again.")] = False,
    json_output: Json = None,
) -> int:
    """Delete installed adapters. The shipped ones stay."""
    settings, store = _opened(json_output)
    with _wrong_name():
        for name in names:  # none is removed if one is not there
            store.origin(name)
    for name in names:
        task = store.task(name)
        with _wrong_name():
            now = store.remove(name, force=force)
        if settings.json_output:
            _print({"name": name, "task": task, "removed": True, "in_use": now})
        else:
            typer.echo(f"Removed {name}." if now is None else f"Removed {name}; {now} is in use again.")
    return DONE


@app.command("promote")
def promote(
    name: Name,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Held-out rows to compare on, as `finagent eval` of its task reads them."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote it whatever the comparison says.")] = False,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="The text [a usual name].")] = None,
    label_column: Annotated[str | None, typer.Option(metavar="NAME", help="The label [a usual name].")] = None,
    entity_column: Annotated[str | None, typer.Option(metavar="NAME", help="The entity [entity].")] = None,
    labels: Annotated[
        str | None, typer.Option(help="What numbers mean: 0=negative,1=neutral,2=positive [found out].")
    ] = None,
    json_output: Json = None,
) -> int:
    """Put an adapter to use, if it is better than the one in use for its task on the same held-out rows.

    It is promoted where the 95 % interval of its gain in macro-F1, or for report QA in exact match, (paired bootstrap)
    lies above 0, or the gain is at least 0.005, and McNemar's test does not speak against it. Rows that either adapter
    was trained on are left out. At least 50 rows are needed.
    """
    from app.promotions import Rows, current_adapter, decide

    settings, store = _opened(json_output)
    with _wrong_name():
        found = store.find(name)
    current = current_adapter(store, found.card.task, force=force)
    if current is not None and (current.name, current.origin) == (found.name, found.origin):
        record = {"name": name, "task": found.card.task, "promoted": False, "reason": "in use already"}
        _say(settings, record, f"{name} is in use already.")
        return DONE
    rows = Rows(tuple(data or ()), text_column, label_column, entity_column, labels)
    decision = decide(settings, current, found, rows, force=force)
    for remark in decision.remarks:
        show_error(remark)
    if decision.refusal is not None and not force:
        if settings.json_output:
            _print({**decision.record(), "promoted": False})
        raise decision.refusal
    store.promote(
        name, comparison=decision.record()["comparison"], forced=decision.forced, instead_of=decision.previous
    )
    how, result = " (forced)" if decision.forced else "", decision.comparison
    _say(
        settings,
        {**decision.record(), "promoted": True},
        f"{name} is in use now{how}{f': {result}' if result else ''}. `finagent adapters rollback` goes back.",
    )
    return DONE


@app.command("rollback")
def rollback(
    task: Annotated[str, typer.Option(help="The task to go back for.")] = "sentiment", json_output: Json = None
) -> int:
    """Use the adapter again that was in use before the last promotion."""
    settings, store = _opened(json_output)
    _check_task(task)
    with _wrong_name():
        name = store.rollback(task)
    _say(settings, {"task": task, "in_use": name}, f"{name} is in use again.")
    return DONE


@app.command("merge")
def merge(name: Name, place: Place = None, output: Output = None, json_output: Json = None) -> int:
    """Write the base with the adapter merged into it, as a Hugging Face directory."""
    return _export(name, _one_place(place, output), "hf", json_output)


@app.command("export")
def export(
    name: Name,
    place: Place = None,
    output: Output = None,
    to: Annotated[str, typer.Option("--format", help="hf, onnx or onnx-int8.")] = "hf",
    json_output: Json = None,
) -> int:
    """Write the merged adapter for other programs; it is held against the adapter on fixed sentences first."""
    return _export(name, _one_place(place, output), to, json_output)


def _export(name: str, output: Path, to: str, json_output: bool | None) -> int:
    from adapters.errors import ExportError
    from adapters.export import check_export, export_adapter

    settings, store = _opened(json_output)
    with _wrong_name():
        found = store.find(name)
    try:
        check_export(found, output, to)
    except ExportError as error:
        raise CallError(str(error)) from error
    made = export_adapter(found, output, to=to, home=settings.home, download=settings.download)
    _say(
        settings,
        made.record(),
        f"Wrote {made.directory} ({made.way}, {made.bytes / 1e6:,.1f} MB): {made.agreement}.",
    )
    return DONE


def _one_place(place: Path | None, output: Path | None) -> Path:
    if (place is None) == (output is None):
        raise CallError("expected one folder to write: --output DIR")
    return place or output or Path()


def _check_task(task: str) -> None:
    from adapters.card import TASKS

    if task not in TASKS:
        raise CallError(f"--task: unknown task {task[:40]!r}; expected one of {', '.join(TASKS)}")


def _opened(json_output: bool | None) -> tuple[Settings, Store]:
    from adapters.store import Store
    from app.settings import load_settings

    settings = load_settings({"json": json_output})
    return settings, Store(settings.home)


@contextmanager
def _wrong_name() -> Iterator[None]:
    """A name that leads nowhere, or to what no call can change, is a wrong call."""
    from adapters.errors import NothingToChangeError, UnknownAdapterError

    try:
        yield
    except (NothingToChangeError, UnknownAdapterError) as error:
        raise CallError(str(error)) from error


def _say(settings: Settings, record: dict[str, Any], text: str) -> None:
    if settings.json_output:
        _print(record)
    else:
        typer.echo(text)


def _print(record: dict[str, Any]) -> None:
    typer.echo(json.dumps(record, ensure_ascii=False, default=str))
