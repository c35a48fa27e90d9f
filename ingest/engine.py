"""A BERT sentence encoder as an OpenVINO model, built from the base's weights without torch.

The graph takes token ids and lengths and gives sentence vectors: embeddings, transformer layers, pooling and
normalisation. With a calibration, the matrix multiplications run in 8-bit integers: weights are quantised per
output channel, activations with the ranges that were measured on sample sentences (see `engine_build`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import LibraryError
from ingest.runtime import import_openvino

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """What a base's own files say about it. `pooling` is "mean" or "cls"; `tokens` is the most it reads."""

    layers: int
    heads: int
    width: int
    epsilon: float
    pooling: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ranges of the activations that enter matrix multiplications, by place, for one base.

    `ranges` maps a place ("3.attention", "3.context", "3.feed", "3.hidden") to the least and greatest value.
    `smooth` maps some places to a factor per channel that activations are divided by and weights multiplied by.
    Source: Xiao and others, "SmoothQuant", ICML 2023.
    """

    base: str = ""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    smooth: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def read_config(directory: Path) -> EncoderConfig:
    """The configuration of the sentence encoder in `directory`.

    Raises:
        LibraryError: the directory holds no BERT encoder, or one that pools in another way.
    """
    try:
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        pooling = json.loads((directory / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        limits = json.loads((directory / "sentence_bert_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{directory} is no sentence encoder ({error}); expected config.json, 1_Pooling/config.json and "
            "sentence_bert_config.json, as sentence-transformers writes them"
        ) from error
    modes = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token"}
    used = [mode for mode, key in modes.items() if pooling.get(key)]
    exact_bert = config.get("model_type") == "bert" and config.get("hidden_act") == "gelu"
    if not exact_bert or len(used) != 1:
        raise LibraryError(
            f"the encoder in {directory} cannot be used for the index (type {config.get('model_type')!r}, activation "
            f"{config.get('hidden_act')!r}); expected a BERT encoder with gelu and mean or cls pooling"
        )
    most = min(int(limits.get("max_seq_length") or 512), int(config["max_position_embeddings"]))
    return EncoderConfig(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        width=int(config["hidden_size"]),
        epsilon=float(config["layer_norm_eps"]),
        pooling=used[0],
        tokens=most,
    )


def read_weights(directory: Path) -> Weights:
    """The weights in model.safetensors, as float32, without the prefix that some exports give them."""
    import numpy as np
    from safetensors.numpy import load_file

    return {
        name.removeprefix("bert."): array.astype(np.float32)
        for name, array in load_file(directory / "model.safetensors").items()
        if array.dtype.kind == "f"
    }


def build(
    weights: Weights,
    config: EncoderConfig,
    calibration: Calibration | None = None,
    *,
    watch: Callable[[str, Any], None] | None = None,
) -> Any:
    """An `openvino.Model`: ids (batch, tokens) int32 and lengths (batch,) int32 to vectors (batch, width) float32.

    `watch` is given each place's name and node, for calibration.
    """
    return _Builder(weights, config, calibration or Calibration(), watch).model()


class _Builder:
    def __init__(
        self,
        weights: Weights,
        config: EncoderConfig,
        calibration: Calibration,
        watch: Callable[[str, Any], None] | None,
    ) -> None:
        openvino = import_openvino()
        from openvino import opset13

        self.ov, self.ops = openvino, opset13
        self.weights, self.config, self.calibration, self.watch = weights, config, calibration, watch

    def model(self) -> Any:
        import numpy as np

        ops, config = self.ops, self.config
        ids = ops.parameter([-1, -1], np.int32, name="ids")
        lengths = ops.parameter([-1], np.int32, name="lengths")
        tokens = ops.gather(ops.shape_of(ids, "i32"), self.ints(1), self.ints(0))
        places = ops.range(self.ints(0), tokens, self.ints(1), "i32")
        present = ops.convert(
            ops.less(ops.unsqueeze(places, self.ints(0)), ops.unsqueeze(lengths, self.ints(1))), "f32"
        )
        bias = ops.multiply(ops.subtract(present, self.floats(1.0)), self.floats(10000.0))
        bias = ops.unsqueeze(bias, self.ints([1, 2]))
        x = self.embedded(ids, places)
        for layer in range(config.layers):
            x = self.layer(x, bias, layer)
        if config.pooling == "cls":
            pooled = ops.gather(x, self.ints(0), self.ints(1))
        else:
            pooled = ops.reduce_sum(ops.multiply(x, ops.unsqueeze(present, self.ints(2))), self.ints([1]))
        vectors = ops.normalize_l2(pooled, self.ints([1]), 1e-12, "max")
        vectors.output(0).set_names({"vectors"})
        ids.output(0).set_names({"ids"})
        lengths.output(0).set_names({"lengths"})
        return self.ov.Model([vectors], [ids, lengths], "encoder")

    def embedded(self, ids: Any, places: Any) -> Any:
        import numpy as np

        ops = self.ops
        words = ops.gather(self.const(self.weights["embeddings.word_embeddings.weight"]), ids, self.ints(0))
        # one sentence has one segment, so its embedding is added to the positions once and for all
        positions = self.weights["embeddings.position_embeddings.weight"][: self.config.tokens]
        positions = positions + self.weights["embeddings.token_type_embeddings.weight"][0]
        placed = ops.gather(self.const(positions.astype(np.float32)), places, self.ints(0))
        return self.norm(ops.add(words, placed), "embeddings.LayerNorm")

    def layer(self, x: Any, bias: Any, number: int) -> Any:
        import numpy as np

        ops, config = self.ops, self.config
        name = f"encoder.layer.{number}"
        size = config.width // config.heads
        heads = []
        place = f"{number}.attention"
        entered = self.entered(x, place)
        for part in ("query", "key", "value"):
            weight = self.weights[f"{name}.attention.self.{part}.weight"]
            offset = self.weights[f"{name}.attention.self.{part}.bias"]
            if part == "query":  # the softmax's 1/sqrt(size) goes into the query
                weight, offset = weight / np.float32(size**0.5), offset / np.float32(size**0.5)
            mixed = self.multiplied(entered, weight, offset, place)
            shaped = ops.reshape(mixed, self.ints([0, 0, config.heads, size]), special_zero=True)
            # the key is turned for its product here: in this form OpenVINO runs attention as one kernel
            heads.append(ops.transpose(shaped, self.ints([0, 2, 3, 1] if part == "key" else [0, 2, 1, 3])))
        query, key, value = heads
        scores = ops.add(ops.matmul(query, key, False, False), bias)
        context = ops.matmul(ops.softmax(scores, -1), value, False, False)
        context = ops.reshape(
            ops.transpose(context, self.ints([0, 2, 1, 3])), self.ints([0, 0, config.width]), special_zero=True
        )
        out = f"{name}.attention.output"
        done = self.dense(context, f"{out}.dense", f"{number}.context")
        x = self.norm(ops.add(done, x), f"{out}.LayerNorm")
        hidden = ops.gelu(self.dense(x, f"{name}.intermediate.dense", f"{number}.feed"), "erf")
        fed = self.dense(hidden, f"{name}.output.dense", f"{number}.hidden")
        return self.norm(ops.add(fed, x), f"{name}.output.LayerNorm")

    def dense(self, x: Any, name: str, place: str) -> Any:
        weight, offset = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return self.multiplied(self.entered(x, place), weight, offset, place)

    def entered(self, x: Any, place: str) -> Any:
        """What enters the multiplication at `place`: one of 256 values where it is calibrated."""
        import numpy as np

        if self.watch:
            self.watch(place, x)
        span = self.calibration.ranges.get(place)
        if span is None:
            return x
        factors = self.calibration.smooth.get(place)
        if factors is not None:
            x = self.ops.multiply(x, self.const(1 / np.array(factors, dtype=np.float32)))
        low, high = self.floats(span[0]), self.floats(span[1])
        return self.ops.fake_quantize(x, low, high, low, high, 256)

    def multiplied(self, x: Any, weight: NDArray[np.float32], offset: NDArray[np.float32], place: str) -> Any:
        """x times the transpose of `weight` (out, in), plus `offset`; in integers where `place` is calibrated."""
        import numpy as np

        ops = self.ops
        if place not in self.calibration.ranges:
            return ops.add(ops.matmul(x, self.const(weight), False, True), self.const(offset))
        factors = self.calibration.smooth.get(place)
        if factors is not None:
            weight = weight * np.array(factors, dtype=np.float32)
        scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-8) / 127
        whole = ops.convert(self.const(np.clip(np.rint(weight / scale), -127, 127).astype(np.int8)), "f32")
        return ops.add(ops.matmul(x, ops.multiply(whole, self.const(scale)), False, True), self.const(offset))

    def norm(self, x: Any, name: str) -> Any:
        ops = self.ops
        scaled = ops.mvn(x, self.ints([2]), True, self.config.epsilon, "inside_sqrt")
        scaled = ops.multiply(scaled, self.const(self.weights[f"{name}.weight"]))
        return ops.add(scaled, self.const(self.weights[f"{name}.bias"]))

    def const(self, array: Any) -> Any:
        return self.ops.constant(array)

    def ints(self, value: Any) -> Any:
        import numpy as np

        return self.ops.constant(np.array(value, dtype=np.int32))

    def floats(self, value: float) -> Any:
        import numpy as np

        return self.ops.constant(np.array(value, dtype=np.float32))
