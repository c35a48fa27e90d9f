"""The training rows of the report-QA task: which solution of each is taught in an epoch, and which generated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adapters.report_qa.batch import Target
from adapters.training.batches import TrainingRows

LIKELIEST = 0.6
"""How often the first of several solutions is taught: what was guessed from an answer is not always what was meant."""


def row_of(targets: Sequence[Target]) -> dict[str, Any]:
    """A training row with the targets of one example; its `input_ids` tell its length."""
    return {"input_ids": range(targets[0].layout.tokens), "targets": list(targets)}


class EpochRows(TrainingRows):
    """The labelled rows, all of them each epoch, and behind them a share of the generated ones, in turn."""

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], generated: Sequence[Mapping[str, Any]], share: float, seed: int
    ) -> None:
        self.generated = list(generated)
        self.each = round(len(self.generated) * min(share, 1.0))
        self.labelled = list(rows)
        super().__init__([*self.labelled, *self.generated[: self.each]], [], share, seed)

    def set_epoch(self, epoch: int) -> None:
        """Choose the solutions and the generated rows of an epoch."""
        draw = np.random.default_rng([self.seed, epoch, 2])
        order = np.random.default_rng([self.seed, 3]).permutation(len(self.generated))
        places = [order[(epoch * self.each + number) % len(order)] for number in range(self.each)]
        self.shown = [
            {**row, "target": _drawn(row["targets"], draw)}
            for row in (*self.labelled, *(self.generated[place] for place in places))
        ]


def _drawn(targets: Sequence[Target], draw: np.random.Generator) -> Target:
    if len(targets) == 1 or draw.random() < LIKELIEST:
        return targets[0]
    return targets[int(draw.integers(1, len(targets)))]
