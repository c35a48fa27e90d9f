"""A merged encoder as an ONNX graph: float32 from torch, 8 bits by ONNX Runtime's quantisation, and how both are run.

Inputs `input_ids`, `attention_mask` and, where the family has segments, `token_type_ids`, all int64 (batch, tokens);
output `logits` float32 (batch, labels). Both axes of the inputs are dynamic.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import ExportError
from adapters.serving.models import quiet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Features = dict[str, "NDArray[np.int64]"]
NAMES = ("input_ids", "attention_mask", "token_type_ids")
OPSET = 17
BATCH = 16
_QUANTISED = ["MatMul", "Gemm"]  # embeddings stay as they are: rows of few values lose most
_FAILURES = (RuntimeError, ValueError, TypeError, KeyError, NotImplementedError)


def batches(tokenizer: Any, rows: Sequence[dict[str, list[int]]]) -> Iterator[Features]:
    """Padded batches of encoded rows, in their order."""
    for start in range(0, len(rows), BATCH):
        padded = tokenizer.pad(list(rows[start : start + BATCH]), return_tensors="np")
        yield {name: padded[name].astype("int64") for name in NAMES if name in padded}


def export_onnx(model: Any, features: Features, path: Path) -> None:
    """Write the graph of a sequence classifier with eager attention; `features` is a batch that shows its inputs.

    Raises:
        ExportError: torch cannot trace this model.
    """
    import torch

    given = {name: torch.from_numpy(array) for name, array in features.items()}
    axes: dict[str, dict[int, str]] = {name: {0: "batch", 1: "tokens"} for name in given}
    try:
        with quiet(), torch.inference_mode(False), torch.no_grad():
            torch.onnx.export(
                model,
                (),
                str(path),
                kwargs=given,
                input_names=list(given),
                output_names=["logits"],
                dynamic_axes={**axes, "logits": {0: "batch"}},
                opset_version=OPSET,
                dynamo=False,
            )
    except _FAILURES as error:
        said = " ".join(str(error).split())[:200]
        raise ExportError(
            f"a {model.config.model_type} cannot be written as ONNX ({type(error).__name__}: {said}); use --format hf"
        ) from error


def run_onnx(path: Path, inputs: Iterator[Features]) -> NDArray[np.float32]:
    """The logits (n, labels) of all batches, by ONNX Runtime on the CPU.

    Raises:
        ExportError: ONNX Runtime cannot load or run the graph.
    """
    import numpy as np
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, RuntimeException

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [one.name for one in session.get_inputs()]
        return np.concatenate([session.run(["logits"], {n: batch[n] for n in names})[0] for batch in inputs])
    except (Fail, InvalidArgument, InvalidGraph, RuntimeException) as error:
        said = " ".join(str(error).split())[:200]
        raise ExportError(f"ONNX Runtime does not run the export ({said}); use --format hf") from error


def quantise_static(source: Path, target: Path, calibration: Sequence[Features]) -> None:
    """8-bit weights per channel and activations with the ranges that the calibration batches show.

    Raises:
        ExportError: ONNX Runtime cannot quantise the graph.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(calibration)

        def get_next(self) -> Any:
            return next(self.left, None)

    with _prepared(source) as prepared, _refusing("8-bit integers with measured ranges"):
        quantize_static(
            str(prepared),
            str(target),
            Reader(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_QUANTISED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"MatMulConstBOnly": True},
        )


def quantise_dynamic(source: Path, target: Path) -> None:
    """8-bit weights per channel; the ranges of activations are found for each input anew.

    Raises:
        ExportError: ONNX Runtime cannot quantise the graph.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _prepared(source) as prepared, _refusing("8-bit integers"):
        quantize_dynamic(
            str(prepared),
            str(target),
            op_types_to_quantize=_QUANTISED,
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


@contextmanager
def _prepared(source: Path) -> Iterator[Path]:
    """The graph with the shapes that the quantiser looks for, in a file that is gone afterwards."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".onnx.") as folder:
        prepared = Path(folder) / "prepared.onnx"
        with _refusing("8-bit integers"):
            quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        yield prepared


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """What ONNX Runtime's tools raise, as our error; what they remark on their own behalf is not shown."""
    import logging

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    except (*_FAILURES, AttributeError, IndexError, AssertionError) as error:
        said = " ".join(str(error).split())[:200]
        raise ExportError(
            f"the graph cannot be turned into {what} ({type(error).__name__}: {said}); use --format onnx"
        ) from error
    finally:
        root.setLevel(level)
