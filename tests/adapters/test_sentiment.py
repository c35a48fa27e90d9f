"""An adapter that serves gives what transformers and PEFT give, on every engine and for every family."""

import json
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.bases import resolve_base
from adapters.card import Card, CardBase, CardInput, read_card, write_card
from adapters.errors import AdapterError, AdapterFilesError, BaseModelError, EngineError
from adapters.inputs import encode
from adapters.labels import LABELS
from adapters.sentiment import open_sentiment

TEXTS = [
    "profit rises",
    "nokia slumps as siemens wins",
    "sales " * 100,
    "",
    "orders hold\x00 on day 7 \U0001f600",
    "profit rises",
]
ENTITIES = [None, "siemens", "nokia", "", "orders", None]


def _expected(directory: Path, base: Path, texts: list[str], entities: list[str | None], labels: int = 3) -> np.ndarray:
    """Probabilities by transformers and PEFT alone: one text at a time, the adapter not merged."""
    import peft
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=labels)
    tuned, tokenizer = peft.PeftModel.from_pretrained(model, str(directory)).eval(), AutoTokenizer.from_pretrained(base)
    card, rows = read_card(directory), []
    for text, entity in zip(texts, entities, strict=True):
        features = {k: torch.tensor([v]) for k, v in encode(tokenizer, text, entity, card.input).items()}
        with torch.no_grad():
            rows.append((tuned(**features).logits[0] / card.temperature).softmax(-1).numpy())
    return np.array(rows)


@pytest.mark.parametrize("engine", ["auto", "openvino", "onnx", "torch"])
def test_probabilities_are_those_of_the_model_that_was_trained(
    engine: str, make_adapter: Any, tiny_base: Any, tmp_path: Path
) -> None:
    directory = make_adapter(temperature=1.7)
    model = open_sentiment(directory, home=tmp_path, engine=engine, threads=1)
    assert (model.name, model.engine) == ("news-1", "openvino" if engine == "auto" else engine)
    found = model.probabilities(TEXTS, ENTITIES)
    assert found.shape == (6, 3) and found.dtype == np.float32
    assert np.allclose(found, _expected(directory, tiny_base.directory, TEXTS, ENTITIES), atol=1e-4)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert model.probabilities([]).shape == (0, 3)
    # the second time from the cache
    again = open_sentiment(directory, home=tmp_path, engine=engine).probabilities(TEXTS, ENTITIES)
    assert np.allclose(found, again, atol=1e-6)


@pytest.mark.parametrize("engine", ["openvino", "onnx"])
def test_a_card_or_a_base_that_changed_is_served_as_it_is_now(
    engine: str, make_adapter: Any, tiny_base: Any, tmp_path: Path
) -> None:
    directory = make_adapter(temperature=1.0)
    open_sentiment(directory, home=tmp_path, engine=engine)
    write_card(replace(read_card(directory), temperature=2.0), directory)
    found = open_sentiment(directory, home=tmp_path, engine=engine).probabilities(TEXTS[:2], ENTITIES[:2])
    assert np.allclose(found, _expected(directory, tiny_base.directory, TEXTS[:2], ENTITIES[:2]), atol=1e-4)
    base = tmp_path / "base"
    shutil.copytree(tiny_base.directory, base)
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "layer_norm_eps": 0.5}))
    write_card(replace(read_card(directory), base=CardBase(f"path:{base}", tiny_base.sha256, "bert")), directory)
    found = open_sentiment(directory, home=tmp_path, engine=engine).probabilities(TEXTS[:2], ENTITIES[:2])
    assert np.allclose(found, _expected(directory, base, TEXTS[:2], ENTITIES[:2]), atol=1e-4)
    assert len(list((tmp_path / "cache" / {"openvino": "engines"}.get(engine, engine)).iterdir())) == 1


def test_an_engine_that_another_process_built_meanwhile_is_loaded(make_adapter: Any, tmp_path: Path) -> None:
    from adapters.engine import compiled

    directory, home = make_adapter(), tmp_path / "home"
    expected = open_sentiment(directory, home=home).probabilities(TEXTS)
    (kept,) = (home / "cache" / "engines").iterdir()
    with compiled.draft_folder(kept) as draft:  # of a slower process
        (draft / "encoder.xml").write_text("slower")
        compiled._put(draft, kept)
    assert np.array_equal(open_sentiment(directory, home=home).probabilities(TEXTS), expected)
    (kept / "encoder.xml").unlink()  # half deleted
    assert np.array_equal(open_sentiment(directory, home=home).probabilities(TEXTS), expected)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_what_is_kept_is_for_its_owner_alone(make_adapter: Any, tmp_path: Path) -> None:
    for engine in ("openvino", "onnx"):
        home = tmp_path / f"new-{engine}" / "home"
        open_sentiment(make_adapter(engine), home=home, engine=engine)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_columns_are_in_the_order_of_the_labels_whatever_the_models(make_adapter: Any, tmp_path: Path) -> None:
    plain = open_sentiment(make_adapter("a"), home=tmp_path).probabilities(["profit rises"])
    turned = open_sentiment(make_adapter("b", labels=LABELS[::-1]), home=tmp_path).probabilities(["profit rises"])
    assert np.allclose(plain, turned[:, ::-1], atol=1e-6)


def test_texts_that_occur_again_are_computed_once_and_streams_in_parts(
    make_adapter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_sentiment(make_adapter(), home=tmp_path)
    sizes = []
    scores = model._model.scores
    monkeypatch.setattr(type(model._model), "scores", lambda self, pairs: sizes.append(len(pairs)) or scores(pairs))
    monkeypatch.setattr("adapters.sentiment.CHUNK", 4)
    texts = ["profit rises", "profit falls", "profit rises", "profit falls", "sales rise", "profit rises"]
    found = model.probabilities(texts)
    assert sizes == [2, 2]
    assert np.allclose(found[0], found[5], atol=1e-6) and not np.allclose(found[0], found[1])
    model.probabilities(texts[:2] * 2, ["nokia", None, None, "nokia"])
    assert sizes[-1] == 4


def test_a_method_that_cannot_be_merged_runs_on_torch(tiny_base: Any, tmp_path: Path) -> None:
    directory = _tuned(tiny_base.directory, tmp_path / "prompt", _peft("PromptTuningConfig", num_virtual_tokens=3))
    _card(directory, tiny_base.name, tmp_path, "bert")
    assert open_sentiment(directory, home=tmp_path).engine == "torch"
    with pytest.raises(EngineError, match="PROMPT_TUNING cannot be merged; use the engine torch"):
        open_sentiment(directory, home=tmp_path, engine="openvino")


def test_a_method_that_only_peft_merges_runs_on_openvino(tiny_base: Any, tmp_path: Path) -> None:
    method = _peft(
        "LoraConfig", r=4, use_dora=True, target_modules=["query"], modules_to_save=["classifier", "bert.pooler"]
    )
    directory = _tuned(tiny_base.directory, tmp_path / "dora", method)
    _card(directory, tiny_base.name, tmp_path, "bert")
    model = open_sentiment(directory, home=tmp_path)
    expected = _expected(directory, tiny_base.directory, TEXTS, ENTITIES)
    assert model.engine == "openvino"
    assert np.allclose(model.probabilities(TEXTS, ENTITIES), expected, atol=1e-4)


def test_another_family_of_encoders_is_converted_once(
    tiny_base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import RobertaConfig, RobertaModel

    base = _base(
        tiny_base, tmp_path / "roberta", RobertaModel, RobertaConfig, max_position_embeddings=60, pad_token_id=0
    )
    method = _peft("LoraConfig", r=4, target_modules=["query"], modules_to_save=["classifier"])
    directory = _tuned(base, tmp_path / "adapter", method)
    _card(directory, f"path:{base}", tmp_path, "roberta")
    texts, entities = TEXTS[:2] + TEXTS[4:], ENTITIES[:2] + ENTITIES[4:]
    model = open_sentiment(directory, home=tmp_path)
    assert model.engine == "openvino"
    assert np.allclose(model.probabilities(texts, entities), _expected(directory, base, texts, entities), atol=1e-4)
    monkeypatch.setattr("adapters.serving.models.load_model", lambda *a, **k: pytest.fail("loaded again"))
    assert open_sentiment(directory, home=tmp_path).probabilities(texts).shape == (4, 3)


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_a_generating_model_gives_probabilities_and_text(kind: str, tiny_base: Any, tmp_path: Path) -> None:
    import transformers

    if kind == "seq2seq":
        base = _base(
            tiny_base, tmp_path / "t5", transformers.T5ForConditionalGeneration, transformers.T5Config,
            d_model=32, d_ff=64, d_kv=8, num_layers=2, num_heads=4, decoder_start_token_id=0, eos_token_id=3,
        )  # fmt: skip
        method = _peft("LoraConfig", r=4, target_modules=["q", "v"], task="SEQ_2_SEQ_LM")
    else:
        base = _base(
            tiny_base, tmp_path / "llama", transformers.LlamaForCausalLM, transformers.LlamaConfig,
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, eos_token_id=3,
        )  # fmt: skip
        method = _peft("LoraConfig", r=4, target_modules=["q_proj", "v_proj"], task="CAUSAL_LM")
    directory = _tuned(base, tmp_path / "adapter", method, kind)
    how = CardInput(
        "prompt", 32, "news: {text} for {entity}", {"neutral": "holds", "positive": "rises", "negative": "falls"}
    )
    _card(directory, f"path:{base}", tmp_path, kind, kind=kind, input=how)
    model = open_sentiment(directory, home=tmp_path)
    found = model.probabilities(TEXTS, ENTITIES)
    assert model.engine == "torch" and np.allclose(found.sum(axis=1), 1, atol=1e-5)
    alone = np.concatenate([model.probabilities([t], [e]) for t, e in zip(TEXTS, ENTITIES, strict=True)])
    assert np.allclose(found, alone, atol=1e-5)
    written = model.written(TEXTS[:2], ENTITIES[:2])
    assert written == [model.written([t], [e])[0] for t, e in zip(TEXTS[:2], ENTITIES[:2], strict=True)]
    with pytest.raises(EngineError, match="generates text, which the engine openvino does not"):
        open_sentiment(directory, home=tmp_path, engine="openvino")


def test_serving_the_bundled_base_imports_neither_torch_nor_transformers(tmp_path: Path) -> None:
    directory = _numpy_adapter(tmp_path)
    code = (
        "import sys; from pathlib import Path; from adapters.sentiment import open_sentiment;"
        f"model = open_sentiment(Path({str(directory)!r}), home=Path({str(tmp_path)!r}));"
        "print(model.probabilities(['Profit rose.'], ['Acme']).shape, [m for m in ('torch', 'transformers', 'peft', "
        "'langchain_core') if m in sys.modules])"
    )
    for _ in range(2):  # built, then from the cache
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "(1, 3) []"


def test_what_cannot_serve_is_told_in_one_line(
    make_adapter: Any, tiny_base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = make_adapter()
    for given, says in (
        ({"engine": "tensorrt"}, "unknown engine 'tensorrt'; expected auto, openvino, onnx, torch"),
        ({"precision": "int4"}, "unknown precision 'int4'"),
        ({"device": "cuda", "engine": "openvino"}, "runs on the CPU; use the engine torch"),
        ({"device": "npu"}, "there is no device 'npu' here; expected cpu"),
    ):
        with pytest.raises(EngineError, match=says):
            open_sentiment(directory, home=tmp_path, **given)
    with pytest.raises(AdapterError, match="is an encoder and writes no text"):
        open_sentiment(directory, home=tmp_path).written(["profit rises"])
    write_card(replace(read_card(directory), task="report-qa", labels=()), directory)
    with pytest.raises(AdapterFilesError, match="is for the task report-qa; expected one for sentiment"):
        open_sentiment(directory, home=tmp_path)
    with pytest.raises(BaseModelError, match="there is no directory"):
        other = make_adapter("other")
        write_card(replace(read_card(other), base=CardBase("path:/gone", tiny_base.sha256, "bert")), other)
        open_sentiment(other, home=tmp_path)
    blocked = tmp_path / "blocked"
    (blocked / "cache").mkdir(parents=True)
    (blocked / "cache" / "engines").write_text("")
    with pytest.raises(EngineError, match="the engine of the adapter third cannot be built"):
        open_sentiment(make_adapter("third"), home=blocked)


def test_weights_that_are_no_numbers_are_not_taken_for_an_answer(make_adapter: Any, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    directory = make_adapter()
    weights = load_file(directory / "adapter_model.safetensors")
    name = next(name for name in weights if name.endswith("classifier.weight"))
    save_file({**weights, name: np.full_like(weights[name], np.nan)}, directory / "adapter_model.safetensors")
    write_card(read_card(directory), directory)
    with pytest.raises(EngineError, match="gives no numbers"):
        open_sentiment(directory, home=tmp_path).probabilities(["profit rises"])


def _peft(method: str, *, task: str = "SEQ_CLS", **given: Any) -> Any:
    import peft

    return getattr(peft, method)(task_type=task, **given)


def _base(tiny_base: Any, directory: Path, model: Any, config: Any, **given: Any) -> Path:
    """A tiny base of another family with the tokenizer of the tiny BERT."""
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_base.directory)
    tokenizer.eos_token = tokenizer.sep_token
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    shape = {} if "d_model" in given else shape
    model(config(vocab_size=len(tokenizer), **{**shape, **given})).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


def _tuned(base: Path, directory: Path, method: Any, kind: str = "encoder") -> Path:
    import peft
    import torch
    import transformers

    torch.manual_seed(1)
    names = {"seq2seq": "AutoModelForSeq2SeqLM", "causal": "AutoModelForCausalLM"}
    options = {"num_labels": 3} if kind == "encoder" else {}
    model = getattr(transformers, names.get(kind, "AutoModelForSequenceClassification")).from_pretrained(
        base, **options
    )
    tuned = peft.get_peft_model(model, method)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    tuned.save_pretrained(directory)
    return directory


def _card(directory: Path, base: str, home: Path, model_type: str, **changes: Any) -> None:
    (directory / "README.md").unlink(missing_ok=True)
    sha256 = resolve_base(base, home=home).sha256
    card = Card("made", CardBase(base, sha256, model_type), input=CardInput("pair", 40))
    write_card(replace(card, **changes), directory)


def _numpy_adapter(home: Path) -> Path:
    """An adapter of the bundled base with random weights, made without torch."""
    from safetensors.numpy import save_file

    random = np.random.default_rng(0)
    own, query = "base_model.model.", "bert.encoder.layer.0.attention.self.query"
    shapes = {
        f"{query}.lora_A.weight": (4, 384), f"{query}.lora_B.weight": (384, 4), "classifier.weight": (3, 384),
        "classifier.bias": (3,),
    }  # fmt: skip
    directory = home / "numpy"
    directory.mkdir()
    weights = {own + name: random.normal(0, 0.05, shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(weights, directory / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "task_type": "SEQ_CLS", "r": 4, "lora_alpha": 8, "target_modules": ["query"]}
    (directory / "adapter_config.json").write_text(json.dumps(config))
    _card(directory, "bundled", home, "bert")
    return directory
