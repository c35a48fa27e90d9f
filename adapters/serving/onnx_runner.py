"""An encoder on ONNX Runtime, from the export that `finagent adapters export` would write, kept in the cache."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.card import Card, read_card
from adapters.disk import make_home
from adapters.engine.compiled import Batching, batches
from adapters.errors import AdapterFilesError, CacheError, EngineError, ExportError
from adapters.serving.torch_runner import model_inputs

if TYPE_CHECKING:
    from adapters.engine.compiled import Matrix

_FORMATS = {"float32": "onnx", "int8": "onnx-int8"}


class OnnxRunner:
    """A sequence classifier as a runner (see `adapters.serving.encoders`). Logits are multiplied by `scale`."""

    def __init__(self, session: Any, *, batching: Batching, scale: float) -> None:
        self._session, self._batching, self._scale = session, batching, scale
        self._names = [one.name for one in session.get_inputs()]

    def run(self, ids: Sequence[Sequence[int]], width: int, firsts: Sequence[int]) -> Matrix:
        """The logits (n, width) float32 of n texts of token ids, in their order."""
        import numpy as np

        outputs = np.zeros((len(ids), width), dtype=np.float32)
        counts = np.array(firsts, dtype=np.int32)
        for places, tokens, lengths in batches(ids, self._batching):
            inputs = model_inputs(tokens, lengths, counts[places], "token_type_ids" in self._names)
            outputs[places] = self._session.run(["logits"], {name: inputs[name] for name in self._names})[0]
        return outputs * np.float32(self._scale)


def open_onnx(
    directory: Path,
    card: Card,
    name: str,
    *,
    precision: str,
    home: Path,
    threads: int | None,
    batching: Batching,
) -> OnnxRunner:
    """The adapter of `directory` on ONNX Runtime; its first use exports it to home/cache/onnx/`name`.

    Raises:
        EngineError: it cannot be exported, kept or loaded.
    """
    from adapters.export import ONNX_FILE, export_adapter

    kept = home / "cache" / "onnx" / name
    for last in (False, True):
        try:
            if not (kept / ONNX_FILE).is_file():
                shutil.rmtree(kept, ignore_errors=True)
                make_home(kept.parent)
                export_adapter(directory, kept, to=_FORMATS[precision], home=home)
            exported = read_card(kept)
            session = _session(kept / ONNX_FILE, threads)
        except (ExportError, OSError) as error:
            if not last and (kept / ONNX_FILE).is_file():  # another process was faster
                continue
            kind = CacheError if isinstance(error, OSError) else EngineError
            raise kind(f"the adapter {card.name} does not run on ONNX Runtime: {error}") from error
        except (AdapterFilesError, RuntimeError) as error:
            shutil.rmtree(kept, ignore_errors=True)  # damaged, as after a power cut
            if last:
                raise EngineError(f"the adapter {card.name} does not run on ONNX Runtime: {error}") from error
        else:
            # the export may hold the temperature, which is applied to our logits later
            return OnnxRunner(session, batching=batching, scale=card.temperature / exported.temperature)
    raise AssertionError("unreachable")


def _session(path: Path, threads: int | None) -> Any:
    """An inference session. Raises RuntimeError where the file is none."""
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf) as error:
        raise RuntimeError(" ".join(str(error).split())[:200]) from error
