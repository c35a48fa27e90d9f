"""A base's weights with an adapter's LoRA in them, computed without torch.

Only plain LoRA is merged here: W + B A s, with s = alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA.
Sources: Hu and others, "LoRA", ICLR 2022; Kalajdzievski, "A Rank Stabilization Scaling Factor for Fine-Tuning with
LoRA", 2023. Every other method of PEFT is merged by PEFT itself (see `adapters.serving.models`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterFilesError
from adapters.files import CONFIG, WEIGHTS, read_config

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]

_OWN = "base_model.model."  # what PEFT puts before every name
_PART = re.compile(r"(.+)\.lora_([AB])\.weight")
# What makes a LoRA another method: each of these fields is false or empty in a plain one.
_FURTHER = (
    "use_dora", "use_qalora", "lora_bias", "layer_replication", "trainable_token_indices", "target_parameters",
    "alora_invocation_tokens", "megatron_config", "arrow_config", "use_bdlora", "kasa_config", "monteclora_config",
)  # fmt: skip
# Starts that leave the base as it is; the others (PiSSA, OLoRA, CorDA, LoftQ) take something out of it.
_PLAIN_STARTS = (True, False, "gaussian", "eva", "orthogonal")


def is_plain_lora(config: Mapping[str, Any]) -> bool:
    """Whether `merged` can merge an adapter of this adapter_config.json."""
    return (
        config.get("peft_type") == "LORA"
        and not any(config.get(name) for name in _FURTHER)
        and config.get("init_lora_weights", True) in _PLAIN_STARTS
        and config.get("bias", "none") == "none"
    )


def merged(weights: Weights, directory: Path) -> dict[str, NDArray[np.float32]] | None:
    """The base's weights with the LoRA of `directory` added and its saved modules in place; None where it is not plain.

    `weights` go by the base's own names, without "bert."; so do the result's, and the head's ("classifier.weight").

    Raises:
        AdapterFilesError: a delta fits no weight of the base, or a file is damaged.
    """
    config = read_config(directory / CONFIG)
    if not is_plain_lora(config):
        return None
    parts, saved = _read(directory / WEIGHTS)
    if saved is None:
        return None
    result = dict(weights)
    for key, array in saved.items():
        name = key.removeprefix("bert.")
        if name in result and result[name].shape != array.shape:
            raise AdapterFilesError(
                f"{directory}: its {key} is {array.shape}, the base's {result[name].shape}; expected an adapter of "
                "this base"
            )
        result[name] = array
    for module, pair in parts.items():
        name = f"{module.removeprefix('bert.')}.weight"
        weight = result.get(name)
        if weight is None or pair.keys() != {"A", "B"}:
            raise AdapterFilesError(
                f"{directory}: its delta for {module} fits nothing in the base; expected an adapter of this base, "
                "with lora_A and lora_B"
            )
        if pair["A"].ndim != 2 or pair["B"].ndim != 2 or not 0 < len(pair["A"]) == pair["B"].shape[1]:
            raise AdapterFilesError(
                f"{directory}: its delta for {module} is of {pair['A'].shape} and {pair['B'].shape}; expected "
                "lora_A (r, columns) and lora_B (rows, r)"
            )
        delta = (pair["B"] @ pair["A"]) * _scaling(module, len(pair["A"]), config)
        delta = delta.T if config.get("fan_in_fan_out") else delta
        if delta.shape != weight.shape:
            raise AdapterFilesError(
                f"{directory}: its delta for {module} is {delta.shape}, the base's weight {weight.shape}; expected an "
                "adapter of this base"
            )
        result[name] = weight + delta
    return result


def _read(path: Path) -> tuple[dict[str, dict[str, NDArray[np.float32]]], dict[str, NDArray[np.float32]] | None]:
    """LoRA's A and B by module, and the modules saved whole: None where the file holds something else as well."""
    import numpy as np
    from safetensors import SafetensorError, safe_open

    parts: dict[str, dict[str, NDArray[np.float32]]] = {}
    saved: dict[str, NDArray[np.float32]] = {}
    try:
        with safe_open(path, framework="np") as file:
            for key in file.keys():  # noqa: SIM118 - it is no dictionary
                name = key.removeprefix(_OWN)
                part = _PART.fullmatch(name)
                if file.get_slice(key).get_dtype() not in ("F32", "F16", "F64"):
                    return {}, None  # numpy has no bfloat16
                array = file.get_tensor(key).astype(np.float32, copy=False)
                if part:
                    parts.setdefault(part[1], {})[part[2]] = array
                elif ".lora_" in name:
                    return {}, None  # embeddings, magnitudes, biases of the low-rank pair
                else:
                    saved[name] = array
    except (OSError, SafetensorError) as error:
        raise AdapterFilesError(f"{path}: damaged ({error}); expected safetensors, take a whole copy of it") from error
    return parts, saved


def _scaling(module: str, rank: int, config: Mapping[str, Any]) -> float:
    """What the product is multiplied by. A pattern's key names a module by its end, as in PEFT."""
    given = config.get("lora_alpha")
    alpha = float(_patterned(config.get("alpha_pattern"), module, 8 if given is None else given))
    return float(alpha / rank**0.5) if config.get("use_rslora") else alpha / rank


def _patterned(patterns: Mapping[str, Any] | None, module: str, default: Any) -> Any:
    for pattern, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({pattern})$", module):
            return value
    return default
