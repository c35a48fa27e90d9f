"""The work of one training call: rows are encoded once, every start is trained on them, and the better one is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.bases import Base
from adapters.card import CardInput, text_id
from adapters.errors import BaseModelError, DataError, TrainingError
from adapters.families import Family, family_of
from adapters.labels import LABELS
from adapters.serving.models import LOCAL
from adapters.training import saving
from adapters.training.batches import TrainingRows
from adapters.training.config import Recipe
from adapters.training.data import Columns, Example, Labelled
from adapters.training.methods import VIRTUAL_TOKENS, attach
from adapters.training.runs import Run
from adapters.training.starts import Candidate
from adapters.training.strategies import Row, Strategy, strategy_for
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
class Parts:
    """The two parts of the data, and what else is worth knowing of it.

    news: the generated sentences among the training rows; skipped: the number of rows that could not be used.
    """

    data: Labelled
    training: list[Example]
    validation: list[Example]
    remarks: list[str]
    news: list[Example] = field(default_factory=list)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """The candidate that won: its model with the kept weights, and why."""

    model: Any
    outcome: Outcome
    candidate: Candidate
    verdict: str
    initial: dict[str, Any] | None = None


class Job:
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
        with saving.quiet(), _loading(base):
            config = AutoConfig.from_pretrained(base.directory, **LOCAL)
            self.family: Family = family_of(config)
            self.how = _input(recipe, config)
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

    def best_of(self, candidates: Sequence[Candidate]) -> Trained:
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
            with _loading(self.base):
                model = self.strategy.load(self.base.directory, recipe.adapter)
            model.config.use_cache = False
            initial = None
            if candidate.directory:
                model = saving.continued(model, candidate.directory)
            else:
                model = attach(model, recipe.adapter, self.strategy.task, steps=plan.steps, seed=recipe.seed)
                initial = saving.keep_initial(model, recipe.adapter.method)
            if training.gradient_checkpointing:
                model.enable_input_require_grads()
            outcome = train(model, self.strategy, plan, on_progress=self.on_progress, device=self.options.device)
        return Trained(model, outcome, candidate, "", initial)

    @property
    def truth(self) -> NDArray[np.int64]:
        """The label numbers (n,) of the validation rows."""
        return np.array([LABELS.index(example.label) for example in self.parts.validation], dtype=np.int64)


@contextmanager
def _loading(base: Base) -> Iterator[None]:
    """Raise BaseModelError where transformers cannot read the base."""
    try:
        yield
    except (OSError, ValueError, KeyError, ImportError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise BaseModelError(
            f"the base {base.name} cannot be loaded ({said}); expected a model of transformers with its tokenizer and "
            f"safetensors in {base.directory}"
        ) from error


def _input(recipe: Recipe, config: Any) -> CardInput:
    """How inputs are written; no longer than the model has positions for."""
    data, adapter = recipe.data, recipe.adapter
    places = getattr(config, "max_position_embeddings", None)
    length = data.max_length
    if isinstance(places, int) and places > 0:
        taken = adapter.r if adapter.method in VIRTUAL_TOKENS else 0
        if config.model_type in _OFFSET:
            taken += (config.pad_token_id or 0) + 1
        length = max(1, min(length, places - taken))
    return CardInput(data.entity, length, data.prompt, dict(data.words or {}))


_OFFSET = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "data2vec-text", "roberta-prelayernorm", "mpnet")
"""Model types whose positions are counted from behind that of the padding."""
