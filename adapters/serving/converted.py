"""Encoders of any family on OpenVINO: the merged torch model, converted once and checked against itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.engine.compiled import Batching
from adapters.engine.openvino import import_openvino
from adapters.errors import EngineError
from adapters.serving.models import quiet
from adapters.serving.torch_runner import TorchRunner, segment_types

TOLERANCE = 1e-3  # of logits; two float32 engines differ by about 1e-5
_SHAPES = ((2, 7), (3, 12))  # rows and tokens of the trial, neither of them those of the conversion
_EXAMPLE = (2, 9)


def convert(load: Callable[[], Any], labels: int, batching: Batching) -> Any:
    """An `openvino.Model` of the sequence classifier that `load` gives, with the inputs of
    `adapters.engine.graph.build_classifier`.

    Raises:
        EngineError: OpenVINO cannot convert the model, or what it makes of it gives other logits than torch.
    """
    import torch

    openvino = import_openvino()
    model = load()
    example = tuple(torch.from_numpy(array) for array in _trial(*_EXAMPLE, batching.pad).values())
    try:
        with quiet(), torch.no_grad():
            made = openvino.convert_model(_wrapped(model), example_input=example)
    except (RuntimeError, TypeError, ValueError, AttributeError, KeyError, IndexError, NotImplementedError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise EngineError(
            f"OpenVINO cannot convert a {model.config.model_type} ({said[:200]}); use the engine torch"
        ) from error
    for given, name in zip(made.inputs, ("ids", "lengths", "firsts"), strict=False):
        given.get_tensor().set_names({name})
    if len(made.inputs) != len(example):
        raise EngineError(f"OpenVINO dropped an input of a {model.config.model_type}; use the engine torch")
    made.reshape({"ids": [-1, -1], "lengths": [-1], "firsts": [-1]})
    _check(made, model, labels, batching)
    return made


def _wrapped(model: Any) -> Any:
    """The model as a module of ids, lengths and firsts."""
    import torch

    segmented = segment_types(model)

    class Wrapped(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, lengths: Any, firsts: Any) -> Any:
            places = torch.arange(ids.shape[1], device=ids.device)[None, :]
            present = places < lengths[:, None]
            behind = (places >= firsts[:, None]) & present
            types = {"token_type_ids": behind.to(torch.long)} if segmented else {}
            logits = self.model(input_ids=ids.to(torch.long), attention_mask=present.to(torch.long), **types).logits
            # an input that nothing reads would be dropped, and every engine has the same three
            return logits if segmented else logits + 0.0 * behind.sum(1, keepdim=True).to(logits.dtype)

    return Wrapped().eval()


def _trial(rows: int, tokens: int, pad: int) -> dict[str, Any]:
    """Token ids of texts of several lengths, the same every time; small ids are in every vocabulary."""
    import numpy as np

    lengths = np.array([tokens - row for row in range(rows)], dtype=np.int32)
    ids = (np.arange(rows * tokens, dtype=np.int32).reshape(rows, tokens) * 7) % 11 + 3
    ids[np.arange(tokens)[None, :] >= lengths[:, None]] = pad
    return {"ids": ids.astype(np.int32), "lengths": lengths, "firsts": np.maximum(lengths // 2, 1).astype(np.int32)}


def _check(made: Any, model: Any, labels: int, batching: Batching) -> None:
    import numpy as np

    openvino = import_openvino()
    compiled = openvino.Core().compile_model(made, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    runner = TorchRunner(model, batching=batching)
    for shape in _SHAPES:
        trial = _trial(*shape, batching.pad)
        rows = [list(row[:length]) for row, length in zip(trial["ids"], trial["lengths"], strict=True)]
        expected = runner.run(rows, labels, list(trial["firsts"]))
        if not np.allclose(compiled(trial)[0], expected, atol=TOLERANCE):
            raise EngineError(
                f"OpenVINO gives other logits than torch for a {model.config.model_type}; use the engine torch"
            )
