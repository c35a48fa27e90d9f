"""Scores of the labels' words, held against what the model says of whole sequences."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.scoring import word_scores

CONFIGS: dict[str, dict[str, Any]] = {
    "qwen3": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
        "intermediate_size": 64,
    },
    "mt5": {
        "d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2, "num_heads": 2,
        "decoder_start_token_id": 0,
    },
}  # fmt: skip
PROMPTS = [[5, 6, 7], [8], [9, 10]]


@pytest.mark.parametrize(("model_type", "kind"), [("qwen3", "causal"), ("mt5", "seq2seq")])
def test_a_score_is_the_log_probability_of_the_word(model_type: str, kind: str) -> None:
    import torch
    import transformers

    auto = transformers.AutoModelForCausalLM if kind == "causal" else transformers.AutoModelForSeq2SeqLM
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(model_type, vocab_size=20, initializer_range=0.3, **CONFIGS[model_type])
    model = auto.from_config(config).eval()
    with torch.inference_mode():
        first = word_scores(model, kind, PROMPTS, [[11, 2], [12, 2], [13, 2]], 0)
        whole = word_scores(model, kind, PROMPTS, [[4, 11], [4, 12], [5, 13]], 0)  # two begin alike
        for row, prompt in enumerate(PROMPTS):
            assert first[row].tolist() == pytest.approx(
                [_log(model, kind, prompt, [one])[0] for one in (11, 12, 13)], abs=1e-4
            )
            words = ([4, 11], [4, 12], [5, 13])
            assert whole[row].tolist() == pytest.approx(
                [sum(_log(model, kind, prompt, word)) for word in words], abs=1e-4
            )


def _log(model: object, kind: str, prompt: list[int], word: list[int]) -> list[float]:
    """The log-probability of each token of a word behind one prompt, without padding."""
    import torch

    if kind == "causal":
        logits = model(input_ids=torch.tensor([[*prompt, *word]])).logits[0, len(prompt) - 1 : -1]  # type: ignore[operator]
    else:
        start = torch.tensor([[0, *word[:-1]]])
        logits = model(input_ids=torch.tensor([prompt]), decoder_input_ids=start).logits[0]  # type: ignore[operator]
    return [float(row.log_softmax(-1)[token]) for row, token in zip(logits, word, strict=True)]
