"""How likely a generating model finds each label's word: what turns a T5 or a causal model into a classifier.

Shared by training (validation) and serving, so that both mean the same by a label's score. The words go behind the
prompt of `adapters.inputs`; a score is the word's log-probability. Where the words' first tokens differ, that token
alone is scored, in one pass; else whole words are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.card import CardInput
from adapters.inputs import prompt

IGNORED = -100
"""The target at positions that the loss leaves out (PyTorch's default)."""


def prompt_ids(tokenizer: Any, text: str, entity: str | None, how: CardInput, kind: str) -> list[int]:
    """The tokens that a generating model reads. A causal model's end in no end-of-text token: the word follows."""
    ids = list(tokenizer(prompt(tokenizer, text, entity, how))["input_ids"])
    if kind == "causal" and ids and ids[-1] == tokenizer.eos_token_id:
        ids.pop()
    return ids


def word_ids(tokenizer: Any, words: Sequence[str], kind: str) -> list[list[int]]:
    """The tokens of each label's word with the end-of-text token, as the model learns to write them."""
    made = []
    for word in words:
        ids = list(tokenizer(word if kind == "seq2seq" else f" {word}", add_special_tokens=False)["input_ids"])
        made.append([*ids, tokenizer.eos_token_id])
    return made


def padded(rows: Sequence[Sequence[int]], fill: int) -> Any:
    """Rows of token ids as one tensor (n, longest), filled up on the right."""
    import torch

    longest = max(map(len, rows))
    return torch.tensor([[*row, *([fill] * (longest - len(row)))] for row in rows], dtype=torch.long)


def word_scores(
    model: Any, kind: str, prompts: Sequence[Sequence[int]], words: Sequence[Sequence[int]], pad: int
) -> Any:
    """Log-probabilities (n, labels) of the labels' words behind each of one batch of prompts, as a float tensor.

    The caller sets the mode of the model (`eval`, no gradients).
    """
    import torch

    first = [word[0] for word in words]
    if len(set(first)) == len(first):
        logits = _first_logits(model, kind, prompts, pad)
        return logits.float().log_softmax(-1)[:, first]
    return torch.stack([word_likelihood(model, kind, prompts, word, pad) for word in words], dim=1)


def _first_logits(model: Any, kind: str, prompts: Sequence[Sequence[int]], pad: int) -> Any:
    """Logits (n, vocabulary) of the first token behind each prompt."""
    import torch

    ids, mask = _inputs(prompts, pad, model.device)
    if kind == "seq2seq":
        start = torch.full((len(prompts), 1), model.config.decoder_start_token_id, device=model.device)
        return model(input_ids=ids, attention_mask=mask, decoder_input_ids=start).logits[:, 0]
    # A method with virtual tokens puts them in front, so positions are counted from the end.
    logits = model(input_ids=ids, attention_mask=mask).logits[:, -ids.shape[1] :]
    last = torch.tensor([len(row) - 1 for row in prompts], device=logits.device)
    return logits[torch.arange(len(prompts), device=logits.device), last]


def word_likelihood(model: Any, kind: str, prompts: Sequence[Sequence[int]], word: Sequence[int], pad: int) -> Any:
    """Log-probability (n,) of all tokens of a word, its end included, behind each of one batch of prompts."""
    import torch

    if kind == "seq2seq":
        ids, mask = _inputs(prompts, pad, model.device)
        labels = torch.tensor([list(word)] * len(prompts), device=model.device)
        logits = model(input_ids=ids, attention_mask=mask, labels=labels).logits
    else:
        ids, mask = _inputs([[*row, *word] for row in prompts], pad, model.device)
        labels = padded([[*([IGNORED] * (len(row) - 1)), *word] for row in prompts], IGNORED).to(ids.device)
        logits = model(input_ids=ids, attention_mask=mask).logits[:, -ids.shape[1] :][:, : labels.shape[1]]
    chosen = logits.float().log_softmax(-1).gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return (chosen * (labels != IGNORED)).sum(-1)


def _inputs(rows: Sequence[Sequence[int]], pad: int, device: Any) -> tuple[Any, Any]:
    return padded(rows, pad).to(device), padded([[1] * len(row) for row in rows], 0).to(device)
