"""The sentiment task's training job: labelled texts as rows, perhaps shown without their entity."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.bases import Base
from adapters.card import Card, CardData, CardInput, text_id
from adapters.labels import LABELS
from adapters.training import saving
from adapters.training.batches import TrainingRows
from adapters.training.classifiers import strategy_for
from adapters.training.config import Recipe
from adapters.training.data import Example, Labelled, examples_sha256
from adapters.training.job import Options, Trained, TrainingJob, loading
from adapters.training.methods import VIRTUAL_TOKENS
from adapters.training.runs import Run
from adapters.training.strategies import Classifier, Row
from adapters.training.trainer import Progress


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


class Job(TrainingJob):
    """Rows are encoded once, for all candidates."""

    strategy: Classifier

    def __init__(
        self,
        parts: Parts,
        recipe: Recipe,
        base: Base,
        run: Run,
        options: Options,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        super().__init__(recipe, base, run, options, on_progress)
        self.parts = parts
        with saving.quiet(), loading(base):
            self.how = _input(recipe, self.config)
            self.strategy = strategy_for(self.family, base.directory, self.how)
        with saving.quiet():
            self.rows = self.strategy.encode(parts.training)
            self.plain = self._plain_views()
            self.held = self.strategy.encode(parts.validation)

    def shown(self) -> TrainingRows:
        return TrainingRows(self.rows, self.plain, self.recipe.data.sentence_share, self.recipe.seed)

    @property
    def truth(self) -> NDArray[np.int64]:
        """The label numbers (n,) of the validation rows."""
        return np.array([LABELS.index(example.label) for example in self.parts.validation], dtype=np.int64)

    def card(self, trained: Trained) -> Card:
        """The card of what was trained, its temperature fitted on the validation rows."""
        from adapters.training.calibration import fit_temperature

        parts, start = self.parts, trained.candidate.card
        temperature = fit_temperature(trained.outcome.said, self.truth) if parts.validation else 1.0
        held = {text_id(example.text) for example in parts.validation}
        if start and start.split:  # what no training saw: this run's validation part, and of its start's what stays so
            held.update(set(start.split.validation_ids) - {text_id(example.text) for example in parts.training})
        generated = []
        if self.recipe.data.news:
            digest = examples_sha256(parts.news)
            generated.append(CardData("generated company news", digest, len(parts.news), "Apache-2.0"))
        counts = Counter(example.label for example in parts.training)
        shares = {label: round(counts[label] / len(parts.training), 4) for label in sorted(counts)}
        made = saving.card_of(
            self,
            trained,
            how=self.how,
            sources=parts.data.sources,
            generated=generated,
            held_out=tuple(sorted(held)),
            rows=len(parts.validation),
            notes=f"labels of the training part: {shares}.",
        )
        return replace(made, temperature=temperature)

    def prepare(self, card: Card, directory: Path) -> None:
        """engine.json: the activation ranges by which a BERT encoder is served in 8 bits; none for other models."""
        from adapters.engine.calibrate import COMPARED, LEAST, MEASURED, calibrate_adapter
        from adapters.serving.encoders import builds_without_torch

        virtual = self.recipe.adapter.method in VIRTUAL_TOKENS
        if card.kind != "encoder" or virtual or not builds_without_torch(self.base):
            return
        examples = list(self.parts.training)
        random.Random(self.recipe.seed).shuffle(examples)
        chosen = examples[: MEASURED + COMPARED]
        if len({(one.text, one.entity) for one in chosen}) >= LEAST:
            calibrate_adapter(directory, self.base, card, [one.text for one in chosen], [one.entity for one in chosen])

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
