"""Sentiment by day, source, entity and ticker."""

from __future__ import annotations

import csv
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chains.news import news_summary
from chains.news.news_groups import net_interval
from chains.news.news_summary import NewsSummary

NUMBERS = {"negative": (0.8, 0.8, 0.1, 0.1), "neutral": (0.8, 0.1, 0.8, 0.1), "positive": (0.8, 0.1, 0.1, 0.8)}


def add(summary: NewsSummary, labels: str, **cells: list[Any]) -> None:
    """Add rows by the first letters of their labels; a space is a row without a text, an x one that abstains."""
    names = {"n": "negative", "o": "neutral", "p": "positive", "x": "abstain", " ": None}
    said = [names[letter] for letter in labels]
    numbers = [None if name is None else NUMBERS.get(name, (0.4, 0.3, 0.3, 0.4)) for name in said]
    summary.add(cells, said, numbers)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_days_have_counts_shares_scores_and_pooled_weeks(tmp_path: Path):
    summary = NewsSummary(["date"])
    add(
        summary,
        "ppnox p",
        date=["2026-01-01", "2026-01-01", "2026-01-01", "2026-01-05", "2026-01-05", "2026-01-05", "2026-01-09"],
    )
    paths = summary.write(tmp_path / "new" / "sum")
    assert [path.name for path in paths] == ["by_day.csv", "by_day.png"]
    first, second, third = read(paths[0])
    assert (first["n"], first["positive"], first["share_negative"], first["net"]) == ("3", "2", "0.333333", "0.333333")
    assert float(first["mean_score"]) == pytest.approx(0.7 / 3, abs=1e-6)
    assert (second["n"], second["abstained"], second["net"]) == ("1", "1", "0.0")
    assert (second["n_7d"], second["net_7d"]) == ("4", "0.25")
    assert (third["date"], third["n_7d"], third["net_7d"]) == ("2026-01-09", "2", "0.5")
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_dates_of_two_readings_are_settled_by_the_file_or_left_out():
    summary = NewsSummary(["date"])
    add(summary, "pp", date=["03/04/2026", "?"])
    assert summary.days() == ({}, 1)
    assert (summary.unread, summary.without) == (1, {"date": 0})
    add(summary, "pn ", date=["13/04/2026", None, "never"])
    days, ambiguous = summary.days()
    assert (list(days), ambiguous) == ([date(2026, 4, 3), date(2026, 4, 13)], 0)
    assert (summary.unread, summary.without) == (1, {"date": 1})
    add(summary, "p", date=["04/13/2026"])
    assert summary.days()[1] == 1


def test_a_row_may_name_several_entities_and_none():
    summary = NewsSummary(["entity", "ticker", "source"])
    add(
        summary, "pno", entity=["Acme Inc; Bolt|Acme Inc", ["Bolt", None], ""], ticker=["AA, BB", "AA BB;CC", None],
        source=[" A  Wire ", "A Wire", "B;C"],
    )  # fmt: skip
    assert {name: group.n for name, group in summary.groups("entity").items()} == {"Bolt": 2, "Acme Inc": 1}
    assert {name: group.n for name, group in summary.groups("ticker").items()} == {"AA": 2, "BB": 2, "CC": 1}
    assert {name: group.n for name, group in summary.groups("source").items()} == {"A Wire": 2, "B;C": 1}
    assert summary.without == {"entity": 1, "ticker": 1, "source": 0}


@pytest.mark.filterwarnings("error")
def test_many_groups_go_into_the_table_and_the_plot_shows_the_largest(tmp_path: Path):
    summary = NewsSummary(["entity"])
    add(summary, "p" * 100, entity=[f"$Firm$ 会社 {i % 60} " + "x" * 50 for i in range(100)])
    summary.write(tmp_path)
    assert len(read(tmp_path / "by_entity.csv")) == 60
    assert (tmp_path / "by_entity.png").stat().st_size > 1000


def test_groups_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(news_summary, "MOST_GROUPS", 2)
    summary = NewsSummary(["entity"])
    add(summary, "ppppp", entity=["a", "b", "c", "d", "a"])
    assert {name: group.n for name, group in summary.groups("entity").items()} == {
        "a": 2, news_summary.OTHERS: 2, "b": 1,
    }  # fmt: skip


def test_nothing_tagged_still_makes_files(tmp_path: Path):
    summary = NewsSummary(["date", "source"])
    add(summary, " x", date=["2026-01-01", "2026-01-01"], source=["a", "b"])
    summary.write(tmp_path)
    assert read(tmp_path / "by_day.csv")[0]["net"] == ""
    assert NewsSummary(["date"]).write(tmp_path / "e")[0].exists()


def test_the_interval_of_the_net_covers_it_at_its_level():
    for n in (1, 2, 5, 30, 80):
        for q, o, p in ((0.2, 0.5, 0.3), (0.05, 0.15, 0.8), (1 / 3, 1 / 3, 1 / 3)):
            covered = 0.0
            for positive in range(n + 1):
                for negative in range(n + 1 - positive):
                    low, high = net_interval(positive, negative, n)
                    assert low <= (positive - negative) / n <= high
                    ways = math.comb(n, positive) * math.comb(n - positive, negative)
                    if low <= p - q <= high:
                        covered += ways * p**positive * q**negative * o ** (n - positive - negative)
            assert 0.94 < covered <= 1 + 1e-9, (n, covered)
