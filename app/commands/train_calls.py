"""What the calls of `finagent train` share: their options, and how a run that ends early is told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.errors import AppError, CallError

More = Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="More data files.", show_default=False)]
Output = Annotated[Path, typer.Option(metavar="DIR", help="Where the adapter goes.")]
Base = Annotated[str | None, typer.Option(help="bundled, a folder, or hub:OWNER/NAME [the recipe's].", metavar="NAME")]
Recipe = Annotated[str, typer.Option(metavar="NAME|FILE", help="A recipe that comes along, or a file.")]
Changes = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe.")]
Licence = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Of the data, for the card: for all, or one a file.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")]
Force = Annotated[bool, typer.Option("--force", help="Replace DIR, or an unfinished run of it.")]
Device = Annotated[str | None, typer.Option(help="cpu or cuda [a GPU where there is one].")]
Threads = Annotated[int | None, typer.Option(help="Cores to use [all].")]
Download = Annotated[bool | None, typer.Option("--download", help="A hub: base may be downloaded.")]
Json = Annotated[bool | None, typer.Option("--json", help="Print one JSON object.")]


def check_files(validation: Sequence[Path] | None, more: Sequence[Path] | None) -> None:
    """Raise CallError where files without an option may be data or validation."""
    if validation and more:
        raise CallError(
            f"{more[0]} may be data or validation: with --validation, put an option in front of each file: "
            "--data A --data B --validation C"
        )


@contextmanager
def training(output: Path) -> Iterator[None]:
    """Say in one line what is wrong with a call, and what is kept of a run that is stopped by Ctrl-C."""
    from adapters.errors import BaseModelError, DataError, OutputError, RecipeError

    try:
        yield
    except (BaseModelError, DataError, OutputError, RecipeError) as error:
        raise CallError(str(error)) from error
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


def duration(seconds: float) -> str:
    """Seconds, or minutes where they are many."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
