"""What the files of a BERT base hold: its shape and its weights, read without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape of a BERT encoder. `tokens` is the most that it reads; `width` the length of a token's vector."""

    layers: int
    heads: int
    width: int
    epsilon: float
    tokens: int


def read_config(directory: Path) -> EncoderConfig:
    """The shape of the BERT encoder in `directory`.

    Raises:
        EngineError: the directory holds no BERT encoder that the engine knows how to run.
    """
    try:
        config = read_json(directory / "config.json")
    except (OSError, ValueError) as error:
        raise EngineError(f"{directory} is no encoder ({error}); expected a model's config.json") from error
    return _config(directory, config)


def read_sentence_config(directory: Path) -> tuple[EncoderConfig, str]:
    """The shape of the sentence encoder in `directory`, and how it pools: "mean" or "cls".

    Raises:
        EngineError: the directory holds no BERT encoder, or one that pools in another way.
    """
    try:
        config = read_json(directory / "config.json")
        pooling = read_json(directory / "1_Pooling" / "config.json")
        limits = read_json(directory / "sentence_bert_config.json")
    except (OSError, ValueError) as error:
        raise EngineError(
            f"{directory} is no sentence encoder ({error}); expected config.json, 1_Pooling/config.json and "
            "sentence_bert_config.json, as sentence-transformers writes them"
        ) from error
    modes = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token"}
    used = [mode for mode, key in modes.items() if pooling.get(key)]
    if not is_plain_bert(config) or len(used) != 1:
        raise EngineError(
            f"the encoder in {directory} cannot be used for the index (type {config.get('model_type')!r}, activation "
            f"{config.get('hidden_act')!r}); expected a BERT encoder with gelu and mean or cls pooling"
        )
    return _config(directory, config, limits.get("max_seq_length") or 512), used[0]


def is_plain_bert(config: Mapping[str, Any]) -> bool:
    """Whether a config.json describes an encoder that the graph builds as it was trained."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder")
    )


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises OSError, or ValueError where it holds something else."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return content


def read_weights(directory: Path) -> Weights:
    """The weights in model.safetensors, as float32, without the prefix that some exports give them."""
    import numpy as np
    from safetensors.numpy import load_file

    return {
        name.removeprefix("bert."): array.astype(np.float32, copy=False)
        for name, array in load_file(directory / "model.safetensors").items()
        if array.dtype.kind == "f"
    }


def _config(directory: Path, config: Mapping[str, Any], limit: int | None = None) -> EncoderConfig:
    if not is_plain_bert(config):
        raise EngineError(
            f"the encoder in {directory} cannot be built without torch (type {config.get('model_type')!r}, activation "
            f"{config.get('hidden_act')!r}); expected a BERT encoder with gelu and absolute positions"
        )
    most = int(config["max_position_embeddings"])
    return EncoderConfig(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        width=int(config["hidden_size"]),
        epsilon=float(config["layer_norm_eps"]),
        tokens=min(int(limit or most), most),
    )
