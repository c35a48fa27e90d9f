"""Progress bars, on standard error and only where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.training.trainer import Progress as TrainProgress
    from app.tagging import Outcome
    from ingest.pipeline import Progress as IngestProgress


def say_waiting() -> None:
    """Tell that another process writes the library."""
    print("finagent: another ingest is writing this library; waiting for it", file=sys.stderr)  # noqa: T201


def say_skipped(files: int) -> None:
    """Tell that folders hold files that are no documents."""
    print(f"finagent: {files:,} files of other formats were passed over", file=sys.stderr)  # noqa: T201


def say_embedding(passages: int) -> None:
    """Tell that a library is embedded anew, since its base has changed."""
    print(f"finagent: the base has changed; embedding {passages:,} passages anew", file=sys.stderr)  # noqa: T201


@contextmanager
def ingest_progress(*, quiet: bool) -> Iterator[Callable[[IngestProgress], None] | None]:
    """A bar over the pages of an ingest with pages a second and time left; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[files]}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} pages, {task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, files="starting", speed="")

        def show(at: IngestProgress) -> None:
            bar.update(
                task,
                total=max(at.pages_total, at.pages_done),
                completed=at.pages_done,
                files=f"{at.files_done}/{at.files_total} files",
                speed=f"{at.pages_per_second:.0f} pages/s",
            )

        yield show


@contextmanager
def tag_progress(total: int | None, *, quiet: bool) -> Iterator[Callable[[Outcome, int], None] | None]:
    """A bar over an input with rows a second and time left; `total` is its size in the unit of the positions shown.

    None where nobody watches.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    left = (TimeRemainingColumn(), TextColumn("left")) if total else (TimeElapsedColumn(),)
    said = TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]}")
    with Progress(TextColumn("tagging"), BarColumn(), said, *left, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total or None, rows=0, speed="starting")

        def show(at: Outcome, position: int) -> None:
            speed = f"{at.rows_per_second:,.0f} rows/s" if at.rows > at.resumed else "resuming"
            bar.update(task, completed=position, rows=at.rows, speed=speed)

        yield show


@contextmanager
def count_progress(total: int, what: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar over `total` things, named by `what`; gives the function to call with how many are done."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    with Progress(
        *Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def train_progress(*, quiet: bool) -> Iterator[Callable[[TrainProgress], None] | None]:
    """A bar over the steps of a training run with its epoch, loss and rows a second; None where nobody watches."""
    with prepared_progress(quiet=quiet) as (on_progress, _):
        yield on_progress


@contextmanager
def prepared_progress(
    *, quiet: bool
) -> Iterator[tuple[Callable[[TrainProgress], None] | None, Callable[[str, int, int], None] | None]]:
    """As `train_progress`, and a second function for the bar: what is being prepared, how many rows of how many."""
    if quiet or not sys.stderr.isatty():
        yield None, None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[epoch]}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} {task.fields[said]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, epoch="reading", said="rows")

        def show(at: TrainProgress) -> None:
            start = f"{at.candidate}: " if at.candidate else ""
            bar.update(
                task,
                total=at.steps,
                completed=at.step,
                epoch=f"{start}epoch {min(at.epochs, int(at.epoch) + 1)}/{at.epochs}",
                said=f"steps, loss {at.loss:.3f}, {at.rows_per_second:,.0f} rows/s",
            )

        def prepare(what: str, done: int, of: int) -> None:
            bar.update(task, total=of, completed=done, epoch=what, said="rows")

        yield show, prepare
