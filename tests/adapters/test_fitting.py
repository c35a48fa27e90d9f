"""What of a report-QA adapter must fit before it is kept; for sentiment see test_store.py."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from adapters.bases import resolve_base
from adapters.card import CardBase, CardInput, read_card, write_card
from adapters.errors import AdapterFilesError
from adapters.files import check_base
from adapters.fitting import check_fit
from adapters.store import Store
from tests.adapters.conftest import Tiny, make_qa_peft

MakeAdapter = Callable[..., Path]
Change = Callable[[dict[str, Any]], dict[str, Any]]


def _changed(directory: Path, change: Change) -> Path:
    """The adapter with other weights, and a card that names them."""
    path = directory / "adapter_model.safetensors"
    save_file(change(load_file(path)), path)
    write_card(read_card(directory), directory)
    return directory


def _without(*parts: str) -> Change:
    return lambda weights: {name: one for name, one in weights.items() if not any(part in name for part in parts)}


def _narrower(weights: dict[str, Any]) -> dict[str, Any]:
    name = "base_model.model.head.by_feature.weight"
    return {**weights, name: weights[name][:-1].copy()}


def test_a_report_qa_adapter_is_added_like_any_other(make_qa_adapter: MakeAdapter, tmp_path: Path) -> None:
    store = Store(tmp_path / "home", shipped=tmp_path / "none")
    added = store.add(make_qa_adapter("qa-1"))
    assert (added.name, added.card.task, added.origin) == ("qa-1", "report-qa", "installed")
    assert store.task("qa-1") == "report-qa"
    assert store.task("nothing") is None
    store.promote("qa-1")
    assert store.in_use("report-qa").name == "qa-1"
    assert store.remove("qa-1", force=True) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_without("head.actions", "head.mix"), r"another decoder than this finagent has \(3 .* actions.weight.*train it"),
        (_narrower, r"another decoder than this finagent has \(1 of its weights differ, such as by_feature.weight"),
        (lambda weights: {**weights, "base_model.model.head.more": weights["base_model.model.head.begin"]}, "such as more"),
        (_without(".head."), r"lacks base_model.model.head.actions.weight, .* and \d+ more; expected one that was made"),
        (_without("layer.1"), "as an encoder for report-qa: it lacks .*layer.1"),
        (lambda weights: {name: one.astype("int32") for name, one in weights.items()}, "its weights are I32"),
    ],
)  # fmt: skip
def test_what_the_network_has_no_place_for_is_one_line(
    make_qa_adapter: MakeAdapter, tmp_path: Path, change: Change, says: str
) -> None:
    store = Store(tmp_path / "home", shipped=tmp_path / "none")
    with pytest.raises(AdapterFilesError, match=says) as caught:
        store.add(_changed(make_qa_adapter("qa-1"), change))
    assert "\n" not in str(caught.value)
    assert [path.name for path in store.folder.iterdir()] == [".lock"]


def test_the_weights_of_another_task_are_refused(
    make_adapter: MakeAdapter, make_qa_adapter: MakeAdapter, tiny_base: Tiny
) -> None:
    sentiment = make_adapter("a")
    taken = write_card(replace(read_card(sentiment), task="report-qa", labels=()), sentiment)
    with pytest.raises(
        AdapterFilesError, match="as an encoder for report-qa: it lacks .*head.*has no place for .*class"
    ):
        check_fit(sentiment, taken, check_base(taken, home=tiny_base.home))
    answering = make_qa_adapter("b")
    card = write_card(
        replace(read_card(answering), task="sentiment", labels=("negative", "neutral", "positive")), answering
    )
    with pytest.raises(AdapterFilesError, match="as an encoder for sentiment: it has no place for .*head.actions"):
        check_fit(answering, card, check_base(card, home=tiny_base.home))


def test_one_that_writes_labels_is_not_one_that_writes_answers(make_qa_adapter: MakeAdapter, tiny_base: Tiny) -> None:
    directory = make_qa_adapter("qa-1", kind="causal", input=CardInput(prompt="Is this good news? {text}"))
    card = read_card(directory)
    with pytest.raises(AdapterFilesError, match="the adapter qa-1: `input.prompt`: .*finagent train report-qa` writes"):
        check_fit(directory, card, check_base(card, home=tiny_base.home))


def test_what_the_decoders_engine_does_not_merge_is_refused(
    make_qa_adapter: MakeAdapter, tiny_base: Tiny, tmp_path: Path
) -> None:
    make_qa_peft(tiny_base.directory, tmp_path / "dora", use_dora=True)
    directory = make_qa_adapter("dora-1", source=tmp_path / "dora")
    card = read_card(directory)
    with pytest.raises(
        AdapterFilesError, match="its method is no plain LoRA; report QA on an encoder needs plain LoRA"
    ):
        check_fit(directory, card, check_base(card, home=tiny_base.home))


def test_a_base_that_is_no_bert_encoder_is_refused(make_qa_adapter: MakeAdapter, tmp_path: Path) -> None:
    from transformers import RobertaConfig, RobertaModel

    small = {"vocab_size": 20, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    RobertaModel(RobertaConfig(**small, intermediate_size=32)).save_pretrained(tmp_path / "base")
    base = resolve_base(f"path:{tmp_path / 'base'}", home=tmp_path / "home")
    directory = make_qa_adapter("qa-1", base=CardBase(base.name, base.sha256, "roberta"))
    with pytest.raises(AdapterFilesError, match="a roberta; report QA runs on BERT encoders and on models that write"):
        check_fit(directory, read_card(directory), base)
