"""Probabilities that mean what they say: one temperature for a model, and class priors for a new kind of news.

Both need only the model's outputs, so a card can hold what they find and no weight changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adapters.errors import DataError

Floats = NDArray[np.float64]

COLDEST, HOTTEST = 0.05, 20.0
"""The temperatures that a fit may end at. What is outside says that the logits are broken, not how sure they are."""

_STEPS = 1000
_SETTLED = 1e-8  # the change of a class's share in one step of EM below which nothing more is learned


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Floats:
    """Probabilities (n, classes) of logits (n, classes) divided by a temperature."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float64)


def fit_temperature(logits: ArrayLike, labels: Sequence[int] | NDArray[np.integer]) -> float:
    """The temperature that makes held-out logits (n, classes) fit their labels (n, class numbers) best.

    Minimises the negative log-likelihood of softmax(logits / T) (temperature scaling: Guo, Pleiss, Sun and
    Weinberger, "On Calibration of Modern Neural Networks", ICML 2017). A normal prior on log T, worth about one row,
    keeps T near 1 where a handful of rows, all of them right, would have it go to zero. No prediction changes.

    Raises:
        DataError: there are no rows, their numbers differ, a label is no class, or a logit is not a finite number.
    """
    from scipy.optimize import minimize_scalar

    scores, truth = np.asarray(logits, dtype=np.float64), np.asarray(labels)
    if scores.ndim != 2 or not len(scores) or truth.shape != scores.shape[:1]:
        raise DataError(
            f"a temperature cannot be fitted to logits {scores.shape} and labels {truth.shape}; expected (n, classes) "
            "and (n,) with one row at least"
        )
    if not np.isfinite(scores).all() or not ((truth >= 0) & (truth < scores.shape[1])).all():
        raise DataError(
            "a temperature cannot be fitted: a logit is not a finite number or a label is no class; expected finite "
            f"logits and labels from 0 to {scores.shape[1] - 1}"
        )
    truth = truth.astype(np.int64)
    above = scores - scores.max(axis=1, keepdims=True)
    chosen = np.take_along_axis(above, truth[:, None], axis=1)[:, 0]

    def loss(log_temperature: float) -> float:
        beta = math.exp(-log_temperature)
        likelihood = (beta * chosen - np.log(np.exp(beta * above).sum(axis=1))).sum()
        return float(log_temperature**2 / 2 - likelihood)

    found = minimize_scalar(loss, bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded")
    return round(float(math.exp(found.x)), 4)


def estimate_priors(probabilities: ArrayLike, train_priors: ArrayLike) -> Floats:
    """The shares (classes,) of the classes in unlabelled texts, from a model's probabilities (n, classes) on them.

    `train_priors` are the shares that the model was trained with. Expectation-maximisation of Saerens, Latinne and
    Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori Probabilities", Neural Computation 14, 2002:
    adjust the probabilities to the priors, take their mean as the priors, again until nothing changes. It assumes
    that only the shares differ, not how a class reads, and that the probabilities are calibrated.

    Raises:
        DataError: there are no rows, or a share is not above zero.
    """
    rows, train = _checked(probabilities, train_priors, "train_priors")
    if not len(rows):
        raise DataError("the shares of the classes cannot be estimated from no texts; expected some hundreds")
    priors = train
    for _ in range(_STEPS):
        before, priors = priors, _reweighted(rows, priors / train).mean(axis=0)
        if np.abs(priors - before).max() < _SETTLED:
            break
    return priors


def adjust_priors(probabilities: ArrayLike, train_priors: ArrayLike, new_priors: ArrayLike) -> Floats:
    """Probabilities (n, classes) for texts whose classes have other shares than those that the model was trained with.

    Each is multiplied by new over old share and the row made to sum to 1 (Saerens et al. 2002, equation 2.4). The new
    shares come from `estimate_priors`, or from counting labelled rows of the new kind.

    Raises:
        DataError: a share that the model was trained with is not above zero, or a new one is below zero.
    """
    rows, train = _checked(probabilities, train_priors, "train_priors")
    new = np.asarray(new_priors, dtype=np.float64)
    if new.shape != train.shape or not np.isfinite(new).all() or (new < 0).any() or not new.sum():
        raise DataError(
            f"new_priors {new.tolist()} are no shares of {len(train)} classes; expected numbers from 0 to 1"
        )
    return _reweighted(rows, new / new.sum() / train)


def _reweighted(rows: Floats, ratios: Floats) -> Floats:
    weighted = rows * ratios
    total = weighted.sum(axis=1, keepdims=True)
    # A row that is sure of a class whose new share is zero has nowhere to go: it stays as it was.
    return np.asarray(np.where(total > 0, weighted / np.where(total > 0, total, 1), rows), dtype=np.float64)


def _checked(probabilities: ArrayLike, priors: ArrayLike, name: str) -> tuple[Floats, Floats]:
    rows, shares = np.asarray(probabilities, dtype=np.float64), np.asarray(priors, dtype=np.float64)
    if rows.ndim != 2 or shares.shape != rows.shape[1:]:
        raise DataError(f"probabilities {rows.shape} and {name} {shares.shape}; expected (n, classes) and (classes,)")
    if not np.isfinite(shares).all() or (shares <= 0).any():
        raise DataError(f"{name} {shares.tolist()} are no shares of classes; expected numbers above zero")
    return rows, shares / shares.sum()
