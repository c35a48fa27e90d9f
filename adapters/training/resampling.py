"""Confidence intervals by the bootstrap: the same evaluation on texts drawn again from those that there are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1000
LEVEL = 0.95
_CELLS = 4_000_000  # numbers drawn at once


def resampled_sums(features: Floats, groups: Ints, *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """Sums (resamples, features) over the rows of groups that are drawn with replacement, as many as there are.

    `features` are (n, features) and `groups` (n,) the number of each row's group, from 0 on without a gap. Rows of one
    group stay together: two rows of a headline, one for each company in it, are not two independent observations
    (cluster bootstrap: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
    """
    count = int(groups.max()) + 1
    columns = [np.bincount(groups, weights=column, minlength=count) for column in features.T]
    # Groups with the same sums are one kind: how often each kind is drawn is multinomial, and kinds are few.
    kinds, often = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    draw = np.random.default_rng(seed)
    at_once = max(1, _CELLS // len(kinds))
    parts = []
    for start in range(0, resamples, at_once):
        drawn = draw.multinomial(count, often / count, size=min(at_once, resamples - start))
        parts.append(drawn.astype(np.float64) @ kinds)
    return np.concatenate(parts)


def interval(values: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """The percentile interval of a measure over resamples; NaN, where a resample has no value, is left out."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
