"""A BERT encoder as an OpenVINO model, built from the base's weights without torch.

The graph takes token ids and lengths and gives sentence vectors, or the logits of a sequence classifier. With a
calibration, the matrix multiplications run in 8-bit integers: weights are quantised per output channel, activations
with the ranges that were measured on sample sentences (see `calibrate`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.engine.openvino import import_openvino
from adapters.engine.weights import EncoderConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.engine.weights import Weights

Watch = Callable[[str, Any], None]


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

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Calibration:
        """From what `content` gave. Raises KeyError, TypeError or ValueError where it is something else."""
        ranges = {place: (float(low), float(high)) for place, (low, high) in content["ranges"].items()}
        smooth = {place: tuple(float(f) for f in factors) for place, factors in content["smooth"].items()}
        return cls(str(content["base"]), ranges, smooth)

    def content(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"base": self.base, "ranges": self.ranges, "smooth": self.smooth}


def build(
    weights: Weights,
    config: EncoderConfig,
    pooling: str,
    calibration: Calibration | None = None,
    *,
    watch: Watch | None = None,
) -> Any:
    """A sentence encoder, an `openvino.Model`.

    From ids (batch, tokens) and lengths (batch,), both int32, to vectors (batch, width) float32 of unit length.
    `pooling` is "mean" or "cls". `watch` is given each place's name and node, for calibration.
    """
    return _Builder(weights, config, calibration or Calibration(), watch).sentence_encoder(pooling)


def build_classifier(
    weights: Weights, config: EncoderConfig, calibration: Calibration | None = None, *, watch: Watch | None = None
) -> Any:
    """A sequence classifier, an `openvino.Model`; `weights` hold "pooler.dense" and "classifier" as well.

    From ids (batch, tokens), lengths (batch,) and firsts (batch,), all int32, to logits (batch, labels) float32.
    `firsts` counts the tokens of the first segment; those behind belong to the second. The head is BERT's own: a
    dense layer and tanh over the first token, then the classifier. It runs in float32: it is small, and it decides.
    """
    return _Builder(weights, config, calibration or Calibration(), watch).classifier()


def build_states(
    weights: Weights, config: EncoderConfig, calibration: Calibration | None = None, *, watch: Watch | None = None
) -> Any:
    """The encoder alone, an `openvino.Model`: inputs as for `build_classifier`, out (batch, tokens, width) float32.

    The output is the last layer's; rows behind a text's length hold nothing of use.
    """
    return _Builder(weights, config, calibration or Calibration(), watch).states()


class _Builder:
    def __init__(self, weights: Weights, config: EncoderConfig, calibration: Calibration, watch: Watch | None) -> None:
        openvino = import_openvino()
        from openvino import opset13

        self.ov, self.ops = openvino, opset13
        self.weights, self.config, self.calibration, self.watch = weights, config, calibration, watch
        self.ids, self.lengths = self.parameter("ids", 2), self.parameter("lengths", 1)
        tokens = self.ops.gather(self.ops.shape_of(self.ids, "i32"), self.ints(1), self.ints(0))
        self.places = self.ops.range(self.ints(0), tokens, self.ints(1), "i32")

    def sentence_encoder(self, pooling: str) -> Any:
        ops = self.ops
        x, present = self.encoded()
        if pooling == "cls":
            pooled = ops.gather(x, self.ints(0), self.ints(1))
        else:
            pooled = ops.reduce_sum(ops.multiply(x, ops.unsqueeze(present, self.ints(2))), self.ints([1]))
        vectors = ops.normalize_l2(pooled, self.ints([1]), 1e-12, "max")
        vectors.output(0).set_names({"vectors"})
        return self.ov.Model([vectors], [self.ids, self.lengths], "encoder")

    def classifier(self) -> Any:
        ops = self.ops
        firsts = self.parameter("firsts", 1)
        x, _ = self.encoded(firsts)
        first = ops.gather(x, self.ints(0), self.ints(1))
        pooled = ops.tanh(self.multiplied(first, *self.pair("pooler.dense"), "pooler"))
        logits = self.multiplied(pooled, *self.pair("classifier"), "classifier")
        logits.output(0).set_names({"logits"})
        return self.ov.Model([logits], [self.ids, self.lengths, firsts], "classifier")

    def states(self) -> Any:
        firsts = self.parameter("firsts", 1)
        x, _ = self.encoded(firsts)
        x.output(0).set_names({"states"})
        return self.ov.Model([x], [self.ids, self.lengths, firsts], "states")

    def encoded(self, firsts: Any = None) -> tuple[Any, Any]:
        """The last layer (batch, tokens, width), and 1.0 where there is a token, else 0.0 (batch, tokens)."""
        ops = self.ops
        present = ops.convert(
            ops.less(ops.unsqueeze(self.places, self.ints(0)), ops.unsqueeze(self.lengths, self.ints(1))), "f32"
        )
        bias = ops.multiply(ops.subtract(present, self.floats(1.0)), self.floats(10000.0))
        bias = ops.unsqueeze(bias, self.ints([1, 2]))
        x = self.embedded(firsts)
        for layer in range(self.config.layers):
            x = self.layer(x, bias, layer)
        return x, present

    def embedded(self, firsts: Any) -> Any:
        import numpy as np

        ops = self.ops
        words = ops.gather(self.const(self.weights["embeddings.word_embeddings.weight"]), self.ids, self.ints(0))
        # the first segment's embedding is added to the positions once and for all
        segments = self.weights["embeddings.token_type_embeddings.weight"]
        positions = self.weights["embeddings.position_embeddings.weight"][: self.config.tokens]
        positions = positions + segments[0]
        placed = ops.gather(self.const(positions.astype(np.float32)), self.places, self.ints(0))
        if firsts is not None and len(segments) > 1:
            behind = ops.greater_equal(ops.unsqueeze(self.places, self.ints(0)), ops.unsqueeze(firsts, self.ints(1)))
            behind = ops.unsqueeze(ops.convert(behind, "f32"), self.ints(2))
            placed = ops.add(placed, ops.multiply(behind, self.const(segments[1] - segments[0])))
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
        return self.multiplied(self.entered(x, place), *self.pair(name), place)

    def pair(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The weight and the offset of a dense layer."""
        return self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]

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

    def parameter(self, name: str, dimensions: int) -> Any:
        import numpy as np

        made = self.ops.parameter([-1] * dimensions, np.int32, name=name)
        made.output(0).set_names({name})
        return made

    def const(self, array: Any) -> Any:
        return self.ops.constant(array)

    def ints(self, value: Any) -> Any:
        import numpy as np

        return self.ops.constant(np.array(value, dtype=np.int32))

    def floats(self, value: float) -> Any:
        import numpy as np

        return self.ops.constant(np.array(value, dtype=np.float32))
