"""Families of models: what kind each is, and what the parts are called that an adapter changes.

The facts are rows of families.toml. A model type that is in no row is still served: its kind is read from its config,
and every linear map inside its layers can be adapted; only the short target "attention" needs a row.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from adapters.errors import BaseModelError, RecipeError

Kind = Literal["encoder", "seq2seq", "causal"]
ATTENTION, ALL_LINEAR = "attention", "all-linear"
_TABLE = Path(__file__).with_name("families.toml")
_HEADS = ("classifier", "score", "pooler", "pre_classifier", "lm_head", "embed_out", "qa_outputs", "logits_proj")
_LAYER_INDEX = re.compile(r"\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the table. `attention` and `all_linear` are empty for a model type that is not in it."""

    name: str
    kind: Kind
    attention: tuple[str, ...] = ()
    all_linear: tuple[str, ...] = ()
    head: tuple[str, ...] = ("classifier",)
    layers: str = ""


@cache
def families() -> dict[str, Family]:
    """The table, by model type."""
    table: dict[str, Family] = {}
    for name, row in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items():
        family = Family(
            name, row["kind"], tuple(row["attention"]), tuple(row["all-linear"]), tuple(row["head"]), row["layers"]
        )
        if family.kind not in get_args(Kind):
            raise BaseModelError(f"families.toml: {name}: kind {family.kind!r} is none of {', '.join(get_args(Kind))}")
        table.update(dict.fromkeys(row["types"], family))
    return table


def family_of(config: Any) -> Family:
    """The family of a model by its transformers config.

    Raises:
        BaseModelError: neither the table nor the config says what kind of model it is.
    """
    known = families().get(config.model_type)
    if known:
        return known
    if getattr(config, "is_encoder_decoder", False):
        return Family(config.model_type, "seq2seq", head=())
    architecture = " ".join(getattr(config, "architectures", None) or ())
    if architecture.endswith(("ForCausalLM", "LMHeadModel")):
        return Family(config.model_type, "causal", head=())
    if architecture.endswith(("ForMaskedLM", "ForPreTraining", "ForSequenceClassification", "Model")):
        return Family(config.model_type, "encoder")
    raise BaseModelError(
        f"the model type {config.model_type!r} is in no family; expected one of {', '.join(sorted(families()))}, "
        "or a config.json whose `architectures` ends in ForCausalLM, ForMaskedLM or ForSequenceClassification"
    )


def target_modules(model: Any, wanted: str | Sequence[str], *, freeze: int = 0) -> list[str]:
    """The names of the modules of `model` that an adapter changes, in the order of the model.

    `wanted` is "attention", "all-linear", or names, of which each matches the modules that end in it. `freeze` leaves
    that many lower layers as they are (of the encoder and of the decoder, where there are two). Heads are never taken.

    Raises:
        RecipeError: a name matches nothing (the modules that the model has are listed), or no layer is left.
    """
    family = family_of(model.config)
    names = _linear_modules(model, family)
    if isinstance(wanted, str) and wanted not in (ATTENTION, ALL_LINEAR):
        wanted = [wanted]
    if wanted == ATTENTION and not family.attention:
        raise RecipeError(
            f"targets: {ATTENTION!r} is not known for the model type {model.config.model_type!r}; name the modules: "
            f"targets = [...], of {_shapes(names)}; or use {ALL_LINEAR!r}"
        )
    short = family.attention if wanted == ATTENTION else family.all_linear if wanted == ALL_LINEAR else wanted
    if isinstance(wanted, str):
        found = [name for name in names if not short or _ends(name, short)]
        if not found:
            raise RecipeError(f"targets: {wanted!r} matches no module of this model; it has {_shapes(names)}")
    else:
        missing = [target for target in wanted if not any(_ends(name, [target]) for name in names)]
        if missing or not wanted:
            said = ", ".join(missing) or "an empty list"
            raise RecipeError(f"targets: {said} matches no module of this model; it has {_shapes(names)}")
        found = [name for name in names if _ends(name, wanted)]
    kept = [name for name in found if freeze <= 0 or _layer(name) >= freeze]
    if not kept:
        deepest = max(map(_layer, found)) + 1
        raise RecipeError(f"freeze: {freeze} leaves no layer to adapt; the model has {deepest} layers")
    return kept


def head_modules(model: Any) -> list[str]:
    """The modules that are trained whole, as far as `model` has them."""
    wanted = family_of(model.config).head
    names = {name for name, _ in model.named_modules()}
    return [head for head in wanted if any(name == head or name.endswith("." + head) for name in names)]


def _linear_modules(model: Any, family: Family) -> list[str]:
    """The linear maps inside the layers: what lies in no numbered layer, or in a head, is left out."""
    import torch
    from transformers.pytorch_utils import Conv1D

    heads = {*_HEADS, *(head for head in family.head if "." not in head)}
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D)
        and _LAYER_INDEX.search(name)
        and not heads & set(name.split("."))
    ]


def _ends(name: str, targets: Sequence[str]) -> bool:
    return any(name == target or name.endswith("." + target) for target in targets)


def _layer(name: str) -> int:
    found = _LAYER_INDEX.search(name)
    return int(found[1]) if found else 0


def _shapes(names: Sequence[str]) -> str:
    """The distinct module names with the numbers of layers left out."""
    return ", ".join(dict.fromkeys(_LAYER_INDEX.sub(".N.", name) for name in names)) or "no linear module"
