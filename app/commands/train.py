"""`finagent train`: an adapter out of labelled data and a recipe."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import DONE, AppError, CallError, show_error

if TYPE_CHECKING:
    from adapters.training.sentiment import TrainResult

app = typer.Typer(help="Train an adapter on labelled data.", rich_markup_mode=None)


@app.command("sentiment")
def sentiment(
    data: Annotated[
        list[Path],
        typer.Option(metavar="FILE...", help="Rows of text, label and perhaps entity: CSV, TSV, JSONL, Parquet, .txt."),
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the adapter goes.")],
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="More data files.", show_default=False)
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="bundled, a folder, or hub:OWNER/NAME [the recipe's].", metavar="NAME")
    ] = None,
    recipe: Annotated[str, typer.Option(metavar="NAME|FILE", help="A recipe that comes along, or a file.")] = "minilm",
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe.")
    ] = None,
    validation: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Held-out rows [the recipe's share of the data].")
    ] = None,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="The text [a usual name].")] = None,
    label_column: Annotated[str | None, typer.Option(metavar="NAME", help="The label [a usual name].")] = None,
    entity_column: Annotated[str | None, typer.Option(metavar="NAME", help="The entity [entity].")] = None,
    labels: Annotated[
        str | None, typer.Option(help="What numbers mean: 0=negative,1=neutral,2=positive [found out].")
    ] = None,
    licence: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Of the data, for the card: for all, or one a file.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace DIR, or an unfinished run of it.")] = False,
    device: Annotated[str | None, typer.Option(help="cpu or cuda [a GPU where there is one].")] = None,
    threads: Annotated[int | None, typer.Option(help="Cores to use [all].")] = None,
    download: Annotated[bool | None, typer.Option("--download", help="A hub: base may be downloaded.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object.")] = None,
) -> int:
    """Train a sentiment adapter. Rows that cannot be used are named and left out."""
    from adapters.errors import BaseModelError, DataError, OutputError, RecipeError
    from adapters.training.config import load_recipe
    from adapters.training.sentiment import Options, train_sentiment
    from app.labelled import label_columns
    from app.progress import train_progress
    from app.settings import load_settings

    if validation and more:
        raise CallError(
            f"{more[0]} may be data or validation: with --validation, put an option in front of each file: "
            "--data A --data B --validation C"
        )
    settings = load_settings({"device": device, "threads": threads, "download": download, "json": json_output})
    columns = label_columns(text_column, label_column, entity_column, labels)
    began = time.monotonic()
    with stopped(output):
        try:
            with train_progress(quiet=settings.json_output) as on_progress:
                result = train_sentiment(
                    [*data, *(more or [])],
                    load_recipe(recipe, changes or []),
                    output=output,
                    home=settings.home,
                    base=base_name(base) if base else None,
                    validation=validation,
                    resume=resume,
                    force=force,
                    on_progress=on_progress,
                    on_remark=show_error,
                    options=Options(
                        columns, tuple(licence or ()), settings.threads, settings.device, settings.download
                    ),
                )
        except (BaseModelError, DataError, OutputError, RecipeError) as error:
            raise CallError(str(error)) from error
    _show(result, time.monotonic() - began, json_output=settings.json_output)
    return DONE


@contextmanager
def stopped(output: Path) -> Iterator[None]:
    """Say what is kept of a run that is stopped by Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt as error:
        from adapters.training.runs import Run

        reached = Run(output.expanduser().absolute()).reached
        raise AppError(
            "stopped; the output is as it was, and the last checkpoint is kept: call it again with --resume"
            if reached
            else "stopped before the first checkpoint; the output is as it was, and nothing else is kept"
        ) from error


def base_name(text: str) -> str:
    """A base as `resolve_base` takes it: a folder without `path:` and a hub name without `hub:` are understood."""
    if text == "bundled" or text.startswith(("path:", "hub:")):
        return text
    return f"path:{text}" if Path(text).expanduser().is_dir() else f"hub:{text}"


def _show(result: TrainResult, seconds: float, *, json_output: bool) -> None:
    metrics = {key: round(value, 4) for key, value in result.metrics.items()}
    if json_output:
        record = {
            "adapter": str(result.directory),
            "name": result.card.name,
            "metrics": metrics,
            "temperature": result.card.temperature,
            "skipped_rows": result.skipped,
            "remarks": result.remarks,
            "seconds": round(seconds, 1),
        }
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(f"{result.directory}: trained in {duration(seconds)}")
    if metrics:
        held = result.card.metrics.get("n", 0)
        typer.echo(
            f"on {held:,} held-out rows: accuracy {100 * metrics['accuracy']:.1f} %, "
            f"macro-F1 {100 * metrics['macro_f1']:.1f} %"
        )
    typer.echo(f"try it: finagent tag NEWS --output TAGGED --adapter {result.directory}")


def duration(seconds: float) -> str:
    """Seconds, or minutes where they are many."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
