"""Texts to vectors, with the base's encoder on OpenVINO.

The first use of a base builds its engine (well under a second) and keeps it in the cache directory; later ones load
it. Bases that a calibration is shipped for run in 8-bit integers, other BERT encoders in float32.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.engine.compiled import Engine
from adapters.engine.graph import Calibration, build
from adapters.engine.tokens import encode_texts, open_tokenizer
from adapters.engine.weights import read_sentence_config, read_weights
from adapters.errors import EngineError

if TYPE_CHECKING:
    from adapters.engine.compiled import Matrix

ENGINE_VERSION = 2  # part of an embedder's name: vectors of different versions are not mixed


def open_embedder(
    directory: Path, *, sha256: str, cache: Path, threads: int | None = None, precision: str = "auto"
) -> OpenVinoEmbedder:
    """The embedder of the base in `directory`, whose model.safetensors has that SHA-256.

    `threads` limits the cores used; `precision` is "int8", "float32", or "auto" for the faster one that a
    calibration is shipped for.

    Raises:
        EngineError: the base is no BERT sentence encoder, int8 was asked for an uncalibrated base, or the cache
            directory cannot be written (this one from the first `encode`).
    """
    calibration = read_calibration()
    calibrated = calibration.base == sha256
    if precision == "int8" and not calibrated:
        raise EngineError(
            f"there is no 8-bit calibration for the base {directory}; use precision float32, or make one "
            "with python -m adapters.engine.calibrate"
        )
    if precision not in ("auto", "int8", "float32"):
        raise EngineError(f"unknown precision {precision!r}; expected auto, int8 or float32")
    use = calibration if calibrated and precision != "float32" else None
    return OpenVinoEmbedder(directory, sha256, use, cache=cache, threads=threads)


def read_calibration() -> Calibration:
    """The calibration shipped with the package (`adapters.engine.calibrate` makes it)."""
    shipped = resources.files("adapters.engine").joinpath("calibration.json")
    return Calibration.of(json.loads(shipped.read_text(encoding="utf-8")))


class OpenVinoEmbedder:
    """An encoder on OpenVINO. `encode` may be called from several threads."""

    def __init__(
        self, directory: Path, sha256: str, calibration: Calibration | None, *, cache: Path, threads: int | None = None
    ) -> None:
        self._directory, self._calibration = directory, calibration
        self._config, self._pooling = read_sentence_config(directory)
        kind = "int8" if calibration else "float32"
        self.name = f"{sha256[:16]}-openvino-{kind}-{ENGINE_VERSION}"
        self.dimension = self._config.width
        self._tokenizer: Any = None
        self._opening = threading.Lock()
        self._engine = Engine(
            self.name,
            self._build,
            cache=cache,
            eight_bit=calibration is not None,
            threads=threads,
            what="embedding engine",
        )

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of unit length, (n, dimension) float32, in the order of the texts.

        Texts beyond the base's limit (256 tokens for the bundled one) are cut there.
        """
        with self._opening:
            if self._tokenizer is None and texts:
                self._tokenizer = open_tokenizer(self._directory / "tokenizer.json", self._config.tokens)
        ids = encode_texts(self._tokenizer, texts) if texts else []
        return self._engine.run(ids, self.dimension)

    def _build(self) -> Any:
        return build(read_weights(self._directory), self._config, self._pooling, self._calibration)
