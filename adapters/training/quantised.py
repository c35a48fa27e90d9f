"""Bases in 4 or 8 bits under an adapter that learns in full: QLoRA (Dettmers et al., NeurIPS 2023), by bitsandbytes."""

from __future__ import annotations

from typing import Any

from adapters.errors import RecipeError
from adapters.training.config import AdapterRecipe

PACKAGE = "bitsandbytes"


def check_quantised(recipe: AdapterRecipe, kind: str) -> None:
    """Raise RecipeError where a recipe wants a quantised base of a kind that is not, or what quantises is missing."""
    from importlib.util import find_spec

    if recipe.quantise is None:
        return
    if kind == "encoder":
        raise RecipeError("adapter.quantise: the base is an encoder, which fits as it is; take --set quantise=none")
    if find_spec(PACKAGE) is None:
        raise RecipeError(
            f"adapter.quantise: {recipe.quantise} needs {PACKAGE}, which is not installed; pip install "
            "'finagent[qlora]', or take --set quantise=none"
        )


def quantised(recipe: AdapterRecipe, device: str | None) -> dict[str, Any]:
    """What transformers' `from_pretrained` is told for a recipe; nothing where the base is taken as it is."""
    import torch
    from transformers import BitsAndBytesConfig

    if recipe.quantise is None:
        return {}
    config = (
        BitsAndBytesConfig(load_in_8bit=True)
        if recipe.quantise == "int8"
        else BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=recipe.quantise,
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    )
    on_gpu = torch.cuda.is_available() and device != "cpu"
    return {"quantization_config": config, "device_map": {"": 0 if on_gpu else "cpu"}}


def prepared(model: Any, recipe: AdapterRecipe) -> Any:
    """A model that was loaded so, ready for an adapter: what is not quantised (norms, embeddings) in 32 bits."""
    from peft import prepare_model_for_kbit_training

    if recipe.quantise is None:
        return model
    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
