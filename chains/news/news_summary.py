"""Sentiment of tagged news by day, by source, and by entity or ticker: running counts, never the rows themselves.

Per group, over its rows with one of the three labels: n; the counts and shares of each; the mean score, where a row's
score is p_positive - p_negative; and net = (positive - negative) / n with a 95 % interval (`news_groups`). Rows marked
`abstain` are counted apart. Days also have the means over the 7 calendar days that end with them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from chains.news.news_dates import Ambiguous, DateReader, Ordered, day_first, settled
from chains.news.news_groups import Group, day_records

KINDS = ("date", "source", "entity", "ticker")
FILES = {"date": "by_day", "source": "by_source", "entity": "by_entity", "ticker": "by_ticker"}
MOST_GROUPS = 200_000
"""Groups of a kind that are kept apart; rows of further ones are counted as `OTHERS`."""
OTHERS = "(further groups)"
_SPLIT = {"entity": re.compile(r"[;|]"), "ticker": re.compile(r"[;|,\s]+")}
_LABELS = {"negative": 0, "neutral": 1, "positive": 2}

Records = Sequence[Mapping[str, Any]]


class NewsSummary:
    """Takes the rows of a tagging run and gives the groups."""

    def __init__(self, kinds: Sequence[str], *, date_format: str | None = None) -> None:
        """`kinds` are those of `KINDS` that the rows have a column for."""
        self.kinds = tuple(kinds)
        self.without: dict[str, int] = dict.fromkeys(kinds, 0)  # rows whose cell is empty
        self.unread = 0  # rows whose date is none
        self._dates = DateReader(date_format)
        self._orders: set[bool] = set()
        self._groups: dict[str, dict[Any, Group]] = {kind: {} for kind in kinds}

    def add(
        self,
        cells: Mapping[str, Sequence[Any]],
        labels: Sequence[str | None],
        numbers: Sequence[tuple[float, float, float, float] | None],
    ) -> None:
        """Count rows: their cells of each kind, their labels, and (confidence, p_negative, p_neutral, p_positive).

        A row without a label (it has no text) is passed over.
        """
        for kind in self.kinds:
            keys_of = self._day_key if kind == "date" else lambda value, kind=kind: entities_of(kind, value)
            groups = self._groups[kind]
            for value, label, number in zip(cells[kind], labels, numbers, strict=True):
                if label is None or number is None:
                    continue
                keys: Iterable[Any] = keys_of(value)
                if not keys:
                    self.without[kind] += 1
                for key in keys:
                    group = groups.get(key)
                    if group is None:
                        group = self._new(groups, key)
                    place = _LABELS.get(label)
                    if place is None:
                        group.abstained += 1
                        continue
                    if place == 0:
                        group.negative += 1
                    elif place == 1:
                        group.neutral += 1
                    else:
                        group.positive += 1
                    group.score += number[3] - number[1]

    def days(self) -> tuple[dict[date, Group], int]:
        """Groups by day in order, and the rows whose date may be two days with nothing that settles which."""
        order = day_first(self._orders)
        days: dict[date, Group] = {}
        ambiguous = 0
        for key, group in self._groups.get("date", {}).items():
            day = key
            if isinstance(key, Ambiguous):
                day = None if order is None else settled(key, order)
            if day is None:
                ambiguous += group.n + group.abstained
            else:
                days.setdefault(day, Group()).add(group)
        return dict(sorted(days.items())), ambiguous

    def groups(self, kind: str) -> dict[str, Group]:
        """Groups of a kind other than days, the largest first."""
        found: dict[str, Group] = self._groups[kind]
        return dict(sorted(found.items(), key=lambda item: (-item[1].n - item[1].abstained, item[0])))

    def write(self, folder: Path) -> list[Path]:
        """Write a CSV file and a plot of each kind; gives their paths. Each file appears whole or not at all."""
        from chains.news.news_plots import plot_days, plot_groups

        folder.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        for kind in self.kinds:
            if kind == "date":
                records, plot = day_records(self.days()[0]), plot_days
            else:
                records = [{kind: name, **group.record()} for name, group in self.groups(kind).items()]
                plot = partial(plot_groups, kind=kind)
            for ending, make in (("csv", _write_csv), ("png", plot)):
                path = folder / f"{FILES[kind]}.{ending}"
                _whole(path, records, make)
                written.append(path)
        return written

    def _day_key(self, value: Any) -> tuple[Any, ...]:
        found = self._dates.read(value)
        if isinstance(found, Ordered):
            self._orders.add(found.day_first)
            return (found.day,)
        if found is None and not _is_blank(value):
            self.unread += 1
            self.without["date"] -= 1  # counted once, as unread
        return () if found is None else (found,)

    def _new(self, groups: dict[Any, Group], key: Any) -> Group:
        if len(groups) >= MOST_GROUPS:
            key = OTHERS if not isinstance(key, date | Ambiguous) else key
        return groups.setdefault(key, Group())


def entities_of(kind: str, value: Any) -> Sequence[str]:
    """The groups of a cell: one source; entities and tickers may be several, in a list or divided by ; or |."""
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(name for each in value for name in entities_of(kind, each)))
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if kind not in _SPLIT:
        name = " ".join(text.split())
        return (name,) if name else ()
    parts = [" ".join(part.split()) for part in _SPLIT[kind].split(text)]
    return list(dict.fromkeys(part for part in parts if part))


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _write_csv(path: Path, records: Records) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if records:
            writer = csv.DictWriter(file, records[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)


def _whole(path: Path, records: Records, make: Callable[[Path, Records], None]) -> None:
    """Make a file under another name and put it in its place when it is complete."""
    part = path.with_name(f".{path.name}.part")
    try:
        make(part, records)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
