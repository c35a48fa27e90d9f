"""A running average of the trained weights, which generalises better than the last step's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Average:
    """The exponential moving average of some parameters, by name.

    In the first steps the decay is lower, (1 + step) / (10 + step), so that the average does not hang on the start
    (as in TensorFlow's ExponentialMovingAverage).
    """

    def __init__(self, parameters: Mapping[str, Any], decay: float) -> None:
        self.parameters, self.decay = dict(parameters), decay
        self.values = {name: value.detach().clone() for name, value in parameters.items()}

    def update(self, step: int) -> None:
        """Take the parameters as they are after optimiser step `step`, counted from 1."""
        import torch

        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            names = list(self.parameters)  # values that were read from a file come in another order
            torch._foreach_lerp_(
                [self.values[name] for name in names], [self.parameters[name].detach() for name in names], weight
            )

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model has the average for its weights while this lasts."""
        kept = {name: value.detach().clone() for name, value in self.parameters.items()}
        put(self.parameters, self.values)
        try:
            yield
        finally:
            put(self.parameters, kept)


def put(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Copy values into parameters of the same names."""
    import torch

    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])
