"""`finagent tag`: the sentiment of news, row by row."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, FAILED, AppError, CallError, show_error

if TYPE_CHECKING:
    from app.rows.forms import Rows
    from app.rows.journal import Journal
    from app.settings import Settings
    from app.tagging import Plan
    from chains.news.news_summary import NewsSummary


def tag(
    source: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="CSV, TSV, JSONL, Parquet or one text a line, by suffix; - for stdin."),
    ],
    output: Annotated[str, typer.Option(metavar="FILE", help="Where the tagged rows go; - writes to stdout.")],
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column to tag [text, else a usual name].")
    ] = None,
    entity_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Tell the sentiment toward this entity.")
    ] = None,
    min_confidence: Annotated[float | None, typer.Option(help="Mark rows below it `abstain`.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="csv, tsv, jsonl, parquet or text, whatever the suffix.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="The encoding of INPUT [found out].")] = None,
    prefix: Annotated[str, typer.Option(help="Begins the names of the added columns.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run that was stopped.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Discard a run that was stopped, begin anew.")] = False,
    summary: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also by day, source, entity, ticker: CSV and plots.")
    ] = None,
    date_column: Annotated[str | None, typer.Option(metavar="NAME", help="For --summary [a usual name].")] = None,
    source_column: Annotated[str | None, typer.Option(metavar="NAME", help="For --summary [a usual name].")] = None,
    ticker_column: Annotated[str | None, typer.Option(metavar="NAME", help="For --summary [a usual name].")] = None,
    date_format: Annotated[str | None, typer.Option(help="How dates are written, such as %d/%m/%Y.")] = None,
    adapter: Annotated[str | None, typer.Option(help="An adapter's name or directory [the one in use].")] = None,
    engine: Annotated[str | None, typer.Option(help="auto, openvino, onnx or torch.")] = None,
    device: Annotated[str | None, typer.Option(help="Where torch runs: cpu, cuda.")] = None,
    threads: Annotated[int | None, typer.Option(help="Cores to use [all].")] = None,
    batch_rows: Annotated[int | None, typer.Option(help="Rows that are tagged at a time.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print what was done as one JSON object.")] = None,
) -> int:
    """Tag news with sentiment, confidence and probabilities; all columns and the order of the rows are kept."""
    from app.settings import load_settings

    settings = load_settings(
        {
            "column": column,
            "entity_column": entity_column,
            "min_confidence": min_confidence,
            "adapter": adapter,
            "engine": engine,
            "device": device,
            "threads": threads,
            "batch_rows": batch_rows,
            "json": json_output,
        }
    )
    columns = {"date": date_column, "source": source_column, "entity": entity_column, "ticker": ticker_column}
    call = _Call(source, output, form, encoding, prefix, resume, restart, summary, columns, date_format)
    _check_call(call, settings)
    return _run(call, settings)


@dataclass(frozen=True, slots=True)
class _Call:
    """What the flags say that are no settings."""

    source: str
    output: str
    form: str | None
    encoding: str | None
    prefix: str
    resume: bool
    restart: bool
    summary: Path | None
    columns: dict[str, str | None]
    date_format: str | None

    @property
    def streams(self) -> bool:
        """Whether the output is no file: nothing of it can be kept for a later run."""
        return self.output == "-" or (Path(self.output).exists() and not Path(self.output).is_file())


def _check_call(call: _Call, settings: Settings) -> None:
    from app.rows.whole import check_target

    if call.output == "-" and settings.json_output:
        raise CallError("--json and --output -: both write to standard output; let --output name a file")
    if call.output != "-":
        target = check_target(call.output)
        if call.source != "-" and target.exists() and target == Path(call.source).resolve():
            raise CallError(
                f"--output {call.output}: is the input; name another file, and nothing of yours is replaced"
            )
    if call.resume and call.restart:
        raise CallError("--resume and --restart: a stopped run is continued or discarded; leave one of them out")
    if call.resume and call.streams:
        raise CallError(f"--resume: {call.output} is no file, so nothing of a stopped run was kept; leave --resume out")
    wanted = [kind for kind, name in call.columns.items() if name is not None and kind != "entity"]
    if call.summary is None and (wanted or call.date_format):
        option = f"--{wanted[0]}-column" if wanted else "--date-format"
        raise CallError(f"{option} goes with --summary DIR; add it, or leave {option} out")
    if call.summary is not None and call.summary.exists() and not call.summary.is_dir():
        raise CallError(f"--summary {call.summary}: is a file; expected a folder, which is made where it is not there")


def _run(call: _Call, settings: Settings) -> int:
    """Open the input before the model: what is wrong with a call is told at once."""
    import time

    from app.progress import tag_progress
    from app.rowfiles import ADDED, open_rows, open_writer, output_form
    from app.rows.columns import check_added
    from app.tag_report import Report
    from app.tagging import tag_rows
    from app.wiring import open_tagger

    started = time.perf_counter()
    added = [call.prefix + name for name in ADDED]
    with ExitStack() as stack:
        rows = open_rows(call.source, form=call.form, encoding=call.encoding, added=added)
        stack.callback(rows.close)
        check_added(rows.columns, added, call.source)
        plan, summary = _plan(call, rows, settings)
        form = output_form(rows, call.output)
        model, card = open_tagger(settings)
        journal = _journal(
            call, rows, plan, f"{model.name} {card[:16]}", f"{model.engine} {model.precision}", settings.device
        )
        finished = False
        try:
            with _target(call) as (file, reject), tag_progress(rows.total, quiet=settings.json_output) as on_progress:
                outcome = tag_rows(
                    rows,
                    plan,
                    model,
                    open_writer(rows, form, file, added),
                    journal=journal,
                    reject=reject,
                    summary=summary,
                    on_progress=on_progress,
                )
            if summary is not None and call.summary is not None:
                summary.write(call.summary)
            finished = True
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            kept = "" if call.streams else "; what was worked out is kept: free some, then call it again with --resume"
            raise AppError(f"{call.output}: no space left on its disk{kept}") from error
        finally:
            if journal is not None:
                journal.close(done=finished)
    seconds = time.perf_counter() - started
    report = Report(
        call.source, call.output, rows, outcome, model, seconds, summary, call.summary, kept_aside=not call.streams
    )
    report.say_remarks()
    if settings.json_output:
        typer.echo(json.dumps(report.record(), ensure_ascii=False))
    else:
        typer.echo(report.sentence(), err=call.output == "-")
    return FAILED if outcome.rejected else DONE


def _plan(call: _Call, rows: Rows, settings: Settings) -> tuple[Plan, NewsSummary | None]:
    """The columns that are read, each checked to be there, and the summary that is to be made."""
    from app.rows.columns import named_column, text_column, usual_column
    from app.tagging import Plan

    names = rows.columns
    text = text_column(names, settings.column, call.source)
    entity = settings.entity_column
    if entity is not None:
        named_column(names, entity, "--entity-column", call.source)
    for column, option in ((text, "--column"), (entity, "--entity-column")):
        if column is not None and hasattr(rows, "check_text"):
            rows.check_text(column, option)
    groups: dict[str, str] = {}
    summary = None
    if call.summary is not None:
        from chains.news.news_summary import KINDS, NewsSummary

        for kind in KINDS:
            given = entity if kind == "entity" else call.columns[kind]
            if given is not None:
                groups[kind] = named_column(names, given, f"--{kind}-column", call.source)
            elif (found := usual_column(names, kind)) is not None and found != text:
                groups[kind] = found
        if not groups:
            raise CallError(
                f"--summary: {call.source} has no column with a usual name for the date, the source, the entity or the "
                "ticker of a row; name one with --date-column, --source-column, --entity-column or --ticker-column"
            )
        summary = NewsSummary(list(groups), date_format=call.date_format)
    return Plan(text, entity, settings.min_confidence, settings.batch_rows, groups), summary


def _journal(call: _Call, rows: Rows, plan: Plan, adapter: str, engine: str, device: str | None) -> Journal | None:
    """The journal of a run into a file, for `--resume`."""
    from importlib.metadata import version

    from app.rows.journal import Journal
    from app.rows.whole import check_target, hidden

    if call.streams:
        return None
    stat = Path(call.source).stat() if call.source != "-" else None
    key: dict[str, Any] = {
        "the size of the input": stat.st_size if stat else None,
        "the time of the input's last change": stat.st_mtime_ns if stat else None,
        "the format": rows.form,
        "--encoding": call.encoding,
        "--column": plan.text,
        "--entity-column": plan.entity,
        "--min-confidence": plan.min_confidence,
        "--batch-rows": plan.batch_rows,
        "--adapter": adapter,
        "--engine": engine,
        "--device": device or "cpu",
        "finagent's version": version("finagent"),
    }
    journal = Journal(hidden(check_target(call.output), "journal"), key, resume=call.resume, restart=call.restart)
    if call.resume and not journal.found:
        show_error("--resume: there is no stopped run of this output; beginning with the first row")
    return journal


@contextmanager
def _target(call: _Call) -> Iterator[tuple[Any, Callable[[str], None] | None]]:
    """The binary file that rows are written to, and what takes the lines that are no rows."""
    from app.rows.whole import check_target, whole_output

    if call.output == "-":
        yield sys.stdout.buffer, None
        sys.stdout.buffer.flush()
    elif call.streams:
        with Path(call.output).open("wb") as file:
            yield file, None
    else:
        path = check_target(call.output)
        beside = path.with_name(f"{path.name}.rejected")
        with ExitStack() as stack:
            opened: list[Any] = []

            def reject(line: str) -> None:
                if not opened:
                    opened.append(stack.enter_context(whole_output(beside)))
                opened[0].write(line.encode("utf-8", "replace"))

            file = stack.enter_context(whole_output(path))
            yield file, reject
            if not opened:
                beside.unlink(missing_ok=True)  # of an earlier run, whose output is replaced
