"""The training rows in an epoch: which view of each is shown, and in which order. Seed and epoch alone decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.training.strategies import Row

_CHUNK = 30  # batches whose rows are sorted by length together: near-equal lengths, and still another mix each epoch


class TrainingRows:
    """The rows as a map-style dataset. A row with a `plain` view (no entity) is shown so in `share` of the epochs."""

    def __init__(self, rows: Sequence[Row], plain: Sequence[Row | None], share: float, seed: int) -> None:
        self.rows, self.plain, self.share, self.seed = rows, plain, share, seed
        self.shown: list[Row] = list(rows)
        self.set_epoch(0)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> Row:
        return self.shown[number]

    def set_epoch(self, epoch: int) -> None:
        """Choose the views of an epoch."""
        if self.share <= 0:
            return
        drawn = np.random.default_rng([self.seed, epoch]).random(len(self.rows)) < self.share
        self.shown = [
            plain if plain is not None and hidden else row
            for row, plain, hidden in zip(self.rows, self.plain, drawn, strict=True)
        ]


class LengthGrouped:
    """A sampler that yields row numbers so that each `batch` in turn are of similar length, in random order.

    Unlike the Trainer's own it depends on the epoch and not on the state of a generator, so a resumed epoch is the
    same, and batches do not come from long to short.
    """

    def __init__(self, rows: TrainingRows, batch: int, seed: int) -> None:
        self.rows, self.batch, self.seed, self.epoch = rows, batch, seed, 0

    def __len__(self) -> int:
        return len(self.rows)

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch
        self.rows.set_epoch(epoch)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng([self.seed, self.epoch, 1])
        order = random.permutation(len(self.rows))
        lengths = np.array([len(row["input_ids"]) for row in self.rows.shown])
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), _CHUNK * self.batch):
            chunk = order[start : start + _CHUNK * self.batch]
            chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
            batches.extend(chunk[first : first + self.batch] for first in range(0, len(chunk), self.batch))
        full = [rows for rows in batches if len(rows) == self.batch]
        rest = [
            rows for rows in batches if len(rows) < self.batch
        ]  # one at most; it comes last, or batches would shift
        for number in random.permutation(len(full)):
            yield from full[number].tolist()
        for rows in rest:
            yield from rows.tolist()
