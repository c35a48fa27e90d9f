"""Measures the activation ranges of an encoder on sample texts, for 8-bit engines.

    python -m adapters.engine.calibrate BASE_DIRECTORY SENTENCES OUTPUT.json

makes the calibration that is shipped for the embedder; `calibrate_adapter` makes an adapter's. Deterministic: the same
weights and texts give the same file.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.bases import Base
from adapters.card import Card
from adapters.disk import file_sha256, write_whole
from adapters.engine.compiled import Engine
from adapters.engine.graph import Calibration, Watch, build, build_classifier
from adapters.engine.openvino import import_openvino
from adapters.engine.tokens import encode_segments, encode_texts, open_tokenizer
from adapters.engine.weights import read_config, read_sentence_config, read_weights
from adapters.errors import AdapterFilesError, EngineError
from adapters.files import WEIGHTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENGINE = "engine.json"
SMOOTHED = ("attention", "feed")  # the inputs with outlier channels: what a layer norm gave
SMOOTHING = 0.5  # how much of the difficulty moves from the activations to the weights
RUN = 8  # lines
TAIL = 1e-5  # the share of activations beyond the range, on each side
# What a GELU gives has a few channels of large values, which leave the others a handful of the 256: of an adapter's
# layers they are divided down to the channel at this quantile, and next to nothing is cut off.
TAMED, USUAL, TAMED_TAIL = "hidden", 0.98, 1e-6
MEASURED, COMPARED = 256, 1000  # texts: activations of more would need gigabytes and change little
LEAST = 20  # texts
BATCH = 16  # texts at once while measuring


@dataclass(frozen=True, slots=True)
class AdapterCalibration:
    """The calibration of a base with an adapter merged into it.

    `adapter` is the SHA-256 of its weights; `agreement` the share of texts (or of questions), others than those that
    were measured, whose label (or answer) 8-bit integers keep.
    """

    adapter: str
    agreement: float
    calibration: Calibration

    def content(self) -> dict[str, Any]:
        """As engine.json holds it."""
        return {"adapter": self.adapter, "agreement": self.agreement, **self.calibration.content()}


def read_adapter_calibration(directory: Path, base: Base, card: Card) -> AdapterCalibration | None:
    """What engine.json of the adapter in `directory` holds; None where there is none.

    Raises:
        AdapterFilesError: it is no calibration, or was measured on other weights.
    """
    path = directory / ENGINE
    if not path.is_file():
        return None
    remedy = "take a whole copy of the adapter, or the file out of it"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = AdapterCalibration(str(content["adapter"]), float(content["agreement"]), Calibration.of(content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdapterFilesError(f"{path}: no calibration; {remedy}") from error
    if (found.calibration.base, found.adapter) != (base.sha256, card.sha256.get(WEIGHTS)):
        raise AdapterFilesError(f"{path}: was measured on other weights than the adapter's and its base's; {remedy}")
    return found


def calibrate_adapter(
    directory: Path, base: Base, card: Card, texts: Sequence[str], entities: Sequence[str | None] | None = None
) -> AdapterCalibration:
    """Measure the adapter in `directory` on `texts` of the kind that it will read, and write its engine.json.

    Of the card the name, labels and input are used; its hashes may still be missing (write the card afterwards). A
    few hundred texts are enough, in the order in which they come; some 1,300 make the agreement exact.

    Raises:
        EngineError: there are too few texts, or the base is no BERT encoder.
        AdapterFilesError: the adapter does not fit the base.
    """
    import numpy as np

    from adapters.inputs import segments
    from adapters.serving.encoders import classifier_weights

    named = list(entities) if entities is not None else [None] * len(texts)
    pairs = list(dict.fromkeys(segments(t, e, card.input) for t, e in zip(texts, named, strict=True)))
    if len(pairs) < LEAST:
        raise EngineError(
            f"{len(pairs)} different texts are too few to measure 8-bit ranges on; expected {LEAST} or more"
        )
    config, weights = read_config(base.directory), classifier_weights(directory, base, card)
    tokenizer = open_tokenizer(base.directory / "tokenizer.json", min(card.input.max_length, config.tokens))
    ids, firsts = encode_segments(tokenizer, pairs[: MEASURED + COMPARED])
    measured = slice(0, min(MEASURED, len(ids) // 2))
    compared = slice(measured.stop, None)
    inputs = inputs_of(ids[measured], firsts[measured])
    ranges, smooth = measure(
        lambda watch: build_classifier(weights, config, watch=watch), weights, config.layers, inputs, tamed=True
    )
    made = Calibration(base.sha256, ranges, smooth)
    labels = []
    with tempfile.TemporaryDirectory() as folder:
        for calibration in (None, made):
            engine = Engine(
                "int8" if calibration else "float32",
                lambda use=calibration: build_classifier(weights, config, use),  # type: ignore[misc]
                cache=Path(folder),
                eight_bit=calibration is not None,
            )
            labels.append(engine.run(ids[compared], len(card.labels), firsts[compared]).argmax(axis=1))
    agreement = round(float(np.mean(labels[0] == labels[1])), 4)
    found = AdapterCalibration(file_sha256(directory / WEIGHTS), agreement, made)
    write_whole(directory / ENGINE, calibration_text(found))
    return found


def calibrate(directory: Path, sentences: Sequence[str]) -> Calibration:
    """The ranges of every place's activations over the sentences, for the sentence encoder in `directory`."""
    (config, pooling), weights = read_sentence_config(directory), read_weights(directory)
    tokenizer = open_tokenizer(directory / "tokenizer.json", config.tokens)
    inputs = inputs_of(encode_texts(tokenizer, sentences))
    ranges, smooth = measure(lambda watch: build(weights, config, pooling, watch=watch), weights, config.layers, inputs)
    return Calibration(file_sha256(directory / "model.safetensors"), ranges, smooth)


def measure(
    model: Callable[[Watch], Any],
    weights: Mapping[str, NDArray[np.float32]],
    layers: int,
    inputs: Sequence[Mapping[str, NDArray[np.int32]]],
    *,
    tamed: bool = False,
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, ...]]]:
    """The ranges and the smoothing factors of every place, over `inputs`, each run once a layer.

    `model` gives the model whose places it tells to what it is called with. One layer at a time: the activations of
    all would fill the memory. `tamed` divides down the outlier channels within the feed-forward blocks as well.
    """
    import numpy as np

    ranges: dict[str, tuple[float, float]] = {}
    smooth: dict[str, tuple[float, ...]] = {}
    for layer in range(layers):
        for place, values in _activations(model, f"{layer}.", inputs).items():
            part = place.split(".")[1]
            if part in SMOOTHED or (tamed and part == TAMED):
                factors = _factors(values, _weight(weights, place)) if part in SMOOTHED else _outliers(values)
                smooth[place] = tuple(float(f) for f in factors)
                values = values / factors
            ranges[place] = _range(np.asarray(values), TAMED_TAIL if tamed else TAIL)
    return ranges, smooth


def _activations(
    model: Callable[[Watch], Any], prefix: str, inputs: Sequence[Mapping[str, NDArray[np.int32]]]
) -> dict[str, NDArray[np.float32]]:
    """What enters each place whose name begins with `prefix`: (tokens of all inputs, channels)."""
    import numpy as np

    openvino = import_openvino()
    watched: dict[str, Any] = {}
    made = model(watched.__setitem__)
    places = [place for place in watched if place.startswith(prefix)]
    for place in places:
        node = watched[place]
        output = node.output(0) if hasattr(node, "output") else node
        output.get_tensor().add_names({place})
        made.add_outputs([output])
    compiled = openvino.Core().compile_model(made, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    seen: dict[str, list[NDArray[np.float32]]] = {place: [] for place in places}
    for each in inputs:
        result = compiled(dict(each))
        for place in places:
            seen[place].append(result[place].reshape(-1, result[place].shape[-1]).copy())
    return {place: np.concatenate(pieces) for place, pieces in seen.items()}


def inputs_of(ids: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> list[dict[str, NDArray[np.int32]]]:
    """A model's inputs, in batches of texts of one length: padding would be measured as well."""
    import numpy as np

    by_length: dict[int, list[int]] = {}
    for place, row in enumerate(ids):
        by_length.setdefault(len(row), []).append(place)
    batches = []
    for length, places in sorted(by_length.items()):
        for start in range(0, len(places), BATCH):
            part = places[start : start + BATCH]
            made = {"ids": np.array([ids[place] for place in part], dtype=np.int32)}
            made["lengths"] = np.full(len(part), length, dtype=np.int32)
            if firsts is not None:
                made["firsts"] = np.array([firsts[place] for place in part], dtype=np.int32)
            batches.append(made)
    return batches


def _range(values: NDArray[np.float32], tail: float) -> tuple[float, float]:
    import numpy as np

    low, high = (float(v) for v in np.quantile(values, [tail, 1 - tail]))
    low, high = min(low, 0.0), max(high, 0.0)
    # zero must be one of the 256 values, so that an absent activation stays absent
    step = max(high - low, 1e-6) / 255
    zero = round(-low / step)
    return float(f"{-zero * step:.6g}"), float(f"{(255 - zero) * step:.6g}")


def _factors(values: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    active = np.maximum(np.abs(values).max(axis=0), 1e-5)
    strong = np.maximum(np.abs(weight).max(axis=0), 1e-5)
    factors = active**SMOOTHING / strong ** (1 - SMOOTHING)
    return np.array([float(f"{f:.4g}") for f in factors / np.median(factors)], dtype=np.float32)


def _outliers(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A factor per channel: 1, or more where its greatest value is beyond that of nearly all channels."""
    import numpy as np

    greatest = np.maximum(np.abs(values).max(axis=0), 1e-5)
    factors = np.maximum(1.0, greatest / np.quantile(greatest, USUAL))
    return np.array([float(f"{f:.4g}") for f in factors], dtype=np.float32)


def _weight(weights: Mapping[str, NDArray[np.float32]], place: str) -> NDArray[np.float32]:
    import numpy as np

    number, part = place.split(".")
    layer = f"encoder.layer.{number}"
    if part == "feed":
        return weights[f"{layer}.intermediate.dense.weight"]
    return np.concatenate([weights[f"{layer}.attention.self.{n}.weight"] for n in ("query", "key", "value")])


def calibration_text(calibration: AdapterCalibration) -> str:
    """What engine.json holds."""
    return _text(calibration.content())


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=None, separators=(",", ":")) + "\n"


def main(arguments: Sequence[str]) -> None:
    directory, sentences, output = (Path(a) for a in arguments)
    lines = [line for line in sentences.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    # runs of lines too: passages are longer than a sentence
    runs = [" ".join(lines[start : start + RUN]) for start in range(0, len(lines), RUN // 2)]
    output.write_text(_text(calibrate(directory, lines + runs).content()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
