"""Recipes: a TOML file states a training run completely; each field below is one of its keys.

A recipe is read, `--set KEY=VALUE` is laid over it, and all that is wrong is reported at once. Keys are given with
their section (`training.epochs=3`) or alone (`epochs=3`): no two sections share a name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from adapters.errors import RecipeError
from adapters.training.recipe_values import checked, value_of

DEFAULT = "minilm"
START_CHOICES = ("scratch", "shipped", "auto")
_RECIPES = Path(__file__).with_name("recipes")
_METHODS = (
    "lora", "dora", "rslora", "pissa", "olora", "adalora", "ia3", "loha", "lokr", "oft", "boft", "vera", "prefix",
    "prompt", "p-tuning",
)  # fmt: skip


_ON_QUANTISED = ("lora", "dora", "rslora")


def _key(default: Any, *, least: float | None = None, below: float | None = None, choices: tuple[str, ...] = ()) -> Any:
    """A field with its default and its limits: `least` may be reached, `below` may not."""
    return field(default=default, metadata={"least": least, "below": below, "choices": choices})


@dataclass(frozen=True, slots=True)
class AdapterRecipe:
    """`[adapter]`: what is trained.

    method: the way of tuning, a PEFT method by name.
    r: rank (the number of virtual tokens for prefix, prompt and p-tuning).
    alpha: scale of the low-rank update, divided by r.
    dropout: dropout in front of the update.
    targets: "attention", "all-linear", or a list of module names.
    modules_to_save: modules trained whole beside the adapter; not given: the head (and the pooler) of the family.
    freeze: that many lower layers are not adapted.
    base_dropout: the base's own dropout while training; not given: as in the base's config.
    attention_dropout: that of the attention weights alone; with 0 torch runs attention as one kernel.
    quantise: "nf4" or "int8": the base of a model that writes is held in 4 or 8 bits while its adapter learns (QLoRA),
        which needs bitsandbytes; not given: as it is.
    """

    method: str = _key("lora", choices=_METHODS)
    r: int = _key(16, least=1)
    alpha: float = _key(32.0, least=0)
    dropout: float = _key(0.0, least=0, below=1)
    targets: str | tuple[str, ...] = "all-linear"
    modules_to_save: tuple[str, ...] | None = None
    freeze: int = _key(0, least=0)
    base_dropout: float | None = _key(None, least=0, below=1)
    attention_dropout: float | None = _key(None, least=0, below=1)
    quantise: str | None = _key(None, choices=("nf4", "int8"))


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """`[training]`: how it is trained.

    learning_rate: the highest; head_learning_rate: that of the modules trained whole; not given: the same.
    schedule: course of the learning rate; warmup: share of the steps in which it rises.
    weight_decay: AdamW's, on matrices only.
    epochs: passes over the data; batch: rows a step; accumulation: batches a step, their gradients added up.
    max_grad_norm: gradients are clipped to it; 0: never.
    precision: fp32, bf16 or fp16 (a GPU only).
    gradient_checkpointing: less memory for more time.
    label_smoothing: share of the target taken from the right label and spread over all.
    ema: decay of the running average of weights that is evaluated and kept; 0: none.
    """

    learning_rate: float = _key(1e-3, least=0)
    head_learning_rate: float | None = _key(None, least=0)
    schedule: str = _key("linear", choices=("linear", "cosine", "constant", "constant_with_warmup", "polynomial"))
    warmup: float = _key(0.06, least=0, below=1)
    weight_decay: float = _key(0.01, least=0)
    epochs: int = _key(4, least=1)
    batch: int = _key(64, least=1)
    accumulation: int = _key(1, least=1)
    max_grad_norm: float = _key(1.0, least=0)
    precision: str = _key("fp32", choices=("fp32", "bf16", "fp16"))
    gradient_checkpointing: bool = False
    label_smoothing: float = _key(0.0, least=0, below=1)
    ema: float = _key(0.0, least=0, below=1)


@dataclass(frozen=True, slots=True)
class DataRecipe:
    """`[data]`: how rows are shown to the model.

    max_length: tokens of an input; longer texts are cut.
    entity: how an entity is given: "pair" (a second segment), "mark" (its mentions stand between signs),
        "mask" (they are replaced) or "prompt".
    prompt: for "prompt", the input with {text} and perhaps {entity} in it. For report QA on a model that writes, the
        form of its input: "rows" or "cells", and perhaps behind a line end a text with {evidence} and {question}.
    words: the word that a generating model writes for each label; not given: the labels themselves.
    sentence_share: of the entity rows whose text's labels all agree, the share shown without the entity in an epoch.
    news: generated company-news sentences added to the training part.
    budget: for report QA, tokens of evidence that a training row shows; what has least to do with its question is left.
    generated: for report QA, questions generated over the tables of the training part; generated_share: the share of
        them that an epoch shows, in turn.
    validation: share of the texts held out; patience: epochs without improvement before stopping; 0: never stop early.
    """

    max_length: int = _key(128, least=8)
    entity: str = _key("pair", choices=("pair", "mark", "mask", "prompt"))
    prompt: str | None = None
    words: Mapping[str, str] | None = None
    sentence_share: float = _key(0.0, least=0)
    news: int = _key(0, least=0)
    budget: int = _key(320, least=32)
    generated: int = _key(0, least=0)
    generated_share: float = _key(1.0, least=0)
    validation: float = _key(0.1, least=0, below=1)
    patience: int = _key(0, least=0)


@dataclass(frozen=True, slots=True)
class StartRecipe:
    """`[start]`: where the weights start.

    start: "scratch", "shipped" (the adapter that comes with finagent), "auto" (both, and validation decides), or an
        adapter's directory. An earlier adapter keeps its own method, rank and targets.
    start_learning_rate, start_epochs: those of a start from an earlier adapter; not given: as in `[training]`.
    """

    start: str = "scratch"
    start_learning_rate: float | None = _key(None, least=0)
    start_epochs: int | None = _key(None, least=1)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole recipe. `base` is used where the call names none; `seed` is set before the adapter is initialised."""

    name: str = "custom"
    about: str = ""
    base: str = "bundled"
    seed: int = _key(0, least=0)
    adapter: AdapterRecipe = AdapterRecipe()
    training: TrainingRecipe = TrainingRecipe()
    data: DataRecipe = DataRecipe()
    start: StartRecipe = StartRecipe()

    def record(self) -> dict[str, Any]:
        """The recipe as plain data, as a card holds it."""
        return asdict(self)


SECTIONS: Mapping[str, type[Any]] = {
    "adapter": AdapterRecipe,
    "training": TrainingRecipe,
    "data": DataRecipe,
    "start": StartRecipe,
}
_TOP = ("name", "about", "base", "seed")


def recipe_names() -> list[str]:
    """The names of the recipes that come with finagent."""
    return sorted(path.stem for path in _RECIPES.glob("*.toml"))


def load_recipe(named: str | Path = DEFAULT, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its shipped name or from a TOML file, and lay `changes` (KEY=VALUE) over it.

    Raises:
        RecipeError: there is no such recipe, or keys or values are wrong; all of them are named.
    """
    path = Path(named).expanduser()
    if str(named) in recipe_names():
        path = _RECIPES / f"{named}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise RecipeError(
            f"there is no recipe {str(named)[:200]!r}; expected a TOML file or one of {', '.join(recipe_names())}"
        ) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {path}: not a TOML file: {error}") from error
    values.setdefault("name", path.stem)
    problems: list[str] = []
    for change in changes:
        _lay_over(values, change, problems)
    return parse_recipe(values, str(path), problems)


def parse_recipe(values: Mapping[str, Any], where: str = "recipe", problems: Sequence[str] = ()) -> Recipe:
    """A recipe from plain data (a TOML file's, a card's). Raises RecipeError that names all `problems` at once."""
    found = list(problems)
    made: dict[str, Any] = {}
    for key, value in values.items():
        if key in SECTIONS and isinstance(value, Mapping):
            made[key] = SECTIONS[key](**checked(SECTIONS[key], value, key + ".", found))
        elif key in SECTIONS:
            found.append(f"[{key}]: expected a section")
        elif key not in _TOP:
            found.append(f"unknown key {key!r}; known: {', '.join((*_TOP, *(f'[{one}]' for one in SECTIONS)))}")
    made.update(checked(Recipe, {key: values[key] for key in _TOP if key in values}, "", found))
    recipe = Recipe(**made)
    found.extend(_unfit(recipe))
    if found:
        raise RecipeError(f"{where}: " + "; ".join(dict.fromkeys(found)))
    return recipe


def _unfit(recipe: Recipe) -> list[str]:
    """What of a recipe whose fields are right one by one does not fit together."""
    data, problems = recipe.data, []
    if recipe.adapter.quantise is not None and recipe.adapter.method not in _ON_QUANTISED:
        problems.append(f"adapter.quantise: expected a method of {', '.join(_ON_QUANTISED)} with it")
    if data.entity == "prompt" and "{text}" not in (data.prompt or ""):
        problems.append('data.prompt: expected a text with {text} in it, since data.entity is "prompt"')
    if data.sentence_share > 1:
        problems.append("data.sentence_share: expected 0 to 1")
    if data.words is not None:
        from adapters.labels import LABELS

        words = [str(data.words.get(label, "")).strip() for label in LABELS]
        if set(data.words) != set(LABELS) or len(set(words)) < len(LABELS) or not all(words):
            problems.append(f"data.words: expected a different word for each of {', '.join(LABELS)}")
    return problems


def _lay_over(values: dict[str, Any], change: str, problems: list[str]) -> None:
    key, equals, text = change.partition("=")
    key = key.strip()
    owners = [name for name, section in SECTIONS.items() if key in {one.name for one in fields(section)}]
    section, dot, name = key.partition(".")
    if not equals or not key:
        problems.append(f"--set {change!r}: expected KEY=VALUE, such as training.epochs=3")
    elif dot and section in SECTIONS:
        _section(values, section)[name] = value_of(text)
    elif len(owners) == 1 and not dot:
        _section(values, owners[0])[key] = value_of(text)
    elif key in _TOP:
        values[key] = value_of(text)
    else:
        known = [f"{part}.{one.name}" for part, kind in SECTIONS.items() for one in fields(kind)]
        problems.append(f"--set {key}: unknown key; known: {', '.join([*_TOP[2:], *known])}")


def _section(values: dict[str, Any], name: str) -> dict[str, Any]:
    section = values.setdefault(name, {})
    return section if isinstance(section, dict) else {}
