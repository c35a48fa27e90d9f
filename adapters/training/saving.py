"""What a finished run leaves behind: weights, curves, 8-bit ranges where they apply, and the card."""

from __future__ import annotations

import csv
import json
import platform
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.card import Card, CardBase, CardData, CardInput, CardSplit, ids_sha256, write_card
from adapters.errors import RecipeError
from adapters.files import CONFIG, WEIGHTS
from adapters.serving.models import quiet
from adapters.training.checkpoints import load_tensors, save_tensors
from adapters.training.data import Source
from adapters.training.methods import CHANGE_BASE
from adapters.training.starts import Candidate

if TYPE_CHECKING:
    from adapters.training.job import Trained, TrainingJob

__all__ = ["card_of", "continued", "keep_initial", "quiet", "save", "save_weights"]

_PACKAGES = ("torch", "transformers", "peft", "finagent")
_LISTED = 200_000  # validation ids that a card names one by one
_UPSTREAM = "sentence-transformers/all-MiniLM-L6-v2"  # the bundled base's name for PEFT's own loaders


def continued(model: Any, directory: Path) -> Any:
    """The base with an earlier adapter on it, to be trained further. Raises RecipeError where it does not fit."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, str(directory), is_trainable=True)
    except (ValueError, RuntimeError, KeyError) as error:
        said = str(error).strip().split("\n")[0][:200]
        raise RecipeError(f"start.start: the adapter {directory} does not fit this base: {said}") from error


def keep_initial(model: Any, method: str) -> dict[str, Any] | None:
    """The first weights of a method that changes the base, by their names in the file; None for other methods."""
    from peft import get_peft_model_state_dict

    if method not in CHANGE_BASE:
        return None
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: value.detach().clone() for name, value in state.items() if ".lora_" in name}


def save_weights(model: Any, directory: Path, initial: dict[str, Any] | None = None) -> None:
    """Write PEFT's own two files. With `initial` weights the adapter is the difference to them, a plain LoRA.

    The difference of two products is a product of twice the rank: B A - B0 A0 = [B | -B0] [A ; A0]. (PEFT's own
    conversion leaves the head out.)
    """
    import torch

    with quiet():
        model.save_pretrained(str(directory), save_embedding_layers=False)
    (directory / "README.md").unlink(missing_ok=True)  # a form to fill in; the card says it all
    path = directory / CONFIG
    written = json.loads(path.read_text(encoding="utf-8"))
    if initial:
        weights = load_tensors(directory / WEIGHTS)
        for name, first in initial.items():
            side = 0 if ".lora_A" in name else 1
            weights[name] = torch.cat([weights[name], first if side == 0 else -first], dim=side)
        save_tensors(weights, directory / WEIGHTS)
        written |= {"r": 2 * written["r"], "lora_alpha": 2 * written["lora_alpha"], "init_lora_weights": True}
    for key, value in written.items():  # PEFT writes sets, whose order changes from run to run
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            written[key] = sorted(set(value))
    path.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (directory / WEIGHTS).chmod(0o644)  # safetensors writes for the owner alone


def save(job: TrainingJob, trained: Trained, card: Card, prepare: Callable[[Card, Path], None] | None = None) -> Card:
    """Write the adapter of a job into its run's directory; the card comes last.

    `prepare` may write further files that belong to the adapter, before the card names all of them with their hashes.
    """
    directory = job.run.adapter
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    method = trained.model.peft_config["default"]
    named = job.base.name.removeprefix("hub:").removeprefix("path:")
    method.base_model_name_or_path = _UPSTREAM if job.base.name == "bundled" else named
    save_weights(trained.model, directory, trained.initial)
    _curves(trained.outcome.history, directory)
    if prepare:
        prepare(card, directory)
    return write_card(card, directory)


def _curves(history: list[dict[str, float]], directory: Path) -> None:
    """curves.csv, a row a point, and curves.png."""
    from adapters.training.plots import plot_curves

    first = ["step", "epoch", "loss", "learning_rate", "validation_loss"]
    measured = [key for row in history for key in row if key not in first]
    columns = [*first, *dict.fromkeys(measured)]
    with (directory / "curves.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({key: round(value, 8) for key, value in row.items()} for row in history)

    def line(name: str) -> list[tuple[float, float]]:
        return [(row["step"], row[name]) for row in history if name in row]

    panels = {
        "loss": {"training": line("loss"), "validation": line("validation_loss")},
        "validation": {_curve(name): line(name) for name in columns[len(first) :] if name != "validation_score"},
        "learning rate": {"learning rate": line("learning_rate")},
    }
    drawn = {panel: {name: points for name, points in lines.items() if points} for panel, lines in panels.items()}
    plot_curves({panel: lines for panel, lines in drawn.items() if lines}, directory / "curves.png")


def _curve(column: str) -> str:
    """A column of curves.csv as the picture names it."""
    said = column.removeprefix("validation_")
    return {"macro_f1": "macro-F1", "f1": "F1"}.get(said, said.replace("_", " "))


def card_of(
    job: TrainingJob,
    trained: Trained,
    *,
    how: CardInput,
    sources: Sequence[Source],
    generated: Sequence[CardData],
    held_out: tuple[str, ...],
    rows: int,
    notes: str,
) -> Card:
    """What the cards of all tasks say. `held_out` are the ids of what no training saw, `rows` the validation rows."""
    recipe, start = job.recipe, trained.candidate
    licences = job.options.licences(len(sources))
    data = [CardData(one.path.name, one.sha256, one.rows, said) for one, said in zip(sources, licences, strict=True)]
    data.extend(generated)
    data.extend(one for one in start.data() if one.sha256 not in {known.sha256 for known in data})
    metrics: dict[str, Any] = {key: round(value, 6) for key, value in trained.outcome.metrics.items()}
    if metrics:
        metrics["n"] = rows
    return Card(
        name=adapter_name(job.run.output),
        kind=job.family.kind,
        base=CardBase(job.base.name, job.base.sha256, trained.model.config.model_type),
        input=how,
        data=tuple(data),
        split=CardSplit(
            recipe.seed,
            recipe.data.validation,
            ids_sha256(held_out),
            held_out if len(held_out) <= _LISTED else (),
        ),
        recipe=recipe.record(),
        seed=recipe.seed,
        versions=versions(),
        metrics=metrics,
        licence="; ".join(dict.fromkeys(one for one in licences if one)),
        created=datetime.now(UTC).date().isoformat(),
        notes=f"Trained from {started_from(start)}; {notes}",
    )


def adapter_name(output: Path) -> str:
    """The name of an adapter that is written to `output`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", output.name).strip("-._")[:64] or "adapter"


def started_from(start: Candidate) -> str:
    """The start as a card's notes name it."""
    return f"{start.name} {start.card.name} ({start.sha256[:12]})" if start.card else start.name


def versions() -> dict[str, str]:
    """The versions that a card records."""
    from importlib.metadata import version

    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
