"""What a finished run leaves behind: weights, curves, 8-bit ranges where they apply, and the card."""

from __future__ import annotations

import csv
import json
import platform
import random
import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.card import Card, CardBase, CardData, CardSplit, ids_sha256, text_id, write_card
from adapters.errors import RecipeError
from adapters.files import CONFIG, WEIGHTS
from adapters.serving.models import quiet
from adapters.training.methods import CHANGE_BASE, VIRTUAL_TOKENS

if TYPE_CHECKING:
    from adapters.training.sentiment import Job, Trained

__all__ = ["continued", "keep_initial", "quiet", "save"]

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


def keep_initial(model: Any, method: str, directory: Path) -> Path | None:
    """Save the first weights of a method that changes the base, so that the difference can be saved at the end."""
    if method not in CHANGE_BASE:
        return None
    config = model.peft_config["default"]
    kept, config.init_lora_weights = config.init_lora_weights, True
    model.save_pretrained(str(directory), save_embedding_layers=False)
    config.init_lora_weights = kept
    return directory


def save(job: Job, trained: Trained) -> Card:
    """Write the adapter of a job into its run's directory; the card comes last."""
    directory = job.run.adapter
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    _weights(job, trained, directory)
    _curves(trained.outcome.history, directory)
    card = _card(job, trained)
    _ranges(job, card, directory)
    return write_card(card, directory)


def _weights(job: Job, trained: Trained, directory: Path) -> None:
    model, config = trained.model, trained.model.peft_config["default"]
    config.base_model_name_or_path = _UPSTREAM if job.base.name == "bundled" else job.base.name.removeprefix("hub:")
    more = {"path_initial_model_for_weight_conversion": str(trained.initial)} if trained.initial else {}
    with quiet():
        model.save_pretrained(str(directory), save_embedding_layers=False, **more)
    (directory / "README.md").unlink(missing_ok=True)  # a form to fill in; the card says it all
    path = directory / CONFIG
    written = json.loads(path.read_text(encoding="utf-8"))
    for key, value in written.items():  # PEFT writes sets, whose order changes from run to run
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            written[key] = sorted(set(value))
    (directory / WEIGHTS).chmod(0o644)  # safetensors writes for the owner alone
    path.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _ranges(job: Job, card: Card, directory: Path) -> None:
    """engine.json, the activation ranges by which a BERT encoder is served in 8 bits; none for other models."""
    from adapters.engine.calibrate import COMPARED, LEAST, MEASURED, calibrate_adapter
    from adapters.serving.encoders import builds_without_torch

    if card.kind != "encoder" or job.recipe.adapter.method in VIRTUAL_TOKENS or not builds_without_torch(job.base):
        return
    examples = list(job.parts.training)
    random.Random(job.recipe.seed).shuffle(examples)
    chosen = examples[: MEASURED + COMPARED]
    if len({(one.text, one.entity) for one in chosen}) >= LEAST:
        calibrate_adapter(directory, job.base, card, [one.text for one in chosen], [one.entity for one in chosen])


def _curves(history: list[dict[str, float]], directory: Path) -> None:
    """curves.csv, a row a point, and curves.png."""
    from adapters.training.plots import plot_curves

    columns = [
        "step",
        "epoch",
        "loss",
        "learning_rate",
        "validation_loss",
        "validation_accuracy",
        "validation_macro_f1",
    ]
    with (directory / "curves.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({key: round(value, 8) for key, value in row.items()} for row in history)

    def line(name: str) -> list[tuple[float, float]]:
        return [(row["step"], row[name]) for row in history if name in row]

    panels = {
        "loss": {"training": line("loss"), "validation": line("validation_loss")},
        "validation": {"accuracy": line("validation_accuracy"), "macro-F1": line("validation_macro_f1")},
        "learning rate": {"learning rate": line("learning_rate")},
    }
    drawn = {panel: {name: points for name, points in lines.items() if points} for panel, lines in panels.items()}
    plot_curves({panel: lines for panel, lines in drawn.items() if lines}, directory / "curves.png")


def _card(job: Job, trained: Trained) -> Card:
    from adapters.training.calibration import fit_temperature

    parts, recipe = job.parts, job.recipe
    temperature = fit_temperature(trained.outcome.scores, job.truth) if parts.validation else 1.0
    ids = tuple(sorted({text_id(example.text) for example in parts.validation}))
    licence = job.options.licence
    data = [CardData(source.path.name, source.sha256, source.rows, licence) for source in parts.data.sources]
    if recipe.data.news:
        data.append(CardData("generated company news", "", recipe.data.news, "Apache-2.0"))
    counts = Counter(example.label for example in parts.training)
    shares = {label: round(counts[label] / len(parts.training), 4) for label in sorted(counts)}
    metrics: dict[str, Any] = {key: round(value, 6) for key, value in trained.outcome.metrics.items()}
    if metrics:
        metrics["n"] = len(parts.validation)
    return Card(
        name=re.sub(r"[^A-Za-z0-9._-]+", "-", job.run.output.name).strip("-._")[:64] or "adapter",
        kind=job.family.kind,
        base=CardBase(job.base.name, job.base.sha256, trained.model.config.model_type),
        input=job.how,
        data=tuple(data),
        split=CardSplit(recipe.seed, recipe.data.validation, ids_sha256(ids), ids if len(ids) <= _LISTED else ()),
        recipe=recipe.record(),
        seed=recipe.seed,
        versions=_versions(),
        metrics=metrics,
        temperature=temperature,
        licence=licence,
        created=datetime.now(UTC).date().isoformat(),
        notes=f"Trained from {trained.candidate}; labels of the training part: {shares}.",
    )


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
