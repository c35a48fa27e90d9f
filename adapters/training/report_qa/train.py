"""`train_report_qa`: questions over evidence and a recipe become a report-QA adapter with its card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.bases import resolve_base
from adapters.card import CardData, text_id
from adapters.errors import DataError, RecipeError
from adapters.report_qa.forms import Evidence, Example
from adapters.training import saving
from adapters.training.config import Recipe
from adapters.training.data import Problem
from adapters.training.failures import explained
from adapters.training.job import Options, TrainResult
from adapters.training.report_qa.conversations import informed
from adapters.training.report_qa.grounding import TURN
from adapters.training.report_qa.guess import borrow
from adapters.training.report_qa.job import Parts, QaJob
from adapters.training.report_qa.pages import split
from adapters.training.report_qa.questions import generate
from adapters.training.report_qa.questions.made import made_tables
from adapters.training.report_qa.rows import Read, read_rows
from adapters.training.runs import check_output
from adapters.training.starts import SCRATCH
from adapters.training.trainer import Progress, check_device

DEFAULT = "report-qa-minilm"
_A_TABLE = 12  # questions over a made table
_SHOWN = 5  # problems that are named one by one

__all__ = ["DEFAULT", "TrainResult", "train_report_qa"]


def train_report_qa(
    data: Sequence[str | Path],
    recipe: Recipe,
    *,
    output: Path,
    home: Path,
    base: str | None = None,
    validation: Sequence[str | Path] | None = None,
    more: Sequence[Example] = (),
    more_of: str = "",
    resume: bool = False,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_prepared: Callable[[str, int, int], None] | None = None,
    on_remark: Callable[[str], None] | None = None,
    options: Options | None = None,
) -> TrainResult:
    """Train an adapter for report QA on the files `data` and write it to the directory `output`.

    `more` are examples beside the files (of a library's filings, named `more_of`); they are only trained on.
    `validation` are files of held-out rows; without them the recipe's share of the pages is held out. The other
    arguments are those of `train_sentiment`. `on_prepared` is told what is being prepared, how many rows of how many.

    Raises:
        OutputError: the output exists, or an unfinished run of it of which the call does not say what to do.
        TrainingError: the loss is no number; memory or disk is full.
        DataError: the data cannot be read, or nothing of it can be learned.
        RecipeError: the recipe does not fit the base, or there is no such device.
        BaseModelError: there is no such base.
    """
    options = options or Options()
    output = output.expanduser().absolute()
    check_device(options.device)
    if recipe.start.start != "scratch":
        raise RecipeError("start.start: report QA is trained from scratch; take --set start=scratch")
    options.licences(len(data))
    run = check_output(output, resume=resume, force=force, needed=[*data, *(validation or [])])
    found = resolve_base(base or recipe.base, home=home, download=options.download)
    if found.name.startswith("path:"):
        found = replace(found, name=f"path:{found.directory}")
    recipe = replace(recipe, base=found.name)
    parts = make_parts(read_rows(data, earlier_turns=True) if data else None, recipe, validation, more, more_of)
    for remark in parts.remarks if on_remark else ():
        on_remark(remark)  # type: ignore[misc]
    inputs = {
        "data": [source.sha256 for source in parts.sources] + [text_id(one.page) for one in parts.validation],
        "examples": _digest(parts.generated),
        "recipe": recipe.record(),
        "base": found.sha256,
    }
    try:
        with explained(recipe.training, run):
            run.begin(inputs, resume=resume, force=force)
            job = QaJob(parts, recipe, found, run, options, on_progress, on_prepared)
            trained = job.best_of([SCRATCH])
            card = saving.save(job, trained, job.card(trained), job.prepare)
            run.finish()
    finally:
        run.tidy()
    return TrainResult(output, card, dict(trained.outcome.metrics), parts.remarks, parts.skipped)


def make_parts(
    read: Read | None,
    recipe: Recipe,
    validation: Sequence[str | Path] | None = None,
    more: Sequence[Example] = (),
    more_of: str = "",
) -> Parts:
    """Split the data by page as the recipe says, and generate questions over the training part's tables.

    Raises DataError where nothing can be learned.
    """
    examples = read.examples if read else []
    problems: list[Problem] = list(read.problems) if read else []
    if validation:
        other = read_rows(validation, labelled=True)
        problems += other.problems
        pages = {one.page for one in other.examples}
        training, held = [one for one in examples if one.page not in pages], other.examples
    else:
        training, held = split(examples, recipe.data.validation, recipe.seed)
    held = [one for one in held if not TURN.search(one.id)]  # a question is measured once, by its last turn
    training = informed(borrow(training, training))
    usable = [one for one in training if one.solutions]
    remarks = [str(problem) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        remarks.append(f"... and {len(problems) - _SHOWN} more rows that cannot be used")
    if len(usable) < len(training):
        remarks.append(
            f"{len(training) - len(usable):,} of {len(training):,} training rows state an answer that nothing in their "
            "evidence comes to: they are left out"
        )
    if not held:
        remarks.append("no page is held out: nothing tells how good the adapter is, and no epoch is chosen")
    if not usable and not more:  # questions over made tables would hide that the data teaches nothing
        raise DataError(
            "there is nothing to train on; expected rows whose evidence holds their answers, on pages that are not "
            "all held out"
        )
    made = _generated([one.evidence for one in training], recipe)
    of = [CardData("generated questions", _digest(made), len(made), "as the data")] if made else []
    of += [CardData(more_of or "further examples", _digest(more), len(more), "")] if more else []
    sources = list(read.sources) if read else []
    return Parts(sources, usable, held, [*made, *more], remarks, len(problems) + len(training) - len(usable), of)


def _generated(tables: Sequence[Evidence], recipe: Recipe) -> list[Example]:
    """Questions over the training part's tables and, as many, over made ones: these have lines that the data lacks."""
    count = recipe.data.generated
    if not count:
        return []
    own = generate(tables, count // 2, recipe.seed)
    rest = count - len(own)
    return [*own, *generate(made_tables(max(10, rest // _A_TABLE), recipe.seed), rest, recipe.seed)]


def _digest(examples: Sequence[Example]) -> str:
    """The SHA-256 of what examples ask."""
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.id}\0{one.page}\0{one.evidence.question}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
