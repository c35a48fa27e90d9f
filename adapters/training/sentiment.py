"""`train_sentiment`: labelled texts and a recipe become a sentiment adapter with its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.bases import resolve_base
from adapters.card import text_id
from adapters.catalogue import Catalogue
from adapters.labels import LABELS
from adapters.training import saving
from adapters.training.config import Recipe
from adapters.training.data import (
    Columns,
    Example,
    Labelled,
    check_classes,
    examples_sha256,
    read_labelled,
    report,
    without_leaks,
)
from adapters.training.failures import explained
from adapters.training.job import Options, TrainResult
from adapters.training.runs import check_output
from adapters.training.sentiment_job import Job, Parts
from adapters.training.starts import Candidate, candidates, divide, earlier_adapter, seen_texts, unseen
from adapters.training.trainer import Progress, check_device

__all__ = ["Options", "TrainResult", "make_parts", "train_sentiment"]


def train_sentiment(
    data: Sequence[str | Path],
    recipe: Recipe,
    *,
    output: Path,
    home: Path,
    base: str | None = None,
    validation: Sequence[str | Path] | None = None,
    store: Catalogue | None = None,
    resume: bool = False,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_remark: Callable[[str], None] | None = None,
    options: Options | None = None,
) -> TrainResult:
    """Train an adapter for sentiment on the files `data` and write it to the directory `output`.

    `base` names the base (default: the recipe's). `validation` are files of held-out rows; without them the recipe's
    share of the texts is held out. `store` finds the shipped adapter for recipes that start from it (default: that of
    `home`). `resume` goes on with an unfinished run, `force` replaces what is there. `on_remark` is told at once what
    was noticed of the data.

    On a CPU the same files, recipe, base, number of threads and versions give the same weights, byte for byte,
    interrupted or not.

    Raises:
        OutputError: the output exists, or an unfinished run of it of which the call does not say what to do.
        TrainingError: the loss is no number; memory or disk is full.
        DataError: the data cannot be read or holds one class only.
        RecipeError: the recipe does not fit the model, or there is no such device.
        BaseModelError: there is no such base.
    """
    options = options or Options()
    output = output.expanduser().absolute()
    check_device(options.device)
    options.licences(len(data))
    run = check_output(output, resume=resume, force=force, needed=[*data, *(validation or [])])
    labelled = read_labelled(data, options.columns)
    remarks: list[str] = []
    found = resolve_base(base or recipe.base, home=home, download=options.download)
    if found.name.startswith("path:"):  # the card is read from other folders too
        found = replace(found, name=f"path:{found.directory}")
    recipe = replace(recipe, base=found.name)
    earlier = earlier_adapter(recipe, found, store or Catalogue(home), remarks)
    parts = make_parts(labelled, recipe, validation=validation, columns=options.columns, earlier=earlier)
    chosen = candidates(recipe, earlier, parts.validation, remarks)
    remarks = [*parts.remarks, *remarks]
    for remark in remarks if on_remark else ():
        on_remark(remark)  # type: ignore[misc]
    inputs = {
        "data": [source.sha256 for source in parts.data.sources] + [text_id(one.text) for one in parts.validation],
        "generated news": examples_sha256(parts.news),
        "recipe": recipe.record(),
        "base": found.sha256,
        "start": [one.sha256 for one in chosen],
        "number of threads": options.threads or _threads(),
    }
    try:
        with explained(recipe.training, run):
            run.begin(inputs, resume=resume, force=force)
            job = Job(parts, recipe, found, run, options, on_progress)
            trained = job.best_of(chosen)
            if len(chosen) > 1:
                remarks.append(trained.verdict)
                if on_remark:
                    on_remark(trained.verdict)
            card = saving.save(job, trained, job.card(trained), job.prepare)
            run.finish()
    finally:
        run.tidy()
    return TrainResult(output, card, dict(trained.outcome.metrics), remarks, parts.skipped)


def make_parts(
    labelled: Labelled,
    recipe: Recipe,
    *,
    validation: Sequence[str | Path] | None = None,
    columns: Columns | None = None,
    earlier: Candidate | None = None,
) -> Parts:
    """Split the data as the recipe says. Raises DataError where nothing can be learned from it."""
    check_classes(labelled.examples, "the training data")
    problems = list(labelled.problems)
    if validation:
        other = read_labelled(validation, columns or Columns())
        problems += other.problems
        training, leaks = without_leaks(labelled.examples, other.examples)
        remarks = [*report(labelled, leaks), *report(other)]
        check_classes(training, "the training data without what is in the validation data")
        card = earlier.card if earlier else None
        held = unseen(other.examples, seen_texts(other, card), card)
        if card and len(held) < len(other.examples):
            remarks.append(
                f"the adapter {card.name}, from which training starts, was trained on "
                f"{len(other.examples) - len(held):,} of the validation rows: they are left out"
            )
    else:
        remarks = report(labelled)
        training, held = divide(labelled, recipe.data.validation, recipe.seed, earlier, remarks)
    check_classes(training, "the training part")
    if not held and (validation or recipe.data.validation or recipe.data.patience):
        remarks.append(
            "no row is held out: nothing tells how good the adapter is, no epoch is chosen, and none is left out early"
        )
    absent = [label for label in LABELS if not any(example.label == label for example in training)]
    if absent:
        remarks.append(f"no training row is {' or '.join(absent)}: the adapter will hardly ever say so")
    news: list[Example] = []
    if recipe.data.news:
        from adapters.training.news import generate_news

        news = without_leaks(generate_news(recipe.data.news, recipe.seed), held)[0]
    return Parts(labelled, [*training, *news], held, remarks, news, len(problems))


def _threads() -> int:
    import torch

    return int(torch.get_num_threads())
