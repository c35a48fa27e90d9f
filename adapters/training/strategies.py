"""What training asks of a kind of model, and what the kinds share: loading a base, the loss, the metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adapters.card import CardInput
from adapters.labels import LABELS
from adapters.scoring import IGNORED
from adapters.serving.models import LOCAL
from adapters.training.config import AdapterRecipe
from adapters.training.data import Example
from adapters.training.quantised import prepared, quantised

Row = Mapping[str, Any]
"""An encoded example: `input_ids`, for encoders perhaps `token_type_ids`, and `labels` (a number, or tokens)."""


class Strategy(Protocol):
    """One kind of model, as training sees it."""

    @property
    def task(self) -> str | None:
        """PEFT's name of the kind."""

    @property
    def head(self) -> tuple[str, ...] | None:
        """Modules that are trained whole beside the adapter; None: those of the model's family."""

    def load(self, directory: Path, recipe: AdapterRecipe) -> Any:
        """The base with what it needs for the task, in 32-bit floats."""

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Rows as one batch of tensors."""

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        """The mean cross-entropy of a batch."""

    def validate(self, model: Any, rows: Sequence[Row], batch: int) -> tuple[dict[str, float], Any]:
        """The metrics of the model on rows (see `trainer.better`), read in batches of `batch`, and what it said."""


class Classifier(Strategy, Protocol):
    """A strategy that gives each label a score."""

    tokenizer: Any
    how: CardInput

    def encode(self, examples: Sequence[Example]) -> list[Row]:
        """The examples as the model reads them."""

    def truth(self, row: Row) -> int:
        """The number of a row's label."""

    def scores(self, model: Any, rows: Sequence[Row]) -> Any:
        """The scores (n, labels) of one batch: a tensor whose softmax are probabilities."""


_TOKENIZERS = ("tokenizer.json", "vocab.*", "*.model", "*.tiktoken")
"""Files that hold a vocabulary, in the ways of transformers."""


def tokenizer_of(directory: Path) -> Any:
    """The tokenizer of a base, which can pad. Raises what transformers raises where it cannot be read."""
    from transformers import AutoTokenizer

    if not any(path for name in _TOKENIZERS for path in directory.glob(name)):
        raise ValueError("there is no tokenizer")  # transformers would make one that knows no word
    tokenizer = AutoTokenizer.from_pretrained(directory, **LOCAL)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_generating(
    auto: str, directory: Path, recipe: AdapterRecipe, *, dtype: str = "float32", device: str | None = None
) -> Any:
    """A base that writes, by transformers' class `auto`; in fewer bits where the recipe says so."""
    import transformers

    model = getattr(transformers, auto).from_pretrained(
        directory,
        config=base_config(directory, recipe),
        use_safetensors=True,
        dtype=dtype,
        **quantised(recipe, device),
        **LOCAL,
    )
    return prepared(model, recipe)


def classified(
    strategy: Classifier, model: Any, rows: Sequence[Row], batch: int
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """The metrics of a classifier on rows, and its scores (n, labels). No rows have no metrics."""
    scores = all_scores(strategy, model, rows, batch)
    truth = np.array([strategy.truth(row) for row in rows], dtype=np.int64)
    return (validation_metrics(scores, truth) if len(rows) else {}), scores


def validation_metrics(scores: NDArray[np.float32], truth: NDArray[np.int64]) -> dict[str, float]:
    """Accuracy, macro-F1 over the labels that occur, and mean cross-entropy of scores (n, labels)."""
    above = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    log_probabilities = above - np.log(np.exp(above).sum(axis=1, keepdims=True))
    guess = scores.argmax(axis=1)
    shares = []
    for label in np.union1d(truth, guess):
        hits = int(((guess == label) & (truth == label)).sum())
        shares.append(2 * hits / int((guess == label).sum() + (truth == label).sum()))
    return {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": float(np.mean(shares)),
        "loss": float(-log_probabilities[np.arange(len(truth)), truth].mean()),
    }


def all_scores(strategy: Classifier, model: Any, rows: Sequence[Row], batch: int) -> NDArray[np.float32]:
    """The scores (n, labels) of all rows, in batches of similar length, without dropout and gradients."""
    import torch

    order = sorted(range(len(rows)), key=lambda number: len(rows[number]["input_ids"]))
    made = np.zeros((len(rows), len(LABELS)), dtype=np.float32)
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            made[chosen] = strategy.scores(model, [rows[number] for number in chosen]).float().cpu().numpy()
    model.train(was_training)
    return made


def base_config(directory: Path, recipe: AdapterRecipe, **changes: Any) -> Any:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(directory, **LOCAL, **changes)
    for names, dropout in ((_DROPOUTS, recipe.base_dropout), (_ATTENTION_DROPOUTS, recipe.attention_dropout)):
        for name in names if dropout is not None else ():
            if isinstance(getattr(config, name, None), int | float):
                setattr(config, name, dropout)
    return config


_DROPOUTS = (
    "hidden_dropout_prob", "attention_probs_dropout_prob", "hidden_dropout", "attention_dropout", "dropout",
    "dropout_rate", "activation_dropout", "classifier_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop",
    "resid_dropout", "embd_dropout", "embedding_dropout", "mlp_dropout", "pooler_dropout",
    "seq_classif_dropout", "summary_last_dropout",
)  # fmt: skip
_ATTENTION_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop")


def token_loss(logits: Any, targets: Any, smoothing: float, weights: Any = None) -> Any:
    """Cross-entropy over the positions that count; others never reach the vocabulary-wide softmax.

    With `weights` (n,) a mean in which each row's tokens count so much.
    """
    import torch

    counted = targets != IGNORED
    found, right = logits[counted].float(), targets[counted]
    if weights is None:
        return torch.nn.functional.cross_entropy(found, right, label_smoothing=smoothing)
    losses = torch.nn.functional.cross_entropy(found, right, label_smoothing=smoothing, reduction="none")
    each = weights[:, None].expand(targets.shape)[counted]
    return (losses * each).sum() / each.sum()
