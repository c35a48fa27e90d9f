"""An encoder on torch, on a CPU or a GPU, over the same batches as the other engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adapters.engine.compiled import Batching, batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from adapters.engine.compiled import Matrix


class TorchRunner:
    """A sequence classifier of transformers as a runner (see `adapters.serving.encoders`)."""

    def __init__(self, model: Any, *, batching: Batching) -> None:
        self._model, self._batching = model, batching
        self._segments = segment_types(model)

    def run(self, ids: Sequence[Sequence[int]], width: int, firsts: Sequence[int]) -> Matrix:
        """The logits (n, width) float32 of n texts of token ids, in their order."""
        import numpy as np
        import torch

        outputs = np.zeros((len(ids), width), dtype=np.float32)
        counts = np.array(firsts, dtype=np.int32)
        device = self._model.device
        with torch.inference_mode():
            for places, tokens, lengths in batches(ids, self._batching):
                inputs = model_inputs(tokens, lengths, counts[places], self._segments)
                made = {name: torch.from_numpy(array).to(device) for name, array in inputs.items()}
                outputs[places] = self._model(**made).logits.float().cpu().numpy()
        return outputs


def segment_types(model: Any) -> bool:
    """Whether a model of transformers tells segments apart."""
    import inspect

    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    known = inspect.signature(base.forward).parameters
    return "token_type_ids" in known and (getattr(base.config, "type_vocab_size", 0) or 0) > 1


def model_inputs(
    tokens: NDArray[np.int32], lengths: NDArray[np.int32], firsts: NDArray[np.int32], segmented: bool
) -> dict[str, NDArray[np.int64]]:
    """What models of transformers are called with: ids, mask and, where `segmented`, token types; (n, tokens) int64."""
    import numpy as np

    places = np.arange(tokens.shape[1])[None, :]
    present = places < lengths[:, None]
    inputs = {"input_ids": tokens.astype(np.int64), "attention_mask": present.astype(np.int64)}
    if segmented:
        inputs["token_type_ids"] = (present & (places >= firsts[:, None])).astype(np.int64)
    return inputs
