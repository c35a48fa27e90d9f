"""Sequence classifiers on the engine that was chosen: OpenVINO, ONNX Runtime or torch, over the same tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from adapters.bases import BUNDLED, Base
from adapters.card import Card
from adapters.disk import file_sha256, make_home, write_whole
from adapters.engine.calibrate import AdapterCalibration, read_adapter_calibration
from adapters.engine.compiled import Batching, Engine
from adapters.engine.graph import build_classifier
from adapters.engine.kept import prune
from adapters.engine.merge import merged
from adapters.engine.tokens import encode_segments, open_tokenizer
from adapters.engine.weights import is_plain_bert, read_config, read_json, read_weights
from adapters.errors import AdapterFilesError, BaseModelError, CacheError, EngineError
from adapters.files import CONFIG, WEIGHTS
from adapters.files import read_config as read_peft_config

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.engine.compiled import Matrix

VERSION = 1  # part of an engine's name in the cache: what one version built, another does not load
KEEPS = 0.98
"""The share of labels that 8-bit integers must have kept when they were calibrated, or float32 is used."""
# Headlines are short: a finer step than the embedder's saves a third of the padding.
_STEP, _TOKENS, _GPU_TOKENS = 4, 2048, 32768
_FOLDERS = {"openvino": "engines", "onnx": "onnx"}


class Runner(Protocol):
    """From token ids to logits."""

    def run(self, ids: Sequence[Sequence[int]], width: int, firsts: Sequence[int]) -> Matrix:
        """The logits (n, width) float32 of n texts of token ids; `firsts` counts each one's first segment."""
        ...


@dataclass(slots=True)
class EncoderModel:
    """A sequence classifier. `engine` is "openvino", "onnx" or "torch"; `precision` "int8" or "float32"."""

    engine: str
    precision: str
    labels: int
    tokenizer: Any
    runner: Runner

    def scores(self, pairs: Sequence[tuple[str, str | None]]) -> Matrix:
        """The logits (n, labels) float32 of n texts, each with its second segment or without one."""
        ids, firsts = encode_segments(self.tokenizer, pairs)
        return self.runner.run(ids, self.labels, firsts)


def open_encoder(
    directory: Path,
    base: Base,
    card: Card,
    *,
    engine: str,
    home: Path,
    threads: int | None = None,
    device: str | None = None,
    precision: str = "auto",
) -> EncoderModel:
    """The classifier of the adapter in `directory` on "openvino", "onnx" or "torch".

    `precision` is "int8", "float32", or "auto" for 8 bits where the adapter brings a calibration that keeps the labels.
    What is built is kept under `home`/cache.

    Raises:
        EngineError: the engine cannot run this model, or not in that precision.
        AdapterFilesError: the adapter does not fit the base.
    """
    config, cache = _config(base), home / "cache"
    pad = config.get("pad_token_id")
    batching = Batching(_GPU_TOKENS if device not in (None, "cpu") else _TOKENS, _STEP, pad if pad else 0)
    calibration = None
    if engine == "openvino" and precision != "float32" and is_plain_bert(config):
        calibration = read_adapter_calibration(directory, base, card)
        if calibration and precision == "auto" and calibration.agreement < KEEPS:
            calibration = None
    eight_bit = calibration is not None or (precision == "int8" and engine == "onnx")
    if precision == "int8" and not eight_bit:
        raise EngineError(
            f"the adapter {card.name} has no 8-bit calibration for the engine {engine}; use float32, or make one: "
            "adapters.engine.calibrate.calibrate_adapter"
        )
    kind = "int8" if eight_bit else "float32"
    name = engine_name(base, card, kind, calibration, engine=engine)
    built = engine == "torch" or (cache / _FOLDERS[engine] / name).exists()
    runner: Runner
    if engine == "torch":
        from adapters.serving.models import load_model, on_device
        from adapters.serving.torch_runner import TorchRunner

        runner = TorchRunner(on_device(load_model(directory, base, card), device, threads), batching=batching)
    elif engine == "onnx":
        from adapters.serving.onnx_runner import open_onnx

        runner = open_onnx(directory, card, name, precision=kind, home=home, threads=threads, batching=batching)
    else:
        runner = Engine(
            name,
            lambda: _graph(directory, base, card, calibration, batching),
            cache=cache,
            eight_bit=eight_bit,
            threads=threads,
            batching=batching,
            what=f"engine of the adapter {card.name}",
        )
        runner.load()
    if not built:
        prune(cache, card.name, keep=name)
    tokenizer = open_tokenizer(tokenizer_file(directory, base, cache), tokens_of(config, card))
    return EncoderModel(engine, kind, len(card.labels), tokenizer, runner)


def _graph(directory: Path, base: Base, card: Card, calibration: AdapterCalibration | None, batching: Batching) -> Any:
    """The `openvino.Model` of the classifier: built from the weights of a BERT base, else converted from torch."""
    if builds_without_torch(base):
        made = calibration.calibration if calibration else None
        return build_classifier(classifier_weights(directory, base, card), read_config(base.directory), made)
    from adapters.serving.converted import convert
    from adapters.serving.models import load_model

    return convert(lambda: load_model(directory, base, card, attention="eager"), len(card.labels), batching)


def classifier_weights(directory: Path, base: Base, card: Card) -> dict[str, NDArray[np.float32]]:
    """All weights of the BERT classifier with the adapter merged in, by BERT's names without "bert.".

    Plain LoRA is merged without torch; any other method that can be merged is merged by PEFT.

    Raises:
        AdapterFilesError: the adapter does not fit the base, or brings no head for the card's labels.
        EngineError: the adapter's method cannot be merged.
    """
    weights = None
    if (base.directory / "model.safetensors").is_file():
        weights = merged(read_weights(base.directory), directory)
    if weights is None:
        from adapters.serving.models import PROMPTING, load_model

        method = read_peft_config(directory / CONFIG)["peft_type"]
        if method in PROMPTING:
            raise EngineError(f"an adapter of the method {method} cannot be merged; use the engine torch")
        state = load_model(directory, base, card).state_dict()
        weights = {name.removeprefix("bert."): tensor.numpy() for name, tensor in state.items()}
    labels, width = len(card.labels), read_config(base.directory).width
    shapes = {"pooler.dense": (width, width), "classifier": (labels, width)}
    expected: dict[str, tuple[int, ...]] = {f"{name}.weight": shape for name, shape in shapes.items()}
    expected |= {f"{name}.bias": (shape[0],) for name, shape in shapes.items()}
    if any(name not in weights or weights[name].shape != shape for name, shape in expected.items()):
        raise AdapterFilesError(
            f"{directory}: brings no head for its {len(card.labels)} labels; expected `classifier` (and `bert.pooler`) "
            "among its saved modules, as `finagent train` makes it"
        )
    return weights


def builds_without_torch(base: Base) -> bool:
    """Whether the engine is built from the base's weights, and not converted from a model of torch."""
    return is_plain_bert(_config(base))


def _config(base: Base) -> dict[str, Any]:
    try:
        return read_json(base.directory / "config.json")
    except (OSError, ValueError) as error:
        raise BaseModelError(f"the base {base.name} has no readable config.json ({error}); take it again") from error


def tokens_of(config: dict[str, Any], card: Card) -> int:
    """The most tokens that a text may have: the card's, or the base's where that is less."""
    limit = config.get("max_position_embeddings")
    return min(card.input.max_length, limit) if isinstance(limit, int) and limit > 0 else card.input.max_length


def engine_name(
    base: Base, card: Card, kind: str, calibration: AdapterCalibration | None = None, *, engine: str = "openvino"
) -> str:
    """The name in the cache of what is built: of everything that goes into it."""
    files = [base.directory / name for name in ("config.json", "tokenizer.json")]
    parts = [str(VERSION), base.sha256, *(file_sha256(path) if path.is_file() else "" for path in files)]
    parts += [card.sha256[CONFIG], card.sha256[WEIGHTS], kind]
    parts += [repr(card.temperature)] if engine == "onnx" else []  # its export holds it
    parts += [hashlib.sha256(json.dumps(calibration.content()).encode()).hexdigest()] if calibration else []
    return f"{card.name}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:16]}-{kind}"


def tokenizer_file(directory: Path, base: Base, cache: Path) -> Path:
    """The tokenizer.json that gives the tokens which training gave.

    The bundled base's own is that of transformers. Of another base transformers makes its tokenizer from several
    files, in ways that change; it is asked once, and what it made is kept in the cache.

    Raises:
        BaseModelError: there is no tokenizer.
        EngineError: the cache cannot be written.
    """
    own = (directory / "tokenizer_config.json").is_file()
    if base.name == BUNDLED and not own:
        return base.directory / "tokenizer.json"
    source = directory if own else base.directory
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()):
        if path.is_file() and path.suffix in (".json", ".txt", ".model") and not path.name.startswith("card"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    kept = cache / "tokenizers" / f"{digest.hexdigest()[:32]}.json"
    if not kept.is_file():
        from adapters.serving.models import load_tokenizer

        made = load_tokenizer(base, directory)
        if not hasattr(made, "backend_tokenizer"):
            raise EngineError(f"the tokenizer of {base.name} is none of the fast ones; use a base that has one")
        try:
            make_home(kept.parent)
            write_whole(kept, made.backend_tokenizer.to_str())
        except OSError as error:
            raise CacheError(f"{kept}: {error.strerror}; free some disk space or make it writable") from error
    return kept
