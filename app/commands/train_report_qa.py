"""`finagent train report-qa`: an adapter out of questions over evidence, and out of a library's own filings."""

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
from app.errors import DONE, CallError, show_error

if TYPE_CHECKING:
    from adapters.report_qa.forms import Example
    from adapters.training.job import TrainResult
    from app.settings import Settings


def report_qa(
    output: Output,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE...", help="Rows of question, table, text, answer: JSONL, CSV, TSV."),
    ] = None,
    more: More = None,
    from_library: Annotated[
        str | None, typer.Option(metavar="NAME", help="Also train on questions made of a library's filings.")
    ] = None,
    examples: Annotated[int, typer.Option(min=1, help="How many questions are made of the library.")] = 4000,
    base: Base = None,
    recipe: Recipe = "report-qa-minilm",
    changes: Changes = None,
    validation: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Held-out rows [the recipe's share of the pages].")
    ] = None,
    licence: Licence = None,
    resume: Resume = False,
    force: Force = False,
    device: Device = None,
    threads: Threads = None,
    download: Download = None,
    json_output: Json = None,
) -> int:
    """Train a report-QA adapter. Rows that cannot be used are named and left out."""
    from adapters.training.config import load_recipe
    from adapters.training.job import Options
    from adapters.training.report_qa.train import train_report_qa
    from app.progress import prepared_progress
    from app.settings import load_settings

    files = [*(data or []), *(more or [])]
    if not files and from_library is None:
        raise CallError("there is nothing to train on; give --data FILE, --from-library NAME, or both")
    check_files(validation, more)
    settings = load_settings({"device": device, "threads": threads, "download": download, "json": json_output})
    made = _of_library(settings, from_library, examples) if from_library is not None else []
    began = time.monotonic()
    with training(output), prepared_progress(quiet=settings.json_output) as (on_progress, on_prepared):
        result = train_report_qa(
            files,
            load_recipe(recipe, changes or []),
            output=output,
            home=settings.home,
            base=base_name(base) if base else None,
            validation=validation,
            more=made,
            more_of=f"questions over the library {from_library}" if made else "",
            resume=resume,
            force=force,
            on_progress=on_progress,
            on_prepared=on_prepared,
            on_remark=show_error,
            options=Options(
                licence=tuple(licence or ()),
                threads=settings.threads,
                device=settings.device,
                download=settings.download,
            ),
        )
    _show(result, time.monotonic() - began, json_output=settings.json_output)
    return DONE


def _of_library(settings: Settings, name: str, count: int) -> list[Example]:
    """Examples over the filings of a library. Raises CallError where it gives none."""
    import tempfile
    from dataclasses import replace

    from adapters.errors import DataError
    from adapters.training.report_qa.rows import read_rows
    from app.wiring import open_library
    from chains.tuned.examples import examples_from_library

    with open_library(replace(settings, library=name)) as library, tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / f"{name}.jsonl"
        with rows.open("w", encoding="utf-8") as file:
            for row in examples_from_library(library, count, 0):
                file.write(json.dumps(row) + "\n")
        try:
            made = [one for one in read_rows([rows]).examples if one.solutions] if rows.stat().st_size else []
        except DataError:
            made = []
    if not made:
        raise CallError(f"the library {name} gives no questions; ingest reports with tables into it first")
    return made


def _show(result: TrainResult, seconds: float, *, json_output: bool) -> None:
    metrics = {key: round(value, 4) for key, value in result.metrics.items()}
    if json_output:
        record = {
            "adapter": str(result.directory),
            "name": result.card.name,
            "metrics": metrics,
            "skipped_rows": result.skipped,
            "remarks": result.remarks,
            "seconds": round(seconds, 1),
        }
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(f"{result.directory}: trained in {duration(seconds)}")
    if metrics:
        held = result.card.metrics.get("n", 0)
        shares = {name: f"{100 * metrics[name]:.1f} %" for name in ("execution_accuracy", "exact_match", "f1")}
        typer.echo(
            f"on {held:,} questions over held-out pages: execution accuracy {shares['execution_accuracy']}, "
            f"exact match {shares['exact_match']}, F1 {shares['f1']}"
        )
    typer.echo(f"try it: finagent eval report-qa --data FILE --adapter {result.directory}")
