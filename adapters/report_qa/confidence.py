"""How likely a solution is right: a logistic model over what the decoder was sure of, fitted on validation rows.

The decoder's own probability is no calibrated one: it knows the training pages. The weights stand in the card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from adapters.report_qa.forms import Kind, Solution
from adapters.report_qa.layout import Layout
from adapters.report_qa.search import Found

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEATURES = ("bias", "probability", "margin", "scale", "steps", "program", "left_out")
_MOST = 0.99


def features(found: Sequence[Found], layout: Layout) -> list[float]:
    """The features of the best of `found`, in the order of FEATURES."""
    best = found[0]
    second = found[1].probability if len(found) > 1 else 0.0
    return [
        1.0,
        _logit(best.probability),
        _logit(best.probability / max(best.probability + second, 1e-9)),
        _logit(best.scale_probability),
        float(_length(best.solution)),
        float(best.solution.kind is Kind.PROGRAM),
        float(layout.left_out > 0),
    ]


def confidence(found: Sequence[Found], layout: Layout, weights: Mapping[str, float]) -> float:
    """The probability that the best of `found` is right; without weights (an older card) the decoder's own."""
    if not weights:
        return min(_MOST, found[0].probability)
    values = features(found, layout)
    logit = sum(float(weights.get(name, 0.0)) * value for name, value in zip(FEATURES, values, strict=True))
    return min(_MOST, 1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))))


def fit(rows: Sequence[Sequence[float]], right: Sequence[bool], penalty: float = 1.0) -> dict[str, float]:
    """The weights of a logistic model with an L2 penalty (not on the bias), by Newton's method.

    `rows` are `features` of n validation answers, `right` whether each is right. Without two of each kind, or where
    the weights are no numbers, there is nothing to go by: no weights.
    """
    import numpy as np

    if min(sum(right), len(right) - sum(right)) < 2:
        return {}
    x: NDArray[np.float64] = np.array(rows, dtype=np.float64)
    y = np.array(right, dtype=np.float64)
    weights = np.zeros(x.shape[1])
    held = np.full(x.shape[1], penalty)
    held[0] = 1e-6
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + held * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(held)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    if not np.isfinite(weights).all():
        return {}
    return {name: round(float(value), 6) for name, value in zip(FEATURES, weights, strict=True)}


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def _length(solution: Solution) -> int:
    return len(solution.steps) or len(solution.picked)
