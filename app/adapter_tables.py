"""Adapters for the terminal: the list, and one card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from adapters.catalogue import Installed, Listed

_SHOWN = ("accuracy", "macro_f1", "weighted_f1", "ece", "n")


def listed_record(one: Listed) -> dict[str, Any]:
    """What `--json` prints of an adapter in the list."""
    card = one.card
    return {
        "name": one.name,
        "task": card.task if card else None,
        "origin": one.origin,
        "in_use": one.in_use,
        "base": card.base.name if card else None,
        "macro_f1": _macro_f1(card.metrics) if card else None,
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
    for column in ("name", "task", "origin", "in use", "macro-F1", "date"):
        table.add_column(column, no_wrap=column == "name", justify="right" if column == "macro-F1" else "left")
    for one in listed:
        card = one.card
        score = _macro_f1(card.metrics) if card else None
        table.add_row(
            Text(one.name, style="red" if one.error else ""),
            Text(card.task if card else ""),
            one.origin,
            "yes" if one.in_use else "",
            f"{score:.3f}" if score is not None else "",
            Text(card.created if card else ""),
        )
    console.print(table)
    for one in listed:
        if one.error:
            _line(console, f"{one.name}: {one.error}", "red")


def show_card(found: Installed, *, in_use: bool, before: Sequence[str]) -> None:
    """Everything that a person may want to know of an adapter, one line a thing."""
    console, card = Console(highlight=False), found.card
    use = "yes" if in_use else "no" + (", but before" if found.name in before else "")
    facts: dict[str, Any] = {
        "adapter": found.name, "task": card.task, "labels": ", ".join(card.labels), "kind": card.kind,
        "origin": found.origin, "in use": use, "created": card.created, "directory": found.directory,
        "base": f"{card.base.name} ({card.base.model_type}), SHA-256 {card.base.sha256}",
        "input": f"{card.input.entity}, {card.input.max_length} tokens",
        "prompt": card.input.prompt, "words": _flat(card.input.words), "licence": card.licence,
        "temperature": f"{card.temperature:.4g}", "seed": card.seed,
        "versions": _flat(card.versions), "notes": card.notes,
    }  # fmt: skip
    for name, value in facts.items():
        if value not in (None, ""):
            _line(console, f"{name:>12}  {value}")
    for one in card.data:
        digest = f", SHA-256 {one.sha256[:12]}" if one.sha256 else ""
        _line(console, f"{'data':>12}  {one.name}: {one.rows:,} rows, licence {one.licence or 'unknown'}{digest}")
    if card.split:
        held = f"{len(card.split.validation_ids):,} texts held out"
        _line(console, f"{'split':>12}  {held} ({card.split.share:.0%}, seed {card.split.seed})")
    metrics = {name: card.metrics[name] for name in _SHOWN if card.metrics.get(name) is not None}
    if metrics:
        _line(console, f"{'validation':>12}  {_flat(metrics)}")
    for name, value in card.recipe.items():
        _line(console, f"{'recipe':>12}  {name}: {_flat(value) if isinstance(value, Mapping) else value}")
    _line(console, f"{'files':>12}  {', '.join(sorted(card.sha256))}")


def _macro_f1(metrics: Mapping[str, Any]) -> float | None:
    value = metrics.get("macro_f1")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _flat(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
