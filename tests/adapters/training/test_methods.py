"""Every method takes a real step on a tiny model, and what it saves is loaded again and means the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import RecipeError
from adapters.training import saving
from adapters.training.config import AdapterRecipe
from adapters.training.methods import CHANGE_BASE, VIRTUAL_TOKENS, attach, known_methods


def _bert() -> Any:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=3,
        max_position_embeddings=64, initializer_range=0.3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertForSequenceClassification(config)


def _step(model: Any, ids: Any) -> None:
    import torch

    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-2)
    for _ in range(3):
        torch.nn.functional.cross_entropy(model(input_ids=ids).logits, torch.tensor([0, 1, 2, 0])).backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("method", known_methods())
def test_a_method_trains_and_means_the_same_when_loaded(method: str, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel

    ids = torch.randint(5, 50, (4, 7), generator=torch.Generator().manual_seed(1))
    base = _bert()
    model = attach(base, AdapterRecipe(method=method, r=4, alpha=8), "SEQ_CLS", steps=20, seed=0)
    initial = saving.keep_initial(model, method)
    trainable = {name for name, one in model.named_parameters() if one.requires_grad}
    assert any("classifier" in name for name in trainable)
    assert method in VIRTUAL_TOKENS or any("pooler" in name for name in trainable)
    assert not any("lora" in name and ("pooler" in name or "classifier" in name) for name in trainable)
    before = model.eval()(input_ids=ids).logits.detach()
    _step(model.train(), ids)
    after = model.eval()(input_ids=ids).logits.detach()
    assert not torch.allclose(before, after, atol=1e-3)
    saving.save_weights(model, tmp_path / "saved", initial)
    assert bool(initial) == (method in CHANGE_BASE)
    again = PeftModel.from_pretrained(_bert(), str(tmp_path / "saved")).eval()
    torch.testing.assert_close(again(input_ids=ids).logits, after, atol=1e-4, rtol=1e-3)


def test_a_method_that_does_not_fit_says_which_model_and_rank() -> None:
    with pytest.raises(RecipeError, match=r"adapter.method 'boft' does not fit a bert with r = 5: .*choose another"):
        attach(_bert(), AdapterRecipe(method="boft", r=5), "SEQ_CLS", steps=1, seed=0)


def test_modules_to_save_must_be_there() -> None:
    recipe = AdapterRecipe(modules_to_save=("classifier", "summary"))
    with pytest.raises(RecipeError, match="there is no module summary; at the top are bert, dropout, classifier"):
        attach(_bert(), recipe, "SEQ_CLS", steps=1, seed=0)


def test_lower_layers_are_left_alone(tmp_path: Path) -> None:
    model = attach(_bert(), AdapterRecipe(freeze=1), "SEQ_CLS", steps=1, seed=0)
    adapted = {name for name, one in model.named_parameters() if one.requires_grad and "lora" in name}
    assert adapted and not any(".layer.0." in name for name in adapted)


@pytest.mark.parametrize("model_type", ["roberta", "deberta-v2", "gpt2", "mt5"])
def test_lora_fits_every_kind(model_type: str, tiny_model: Callable[[str], Path]) -> None:
    from adapters.card import CardInput
    from adapters.families import families
    from adapters.training.classifiers import strategy_for

    family = families()[model_type]
    strategy = strategy_for(family, tiny_model(model_type), CardInput("prompt", 32, "{text}"))
    recipe = AdapterRecipe(r=2)
    model = attach(strategy.load(tiny_model(model_type), recipe), recipe, strategy.task, steps=1, seed=0)
    names = {name for name, one in model.named_parameters() if one.requires_grad}
    assert any("lora_A" in name for name in names)
    assert all(any(head in name for name in names) for head in family.head)
