"""The work of one training call: rows are encoded once, every start is trained on them, and the better one is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.bases import Base
from adapters.card import Card
from adapters.errors import BaseModelError, DataError, TrainingError
from adapters.families import Family, family_of
from adapters.serving.models import LOCAL
from adapters.training import saving
from adapters.training.batches import TrainingRows
from adapters.training.config import Recipe
from adapters.training.data import Columns
from adapters.training.methods import attach
from adapters.training.quantised import check_quantised
from adapters.training.runs import Run
from adapters.training.starts import Candidate
from adapters.training.strategies import Row, Strategy
from adapters.training.trainer import Outcome, Plan, Progress, better, train


@dataclass(frozen=True, slots=True)
class Options:
    """What a call says beside data and recipe; none of it changes what is learned, except the number of threads.

    columns: the columns of the data files, and what numbers mean as labels.
    licence: of the data, for the card: one for all files, or one for each in their order.
    threads: cores for torch; not given: as torch finds.
    device: "cpu" or "cuda"; not given: a GPU where there is one.
    download: whether a `hub:` base may be fetched.
    """

    columns: Columns = field(default_factory=Columns)
    licence: str | tuple[str, ...] = ""
    threads: int | None = None
    device: str | None = None
    download: bool = False

    def licences(self, files: int) -> list[str]:
        """The licence of each of so many files. Raises DataError where there are neither one nor as many."""
        given = [self.licence] if isinstance(self.licence, str) else list(self.licence) or [""]
        if len(given) not in (1, files):
            raise DataError(
                f"{len(given)} licences for {files} data files; give --licence once for all, or once for each"
            )
        return given * files if len(given) == 1 else given


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training run made. `metrics` are of the validation part, fractions of 1; `remarks` are for the user.

    `skipped` counts the rows that could not be used.
    """

    directory: Path
    card: Card
    metrics: dict[str, float]
    remarks: list[str] = field(default_factory=list)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """The candidate that won: its model with the kept weights, and why."""

    model: Any
    outcome: Outcome
    candidate: Candidate
    verdict: str
    initial: dict[str, Any] | None = None


class TrainingJob:
    """One call's work: each candidate is trained on the same rows, and the better one is kept.

    A task sets `strategy` and `held` (the validation rows as the model reads them), and gives `shown`.
    """

    strategy: Strategy
    held: Sequence[Row]

    def __init__(
        self,
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
        self.recipe, self.base, self.run, self.options = recipe, base, run, options
        self.on_progress = on_progress
        with saving.quiet(), loading(base):
            self.config: Any = AutoConfig.from_pretrained(base.directory, **LOCAL)
            self.family: Family = family_of(self.config)
        check_quantised(recipe.adapter, self.family.kind)

    def shown(self) -> TrainingRows:
        """The training rows, and what of them an epoch shows."""
        raise NotImplementedError

    def best_of(self, candidates: Sequence[Candidate]) -> Trained:
        """Train each candidate and keep the one whose validation is better."""
        best: Trained | None = None
        told = []
        for candidate in candidates:
            trained = self._train(candidate, named=len(candidates) > 1)
            metrics = trained.outcome.metrics
            told.append(f"{candidate.name} {_said(metrics)}, loss {metrics.get('loss', 0):.4f}")
            if best is None or better(metrics, best.outcome.metrics):
                best = trained
        if best is None:
            raise TrainingError("nothing was trained; expected one start at least")
        verdict = f"kept the start from {best.candidate.name}: on the validation part " + "; ".join(told)
        return replace(best, verdict=verdict)

    def _train(self, candidate: Candidate, *, named: bool) -> Trained:
        from transformers import set_seed

        recipe, training = self.recipe, self.recipe.training
        if candidate.directory:
            training = replace(
                training,
                learning_rate=recipe.start.start_learning_rate or training.learning_rate,
                epochs=recipe.start.start_epochs or training.epochs,
            )
        plan = Plan(
            rows=self.shown(),
            validation=self.held,
            recipe=training,
            seed=recipe.seed,
            patience=recipe.data.patience,
            checkpoints=self.run.work / candidate.name,
            head=self.strategy.head or self.family.head,
            candidate=candidate.name if named else "",
        )
        with saving.quiet():
            set_seed(recipe.seed)
            with loading(self.base):
                model = self.strategy.load(self.base.directory, recipe.adapter)
            model.config.use_cache = False
            initial = None
            if candidate.directory:
                model = saving.continued(model, candidate.directory)
            else:
                adapter = replace(recipe.adapter, modules_to_save=recipe.adapter.modules_to_save or self.strategy.head)
                model = attach(model, adapter, self.strategy.task, steps=plan.steps, seed=recipe.seed)
                initial = saving.keep_initial(model, recipe.adapter.method)
            if training.gradient_checkpointing:
                model.enable_input_require_grads()
            outcome = train(model, self.strategy, plan, on_progress=self.on_progress, device=self.options.device)
        return Trained(model, outcome, candidate, "", initial)


def _said(metrics: Mapping[str, float]) -> str:
    name = "macro_f1" if "macro_f1" in metrics else "score"
    return f"{name.replace('macro_f1', 'macro-F1')} {metrics.get(name, 0):.4f}"


@contextmanager
def loading(base: Base) -> Iterator[None]:
    """Raise BaseModelError where transformers cannot read the base."""
    try:
        yield
    except (OSError, ValueError, KeyError, ImportError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise BaseModelError(
            f"the base {base.name} cannot be loaded ({said}); expected a model of transformers with its tokenizer and "
            f"safetensors in {base.directory}"
        ) from error
