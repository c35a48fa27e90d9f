import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters import export, probes
from adapters.card import Card, CardBase, CardInput, read_card, write_card
from adapters.errors import AdapterFilesError, ExportError
from adapters.export import export_adapter
from adapters.labels import LABELS
from adapters.probes import Tolerance, agreement, as_pairs, read_probes
from adapters.sentiment import open_sentiment

MakeAdapter = Callable[..., Path]
LEFT = ["made"]  # what lies in the test's folder before: the adapters


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _expected(directory: Path, home: Path) -> Any:
    return open_sentiment(directory, home=home, engine="torch").probabilities(*as_pairs(read_probes()))


def test_the_probes_are_ours_with_and_without_an_entity() -> None:
    rows = read_probes()
    assert len(rows) == len(set(rows)) >= 60
    assert sum(entity is not None for _, entity in rows) >= 10
    assert all(entity is None or entity in text for text, entity in rows)


def test_a_merged_adapter_is_read_by_transformers_alone(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> None:
    from transformers import pipeline

    directory = make_adapter("news-1", temperature=2.5)
    made = export_adapter(directory, tmp_path / "out", home=home)
    assert made.agreement.worst < 1e-5
    assert made.agreement.labels == 1
    assert {"model.safetensors", "config.json", "tokenizer.json", "card.json"} <= set(_names(tmp_path / "out"))
    assert json.loads((tmp_path / "out" / "config.json").read_text())["id2label"] == dict(
        zip("012", LABELS, strict=True)
    )
    card = read_card(tmp_path / "out")
    assert (card.name, card.temperature) == ("news-1", 1.0)
    assert "model.safetensors" in card.sha256
    texts = [text for text, entity in read_probes() if entity is None]
    said = pipeline("text-classification", str(tmp_path / "out"), top_k=None, truncation=True)(texts)
    theirs = np.array([[{s["label"]: s["score"] for s in row}[label] for label in LABELS] for row in said])
    ours = open_sentiment(directory, home=home, engine="torch").probabilities(texts)
    assert np.abs(theirs - ours).max() < 1e-4  # the temperature is in the weights
    assert _names(tmp_path) == [*LEFT, "out"]


def test_an_onnx_graph_gives_the_same_whatever_the_size_of_a_batch(
    make_adapter: MakeAdapter, tmp_path: Path, home: Path
) -> None:
    import onnxruntime
    from transformers import AutoTokenizer

    directory = make_adapter("news-1", temperature=0.7)
    made = export_adapter(directory, tmp_path / "out", to="onnx", home=home)
    assert (made.format, made.way) == ("onnx", "float32")
    assert made.agreement.worst < 1e-4
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"))
    assert {one.name for one in session.get_inputs()} == {"input_ids", "attention_mask", "token_type_ids"}
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    ours = open_sentiment(directory, home=home, engine="torch").probabilities(["nokia wins orders"], ["nokia"])
    for count in (1, 3):
        given = tokenizer(["nokia wins orders"] * count, ["nokia"] * count, return_tensors="np")
        logits = session.run(["logits"], {name: given[name] for name in given})[0]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        assert np.abs(odds / odds.sum(axis=1, keepdims=True) - ours).max() < 1e-4
    assert _names(tmp_path / "out") == [
        "card.json", "config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip


def test_eight_bits_keep_the_labels(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> None:
    directory = make_adapter("news-1")
    made = export_adapter(directory, tmp_path / "int8", to="onnx-int8", home=home)
    assert made.way.startswith("int8")
    assert made.agreement.labels >= 0.95
    assert 0 < made.agreement.mean <= 0.05
    assert _names(tmp_path / "int8") == [
        "card.json", "config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    assert b"QuantizeLinear" in (tmp_path / "int8" / "model.onnx").read_bytes()


def test_where_measured_ranges_fail_dynamic_ones_are_tried(
    make_adapter: MakeAdapter, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ExportError("no ranges")

    monkeypatch.setattr("adapters.onnx_model.quantise_static", fail)
    assert export_adapter(make_adapter(), tmp_path / "out", to="onnx-int8", home=home).way == "int8, dynamic"


@pytest.mark.parametrize("to", ["hf", "onnx", "onnx-int8"])
def test_what_differs_too_much_is_refused_and_leaves_nothing(
    make_adapter: MakeAdapter, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    for name in ("EIGHT_BIT", "MEASURED") if to == "onnx-int8" else ("EXACT",):
        monkeypatch.setattr(export, name, Tolerance(0.0, 0.0, 1.0))
    directory = make_adapter()
    if to != "onnx-int8":  # another model than the one that is asked
        write_card(replace(read_card(directory), temperature=3.0), directory)
        monkeypatch.setattr("adapters.merged._fold_temperature", lambda *_: True)
    with pytest.raises(ExportError, match="does not give what the adapter gives: .* labels agree.*nothing was written"):
        export_adapter(directory, tmp_path / "out", to=to, home=home)
    assert _names(tmp_path) == LEFT


def test_a_full_disk_or_a_stop_leaves_nothing(
    make_adapter: MakeAdapter, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (OSError(28, "No space left on device"), KeyboardInterrupt()):

        def stop(*_: Any, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(export, "write_card", stop)
        with pytest.raises(type(error)):
            export_adapter(make_adapter(type(error).__name__), tmp_path / "new" / "out", to="onnx", home=home)
        assert _names(tmp_path) == LEFT


def test_a_folder_that_holds_something_is_not_touched(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> None:
    (tmp_path / "out").mkdir()
    directory = make_adapter()
    export_adapter(directory, tmp_path / "out", home=home)  # an empty one is as good as none
    before = _names(tmp_path / "out")
    for place in (tmp_path / "out", directory / "card.json"):
        with pytest.raises(ExportError, match="is there already; expected a new folder"):
            export_adapter(directory, place, home=home)
    assert _names(tmp_path / "out") == before


def test_other_orders_of_the_labels_come_out_by_name(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> None:
    directory = make_adapter(labels=("positive", "negative", "neutral"))
    export_adapter(directory, tmp_path / "out", home=home)
    named = json.loads((tmp_path / "out" / "config.json").read_text())["id2label"]
    assert named == {"0": "positive", "1": "negative", "2": "neutral"}


def test_what_cannot_be_exported_says_why(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> None:
    directory = make_adapter()
    with pytest.raises(ExportError, match="unknown format 'gguf'; expected one of hf, onnx, onnx-int8"):
        export_adapter(directory, tmp_path / "out", to="gguf", home=home)
    write_card(replace(read_card(directory), kind="seq2seq"), directory)
    with pytest.raises(ExportError, match="generates text .*which ONNX export does not cover; use --format hf"):
        export_adapter(directory, tmp_path / "out", to="onnx", home=home)
    card = read_card(directory)
    write_card(replace(card, kind="encoder", base=replace(card.base, sha256="0" * 64)), directory)
    with pytest.raises(AdapterFilesError, match="another base"):
        export_adapter(directory, tmp_path / "out", home=home)
    config = json.loads((directory / "adapter_config.json").read_text())
    (directory / "adapter_config.json").write_text(json.dumps({**config, "peft_type": "PROMPT_TUNING"}))
    write_card(read_card(directory), directory)
    with pytest.raises(ExportError, match="adds tokens instead of changing weights .*cannot be merged"):
        export_adapter(directory, tmp_path / "out", home=home)
    assert _names(tmp_path) == LEFT


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_a_generating_model_is_merged(tiny_base: Any, tmp_path: Path, home: Path, kind: str) -> None:
    import peft
    import torch
    import transformers
    from transformers import AutoTokenizer

    from adapters.bases import resolve_base

    tokenizer = AutoTokenizer.from_pretrained(tiny_base.directory)
    tokenizer.eos_token = "[SEP]"
    torch.manual_seed(0)
    if kind == "seq2seq":
        config: Any = transformers.T5Config(
            vocab_size=len(tokenizer), d_model=32, d_ff=64, d_kv=8, num_layers=2, num_heads=4, decoder_start_token_id=0,
            eos_token_id=3,
        )  # fmt: skip
        model: Any = transformers.T5ForConditionalGeneration(config)
        method, targets = "SEQ_2_SEQ_LM", ["q", "v"]
    else:
        config = transformers.LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            bos_token_id=2, eos_token_id=3, pad_token_id=0,
        )  # fmt: skip
        model = transformers.LlamaForCausalLM(config)
        method, targets = "CAUSAL_LM", ["q_proj", "v_proj"]
    model.save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    tuned = peft.get_peft_model(model, peft.LoraConfig(task_type=method, r=4, target_modules=targets))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.5)
    tuned.save_pretrained(tmp_path / "adapter")
    base = resolve_base(f"path:{tmp_path / 'base'}", home=home)
    how = CardInput("pair", 48, None, {"negative": "falls", "neutral": "holds", "positive": "rises"})
    stated = CardBase(base.name, base.sha256, config.model_type)
    write_card(Card("words-1", stated, kind=kind, temperature=2.0, input=how), tmp_path / "adapter")
    made = export_adapter(tmp_path / "adapter", tmp_path / "out", home=home)
    assert made.agreement.worst < 1e-4
    assert read_card(tmp_path / "out").temperature == 2.0


def test_nan_is_the_greatest_difference() -> None:
    rows = np.full((4, 3), 1 / 3, dtype=np.float32)
    broken = rows.copy()
    broken[0, 0] = np.nan
    found = agreement(rows, broken)
    assert found.worst == 1
    assert not found.within(probes.EXACT)
