"""PEFT configurations by the names of their methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adapters.errors import RecipeError
from adapters.families import head_modules, target_modules
from adapters.training.config import AdapterRecipe

VIRTUAL_TOKENS = ("prefix", "prompt", "p-tuning")
"""Methods that put `r` learned vectors in front of the input, and change no module."""
CHANGE_BASE = ("pissa", "olora")
"""Methods that move a part of the base's weights into the adapter: saved as the difference, the base stays whole."""


def attach(model: Any, recipe: AdapterRecipe, task: str | None, *, steps: int, seed: int) -> Any:
    """The model with a new adapter on it. `task` is PEFT's name of the kind (None: no
    kind that PEFT knows), `steps` the length of the run.

    Raises:
        RecipeError: the method does not fit the model; targets match nothing.
    """
    from peft import get_peft_model

    config = _config(model, recipe, task, steps=steps, seed=seed)
    try:
        return get_peft_model(model, config)
    except (ValueError, TypeError, NotImplementedError, AttributeError, KeyError) as error:
        said = str(error).strip().split("\n")[0][:300]
        raise RecipeError(
            f"adapter.method {recipe.method!r} does not fit a {model.config.model_type} with r = {recipe.r}: {said}; "
            "choose another method (lora fits all), r or targets"
        ) from error


def _config(model: Any, recipe: AdapterRecipe, task: str | None, *, steps: int, seed: int) -> Any:
    if recipe.method in VIRTUAL_TOKENS:
        return _virtual(model, recipe, task)
    targets = target_modules(model, recipe.targets, freeze=recipe.freeze)
    heads = head_modules(model) if recipe.modules_to_save is None else list(recipe.modules_to_save)
    known = {name for name, _ in model.named_modules()}
    missing = [name for name in heads if not any(one == name or one.endswith("." + name) for one in known)]
    if missing:
        top = ", ".join(dict.fromkeys(name for name, _ in model.named_children()))
        raise RecipeError(f"modules_to_save: there is no module {', '.join(missing)}; at the top are {top}")
    common = {"task_type": task, "target_modules": targets, "modules_to_save": heads or None}
    return _MAKERS[recipe.method](model, recipe, common, steps, seed)


def _lora(**more: Any) -> Callable[..., Any]:
    def make(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
        from peft import LoraConfig

        return LoraConfig(r=recipe.r, lora_alpha=recipe.alpha, lora_dropout=recipe.dropout, **more, **common)

    return make


def _adalora(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import AdaLoraConfig

    return AdaLoraConfig(
        target_r=recipe.r,
        init_r=recipe.r + (recipe.r + 1) // 2,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        total_step=steps,
        tinit=steps // 10,
        tfinal=steps // 2,
        deltaT=max(1, steps // 100),
        **common,
    )


def _ia3(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import IA3Config

    # (IA)^3 scales the inputs of the feed-forward block's last map, which narrows, and the outputs of the others.
    narrowing = [name for name in common["target_modules"] if _narrows(model.get_submodule(name))]
    return IA3Config(feedforward_modules=narrowing, **common)


def _narrows(module: Any) -> bool:
    rows, columns = module.weight.shape
    wide, narrow = (columns, rows) if hasattr(module, "in_features") else (rows, columns)
    return bool(wide > narrow)


def _loha(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import LoHaConfig

    return LoHaConfig(r=recipe.r, alpha=recipe.alpha, rank_dropout=recipe.dropout, **common)


def _lokr(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import LoKrConfig

    return LoKrConfig(r=recipe.r, alpha=recipe.alpha, rank_dropout=recipe.dropout, **common)


def _oft(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import OFTConfig

    return OFTConfig(r=0, oft_block_size=recipe.r, module_dropout=recipe.dropout, **common)


def _boft(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import BOFTConfig

    return BOFTConfig(boft_block_size=recipe.r, boft_n_butterfly_factor=1, boft_dropout=recipe.dropout, **common)


def _vera(model: Any, recipe: AdapterRecipe, common: dict[str, Any], steps: int, seed: int) -> Any:
    from peft import VeraConfig

    return VeraConfig(r=recipe.r, vera_dropout=recipe.dropout, projection_prng_key=seed, save_projection=True, **common)


_MAKERS: dict[str, Callable[..., Any]] = {
    "lora": _lora(),
    "dora": _lora(use_dora=True),
    "rslora": _lora(use_rslora=True),
    "pissa": _lora(init_lora_weights="pissa"),
    "olora": _lora(init_lora_weights="olora"),
    "adalora": _adalora,
    "ia3": _ia3,
    "loha": _loha,
    "lokr": _lokr,
    "oft": _oft,
    "boft": _boft,
    "vera": _vera,
}


def _virtual(model: Any, recipe: AdapterRecipe, task: str | None) -> Any:
    from peft import PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig

    if recipe.method == "prefix":
        return PrefixTuningConfig(task_type=task, num_virtual_tokens=recipe.r)
    if recipe.method == "prompt":
        return PromptTuningConfig(task_type=task, num_virtual_tokens=recipe.r)
    width = model.config.get_text_config().hidden_size
    return PromptEncoderConfig(task_type=task, num_virtual_tokens=recipe.r, encoder_hidden_size=width)


def known_methods() -> Sequence[str]:
    """The names of all methods."""
    return (*_MAKERS, *VIRTUAL_TOKENS)
