"""`train_sentiment`: labelled texts and a recipe become a sentiment adapter with its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.bases import Base, resolve_base
from adapters.card import Card, text_id
from adapters.catalogue import DEFAULTS, Catalogue
from adapters.errors import AdapterError, RecipeError
from adapters.labels import LABELS
from adapters.training import saving
from adapters.training.config import START_CHOICES, Recipe
from adapters.training.data import Columns, check_classes, read_labelled, report, split, without_leaks
from adapters.training.failures import explained
from adapters.training.job import Candidate, Job, Options, Parts
from adapters.training.runs import check_output
from adapters.training.trainer import Progress

__all__ = ["Options", "TrainResult", "read_parts", "train_sentiment"]

SHIPPED = DEFAULTS["sentiment"]


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training run made. `metrics` are of the validation part, fractions of 1; `remarks` are for the user."""

    directory: Path
    card: Card
    metrics: dict[str, float]
    remarks: list[str] = field(default_factory=list)


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

    The same files, recipe, base and number of threads give the same weights, byte for byte, interrupted or not.

    Raises:
        OutputError: the output exists, or an unfinished run of it of which the call does not say what to do.
        TrainingError: the loss is no number; memory or disk is full.
        DataError: the data cannot be read or holds one class only.
        RecipeError: the recipe does not fit the model.
        BaseModelError: there is no such base.
    """
    options = options or Options()
    output = output.expanduser().absolute()
    run = check_output(output, resume=resume, force=force, needed=[*data, *(validation or [])])
    parts = read_parts(data, recipe, validation=validation, columns=options.columns)
    remarks = list(parts.remarks)
    found = resolve_base(base or recipe.base, home=home, download=options.download)
    recipe = replace(recipe, base=found.name)
    candidates = _candidates(recipe, found, store or Catalogue(home), remarks)
    for remark in remarks if on_remark else ():
        on_remark(remark)  # type: ignore[misc]
    inputs = {
        "data": [source.sha256 for source in parts.data.sources] + [text_id(one.text) for one in parts.validation],
        "recipe": recipe.record(),
        "base": found.sha256,
        "start": [str(one.directory) for one in candidates],
    }
    try:
        with explained(recipe.training, run):
            run.begin(inputs, resume=resume, force=force)
            job = Job(parts, recipe, found, run, options, on_progress)
            trained = job.best_of(candidates)
            if len(candidates) > 1:
                remarks.append(trained.verdict)
                if on_remark:
                    on_remark(trained.verdict)
            card = saving.save(job, trained)
            run.finish()
    finally:
        run.tidy()
    return TrainResult(output, card, dict(trained.outcome.metrics), remarks)


def read_parts(
    data: Sequence[str | Path],
    recipe: Recipe,
    *,
    validation: Sequence[str | Path] | None = None,
    columns: Columns | None = None,
) -> Parts:
    """Read the data and split it as the recipe says. Raises DataError where nothing can be learned from it."""
    columns = columns or Columns()
    labelled = read_labelled(data, columns)
    check_classes(labelled.examples, "the training data")
    if validation:
        other = read_labelled(validation, columns)
        held = other.examples
        training, leaks = without_leaks(labelled.examples, held)
        remarks = [*report(labelled, leaks), *report(other)]
        check_classes(training, "the training data without what is in the validation data")
    else:
        training, held = split(labelled.examples, recipe.data.validation, recipe.seed)
        remarks = report(labelled)
    check_classes(training, "the training part")
    absent = [label for label in LABELS if not any(example.label == label for example in training)]
    if absent:
        remarks.append(f"no training row is {' or '.join(absent)}: the adapter will hardly ever say so")
    if recipe.data.news:
        from adapters.training.news import generate_news

        generated = generate_news(recipe.data.news, recipe.seed)
        training = training + without_leaks(generated, held)[0]
    return Parts(labelled, training, held, remarks)


def _candidates(recipe: Recipe, base: Base, store: Catalogue, remarks: list[str]) -> list[Candidate]:
    """The starts that the recipe asks for.

    Raises:
        RecipeError: the start is no adapter of this base.
    """
    start = recipe.start.start
    scratch = Candidate("scratch")
    if start == "scratch":
        return [scratch]
    if start not in START_CHOICES:
        directory = Path(start).expanduser()
        if not directory.is_dir():
            raise RecipeError(
                f"start.start: {start!r} is no directory; expected {', '.join(START_CHOICES)} or an adapter"
            )
        return [Candidate("adapter", _usable(directory, base))]
    shipped: Path | None = None
    reason = ""
    try:
        shipped = _usable(store.find(SHIPPED).directory, base)
    except AdapterError as error:
        reason = str(error)
    if shipped is None and start == "shipped":
        raise RecipeError(f"start.start: the shipped adapter cannot be the start: {reason}; take --set start=scratch")
    if shipped is None:
        remarks.append(f"training starts from scratch alone: {reason}")
        return [scratch]
    if start == "shipped":
        return [Candidate("shipped", shipped)]
    if not recipe.data.validation:
        remarks.append(
            "without a validation part nothing can choose between two starts: training starts from scratch alone"
        )
        return [scratch]
    return [scratch, Candidate("shipped", shipped)]


def _usable(directory: Path, base: Base) -> Path:
    """The directory of an earlier adapter, once it is known to be whole and of this base."""
    from adapters.files import check_adapter

    card = check_adapter(directory)
    if card.base.sha256 != base.sha256:
        raise RecipeError(f"the adapter {card.name} is for the base {card.base.name}, not for {base.name}")
    return directory
