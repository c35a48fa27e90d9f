"""The training rows of the report-QA task: which solution of each is taught in an epoch, and which generated ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adapters.report_qa.batch import Target
from adapters.report_qa.layout import Layout
from adapters.training.batches import TrainingRows
from adapters.training.report_qa.conversations import mistaken

LIKELIEST = 0.6
"""How often the first of several solutions is taught: what was guessed from an answer is not always what was meant."""


MISTAKEN = 0.35
"""How often a question of a conversation is taught with wrong or no answers to some of the turns before it.

A model that was only ever given the right ones trusts its own too much.
"""
_VARIANTS = 3


def row_of(targets: Sequence[Target], seed: int = 0) -> dict[str, Any]:
    """A training row with the targets of one example; its `input_ids` tell its length.

    A question whose earlier turns are known has "mistaken" too: layouts in which some of them are wrong or missing.
    """
    layout = targets[0].layout
    settled = layout.settled()
    row = {"input_ids": range(layout.tokens), "targets": [replace(one, layout=settled) for one in targets]}
    if any(layout.evidence.earlier):
        draw = random.Random(f"{seed} {layout.evidence.question} {layout.evidence.history}")
        row["mistaken"] = [layout.informed(mistaken(layout.evidence, draw)).settled() for _ in range(_VARIANTS)]
    return row


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
            {**row, "target": _informed(_drawn(row["targets"], draw), row.get("mistaken"), draw)}
            for row in (*self.labelled, *(self.generated[place] for place in places))
        ]


def _informed(target: Target, mistaken: Sequence[Layout] | None, draw: np.random.Generator) -> Target:
    if not mistaken or draw.random() > MISTAKEN:
        return target
    return replace(target, layout=mistaken[int(draw.integers(len(mistaken)))])


def _drawn(targets: Sequence[Target], draw: np.random.Generator) -> Target:
    if len(targets) == 1 or draw.random() < LIKELIEST:
        return targets[0]
    return targets[int(draw.integers(1, len(targets)))]
