"""How likely a bound figure is the one that was meant: a logistic model over the resolver's features.

The probability is what an answer prints as its confidence: of figures bound with 0.9, nine in ten are the line item,
period and value that the question means. An answer from several figures has the product of theirs. What the model was
fitted on, and how it did on filings that it was not fitted on, stands in calibration.toml; `python -m
benchmarks.bench_calibration` measures it again. It says nothing of questions that were misread: those are planned
wrongly before a figure is looked for. Answers in words have a confidence of their own (words.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from chains.tables import read_table

FEATURES = (
    "match", "period", "statement", "whole", "original", "checked", "read", "agrees", "own", "rivals", "bare",
    "bare_match",
)  # fmt: skip
CEILING = 0.995
"""No answer is surer than this: the labels of the fit are themselves read by machine."""


@cache
def _model() -> tuple[float, Mapping[str, float]]:
    table = read_table("calibration.toml")
    return float(table["bias"]), {name: float(table["weights"].get(name, 0.0)) for name in FEATURES}


def probability(features: Mapping[str, float]) -> float:
    """The probability in [0, 1] that a figure with these features is the one meant."""
    bias, weights = _model()
    logit = bias + sum(weight * features.get(name, 0.0) for name, weight in weights.items())
    return min(CEILING, 1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))))
