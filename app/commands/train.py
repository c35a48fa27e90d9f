"""`finagent train`: an adapter out of labelled data and a recipe."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.train_calls import (
    Base,
    Changes,
    Device,
    Download,
    Force,
    Json,
    Licence,
    More,
    Output,
    Recipe,
    Resume,
    Threads,
    base_name,
    check_files,
    duration,
    training,
)
from app.errors import DONE, show_error

if TYPE_CHECKING:
    from adapters.training.job import TrainResult

app = typer.Typer(help="Train an adapter on labelled data.", rich_markup_mode=None)


@app.command("sentiment")
def sentiment(
    data: Annotated[
        list[Path],
        typer.Option(metavar="FILE...", help="Rows of text, label and perhaps entity: CSV, TSV, JSONL, Parquet, .txt."),
    ],
    output: Output,
    more: More = None,
    base: Base = None,
    recipe: Recipe = "minilm",
    changes: Changes = None,
    validation: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Held-out rows [the recipe's share of the data].")
    ] = None,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="The text [a usual name].")] = None,
    label_column: Annotated[str | None, typer.Option(metavar="NAME", help="The label [a usual name].")] = None,
    entity_column: Annotated[str | None, typer.Option(metavar="NAME", help="The entity [entity].")] = None,
    labels: Annotated[
        str | None, typer.Option(help="What numbers mean: 0=negative,1=neutral,2=positive [found out].")
    ] = None,
    licence: Licence = None,
    resume: Resume = False,
    force: Force = False,
    device: Device = None,
    threads: Threads = None,
    download: Download = None,
    json_output: Json = None,
) -> int:
    """Train a sentiment adapter. Rows that cannot be used are named and left out."""
    from adapters.training.config import load_recipe
    from adapters.training.sentiment import Options, train_sentiment
    from app.labelled import label_columns
    from app.progress import train_progress
    from app.settings import load_settings

    check_files(validation, more)
    settings = load_settings({"device": device, "threads": threads, "download": download, "json": json_output})
    columns = label_columns(text_column, label_column, entity_column, labels)
    began = time.monotonic()
    with training(output), train_progress(quiet=settings.json_output) as on_progress:
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
            options=Options(columns, tuple(licence or ()), settings.threads, settings.device, settings.download),
        )
    _show(result, time.monotonic() - began, json_output=settings.json_output)
    return DONE


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
