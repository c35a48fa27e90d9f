"""What an export is held against: our own sentences, with and without an entity, and how far apart answers may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import ExportError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).with_name("probes.txt")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The most that an export's probabilities may differ, at worst and in the mean, and the labels that must agree."""

    worst: float
    mean: float
    agreement: float


EXACT = Tolerance(worst=1e-3, mean=1e-3, agreement=0.0)
"""float32: another order of the same sums. Labels are not counted, as probabilities a hair apart may tie."""
EIGHT_BIT = Tolerance(worst=1.0, mean=0.05, agreement=0.95)
"""8-bit integers: single probabilities may move, and at most one label in twenty, where two are nearly as likely."""

MEASURED = Tolerance(worst=1.0, mean=0.02, agreement=0.98)
"""8-bit integers with ranges that were measured beforehand: unless they keep this much, other ranges are tried."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two models' probabilities of the probes differ: over all of them, and the share of equal labels."""

    rows: int
    worst: float
    mean: float
    labels: float

    def within(self, tolerance: Tolerance) -> bool:
        """Whether the difference is one that is allowed."""
        return self.worst <= tolerance.worst and self.mean <= tolerance.mean and self.labels >= tolerance.agreement

    def record(self) -> dict[str, Any]:
        """The agreement as plain data."""
        return {
            "probes": self.rows,
            "max_probability_difference": round(self.worst, 8),
            "mean_probability_difference": round(self.mean, 8),
            "label_agreement": round(self.labels, 6),
        }

    def __str__(self) -> str:
        return (
            f"{self.labels:.1%} of {self.rows} labels agree, probabilities differ by {self.worst:.2g} at most and "
            f"{self.mean:.2g} in the mean"
        )


def read_probes() -> list[tuple[str, str | None]]:
    """The texts, each with its entity or None."""
    probes: list[tuple[str, str | None]] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, _, entity = line.partition("\t")
            probes.append((text, entity or None))
    return probes


def agreement(expected: NDArray[np.floating[Any]], given: NDArray[np.floating[Any]]) -> Agreement:
    """Compare probabilities (n, labels) of the same rows. NaN is the greatest difference there is."""
    import numpy as np

    gaps = np.nan_to_num(np.abs(expected.astype(np.float64) - given), nan=1.0)
    same = expected.argmax(axis=1) == given.argmax(axis=1)
    return Agreement(len(expected), float(gaps.max()), float(gaps.mean()), float(same.mean()))


def check(found: Agreement, tolerance: Tolerance, what: str) -> None:
    """Raise ExportError if an export differs from its adapter by more than is allowed."""
    if not found.within(tolerance):
        least = f", with {tolerance.agreement:.0%} of the labels" if tolerance.agreement else ""
        raise ExportError(
            f"{what} does not give what the adapter gives: {found}; expected at most {tolerance.worst:g} and "
            f"{tolerance.mean:g}{least}; nothing was written, use another format"
        )


def as_pairs(rows: Sequence[tuple[str, str | None]]) -> tuple[list[str], list[str | None]]:
    """Texts and entities apart, as models take them."""
    return [text for text, _ in rows], [entity for _, entity in rows]
