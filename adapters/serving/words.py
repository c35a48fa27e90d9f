"""Generating models as classifiers: the likelihood of each label's word, and what the model writes by itself.

Scores are those of `adapters.scoring`; a softmax over them is the probability of each label, given that the model
writes one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from adapters.card import CardInput
from adapters.inputs import label_words
from adapters.scoring import padded, prompt_ids, word_ids, word_likelihood, word_scores

if TYPE_CHECKING:
    from adapters.engine.compiled import Matrix

_BATCH_TOKENS = 1024  # padding included: a vocabulary of 250,000 words makes a batch's scores large
_ROOM = 4  # tokens beyond the longest word that may be written: what goes on is no label


class WordModel:
    """A generating model of transformers, on its device. `kind` is "seq2seq" or "causal"."""

    engine, precision = "torch", "float32"

    def __init__(self, model: Any, tokenizer: Any, kind: str, labels: Sequence[str], how: CardInput) -> None:
        self._model, self._tokenizer, self._kind, self._how = model, tokenizer, kind, how
        self._pad: int = tokenizer.pad_token_id or 0
        self._words = word_ids(tokenizer, label_words(labels, how), kind)

    def scores(self, pairs: Sequence[tuple[str, str | None]]) -> Matrix:
        """The log-likelihood (n, labels) float32 of each label's word for n (text, entity)."""
        import numpy as np
        import torch

        scores = np.zeros((len(pairs), len(self._words)), dtype=np.float32)
        with torch.inference_mode():
            for places, prompts in self._batches(pairs):
                found = word_scores(self._model, self._kind, prompts, self._words, self._pad)
                scores[places] = found.cpu().numpy()
        return scores

    def written(self, pairs: Sequence[tuple[str, str | None]]) -> list[str]:
        """What the model writes for n (text, entity), greedily, without special tokens."""
        import torch

        texts = [""] * len(pairs)
        with torch.inference_mode():
            for places, prompts in self._batches(pairs):
                for place, text in zip(places, self._greedy(prompts), strict=True):
                    texts[place] = text.strip()
        return texts

    def loss(self, pairs: Sequence[tuple[str, str | None]], labels: Sequence[int]) -> tuple[float, int]:
        """The loss of n (text, entity) on the whole words of their labels' numbers, in nats: its sum over tokens, and
        how many tokens these are, the words' ends included."""
        import torch

        total, tokens = 0.0, 0
        with torch.inference_mode():
            for number, word in enumerate(self._words):
                own = [pair for pair, label in zip(pairs, labels, strict=True) if label == number]
                tokens += len(own) * len(word)
                for _, prompts in self._batches(own):
                    total -= float(word_likelihood(self._model, self._kind, prompts, word, self._pad).sum())
        return total, tokens

    def _greedy(self, prompts: list[list[int]]) -> list[str]:
        causal = self._kind == "causal"
        # A causal model goes on at the right, so it is filled up at the left.
        turn = -1 if causal else 1
        ids = padded([row[::turn] for row in prompts], self._pad)
        mask = padded([[1] * len(row) for row in prompts], 0)
        ids, mask = (made.flip(1) if causal else made for made in (ids, mask))
        written = self._model.generate(
            input_ids=ids.to(self._model.device),
            attention_mask=mask.to(self._model.device),
            max_new_tokens=max(map(len, self._words)) + _ROOM,
            do_sample=False,
            num_beams=1,
            pad_token_id=self._pad,
        )
        behind = written[:, ids.shape[1] :] if causal else written
        return list(self._tokenizer.batch_decode(behind, skip_special_tokens=True))

    def _batches(self, pairs: Sequence[tuple[str, str | None]]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """Prompts of like length together, longest first: their places and token ids."""
        prompts = [prompt_ids(self._tokenizer, text, entity, self._how, self._kind) for text, entity in pairs]
        order = sorted(range(len(prompts)), key=lambda place: -len(prompts[place]))
        start = 0
        while start < len(order):
            places = order[start : start + max(1, _BATCH_TOKENS // max(1, len(prompts[order[start]])))]
            yield places, [prompts[place] for place in places]
            start += len(places)
