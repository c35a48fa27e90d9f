"""`train_sentiment`: labelled texts and a recipe become a sentiment adapter with its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from adapters.bases import Base, resolve_base
from adapters.card import Card, CardInput, text_id
from adapters.catalogue import DEFAULTS, Catalogue
from adapters.errors import AdapterError, RecipeError, TrainingError
from adapters.families import Family, family_of
from adapters.labels import LABELS
from adapters.training import saving
from adapters.training.batches import TrainingRows
from adapters.training.config import START_CHOICES, Recipe
from adapters.training.data import (
    Columns,
    Example,
    Labelled,
    check_classes,
    read_labelled,
    report,
    split,
    without_leaks,
)
from adapters.training.failures import explained
from adapters.training.methods import attach
from adapters.training.runs import Run, check_output
from adapters.training.strategies import Row, Strategy, strategy_for
from adapters.training.trainer import Outcome, Plan, Progress, better, train

SHIPPED = DEFAULTS["sentiment"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a call says beside data and recipe; none of it changes what is learned, except the number of threads.

    columns: the columns of the data files, and what numbers mean as labels.
    licence: of the data, for the card.
    threads: cores for torch; not given: as torch finds.
    device: "cpu" or "cuda"; not given: a GPU where there is one.
    download: whether a `hub:` base may be fetched.
    """

    columns: Columns = field(default_factory=Columns)
    licence: str = ""
    threads: int | None = None
    device: str | None = None
    download: bool = False


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training run made. `metrics` are of the validation part, fractions of 1; `remarks` are for the user."""

    directory: Path
    card: Card
    metrics: dict[str, float]
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts of the data, and what else is worth knowing of it."""

    data: Labelled
    training: list[Example]
    validation: list[Example]
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way to start: from scratch (no directory) or from an earlier adapter."""

    name: str
    directory: Path | None = None


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
    options: Options = Options(),
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
    output = output.expanduser().absolute()
    run = check_output(output, resume=resume, force=force)
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
    with explained(recipe.training, run):
        run.begin(inputs, resume=resume, force=force)
        job = _Job(parts, recipe, found, run, options, on_progress)
        trained = job.best_of(candidates)
        if len(candidates) > 1:
            remarks.append(trained.verdict)
            if on_remark:
                on_remark(trained.verdict)
        card = saving.save(job, trained)
        run.finish()
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


@dataclass(frozen=True, slots=True)
class Trained:
    """The candidate that won: its model with the kept weights, and why."""

    model: Any
    outcome: Outcome
    candidate: str
    verdict: str
    initial: Path | None = None


class _Job:
    """One call's work: rows are encoded once, and each candidate is trained on them."""

    def __init__(
        self,
        parts: Parts,
        recipe: Recipe,
        base: Base,
        run: Run,
        options: Options,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        import torch
        from transformers import AutoConfig

        if options.threads:
            torch.set_num_threads(options.threads)
        self.parts, self.recipe, self.base, self.run, self.options = parts, recipe, base, run, options
        self.on_progress = on_progress
        self.family: Family = family_of(AutoConfig.from_pretrained(base.directory, local_files_only=True))
        self.how = _input(recipe)
        self.strategy: Strategy = strategy_for(self.family, base.directory, self.how)
        with saving.quiet():
            self.rows = self.strategy.encode(parts.training)
            self.plain = self._plain_views()
            self.held = self.strategy.encode(parts.validation)

    def _plain_views(self) -> list[Row | None]:
        """For rows with an entity whose text's labels all agree: the row without the entity."""
        views: list[Row | None] = [None] * len(self.rows)
        if not self.recipe.data.sentence_share:
            return views
        labels: dict[str, set[str]] = {}
        for example in self.parts.training:
            labels.setdefault(text_id(example.text), set()).add(example.label)
        chosen = [
            number
            for number, example in enumerate(self.parts.training)
            if example.entity and len(labels[text_id(example.text)]) == 1
        ]
        encoded = self.strategy.encode([replace(self.parts.training[number], entity=None) for number in chosen])
        for number, row in zip(chosen, encoded, strict=True):
            views[number] = row
        return views

    def best_of(self, candidates: Sequence[_Candidate]) -> Trained:
        """Train each candidate and keep the one whose validation is better."""
        best: Trained | None = None
        told = []
        for candidate in candidates:
            trained = self._train(candidate, named=len(candidates) > 1)
            metrics = trained.outcome.metrics
            told.append(
                f"{candidate.name} macro-F1 {metrics.get('macro_f1', 0):.4f}, loss {metrics.get('loss', 0):.4f}"
            )
            if best is None or better(metrics, best.outcome.metrics):
                best = trained
        if best is None:
            raise TrainingError("nothing was trained; expected one start at least")
        verdict = f"kept the start from {best.candidate}: on the validation part " + "; ".join(told)
        return replace(best, verdict=verdict)

    def _train(self, candidate: _Candidate, *, named: bool) -> Trained:
        from transformers import set_seed

        recipe, training = self.recipe, self.recipe.training
        if candidate.directory:
            training = replace(
                training,
                learning_rate=recipe.start.start_learning_rate or training.learning_rate,
                epochs=recipe.start.start_epochs or training.epochs,
            )
        plan = Plan(
            rows=TrainingRows(self.rows, self.plain, recipe.data.sentence_share, recipe.seed),
            validation=self.held,
            recipe=training,
            seed=recipe.seed,
            patience=recipe.data.patience,
            checkpoints=self.run.work / candidate.name,
            head=self.family.head,
            candidate=candidate.name if named else "",
        )
        with saving.quiet():
            set_seed(recipe.seed)
            model = self.strategy.load(self.base.directory, recipe.adapter.base_dropout)
            model.config.use_cache = False
            initial = None
            if candidate.directory:
                model = saving.continued(model, candidate.directory)
            else:
                model = attach(model, recipe.adapter, self.strategy.task, steps=plan.steps, seed=recipe.seed)
                initial = saving.keep_initial(model, recipe.adapter.method, self.run.work / "initial")
            if training.gradient_checkpointing:
                model.enable_input_require_grads()
            outcome = train(model, self.strategy, plan, on_progress=self.on_progress, device=self.options.device)
        return Trained(model, outcome, candidate.name, "", initial)

    @property
    def truth(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The label numbers (n,) of the validation rows."""
        return np.array([LABELS.index(example.label) for example in self.parts.validation], dtype=np.int64)


Job = _Job


def _input(recipe: Recipe) -> CardInput:
    data = recipe.data
    return CardInput(data.entity, data.max_length, data.prompt, dict(data.words or {}))


def _candidates(recipe: Recipe, base: Base, store: Catalogue, remarks: list[str]) -> list[_Candidate]:
    """The starts that the recipe asks for.

    Raises:
        RecipeError: the start is no adapter of this base.
    """
    start = recipe.start.start
    scratch = _Candidate("scratch")
    if start == "scratch":
        return [scratch]
    if start not in START_CHOICES:
        directory = Path(start).expanduser()
        if not directory.is_dir():
            raise RecipeError(
                f"start.start: {start!r} is no directory; expected {', '.join(START_CHOICES)} or an adapter"
            )
        return [_Candidate("adapter", _usable(directory, base))]
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
        return [_Candidate("shipped", shipped)]
    if not recipe.data.validation:
        remarks.append(
            "without a validation part nothing can choose between two starts: training starts from scratch alone"
        )
        return [scratch]
    return [scratch, _Candidate("shipped", shipped)]


def _usable(directory: Path, base: Base) -> Path:
    """The directory of an earlier adapter, once it is known to be whole and of this base."""
    from adapters.files import check_adapter

    card = check_adapter(directory)
    if card.base.sha256 != base.sha256:
        raise RecipeError(f"the adapter {card.name} is for the base {card.base.name}, not for {base.name}")
    return directory
