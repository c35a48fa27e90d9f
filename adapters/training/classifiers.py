"""The three kinds of models that tell sentiment: a head on an encoder, and two that write the label's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from adapters.training.strategies import (
    Classifier,
    Row,
    base_config,
    classified,
    load_generating,
    token_loss,
    tokenizer_of,
)


def strategy_for(family: Family, directory: Path, how: CardInput) -> Classifier:
    """The strategy for a family, with the base's tokenizer. Raises what transformers raises where it cannot be read."""
    tokenizer = tokenizer_of(directory)
    if family.kind == "encoder":
        return Encoder(tokenizer, how)
    return Seq2Seq(tokenizer, how) if family.kind == "seq2seq" else Causal(tokenizer, how)


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
