"""Confidence intervals by the bootstrap: the same evaluation on texts drawn again from those that there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1000
LEVEL = 0.95
_CELLS = 4_000_000  # weights that are held at once


def resampled_sums(features: Floats, groups: Ints, *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """Sums (resamples, features) over the rows of groups that are drawn with replacement, as many as there are.

    `features` are (n, features) and `groups` (n,) the number of each row's group, from 0 on without a gap. Rows of one
    group stay together: two rows of a headline, one for each company in it, are not two independent observations
    (cluster bootstrap: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
    """
    count = int(groups.max()) + 1
    columns = [np.bincount(groups, weights=column, minlength=count) for column in features.T]
    sums = np.stack(columns, axis=1)
    return np.concatenate([weights @ sums for weights in _weights(count, resamples, seed)])


def _weights(groups: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each group is drawn, (some resamples, groups), until there are as many resamples as wanted."""
    draw = np.random.default_rng(seed)
    at_once = max(1, min(resamples, _CELLS // groups))
    for start in range(0, resamples, at_once):
        rows = [
            np.bincount(draw.integers(0, groups, groups), minlength=groups)
            for _ in range(min(at_once, resamples - start))
        ]
        yield np.stack(rows).astype(np.float64)


def interval(values: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """The percentile interval of a measure over resamples; NaN, where a resample has no value, is left out."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
