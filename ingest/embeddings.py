"""Texts to vectors, with the base's encoder on OpenVINO.

The first use of a base builds its engine (well under a second) and keeps it in the cache directory; later ones load
it. Bases that a calibration is shipped for run in 8-bit integers, other BERT encoders in float32.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.engine import Calibration, EncoderConfig, build, read_config, read_weights
from ingest.errors import LibraryError
from ingest.runtime import import_openvino

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

ENGINE_VERSION = 2  # part of an embedder's name: vectors of different versions are not mixed
_BATCH_TOKENS = 4096  # tokens a batch, padding included: enough to keep two cores busy, 25 MB of activations
_STEP = 16  # batches are padded to a multiple of this, so that few shapes are compiled


class Embedder(Protocol):
    """Turns texts into vectors. A library remembers `name` and is searched only with the embedder it was built with."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of unit length, (n, dimension) float32, in the order of the texts."""
        ...


class LateEmbedder:
    """An embedder that is opened when something of it is first asked for, with the errors that opening raises."""

    def __init__(self, opened: Callable[[], Embedder]) -> None:
        self._open = opened
        self._embedder: Embedder | None = None
        self._opening = threading.Lock()

    def opened(self) -> Embedder:
        """The embedder itself."""
        with self._opening:
            if self._embedder is None:
                self._embedder = self._open()
            return self._embedder

    @property
    def name(self) -> str:
        return self.opened().name

    @property
    def dimension(self) -> int:
        return self.opened().dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        """See `Embedder`."""
        return self.opened().encode(texts)


def open_embedder(
    directory: Path, *, sha256: str, cache: Path, threads: int | None = None, precision: str = "auto"
) -> OpenVinoEmbedder:
    """The embedder of the base in `directory`, whose model.safetensors has that SHA-256.

    `threads` limits the cores used; `precision` is "int8", "float32", or "auto" for the faster one that a
    calibration is shipped for.

    Raises:
        LibraryError: the base is no BERT sentence encoder, int8 was asked for an uncalibrated base, or the cache
            directory cannot be written (this one from the first `encode`).
    """
    calibration = read_calibration()
    calibrated = calibration.base == sha256
    if precision == "int8" and not calibrated:
        raise LibraryError(
            f"there is no 8-bit calibration for the base {directory}; use precision float32, or make one "
            "with python -m ingest.engine_build"
        )
    if precision not in ("auto", "int8", "float32"):
        raise LibraryError(f"unknown precision {precision!r}; expected auto, int8 or float32")
    use = calibration if calibrated and precision != "float32" else None
    return OpenVinoEmbedder(directory, sha256, use, cache=cache, threads=threads)


def read_calibration() -> Calibration:
    """The calibration shipped with the package (`engine_build` makes it)."""
    content = json.loads(resources.files("ingest").joinpath("engine_calibration.json").read_text(encoding="utf-8"))
    ranges = {place: (low, high) for place, (low, high) in content["ranges"].items()}
    return Calibration(content["base"], ranges, {place: tuple(f) for place, f in content["smooth"].items()})


class OpenVinoEmbedder:
    """An encoder on OpenVINO. `encode` may be called from several threads."""

    def __init__(
        self, directory: Path, sha256: str, calibration: Calibration | None, *, cache: Path, threads: int | None = None
    ) -> None:
        self._config: EncoderConfig = read_config(directory)
        kind = "int8" if calibration else "float32"
        self.name = f"{sha256[:16]}-openvino-{kind}-{ENGINE_VERSION}"
        self.dimension = self._config.width
        self._tokenizer: Any = None
        self._source = cache, directory, calibration, threads
        self._compiled: Any = None
        self._streams = 1
        self._compiling = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Matrix:
        """See `Embedder`. Texts beyond the base's limit (256 tokens for the bundled one) are cut there."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        self._load()
        ids = [encoded.ids for encoded in self._tokenizer.encode_batch_fast(list(texts))]
        # Two requests, so that one core works while the other's batch is prepared. (OpenVINO's own queue of
        # requests ends the process now and then when it is freed.)
        running: deque[tuple[Any, list[int]]] = deque()
        for places, tokens, lengths in _batches(ids):
            if len(running) < self._streams:
                request = self._compiled.create_infer_request()
            else:
                request = _finish(running, vectors)
            request.start_async({"ids": tokens, "lengths": lengths}, share_inputs=False)
            running.append((request, places))
        while running:
            _finish(running, vectors)
        return vectors

    def _load(self) -> None:
        """Compile the engine at the first use, so that a run that embeds nothing does not pay for it."""
        with self._compiling:
            if self._compiled is None:
                cache, directory, calibration, threads = self._source
                self._tokenizer = _tokenizer(directory, self._config.tokens)
                self._compiled = _compile(cache, self.name, directory, self._config, calibration, threads)
                self._streams = self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")


def _tokenizer(directory: Path, tokens: int) -> Any:
    from tokenizers import Tokenizer

    path = directory / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise LibraryError(
            f"the base's tokenizer {path} cannot be read ({said}); expected the one that a sentence encoder is "
            "saved with"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens)
    return tokenizer


def _finish(running: deque[tuple[Any, list[int]]], vectors: Matrix) -> Any:
    """Wait for the oldest request, keep its vectors, and give it back."""
    request, places = running.popleft()
    request.wait()
    vectors[places] = request.get_output_tensor(0).data
    return request


def _batches(ids: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], NDArray[np.int32], NDArray[np.int32]]]:
    """Texts of like length together, longest first: their places, padded ids (n, tokens), and lengths (n,)."""
    import numpy as np

    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    start = 0
    while start < len(order):
        longest = len(ids[order[start]])
        width = -(-longest // _STEP) * _STEP
        places = order[start : start + max(1, _BATCH_TOKENS // width)]
        tokens = np.zeros((len(places), width), dtype=np.int32)
        for row, place in enumerate(places):
            tokens[row, : len(ids[place])] = ids[place]
        yield places, tokens, np.array([len(ids[place]) for place in places], dtype=np.int32)
        start += len(places)


def _compile(
    cache: Path, name: str, directory: Path, config: EncoderConfig, calibration: Calibration | None, threads: int | None
) -> Any:
    home = cache / "engines" / name
    kept = (home / "encoder.xml").exists()
    try:
        try:
            return _compiled(cache, name, directory, config, calibration, threads)
        except RuntimeError:
            if not kept:
                raise
            shutil.rmtree(home)  # what was kept is damaged, as after a power cut or on a disk that was full
            return _compiled(cache, name, directory, config, calibration, threads)
    except (OSError, RuntimeError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise LibraryError(
            f"the embedding engine cannot be built in {home} ({said}); free some disk space, make the directory "
            "writable, or delete it so that it is built again"
        ) from error


def _compiled(
    cache: Path, name: str, directory: Path, config: EncoderConfig, calibration: Calibration | None, threads: int | None
) -> Any:
    openvino = import_openvino()
    home = cache / "engines" / name
    if not (home / "encoder.xml").exists():
        draft = cache / "engines" / f"{name}.{os.getpid()}.part"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        model = build(read_weights(directory), config, calibration)
        openvino.save_model(model, draft / "encoder.xml", compress_to_fp16=calibration is not None)
        if not (home / "encoder.xml").exists():  # another process may have been faster
            draft.replace(home)
        shutil.rmtree(draft, ignore_errors=True)
    core = openvino.Core()
    options: dict[str, Any] = {"CACHE_DIR": str(home), "PERFORMANCE_HINT": "THROUGHPUT"}
    if calibration is None:
        options["INFERENCE_PRECISION_HINT"] = "f32"
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    return core.compile_model(home / "encoder.xml", "CPU", options)
