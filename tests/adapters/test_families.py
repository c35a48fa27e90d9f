"""The table of families, held against the models of transformers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.errors import BaseModelError, RecipeError
from adapters.families import families, family_of, head_modules, target_modules

_CLASSES = {
    "encoder": "AutoModelForSequenceClassification",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "causal": "AutoModelForCausalLM",
}


def _model(model_type: str, **changes: Any) -> Any:
    """A model without weights (torch's meta device)."""
    import torch
    import transformers

    config = transformers.AutoConfig.for_model(model_type, **changes)
    with torch.device("meta"):
        return getattr(transformers, _CLASSES[families()[model_type].kind]).from_config(config)


@pytest.fixture(scope="module")
def bert() -> Any:
    return _model("bert", hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64)


# One of each row; the others of a row differ in size, not in names. All of them would take a minute.
@pytest.mark.parametrize(
    "model_type", sorted({family.name: one for one, family in reversed(families().items())}.values())
)
def test_the_names_of_each_family_are_those_of_its_models(model_type: str) -> None:
    layers = {} if model_type in ("gpt_neo", "albert") else {"num_hidden_layers": 2}
    model = _model(model_type, **layers)
    attention, every = target_modules(model, "attention"), target_modules(model, "all-linear")
    assert set(attention) < set(every) or set(attention) == set(every)
    assert not [name for name in every if "classifier" in name or "pooler" in name]
    heads = families()[model_type].head
    assert set(head_modules(model)) == set(heads)


def test_poolers_and_heads_are_no_targets(bert: Any) -> None:
    every = target_modules(bert, "all-linear")
    assert len(every) == 3 * 6
    assert head_modules(bert) == ["classifier", "pooler"]


def test_lower_layers_can_be_left_as_they_are(bert: Any) -> None:
    kept = target_modules(bert, "attention", freeze=2)
    assert kept == ["bert.encoder.layer.2.attention.self.query", "bert.encoder.layer.2.attention.self.value"]
    with pytest.raises(RecipeError, match="the model has 3 layers"):
        target_modules(bert, "attention", freeze=3)


def test_a_target_that_matches_nothing_lists_what_there_is(bert: Any) -> None:
    with pytest.raises(RecipeError, match=r"targets: q_proj matches no module.*layer\.N\.attention\.self\.query"):
        target_modules(bert, ["query", "q_proj"])
    with pytest.raises(RecipeError, match="empty list"):
        target_modules(bert, [])


def test_an_unknown_type_is_served_by_what_its_config_says(bert: Any) -> None:
    def config(**said: Any) -> Any:
        return SimpleNamespace(model_type="newbert", **said)

    assert family_of(config(is_encoder_decoder=True)).kind == "seq2seq"
    assert family_of(config(architectures=["NewBertForCausalLM"])).kind == "causal"
    assert family_of(config(architectures=["NewBertForMaskedLM"])).kind == "encoder"
    with pytest.raises(BaseModelError, match="'newbert' is in no family; expected one of albert"):
        family_of(config(architectures=["NewBertVision"]))


def test_an_unknown_type_needs_its_modules_named_or_takes_all(bert: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.families.families", dict)
    monkeypatch.setattr(bert.config, "architectures", ["BertForSequenceClassification"])
    assert len(target_modules(bert, "all-linear")) == 3 * 6
    with pytest.raises(RecipeError, match="name the modules"):
        target_modules(bert, "attention")
