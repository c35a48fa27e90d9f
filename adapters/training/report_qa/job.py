"""The report-QA task's training job: questions over evidence as layouts, and generated ones beside them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.bases import Base
from adapters.card import Card, CardData, CardInput, text_id
from adapters.engine.tokens import open_tokenizer
from adapters.errors import DataError, RecipeError
from adapters.report_qa.answering import TASK
from adapters.report_qa.confidence import fit
from adapters.report_qa.forms import Example
from adapters.report_qa.layout import LEAST_WINDOW
from adapters.report_qa.solver import open_reader
from adapters.serving.encoders import builds_without_torch
from adapters.training import saving
from adapters.training.config import Recipe
from adapters.training.data import Source
from adapters.training.job import Options, Trained, TrainingJob, loading
from adapters.training.methods import CHANGE_BASE
from adapters.training.report_qa.frozen import add_below
from adapters.training.report_qa.generating import GeneratingStrategy, asked_rows, open_writers, taught_row
from adapters.training.report_qa.rows_of_epochs import EpochRows, row_of
from adapters.training.report_qa.strategy import PointerStrategy, validation_rows
from adapters.training.report_qa.targets import states_scale, targets_of
from adapters.training.runs import Run
from adapters.training.trainer import Progress

Told = Callable[[str, int, int], None]
"""Is told what is being prepared, how many rows of how many."""
_PLAIN = ("lora", "rslora", *CHANGE_BASE)
VALIDATED = 1.5
"""Validation rows may show this many times the evidence that training rows show: nothing brings their lines in."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts of the data; `generated` questions are shown beside the training rows.

    `scaled` holds the ids of the examples whose data states scales: of the others the scale is not learned.
    """

    sources: Sequence[Source]
    training: list[Example]
    validation: list[Example]
    generated: list[Example]
    remarks: list[str]
    skipped: int = 0
    made_of: list[CardData] = field(default_factory=list)


class QaJob(TrainingJob):
    """An encoder learns to point, any other base to write. Rows are made once, for all candidates; so is the output of
    layers that are frozen.
    """

    strategy: PointerStrategy | GeneratingStrategy

    def __init__(
        self,
        parts: Parts,
        recipe: Recipe,
        base: Base,
        run: Run,
        options: Options,
        on_progress: Callable[[Progress], None] | None,
        on_prepared: Told | None = None,
    ) -> None:
        super().__init__(recipe, base, run, options, on_progress)
        self.parts = parts
        told = on_prepared or (lambda what, done, of: None)
        if self.family.kind == "encoder":
            self._point(told)
        else:
            self._write(told)

    def _point(self, told: Told) -> None:
        """Rows and strategy of an encoder with the decoder that points."""
        base, recipe, parts = self.base, self.recipe, self.parts
        if not builds_without_torch(base):
            raise RecipeError(
                f"the base {base.name} is a {self.config.model_type}; report QA is trained on BERT encoders and on "
                "models that write, take --base bundled"
            )
        _check(recipe)
        layers = int(self.config.num_hidden_layers)
        freeze = recipe.adapter.freeze
        if freeze >= layers:
            raise RecipeError(f"adapter.freeze: {freeze} leaves no layer to adapt; the base has {layers}")
        window = min(recipe.data.max_length, int(self.config.max_position_embeddings))
        if window < LEAST_WINDOW:
            raise RecipeError(
                f"data.max_length: {window} tokens hold no question with its evidence; expected {LEAST_WINDOW} or more"
            )
        self.how = CardInput(max_length=window)
        reader = open_reader(open_tokenizer(base.directory / "tokenizer.json", 1 << 20), window)
        narrow = replace(reader, budget=recipe.data.budget)
        wide = replace(reader, budget=round(VALIDATED * recipe.data.budget))
        self.strategy = PointerStrategy(None, int(self.config.pad_token_id or 0), freeze)

        def row(example: Example) -> dict[str, Any] | None:
            targets = targets_of(example, narrow, scaled=states_scale(example))
            return row_of(targets, recipe.seed) if targets else None

        self._read(row, told)
        self.held = validation_rows(parts.validation, wide.read)
        if freeze:
            every = [*self.rows, *self.generated, *self.held, *(turn for row in self.held for turn in row["turns"])]
            with saving.quiet():
                add_below(
                    every,
                    base,
                    freeze,
                    self.options.threads,
                    lambda done: told("frozen layers", done, len(every)),
                )

    def _write(self, told: Told) -> None:
        """Rows and strategy of a model that writes."""
        parts, recipe = self.parts, self.recipe
        with saving.quiet(), loading(self.base):
            narrow, wide = open_writers(recipe, self.family.kind, self.base.directory, self.config)
        self.how = CardInput(max_length=wide.window, prompt=wide.form.saved())
        dtype = "bfloat16" if recipe.training.precision == "bf16" else "float32"
        self.strategy = GeneratingStrategy(wide.tokens, self.family.kind, dtype, self.options.device)
        scaled = any(states_scale(one) for one in (*parts.training, *parts.generated))

        def row(example: Example) -> dict[str, Any] | None:
            return taught_row(example, narrow, scaled=not scaled or states_scale(example))

        with saving.quiet():
            self._read(row, told)
            self.held = asked_rows(parts.validation, wide, recipe.seed)

    def _read(self, row: Callable[[Example], dict[str, Any] | None], told: Told) -> None:
        """Make the training rows. Raises DataError where there is none."""

        def rows_of(examples: Sequence[Example]) -> list[dict[str, Any]]:
            made = []
            for number, example in enumerate(examples):
                found = row(example)
                if found:
                    made.append(found)
                told("reading", number + 1, len(examples))
            return made

        self.rows, self.generated = rows_of(self.parts.training), rows_of(self.parts.generated)
        if not self.rows and not self.generated:
            raise DataError(
                "no question's answer is found in its evidence; expected rows whose table or text prints the numbers "
                "or words that answer"
            )

    def shown(self) -> EpochRows:
        return EpochRows(self.rows, self.generated, self.recipe.data.generated_share, self.recipe.seed)

    def card(self, trained: Trained) -> Card:
        """The card of what was trained, with the weights of its confidence fitted on the validation rows."""
        parts = self.parts
        told = trained.outcome.said
        counts = Counter(str(one.solutions[0].kind) for one in parts.training if one.solutions)
        made = saving.card_of(
            self,
            trained,
            how=self.how,
            sources=parts.sources,
            generated=parts.made_of,
            held_out=tuple(sorted({text_id(example.page) for example in parts.validation})),
            rows=len(self.held),
            notes=f"{len(self.rows)} labelled questions, by kind: {dict(sorted(counts.items()))}.",
        )
        calibration = fit([row for row, _ in told], [right for _, right in told]) if told else {}
        return replace(made, task=TASK, labels=(), calibration=calibration)

    def prepare(self, card: Card, directory: Path) -> None:
        """engine.json: the activation ranges by which an encoder is served in 8 bits; none for models that write."""
        from adapters.report_qa.calibrating import COMPARED, LEAST, MEASURED, calibrate_report_qa

        if card.kind != "encoder":
            return
        evidences = [one.evidence for one in self.parts.training]
        random.Random(self.recipe.seed).shuffle(evidences)
        if len(evidences) >= LEAST:
            chosen = evidences[: MEASURED + COMPARED]
            calibrate_report_qa(directory, self.base, card, chosen, threads=self.options.threads)


def _check(recipe: Recipe) -> None:
    """Raise RecipeError where what the recipe makes of an encoder could not be served, before anything is trained."""
    adapter = recipe.adapter
    if adapter.method not in _PLAIN:
        raise RecipeError(
            f"adapter.method: {adapter.method} is not served for report QA on an encoder; take one of "
            f"{', '.join(_PLAIN)}"
        )
    if adapter.modules_to_save not in (None, PointerStrategy.head):
        raise RecipeError("adapter.modules_to_save: beside the adapter report QA trains its head alone; leave it out")
    if recipe.training.gradient_checkpointing:
        raise RecipeError(
            "training.gradient_checkpointing: not for report QA on an encoder; to save memory lower training.batch"
        )
