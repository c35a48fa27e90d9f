"""A model compiled for this machine: built once, kept in the cache, run over batches of texts of like length."""

from __future__ import annotations

import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.disk import draft_folder, make_home
from adapters.engine.openvino import import_openvino
from adapters.errors import CacheError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Batching:
    """How texts are put together. `tokens` a batch, padding included: enough to keep the cores busy, and small
    enough to keep memory low; batches are padded to a multiple of `step`, so that few shapes are compiled.
    `pad` is the token id of the padding."""

    tokens: int = 4096
    step: int = 16
    pad: int = 0


class Engine:
    """A model on OpenVINO, from tokens to a vector a text. `run` may be called from several threads.

    `build` makes the model; it is called at most once a machine, since what it gives is kept under `name` in the
    directory `cache`. `eight_bit` says that the model has 8-bit multiplications: then the rest may be rounded too.
    `what` names the engine in errors.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[], Any],
        *,
        cache: Path,
        eight_bit: bool,
        threads: int | None = None,
        batching: Batching | None = None,
        what: str = "engine",
    ) -> None:
        self.name = name
        self._build, self._home, self._what = build, cache / "engines" / name, what
        self._eight_bit, self._threads, self._batching = eight_bit, threads, batching or Batching()
        self._compiled: Any = None
        self._streams = 1
        self._compiling = threading.Lock()

    def run(self, ids: Sequence[Sequence[int]], width: int, firsts: Sequence[int] | None = None) -> Matrix:
        """The model's output (n, width) float32 for n texts of token ids, in their order.

        `firsts` counts the tokens of each text's first segment, for a model that asks for it.

        Raises:
            CacheError: the engine cannot be built or kept in the cache (at the first call).
        """
        import numpy as np

        outputs = np.zeros((len(ids), width), dtype=np.float32)
        for places, _, made in self._outputs(ids, firsts):
            outputs[places] = made
        return outputs

    def states(self, ids: Sequence[Sequence[int]], firsts: Sequence[int]) -> list[Matrix]:
        """The output (tokens, width) float32 of each of n texts, for a model that gives one vector a token.

        Raises:
            CacheError: the engine cannot be built or kept in the cache (at the first call).
        """
        import numpy as np

        found: list[Matrix] = [np.zeros((0, 0), dtype=np.float32)] * len(ids)
        for places, lengths, made in self._outputs(ids, firsts):
            for row, place in enumerate(places):
                found[place] = np.array(made[row, : lengths[row]], dtype=np.float32)
        return found

    def _outputs(
        self, ids: Sequence[Sequence[int]], firsts: Sequence[int] | None
    ) -> Iterator[tuple[list[int], Counts, Any]]:
        """Batch by batch: the places of its texts, their lengths, and what the model gives, which is to be copied."""
        import numpy as np

        if not ids:
            return
        self.load()
        counts = None if firsts is None else np.array(firsts, dtype=np.int32)
        # Two requests, so that one core works while the other's batch is prepared. (OpenVINO's own queue of
        # requests ends the process now and then when it is freed.)
        running: deque[tuple[Any, list[int], Counts]] = deque()
        idle: list[Any] = []
        for places, tokens, lengths in batches(ids, self._batching):
            if len(running) >= self._streams:
                request, done, counted = running.popleft()
                request.wait()
                yield done, counted, request.get_output_tensor(0).data
                idle.append(request)
            request = idle.pop() if idle else self._compiled.create_infer_request()
            inputs = {"ids": tokens, "lengths": lengths}
            if counts is not None:
                inputs["firsts"] = counts[places]
            request.start_async(inputs, share_inputs=False)
            running.append((request, places, lengths))
        while running:
            request, done, counted = running.popleft()
            request.wait()
            yield done, counted, request.get_output_tensor(0).data

    def load(self) -> None:
        """Compile the model if that is not done yet: a run that computes nothing does not pay for it."""
        with self._compiling:
            if self._compiled is None:
                self._compiled = self._loaded()
                self._streams = self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")

    def _loaded(self) -> Any:
        home = self._home
        kept = (home / "encoder.xml").exists()
        try:
            try:
                return self._compile()
            except RuntimeError:
                if not kept:
                    raise
                shutil.rmtree(
                    home, ignore_errors=True
                )  # what was kept is damaged, as after a power cut or on a disk that was full
                return self._compile()
        except (OSError, RuntimeError) as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise CacheError(
                f"the {self._what} cannot be built in {home} ({said}); free some disk space, make the directory "
                "writable, or delete it so that it is built again"
            ) from error

    def _compile(self) -> Any:
        openvino = import_openvino()
        home = self._home
        if not (home / "encoder.xml").exists():
            make_home(home.parent)
            with draft_folder(home) as draft:
                openvino.save_model(self._build(), draft / "encoder.xml", compress_to_fp16=self._eight_bit)
                _put(draft, home)
        core = openvino.Core()
        options: dict[str, Any] = {"CACHE_DIR": str(home), "PERFORMANCE_HINT": "THROUGHPUT"}
        if not self._eight_bit:
            options["INFERENCE_PRECISION_HINT"] = "f32"
        if self._threads:
            options["INFERENCE_NUM_THREADS"] = self._threads
        return core.compile_model(home / "encoder.xml", "CPU", options)


def _put(draft: Path, home: Path) -> None:
    """Give a built engine its place, unless another process was faster."""
    for last in (False, True):
        try:
            draft.replace(home)
            return
        except OSError:
            if (home / "encoder.xml").exists():
                return
            if last:
                raise
            shutil.rmtree(home, ignore_errors=True)  # what a killed process left half deleted


def batches(ids: Sequence[Sequence[int]], batching: Batching) -> Iterator[tuple[list[int], Counts, Counts]]:
    """Texts of like length together, longest first: their places in `ids`, padded ids (n, tokens), and lengths (n,)."""
    import numpy as np

    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    start = 0
    while start < len(order):
        longest = len(ids[order[start]])
        width = -(-longest // batching.step) * batching.step
        places = order[start : start + max(1, batching.tokens // width)]
        tokens = np.full((len(places), width), batching.pad, dtype=np.int32)
        for row, place in enumerate(places):
            tokens[row, : len(ids[place])] = ids[place]
        yield places, tokens, np.array([len(ids[place]) for place in places], dtype=np.int32)
        start += len(places)
