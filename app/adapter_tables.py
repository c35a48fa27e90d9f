"""Adapters for the terminal: the list, and one card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from adapters.catalogue import Installed, Listed

_SHOWN = ("accuracy", "macro_f1", "weighted_f1", "ece", "execution_accuracy", "exact_match", "f1", "n")
_DECIDING = {"macro_f1": "macro-F1", "exact_match": "exact match"}
"""The measures that decide a promotion, each of one task, with their names in the list."""


def listed_record(one: Listed) -> dict[str, Any]:
    """What `--json` prints of an adapter in the list."""
    card = one.card
    return {
        "name": one.name,
        "task": card.task if card else None,
        "origin": one.origin,
        "in_use": one.in_use,
        "base": card.base.name if card else None,
        **{name: _measure(card.metrics, name) if card else None for name in _DECIDING},
        "created": card.created if card else None,
        "licence": card.licence if card else None,
        "directory": str(one.directory) if one.directory else None,
        "error": one.error,
    }


def show_adapters(listed: Sequence[Listed]) -> None:
    """One row an adapter, then what is wrong with those that cannot be used."""
    console = Console(highlight=False)
    if not listed:
        console.print(
            "There is no adapter yet; `finagent train sentiment` makes one, `finagent adapters add` installs one."
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    measures = {name: said for name, said in _DECIDING.items() if any(_measured(one, name) for one in listed)}
    for column in ("name", "task", "origin", "in use", *measures.values(), "date"):
        table.add_column(column, no_wrap=column == "name", justify="right" if column in _DECIDING.values() else "left")
    for one in listed:
        card = one.card
        table.add_row(
            Text(one.name, style="red" if one.error else ""),
            Text(card.task if card else ""),
            one.origin,
            "yes" if one.in_use else "",
            *(_measured(one, name) for name in measures),
            Text(card.created if card else ""),
        )
    console.print(table)
    for one in listed:
        if one.error:
            _line(console, f"{one.name}: {one.error}", "red")


def show_card(found: Installed, *, in_use: bool, before: Sequence[str]) -> None:
    """Everything that a person may want to know of an adapter, one line a thing."""
    console, card = Console(highlight=False), found.card
    tokens = f"{card.input.max_length} tokens"
    use = "yes" if in_use else "no" + (", but before" if found.name in before else "")
    facts: dict[str, Any] = {
        "adapter": found.name, "task": card.task, "labels": ", ".join(card.labels), "kind": card.kind,
        "origin": found.origin, "in use": use, "created": card.created, "directory": found.directory,
        "base": f"{card.base.name} ({card.base.model_type}), SHA-256 {card.base.sha256}",
        "input": f"{card.input.entity}, {tokens}" if card.task == "sentiment" else tokens,
        "prompt": card.input.prompt, "words": _flat(card.input.words), "licence": card.licence,
        "temperature": f"{card.temperature:.4g}", "confidence": _flat(card.calibration), "seed": card.seed,
        "versions": _flat(card.versions), "notes": card.notes,
    }  # fmt: skip
    for name, value in facts.items():
        if value not in (None, ""):
            _line(console, f"{name:>12}  {value}")
    for one in card.data:
        digest = f", SHA-256 {one.sha256[:12]}" if one.sha256 else ""
        _line(console, f"{'data':>12}  {one.name}: {one.rows:,} rows, licence {one.licence or 'unknown'}{digest}")
    if card.split:
        held = f"{len(card.split.validation_ids):,} {'pages' if card.task == 'report-qa' else 'texts'} held out"
        _line(console, f"{'split':>12}  {held} ({card.split.share:.0%}, seed {card.split.seed})")
    metrics = {name: card.metrics[name] for name in _SHOWN if card.metrics.get(name) is not None}
    if metrics:
        _line(console, f"{'validation':>12}  {_flat(metrics)}")
    for name, value in card.recipe.items():
        _line(console, f"{'recipe':>12}  {name}: {_flat(value) if isinstance(value, Mapping) else value}")
    _line(console, f"{'files':>12}  {', '.join(sorted(card.sha256))}")


def _measured(one: Listed, name: str) -> str:
    """A measure of the card as the list shows it; empty where there is none."""
    value = _measure(one.card.metrics, name) if one.card else None
    return "" if value is None else f"{value:.3f}"


def _measure(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _flat(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
