"""Plots of a news summary, as PNG files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_SHOWN = 20
_NEGATIVE, _POSITIVE, _LINE = "#b2453a", "#2f7d5b", "#2b4c7e"
_DOTS_PER_INCH = 130


def plot_days(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Net sentiment a day with its mean over 7 days, over the number of rows a day."""
    from datetime import date

    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(9, 5.2), layout="constrained")  # no pyplot: nothing global, no display
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    shown = [record for record in records if record["n"]]
    days = [date.fromisoformat(record["date"]) for record in shown]
    top.axhline(0, color="0.6", linewidth=0.8)
    top.scatter(days, [record["net"] for record in shown], s=10, color="0.55", label="a day")
    top.plot(days, [record["net_7d"] for record in shown], color=_LINE, label="mean of 7 days")
    top.set_ylabel("net sentiment\n(positive - negative) / n")
    top.set_ylim(-1.05, 1.05)
    if shown:
        top.legend(loc="upper left", frameon=False)
    bottom.bar(days, [record["n"] for record in shown], color="0.7", width=1.0)
    bottom.set_ylabel("rows")
    bottom.tick_params(axis="x", labelrotation=30)
    top.set_title("News sentiment by day")
    _save(figure, path)


def plot_groups(path: Path, records: Sequence[Mapping[str, Any]], kind: str) -> None:
    """Net sentiment of the groups with the most rows, with its 95 % interval."""
    from matplotlib.figure import Figure

    shown = [record for record in records if record["n"]][:MOST_SHOWN][::-1]
    figure: Any = Figure(figsize=(8, 1.4 + 0.32 * max(len(shown), 3)), layout="constrained")
    axes = figure.subplots()
    nets = [record["net"] for record in shown]
    below = [max(0.0, record["net"] - record["net_low"]) for record in shown]
    above = [max(0.0, record["net_high"] - record["net"]) for record in shown]
    colours = [_POSITIVE if net >= 0 else _NEGATIVE for net in nets]
    places = range(len(shown))
    axes.barh(places, nets, color=colours, xerr=(below, above) if shown else None, ecolor="0.4", capsize=2)
    axes.set_yticks(list(places), [_label(record, kind) for record in shown])
    axes.axvline(0, color="0.3", linewidth=0.8)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xlabel("net sentiment, (positive - negative) / n, with its 95 % interval")
    further = f" (the {MOST_SHOWN} with the most rows of {len(records):,})" if len(records) > MOST_SHOWN else ""
    axes.set_title(f"News sentiment by {kind}{further}")
    _save(figure, path)


def _label(record: Mapping[str, Any], kind: str) -> str:
    name = str(record[kind])
    short = name if len(name) <= 32 else name[:31] + "…"
    return f"{short.replace('$', chr(92) + '$')} ({record['n']:,})"  # a dollar sign would begin a formula


def _save(figure: Any, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # a name in letters the font lacks
        figure.savefig(path, dpi=_DOTS_PER_INCH, format="png")
