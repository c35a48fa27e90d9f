"""Measures the activation ranges of a base on sample sentences, for the 8-bit engine.

    python -m adapters.engine.calibrate BASE_DIRECTORY SENTENCES OUTPUT.json

Deterministic: the same base and sentences give the same file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.engine.graph import Calibration, build
from adapters.engine.openvino import import_openvino
from adapters.engine.weights import read_sentence_config, read_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMOOTHED = ("attention", "feed")  # the inputs with outlier channels: what a layer norm gave
SMOOTHING = 0.5  # how much of the difficulty moves from the activations to the weights
RUN = 8  # lines
TAIL = 1e-5  # the share of activations beyond the range, on each side


def calibrate(directory: Path, sentences: Sequence[str]) -> Calibration:
    """The ranges of every place's activations over the sentences, for the base in `directory`."""
    import numpy as np
    from tokenizers import Tokenizer

    openvino = import_openvino()
    (config, pooling), weights = read_sentence_config(directory), read_weights(directory)
    watched: dict[str, Any] = {}
    model = build(weights, config, pooling, watch=watched.__setitem__)
    for place, node in watched.items():
        output = node.output(0) if hasattr(node, "output") else node
        output.get_tensor().add_names({place})
        model.add_outputs([output])
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(config.tokens)
    seen: dict[str, list[NDArray[np.float32]]] = {place: [] for place in watched}
    for encoded in tokenizer.encode_batch(list(sentences)):
        ids = np.array([encoded.ids], dtype=np.int32)
        result = compiled({"ids": ids, "lengths": np.array([ids.shape[1]], dtype=np.int32)})
        for place in watched:
            seen[place].append(result[place][0].copy())
    ranges, smooth = {}, {}
    for place, pieces in seen.items():
        values = np.concatenate(pieces)
        if place.split(".")[1] in SMOOTHED:
            factors = _factors(values, _weight(weights, place))
            smooth[place] = tuple(float(f) for f in factors)
            values = values / factors
        ranges[place] = _range(values)
    sha256 = hashlib.sha256((directory / "model.safetensors").read_bytes()).hexdigest()
    return Calibration(sha256, ranges, smooth)


def _range(values: NDArray[np.float32]) -> tuple[float, float]:
    import numpy as np

    low, high = (float(v) for v in np.quantile(values, [TAIL, 1 - TAIL]))
    low, high = min(low, 0.0), max(high, 0.0)
    # zero must be one of the 256 values, so that an absent activation stays absent
    step = (high - low) / 255
    zero = round(-low / step)
    return float(f"{-zero * step:.6g}"), float(f"{(255 - zero) * step:.6g}")


def _factors(values: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    active = np.maximum(np.abs(values).max(axis=0), 1e-5)
    strong = np.maximum(np.abs(weight).max(axis=0), 1e-5)
    factors = active**SMOOTHING / strong ** (1 - SMOOTHING)
    return np.array([float(f"{f:.4g}") for f in factors / np.median(factors)], dtype=np.float32)


def _weight(weights: Mapping[str, NDArray[np.float32]], place: str) -> NDArray[np.float32]:
    import numpy as np

    number, part = place.split(".")
    layer = f"encoder.layer.{number}"
    if part == "feed":
        return weights[f"{layer}.intermediate.dense.weight"]
    return np.concatenate([weights[f"{layer}.attention.self.{n}.weight"] for n in ("query", "key", "value")])


def main(arguments: Sequence[str]) -> None:
    directory, sentences, output = (Path(a) for a in arguments)
    lines = [line for line in sentences.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    # runs of lines too: passages are longer than a sentence
    runs = [" ".join(lines[start : start + RUN]) for start in range(0, len(lines), RUN // 2)]
    found = calibrate(directory, lines + runs)
    output.write_text(json.dumps(found.content(), indent=None, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
