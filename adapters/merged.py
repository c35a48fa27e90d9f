"""A base with an adapter merged into it, ready to be written for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.bases import Base
from adapters.card import Card, CardInput
from adapters.inputs import encode
from adapters.labels import LABELS
from adapters.serving.models import load_model, load_tokenizer, quiet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Merged:
    """The base with the adapter in it, its tokenizer, and the card that goes with the export."""

    def __init__(self, directory: Path, base: Base, card: Card) -> None:
        self.model = load_model(directory, base, card, attention="eager" if card.kind == "encoder" else None)
        self.tokenizer = load_tokenizer(base, directory)
        places = getattr(self.model.config, "max_position_embeddings", None)
        length = min(card.input.max_length, places) if isinstance(places, int) and places > 0 else card.input.max_length
        self.how: CardInput = replace(card.input, max_length=length)
        self.tokenizer.model_max_length = length
        folded = card.kind == "encoder" and _fold_temperature(self.model, len(card.labels), card.temperature)
        said = f"Merged into its base {card.base.name}" + (
            "." if card.temperature == 1 or not folded else "; the temperature is in the weights."
        )
        self.card = replace(
            card,
            input=self.how,
            temperature=1.0 if folded else card.temperature,
            notes=f"{card.notes} {said}".strip(),
        )

    def write_small_files(self, folder: Path) -> None:
        """The tokenizer and config.json."""
        with quiet():
            self.tokenizer.save_pretrained(folder)
            self.model.config.save_pretrained(folder)

    def features(self, rows: Sequence[tuple[str, str | None]]) -> list[dict[str, list[int]]]:
        """The rows as token ids."""
        return [encode(self.tokenizer, text, entity, self.how) for text, entity in rows]

    def probabilities(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """The softmax of logits (n, labels), in the order of LABELS."""
        import numpy as np

        ordered = logits[:, [self.card.labels.index(label) for label in LABELS]] / np.float32(self.card.temperature)
        exponents = np.exp(ordered - ordered.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), dtype=np.float32)


def _fold_temperature(model: Any, labels: int, temperature: float) -> bool:
    """Divide the last layer by the temperature. False where there is not one such layer, and nothing is changed."""
    import torch

    last = [
        module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and module.out_features == labels
        and not name.startswith(model.base_model_prefix + ".")
    ]
    if len(last) != 1:
        return False
    with torch.no_grad():
        for weight in (last[0].weight, last[0].bias):
            if weight is not None:
                weight /= temperature
    return True
