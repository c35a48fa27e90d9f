"""One training run: transformers' Trainer with a running average, curves, early stopping, and a halt at NaN."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.errors import RecipeError, TrainingError
from adapters.training import checkpoints
from adapters.training.averaging import Average, put
from adapters.training.batches import LengthGrouped, TrainingRows
from adapters.training.config import TrainingRecipe
from adapters.training.strategies import Row, Strategy
from adapters.training.trainer_setup import arguments_of, optimizer_of

_POINTS = 200  # of the loss curve
_SAVE_EVERY = 120.0  # seconds of work that an interruption may cost, in epochs that last longer


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: optimiser steps, the epoch as a fraction, the mean loss of late, rows a second so far."""

    step: int
    steps: int
    epoch: float
    epochs: int
    loss: float
    rows_per_second: float
    candidate: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is given beside the model: rows, the recipe's numbers, and where its checkpoints go."""

    rows: TrainingRows
    validation: Sequence[Row]
    recipe: TrainingRecipe
    seed: int
    patience: int
    checkpoints: Path
    head: tuple[str, ...] = ()
    candidate: str = ""

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        batches = math.ceil(len(self.rows) / self.recipe.batch)
        return self.recipe.epochs * math.ceil(batches / self.recipe.accumulation)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave; the model holds the kept weights. `metrics` are of the validation rows, and so is what it said.

    `said` is a classifier's scores (n, labels), or a report-QA model's answers.
    """

    metrics: dict[str, float]
    said: Any
    history: list[dict[str, float]]
    steps: int


def train(
    model: Any,
    strategy: Strategy,
    plan: Plan,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    device: str | None = None,
) -> Outcome:
    """Train what is trainable in `model`, going on from the newest checkpoint where there is one.

    With validation rows the weights of the best epoch are kept (see `better`); else the last ones.

    Raises:
        TrainingError: the loss is no number, the memory or the disk is full; the message says what to do.
    """
    parameters = {name: value for name, value in model.named_parameters() if value.requires_grad}
    trainer = _trainer(model, strategy, plan, parameters, on_progress, device)
    found = checkpoints.latest(plan.checkpoints)
    if found:
        trainer.restore(found)
    if not (trainer.record.stopped or trainer.record.step >= plan.steps):
        trainer.train(resume_from_checkpoint=str(found) if found else None)
    elif found:
        put(parameters, checkpoints.load_weights(found))
    kept = trainer.best or (trainer.average.values if trainer.average else None)
    if kept:
        put(parameters, kept)
    said = strategy.validate(model, plan.validation, 2 * plan.recipe.batch)[1]
    return Outcome(dict(trainer.record.best or {}), said, trainer.record.history, trainer.record.step)


def better(one: dict[str, float] | None, other: dict[str, float] | None) -> bool:
    """Whether the metrics of `one` are better than those of `other`: macro-F1 (or `score`) to four digits, then loss.

    None and {} are no metrics: nothing was validated.
    """
    if not one or not other:
        return bool(one)
    first, second = (round(metrics.get("macro_f1", metrics.get("score", 0.0)), 4) for metrics in (one, other))
    return (first, -one["loss"]) > (second, -other["loss"])


def _trainer(
    model: Any,
    strategy: Strategy,
    plan: Plan,
    parameters: dict[str, Any],
    on_progress: Callable[[Progress], None] | None,
    device: str | None,
) -> Any:
    """The Trainer of a run. Its class is made here, since transformers is imported only when something is trained."""
    from transformers import Trainer, TrainerCallback
    from transformers.trainer_callback import PrinterCallback, ProgressCallback

    recipe = plan.recipe

    class AdapterTrainer(Trainer):  # type: ignore[misc, valid-type, unused-ignore]
        """The loop is the Trainer's; order, loss, evaluation and what a checkpoint holds are ours."""

        record = checkpoints.Record()
        average: Average | None = None
        best: dict[str, Any] | None = None
        losses: list[float]

        def restore(self, checkpoint: Path) -> None:
            self.record, average, self.best = checkpoints.restore(checkpoint)
            if self.average and average:
                put(self.average.values, average)  # in their place, which may be a GPU

        def _get_train_sampler(self, *arguments: Any, **options: Any) -> Any:
            return LengthGrouped(plan.rows, recipe.batch, plan.seed)

        def compute_loss(self, model: Any, inputs: Any, *arguments: Any, **options: Any) -> Any:
            loss = strategy.loss(model, inputs, recipe.label_smoothing)
            value = loss.item()
            if not math.isfinite(value):
                raise TrainingError(
                    f"the loss is no number at step {self.state.global_step + 1} of {plan.steps}; lower the learning "
                    f"rate (--set training.learning_rate={recipe.learning_rate / 4:g})"
                    + ("" if recipe.precision == "fp32" else " or take --set training.precision=fp32")
                    + ", and start anew with --force"
                )
            self.losses.append(value)
            return loss

        def evaluate(self, *arguments: Any, **options: Any) -> dict[str, float]:
            with self.average.in_place() if self.average else nullcontext():
                metrics = strategy.validate(self.model, plan.validation, 2 * recipe.batch)[0]
                self.record.stale += 1
                if better(metrics, self.record.best):
                    self.record.best, self.record.stale = metrics, 0
                    self.best = {name: value.detach().clone() for name, value in parameters.items()}
            self.record.history.append(
                {"step": self.state.global_step, "epoch": float(self.state.epoch or 0)}
                | {f"validation_{key}": value for key, value in metrics.items()}
            )
            if plan.patience and self.record.stale >= plan.patience:
                self.record.stopped = self.control.should_training_stop = True
            return metrics

        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
            checkpoints.save_weights(parameters, Path(output_dir or self.args.output_dir))

        def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
            put(parameters, checkpoints.load_weights(Path(resume_from_checkpoint)))

    class Watch(TrainerCallback):  # type: ignore[misc, valid-type, unused-ignore]
        """After each step: the average, the curve, the bar, and now and then a checkpoint."""

        def __init__(self) -> None:
            self.saved = self.began = time.monotonic()
            self.first_step = 0

        def on_train_begin(self, args: Any, state: Any, control: Any, **options: Any) -> None:
            self.saved = self.began = time.monotonic()
            self.first_step = state.global_step

        def on_optimizer_step(self, args: Any, state: Any, control: Any, **options: Any) -> None:
            allocate = getattr(getattr(model, "base_model", None), "update_and_allocate", None)
            if allocate:  # AdaLoRA gives ranks from one matrix to another while the gradients are still there
                allocate(state.global_step + 1)

        def on_step_end(self, args: Any, state: Any, control: Any, **options: Any) -> None:
            step = trainer.record.step = state.global_step
            if trainer.average:
                trainer.average.update(step)
            interval = max(1, plan.steps // _POINTS) * recipe.accumulation
            recent = trainer.losses[-interval:]
            if step % max(1, plan.steps // _POINTS) == 0:
                trainer.record.history.append(
                    {"step": step, "epoch": float(state.epoch), "loss": sum(recent) / len(recent)}
                    | {"learning_rate": float(trainer.lr_scheduler.get_last_lr()[0])}
                )
                del trainer.losses[:-interval]
            if on_progress:
                elapsed = max(time.monotonic() - self.began, 1e-6)
                rows = (step - self.first_step) * recipe.batch * recipe.accumulation
                mean = sum(recent) / len(recent)
                on_progress(
                    Progress(step, plan.steps, state.epoch, recipe.epochs, mean, rows / elapsed, plan.candidate)
                )
            at_epoch_end = step % (plan.steps // recipe.epochs) == 0  # that is saved after its evaluation
            if time.monotonic() - self.saved > _SAVE_EVERY and not at_epoch_end:
                control.should_save = True

        def on_save(self, args: Any, state: Any, control: Any, **options: Any) -> None:
            checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            average = trainer.average.values if trainer.average else None
            checkpoints.complete(checkpoint, trainer.record, average, trainer.best)
            self.saved = time.monotonic()

    trainer = AdapterTrainer(
        model=model,
        args=arguments_of(plan, device),
        data_collator=strategy.collate,
        train_dataset=plan.rows,
        eval_dataset=plan.validation or None,
        callbacks=[Watch()],
        optimizers=(optimizer_of(parameters, recipe, plan.head), None),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    trainer.model_accepts_loss_kwargs = False  # our loss is a mean over the batch: accumulated ones are averaged
    trainer.record, trainer.losses = checkpoints.Record(), []
    trainer.average = Average(parameters, recipe.ema) if recipe.ema else None
    return trainer


def check_device(device: str | None) -> None:
    """Raise RecipeError where there is no such device here; nothing is checked where none is named."""
    if device in (None, "cpu"):
        return
    import torch

    if device != "cuda":
        raise RecipeError(f"device: {str(device)[:40]!r} is not known; expected cpu or cuda")
    if not torch.cuda.is_available():
        raise RecipeError("device: there is no cuda GPU here; leave --device out, or take cpu")
