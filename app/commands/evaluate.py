"""`finagent eval`: how good an adapter is on labelled data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import DONE, FAILED, CallError, show_error

if TYPE_CHECKING:
    from adapters.card import Card
    from adapters.report_qa.forms import Example as Question
    from adapters.training.data import Example, Labelled, Problem
    from adapters.training.report_qa.rows import Read

app = typer.Typer(help="Measure an adapter on labelled data.", rich_markup_mode=None)

_MOST = 20  # rows with a problem that are named


@app.command("sentiment")
def sentiment(
    data: Annotated[Path, typer.Option(metavar="FILE", help="Rows of text, label and perhaps entity.")],
    adapter: Annotated[str | None, typer.Option(help="An adapter's name or directory [the one in use].")] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each row with its prediction: .jsonl or .csv.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write metrics.json, tables and plots into this folder.")
    ] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Only the rows whose text the adapter's card holds out.")
    ] = False,
    min_confidence: Annotated[float | None, typer.Option(help="Rows below it abstain, and count as wrong.")] = None,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="The text [a usual name].")] = None,
    label_column: Annotated[str | None, typer.Option(metavar="NAME", help="The label [a usual name].")] = None,
    entity_column: Annotated[str | None, typer.Option(metavar="NAME", help="The entity [entity].")] = None,
    labels: Annotated[
        str | None, typer.Option(help="What numbers mean: 0=negative,1=neutral,2=positive [found out].")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="auto, openvino, onnx or torch.")] = None,
    device: Annotated[str | None, typer.Option(help="Where torch runs: cpu, cuda.")] = None,
    threads: Annotated[int | None, typer.Option(help="Cores to use [all].")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object.")] = None,
) -> int:
    """Measure a sentiment adapter: accuracy, F1, calibration, coverage, with 95 % intervals.

    Exit code 1 where rows of the data could not be used.
    """
    from adapters.training.predictions import predict
    from app.evaluations import check_targets, evaluation_record, show_evaluation, write_predictions
    from app.labelled import label_columns, read_labelled_files
    from app.progress import count_progress
    from app.settings import load_settings
    from app.wiring import find_adapter, open_sentiment

    settings = load_settings(
        {
            "adapter": adapter,
            "min_confidence": min_confidence,
            "entity_column": entity_column,
            "engine": engine,
            "device": device,
            "threads": threads,
            "json": json_output,
        }
    )
    check_targets(predictions, report, data)
    read = read_labelled_files([data], label_columns(text_column, label_column, settings.entity_column, labels))
    found = find_adapter(settings)
    rows, remarks, trained = _chosen(read, found.card, held_out)
    model = open_sentiment(settings, found)
    with count_progress(len(rows), "rows", quiet=settings.json_output) as show:
        said = predict(model, rows, show)
    result = said.evaluated(settings.min_confidence)
    given = {"data": str(data), "adapter": model.name, "engine": model.engine}
    record = evaluation_record(given, read, said, result, remarks, trained=trained)
    if report is not None:
        from adapters.training.report import write_report

        write_report(result, report, record)
    if predictions is not None:
        write_predictions(predictions, said, settings.min_confidence)
    _tell_problems(data, read)
    if settings.json_output:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        show_evaluation(result, record)
    return FAILED if read.problems else DONE


@app.command("report-qa")
def report_qa(
    data: Annotated[
        Path, typer.Option(metavar="FILE", help="Rows of question, table, text, answer: .jsonl, .csv or .tsv.")
    ],
    adapter: Annotated[str | None, typer.Option(help="An adapter's name or directory [the one in use].")] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each question with its answer: .jsonl.")
    ] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Only the questions on pages that the adapter's card holds out.")
    ] = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N questions.")] = None,
    engine: Annotated[str | None, typer.Option(help="What runs the adapter [auto].")] = None,
    device: Annotated[str | None, typer.Option(help="Where torch runs: cpu, cuda.")] = None,
    threads: Annotated[int | None, typer.Option(help="Cores to use [all].")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object.")] = None,
) -> int:
    """Measure a report-QA adapter: execution accuracy, exact match, F1, refusals, confidence, with 95 % intervals.

    Exit code 1 where rows of the data could not be used.
    """
    from adapters.report_qa.generated import GeneratedQaModel
    from adapters.training.report_qa.predictions import predict
    from app.evaluations import check_targets
    from app.labelled import read_report_qa_file
    from app.progress import count_progress
    from app.qa_evaluations import SUFFIXES, evaluation_record, show_evaluation, write_answers
    from app.settings import load_settings
    from app.wiring import find_adapter, open_report_qa

    settings = load_settings(
        {"report_qa": adapter, "engine": engine, "device": device, "threads": threads, "json": json_output}
    )
    check_targets(predictions, None, data, SUFFIXES)
    read = read_report_qa_file(data)
    found = find_adapter(settings, "report-qa")
    rows, remarks = _asked(read, found.card, held_out, limit, measured_only=predictions is None)
    model = open_report_qa(settings, found)
    with count_progress(len(rows), "questions", quiet=settings.json_output) as show:
        said = predict(model, rows, show)
    result = said.evaluated(model.perplexity(rows) if isinstance(model, GeneratedQaModel) else None)
    given = {"data": str(data), "adapter": model.name, "engine": model.engine}
    record = evaluation_record(given, read, said, result, remarks)
    if predictions is not None:
        write_answers(predictions, said, result)
    _name_problems(data, read.problems)
    if settings.json_output:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        show_evaluation(result, record)
    return FAILED if read.problems else DONE


def _asked(
    read: Read, card: Card, only_held_out: bool, limit: int | None, *, measured_only: bool
) -> tuple[list[Question], list[str]]:
    """The questions to ask, and what is to be said of them. With `measured_only` one of them must have an answer."""
    from adapters.training.report_qa.predictions import held_out, trained_pages
    from adapters.training.report_qa.scoring import is_scored

    rows, remarks = read.examples, []
    held = held_out(rows, card)
    if only_held_out and not held:
        raise CallError(
            f"--held-out: the card of {card.name} holds out no page of this file; leave --held-out out, or name the "
            "file that it was trained on"
        )
    trained = trained_pages(rows, [source.sha256 for source in read.sources], card)
    if only_held_out:
        count = f"{len(held):,} of {len(rows):,}"
        remarks.append(f"only the questions on pages that the adapter's card holds out were asked: {count}")
        rows = held
    elif trained:
        remarks.append(
            f"the adapter was trained on {trained:,} {'page' if trained == 1 else 'pages'} of this file: the numbers "
            f"say nothing of new pages (questions on held-out pages: {len(held):,}; --held-out asks those alone)"
        )
    if limit is not None and limit < len(rows):
        remarks.append(f"only the first {limit:,} of {len(rows):,} questions were asked")
        rows = rows[:limit]
    bare = sum(not is_scored(row) for row in rows)
    if measured_only and bare == len(rows):
        raise CallError(
            "no question states an answer to compare with; give `answer`, or --predictions to write answers"
        )
    if bare:
        remarks.append(f"questions without an answer, asked and not measured: {bare:,}")
    return rows, remarks


def _chosen(read: Labelled, card: Card, only_held_out: bool) -> tuple[list[Example], list[str], bool]:
    """The rows to measure on, what is to be said of them, and whether the adapter was trained on them."""
    from adapters.training.predictions import file_rows, held_out, trained_on

    rows, remarks = file_rows(read), []
    held = held_out(rows, card)
    if read.contradictions:
        count = f"{len(read.contradictions):,} rows have the text and entity of others and another label"
        remarks.append(f"{count}: no model gets all of them right")
    if only_held_out and not held:
        raise CallError(
            f"--held-out: the card of {card.name} holds out no text of this file; leave --held-out out, or name the "
            "file that it was trained on"
        )
    if only_held_out:
        remarks.append(f"only the {len(held):,} rows whose text the adapter's card holds out were measured")
        return held, remarks, False
    trained = trained_on(read, card)
    if trained:
        remarks.append(
            "the adapter was trained on this file: the numbers say nothing of new texts "
            f"({len(held):,} of its rows were held out of the training; --held-out measures those alone)"
        )
    return rows, remarks, trained


def _tell_problems(data: Path, read: Labelled) -> None:
    for remark in read.remarks:
        show_error(remark)
    _name_problems(data, read.problems)


def _name_problems(data: Path, problems: Sequence[Problem]) -> None:
    """Each row that cannot be used with its line, and how many they are."""
    for problem in sorted(problems, key=lambda one: one.line)[:_MOST]:
        show_error(str(problem))
    count = len(problems)
    if count:
        rows = "1 row cannot be used and was" if count == 1 else f"{count:,} rows cannot be used and were"
        more = f"; the first {_MOST} are named above" if count > _MOST else ""
        show_error(f"{data}: {rows} left out{more}")
