"""Pictures of measures, as PNG files. Drawn without a display and without matplotlib's global state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from adapters.training.metrics import Bin, Coverage, Floats

_INK, _QUIET, _ALARM = "#1f4e79", "#8a8f98", "#b3402e"
_LINES = (_INK, "#d07c2a", "#2e7d4f", "#7a4fa3", _ALARM, "#2a9d9d", _QUIET)


def plot_confusion(confusion: Mapping[str, Mapping[str, int]], path: Path, *, title: str = "Confusion") -> None:
    """The confusion matrix `confusion[truth][prediction]`: counts, shaded by their share of the true label's rows.

    A column that is empty and no label of the truth (predictions that are no label) is left out.
    """
    columns = list(next(iter(confusion.values())))
    columns = [name for name in columns if name in confusion or any(row[name] for row in confusion.values())]
    counts = np.array([[row[name] for name in columns] for row in confusion.values()], dtype=np.float64)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure, axes = _figure(1.6 + 1.25 * len(columns), 1.4 + len(confusion))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(confusion)), list(confusion))
    axes.set(xlabel="predicted", ylabel="true", title=title)
    for (row, column), share in np.ndenumerate(shares):
        said = f"{int(counts[row, column]):,}\n{share:.0%}"
        axes.text(column, row, said, ha="center", va="center", color="white" if share > 0.55 else "black")
    _save(figure, path)


def plot_reliability(bins: Sequence[Bin], path: Path, *, error: float | None = None) -> None:
    """A reliability diagram: accuracy against confidence by bin, and below how many rows each bin has."""
    from matplotlib.gridspec import GridSpec

    figure, _ = _figure(5, 5.6, empty=True)
    grid = GridSpec(2, 1, height_ratios=(3, 1), figure=figure)
    upper, lower = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    left, width = [one.low for one in bins], [one.high - one.low for one in bins]
    upper.bar(left, [one.accuracy or 0 for one in bins], width, align="edge", color=_INK, edgecolor="white")
    met = [(one.confidence, one.accuracy) for one in bins if one.confidence is not None and one.accuracy is not None]
    upper.plot([at for at, _ in met], [share for _, share in met], "o", color="#d07c2a", markersize=4)
    upper.plot([0, 1], [0, 1], "--", color=_QUIET, linewidth=1)
    said = "" if error is None else f" (expected calibration error {error:.3f})"
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy", title=f"Reliability{said}")
    lower.bar(left, [one.n for one in bins], width, align="edge", color=_QUIET, edgecolor="white")
    lower.set(xlim=(0, 1), xlabel="confidence", ylabel="rows")
    _save(figure, path)


def plot_coverage(curve: tuple[Floats, Floats, Floats], points: Sequence[Coverage], path: Path) -> None:
    """Accuracy against coverage, the surest rows first, with the points at the accuracies that are stated."""
    _, coverage, accuracy = curve
    figure, axes = _figure(5.6, 4)
    keep = np.unique(np.linspace(0, len(coverage) - 1, min(len(coverage), 2000)).astype(np.int64))
    axes.plot(coverage[keep], accuracy[keep], color=_INK)
    for point in points:
        axes.axhline(point.target, color=_QUIET, linewidth=0.7, linestyle=":")
        if point.accuracy is not None:
            axes.plot([point.coverage], [point.accuracy], "o", color="#d07c2a")
            axes.annotate(
                f"{point.coverage:.0%} at {point.target:.0%}",
                (point.coverage, point.accuracy),
                textcoords="offset points",
                xytext=(6, 6) if point.coverage < 0.7 else (-6, 6),
                ha="left" if point.coverage < 0.7 else "right",
            )
    lowest = min([0.8, *accuracy[coverage > 0.05].tolist()])
    axes.set(xlim=(0, 1.01), ylim=(max(0.0, lowest - 0.03), 1.01))
    axes.set(xlabel="coverage (share of rows labelled)", ylabel="accuracy of these", title="Coverage, the surest first")
    _save(figure, path)


def plot_curves(
    panels: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]], path: Path, *, x: str = "step"
) -> None:
    """Training curves: one panel a measure, `panels[measure][line]` the points (x, y) of a line."""
    figure, _ = _figure(5.2 * max(1, len(panels)), 3.6, empty=True)
    for number, (measure, lines) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(1, len(panels), number)
        for name, points in lines.items():
            colour = _LINES[list(lines).index(name) % len(_LINES)]
            style = "o-" if len(points) < 30 else "-"
            axes.plot(
                [p[0] for p in points], [p[1] for p in points], style, color=colour, label=name, markersize=3, lw=1.3
            )
        axes.set(xlabel=x, title=measure)
        axes.grid(alpha=0.25)
        if len(lines) > 1:
            axes.legend(frameon=False)
    _save(figure, path)


def _figure(width: float, height: float, *, empty: bool = False) -> tuple[Figure, Any]:
    """A figure of so many inches with its one set of axes, or none."""
    # Not pyplot: it keeps every figure, chooses a display, and may be used by one thread only.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    if empty:
        return figure, None
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    """Write the picture; it appears whole or not at all."""
    import warnings

    draft = path.with_name(f".{path.name}.part")
    try:
        with warnings.catch_warnings():
            # A name in a script that the font lacks is drawn as boxes; one warning a letter helps nobody.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            # No software line: the same numbers give the same file.
            figure.savefig(draft, format="png", dpi=120, metadata={"Software": None})
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
