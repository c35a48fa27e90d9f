"""What differs between the three kinds of models: how a row is encoded, what the loss counts, how labels are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adapters.card import CardInput
from adapters.families import Family
from adapters.inputs import label_words, segments
from adapters.labels import LABELS
from adapters.scoring import IGNORED, padded, prompt_ids, word_ids, word_scores
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


def strategy_for(family: Family, directory: Path, how: CardInput) -> Classifier:
    """The strategy for a family, with the base's tokenizer. Raises what transformers raises where it cannot be read."""
    tokenizer = tokenizer_of(directory)
    if family.kind == "encoder":
        return Encoder(tokenizer, how)
    return Seq2Seq(tokenizer, how) if family.kind == "seq2seq" else Causal(tokenizer, how)


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


@dataclass(slots=True)
class Encoder:
    """A classification head on an encoder; the head's outputs are the scores."""

    tokenizer: Any
    how: CardInput
    task = "SEQ_CLS"
    head = None

    def load(self, directory: Path, recipe: AdapterRecipe) -> Any:
        from transformers import AutoModelForSequenceClassification

        names = dict(enumerate(LABELS))
        config = base_config(
            directory,
            recipe,
            num_labels=len(LABELS),
            id2label=names,
            label2id={one: key for key, one in names.items()},
        )
        return AutoModelForSequenceClassification.from_pretrained(
            directory,
            config=config,
            use_safetensors=True,
            dtype="float32",
            ignore_mismatched_sizes=True,  # a base may have had a head of its own for other labels
            **LOCAL,
        )

    def encode(self, examples: Sequence[Example]) -> list[Row]:
        cut = [segments(example.text, example.entity, self.how) for example in examples]
        rows: list[Row] = [{}] * len(examples)
        for paired in (False, True):  # many at once; each as `inputs.encode` gives it
            chosen = [number for number, (_, second) in enumerate(cut) if (second is not None) == paired]
            if not chosen:
                continue
            firsts = [cut[number][0] for number in chosen]
            seconds = [cut[number][1] for number in chosen] if paired else None
            made = self.tokenizer(
                firsts, seconds, truncation="longest_first", max_length=self.how.max_length, return_attention_mask=False
            )
            for place, number in enumerate(chosen):
                row = {key: values[place] for key, values in made.items()}
                rows[number] = {**row, "labels": LABELS.index(examples[number].label)}
        return rows

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        import torch

        batch = {"input_ids": padded([row["input_ids"] for row in rows], self.tokenizer.pad_token_id)}
        batch["attention_mask"] = padded([[1] * len(row["input_ids"]) for row in rows], 0)
        if "token_type_ids" in rows[0]:
            batch["token_type_ids"] = padded([row["token_type_ids"] for row in rows], 0)
        batch["labels"] = torch.tensor([row["labels"] for row in rows])
        return batch

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        import torch

        inputs = {key: value for key, value in batch.items() if key != "labels"}
        logits = model(**inputs).logits.float()
        return torch.nn.functional.cross_entropy(logits, batch["labels"], label_smoothing=smoothing)

    def truth(self, row: Row) -> int:
        return int(row["labels"])

    def validate(self, model: Any, rows: Sequence[Row], batch: int) -> tuple[dict[str, float], NDArray[np.float32]]:
        return classified(self, model, rows, batch)

    def scores(self, model: Any, rows: Sequence[Row]) -> Any:
        inputs = {key: value.to(model.device) for key, value in self.collate(rows).items() if key != "labels"}
        return model(**inputs).logits


@dataclass(slots=True)
class _Generating:
    """What the two kinds that write the label share. A row's `labels` are the tokens of its label's word."""

    tokenizer: Any
    how: CardInput
    words: list[list[int]] = field(init=False)
    kind = "seq2seq"
    head = None
    auto = ""  # transformers' class that loads such a base

    def __post_init__(self) -> None:
        self.words = word_ids(self.tokenizer, label_words(LABELS, self.how), self.kind)

    def load(self, directory: Path, recipe: AdapterRecipe) -> Any:
        return load_generating(self.auto, directory, recipe)

    def encode(self, examples: Sequence[Example]) -> list[Row]:
        return [
            {
                "input_ids": prompt_ids(self.tokenizer, example.text, example.entity, self.how, self.kind),
                "labels": self.words[LABELS.index(example.label)],
            }
            for example in examples
        ]

    def truth(self, row: Row) -> int:
        return self.words.index(row["labels"])

    def validate(self, model: Any, rows: Sequence[Row], batch: int) -> tuple[dict[str, float], NDArray[np.float32]]:
        return classified(self, model, rows, batch)  # type: ignore[arg-type]

    def scores(self, model: Any, rows: Sequence[Row]) -> Any:
        prompts = [row["input_ids"] for row in rows]
        return word_scores(model, self.kind, prompts, self.words, self.tokenizer.pad_token_id)


class Seq2Seq(_Generating):
    """The label's word is the target text."""

    task = "SEQ_2_SEQ_LM"
    auto = "AutoModelForSeq2SeqLM"

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        return {
            "input_ids": padded([row["input_ids"] for row in rows], self.tokenizer.pad_token_id),
            "attention_mask": padded([[1] * len(row["input_ids"]) for row in rows], 0),
            "labels": padded([row["labels"] for row in rows], IGNORED),
        }

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        return token_loss(model(**batch).logits, batch["labels"], smoothing)


class Causal(_Generating):
    """The label's word continues the prompt; the loss counts the word alone."""

    task = "CAUSAL_LM"
    auto = "AutoModelForCausalLM"
    kind = "causal"

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        whole = [[*row["input_ids"], *row["labels"]] for row in rows]
        targets = [[*([IGNORED] * len(row["input_ids"])), *row["labels"]] for row in rows]
        return {
            "input_ids": padded(whole, self.tokenizer.pad_token_id),
            "attention_mask": padded([[1] * len(row) for row in whole], 0),
            "labels": padded(targets, IGNORED),
        }

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        inputs = {key: value for key, value in batch.items() if key != "labels"}
        logits = model(**inputs).logits[:, -batch["labels"].shape[1] :]  # virtual tokens stand in front
        return token_loss(logits[:, :-1], batch["labels"][:, 1:], smoothing)


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
