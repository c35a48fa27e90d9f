"""Running counts of a group of news rows, and what they say.

The interval of a group's net sentiment is the adjusted Wald interval for the difference of two shares of the same rows
(Bonett and Price, Journal of Educational and Behavioral Statistics 37, 2012, 479-488): one row is added to each of the
two counts. Unlike a bootstrap it is no point where a small group is of one mind, and it holds its level from n = 1 on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WINDOW = 7  # days
_Z = 1.959964  # 97.5 % point of the normal distribution


@dataclass(slots=True)
class Group:
    """Running counts of one day, source, entity or ticker."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    abstained: int = 0
    score: float = 0.0  # sum of p_positive - p_negative

    @property
    def n(self) -> int:
        """Rows with one of the three labels."""
        return self.negative + self.neutral + self.positive

    def add(self, other: Group) -> None:
        """Take in the counts of another group."""
        self.negative += other.negative
        self.neutral += other.neutral
        self.positive += other.positive
        self.abstained += other.abstained
        self.score += other.score

    def record(self) -> dict[str, Any]:
        """The figures of a group, rounded to 6 decimals; None where there is no row to take them from."""
        n = self.n
        record: dict[str, Any] = {"n": n, "abstained": self.abstained}
        counts = {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}
        record |= counts
        record |= {f"share_{label}": round(count / n, 6) if n else None for label, count in counts.items()}
        record["mean_score"] = round(self.score / n, 6) if n else None
        record["net"] = round((self.positive - self.negative) / n, 6) if n else None
        low, high = net_interval(self.positive, self.negative, n) if n else (None, None)
        record["net_low"] = None if low is None else round(low, 6)
        record["net_high"] = None if high is None else round(high, 6)
        return record


def day_records(days: Mapping[date, Group]) -> list[dict[str, Any]]:
    """A record a day, with the pooled means of the `WINDOW` calendar days that end with it."""
    records = []
    for day, group in days.items():
        pooled = Group()
        for back in range(WINDOW):
            earlier = days.get(day - timedelta(days=back))
            if earlier is not None:
                pooled.add(earlier)
        rolled = pooled.record()
        records.append(
            {"date": day.isoformat(), **group.record()}
            | {f"n_{WINDOW}d": pooled.n, f"mean_score_{WINDOW}d": rolled["mean_score"], f"net_{WINDOW}d": rolled["net"]}
        )
    return records


def net_interval(positive: int, negative: int, n: int) -> tuple[float, float]:
    """The 95 % interval of (positive - negative) / n (see the module)."""
    p, q, size = (positive + 1) / (n + 2), (negative + 1) / (n + 2), n + 2
    half = _Z * math.sqrt((p + q - (p - q) ** 2) / size)
    return max(-1.0, p - q - half), min(1.0, p - q + half)
