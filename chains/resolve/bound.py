"""What binding a line item comes to: its figure, or why there is none; and how an item is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chains.formulas.expression import Item
from ingest.schema import Figure


@dataclass(frozen=True, slots=True)
class Bound:
    """An item with its figure. `negate` says that the printed sign is turned to make the value what the item means.

    `certainty` is the probability that this is the figure meant, made of `features` (see calibration.py). `notes` are
    remarks for the answer; `later` a restated figure of a newer filing; `rivals` other figures that fit nearly as well
    with another value.
    """

    item: Item
    figure: Figure
    certainty: float
    features: Mapping[str, float]
    negate: bool = False
    notes: tuple[str, ...] = ()
    later: Figure | None = None
    rivals: tuple[Figure, ...] = ()

    @property
    def value(self) -> Decimal:
        """The value as the item means it."""
        return -self.figure.value if self.negate else self.figure.value


@dataclass(frozen=True, slots=True)
class Missing:
    """An item without a figure that can be trusted: why, and the figures that come nearest."""

    item: Item
    reason: str
    nearest: tuple[Figure, ...] = ()


def said(item: Item) -> str:
    """An item as people say it: a concept's name in words, after the part of the company that it is of."""
    name = item.phrase if item.phrase != item.concept else concept_words(item.phrase)
    return name if item.member in name else f"{item.member} {name}"


def concept_words(concept: str) -> str:
    """A concept's name as words: "OperatingIncomeLoss" -> "operating income loss"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", concept).lower()
