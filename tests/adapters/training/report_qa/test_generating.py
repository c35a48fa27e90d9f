"""Report QA on tiny models that write: each shipped recipe is trained, served and measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from adapters.card import read_card, write_card
from adapters.errors import AdapterFilesError, BaseModelError, EngineError, RecipeError
from adapters.report_qa.answering import open_report_qa
from adapters.report_qa.forms import Evidence, Kind, Solution
from adapters.report_qa.generated import GeneratedQaModel
from adapters.report_qa.generation import target_loss, told, write_answers
from adapters.report_qa.prompts import TEMPLATE, Tokens, Writer
from adapters.report_qa.search import Found
from adapters.training.config import load_recipe
from adapters.training.job import Options
from adapters.training.report_qa.predictions import predict
from adapters.training.report_qa.rows import read_rows
from adapters.training.report_qa.train import TrainResult, train_report_qa
from adapters.training.strategies import tokenizer_of

SHIPPED = {
    "report-qa-flan-t5-base": "t5",
    "report-qa-mt0-large": "mt5",
    "report-qa-qwen3-1.7b": "qwen3",
    "report-qa-llama-3.2-3b": "llama",
}
SMALL = ["epochs=1", "accumulation=1", "batch=8", "r=2", "max_length=512", "budget=400", "quantise=none", "generated=4"]
ITEMS = ("Net sales", "Wages", "Rent", "Fuel")


def _rows() -> list[dict[str, Any]]:
    """Twenty rows over five invented tables: differences, ratios, look-ups, words, and what is not told."""
    rows = []
    for page in range(5):
        now = [1200 + 137 * page + 31 * number for number in range(4)]
        before = [one - 50 - 7 * page for one in now]
        table = [["(in thousands)", "2019", "2018"]]
        table += [[item, f"{a:,}", f"{b:,}"] for item, a, b in zip(ITEMS, now, before, strict=True)]
        text = [f"Ferry line {page} lost a ship to a storm in March."]
        common = {"table": table, "text": text}
        rows += [
            {"question": "How much did wages grow from 2018 to 2019?", "program": f"subtract({now[1]}, {before[1]})",
             "answer": str(now[1] - before[1]), **common},
            {"question": "What share of wages was rent in 2019?", "program": f"divide({now[2]}, {now[1]})",
             "answer": f"{now[2] / now[1]:.5f}", **common},
            {"question": "What was fuel in 2018?", "answer": f"{before[3]:,}", "answer_type": "span", "scale": "thousand",
             **common},
            {"question": "What took the ship?", "answer": "a storm", "answer_type": "span", **common},
        ]  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("qa") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in _rows()))
    return path


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("qa") / "held.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in _rows()[-2:]))
    return path


@pytest.fixture(scope="module")
def writer_base(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes the directory of a tiny random model of a type, with a tokenizer of the kind that its family has."""
    made: dict[str, Path] = {}

    def make(model_type: str, **changes: Any) -> Path:
        key = f"{model_type}{changes}"
        if key not in made:
            made[key] = _save(model_type, tmp_path_factory.mktemp(model_type) / "base", **changes)
        return made[key]

    return make


_SMALL: dict[str, dict[str, Any]] = {
    "t5": {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2, "decoder_start_token_id": 0},
    "llama": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
        "intermediate_size": 64, "max_position_embeddings": 1024,
    },
}  # fmt: skip
_SMALL["mt5"], _SMALL["qwen3"] = _SMALL["t5"], {**_SMALL["llama"], "head_dim": 16}


def _save(model_type: str, directory: Path, **changes: Any) -> Path:
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    texts = [json.dumps(row) for row in _rows()] + [TEMPLATE] * 20
    special = ["<pad>", "</s>", "<unk>"]
    if model_type in ("t5", "mt5"):
        backend = Tokenizer(models.Unigram())
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        backend.decoder = decoders.Metaspace()
        backend.train_from_iterator(
            texts,
            trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False),
        )
        backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
        auto = transformers.AutoModelForSeq2SeqLM
    else:
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        backend.train_from_iterator(
            texts,
            trainers.BpeTrainer(vocab_size=500, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
        )
        auto = transformers.AutoModelForCausalLM
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="</s>", unk_token="<unk>",
        pad_token=None if model_type == "llama" else "<pad>", model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip
    torch.manual_seed(0)
    torch.set_num_threads(1)
    config = transformers.AutoConfig.for_model(
        model_type,
        vocab_size=backend.get_vocab_size(),
        pad_token_id=0,
        eos_token_id=1,
        **{**_SMALL[model_type], **changes},
    )
    auto.from_config(config).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


@pytest.fixture(scope="module")
def trained(
    data: Path, held: Path, writer_base: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[TrainResult, Path]]:
    """Trains a shipped recipe on the tiny model of its family, once."""
    made: dict[str, tuple[TrainResult, Path]] = {}

    def make(name: str) -> tuple[TrainResult, Path]:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            base = f"path:{writer_base(SHIPPED[name])}"
            recipe = load_recipe(name, SMALL)
            options = Options(threads=1, device="cpu")
            result = train_report_qa(
                [data],
                recipe,
                output=folder / "adapter",
                home=folder / "home",
                base=base,
                validation=[held],
                options=options,
            )
            made[name] = result, folder / "home"
        return made[name]

    return make


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipe_trains_and_its_adapter_answers_from_the_evidence(name: str, trained, data: Path):
    result, home = trained(name)
    card = read_card(result.directory)
    kind = "seq2seq" if SHIPPED[name] in ("t5", "mt5") else "causal"
    assert (card.task, card.kind, card.base.model_type) == ("report-qa", kind, SHIPPED[name])
    assert card.input.prompt == f"rows\n{TEMPLATE}" and card.input.max_length == 512
    assert 0 <= result.metrics["exact_match"] <= 1 and result.metrics["perplexity"] > 1
    rows = read_rows([data]).examples
    model = open_report_qa(result.directory, home=home, threads=1)
    assert isinstance(model, GeneratedQaModel)
    told: list[int] = []
    answers = model.answer([row.evidence for row in rows[:2]], told.append)
    assert (len(answers), told, model.engine) == (2, [2], "torch")
    for row, answer in zip(rows, answers, strict=False):
        assert 0 <= answer.confidence <= 1
        assert all(text in str(row.evidence) for text in answer.texts)
    report = predict(model, rows[:2]).evaluated(model.perplexity(rows[:2]))
    assert report is not None and report.record()["perplexity"] > 1
    assert model.perplexity([]) is None


def test_a_model_that_has_learned_its_rows_answers_them(writer_base, tmp_path: Path):
    data = tmp_path / "four.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in _rows()[:4]))
    changes = ("epochs=45", "r=32", "alpha=64", "dropout=0", "learning_rate=5e-3", "precision=fp32", "generated=0")
    base = writer_base("llama", hidden_size=64, intermediate_size=128, initializer_range=0.3)
    result = _train(data, base, tmp_path, *changes, "gradient_checkpointing=false")
    rows = read_rows([data]).examples
    model = open_report_qa(result.directory, home=tmp_path / "home")
    assert isinstance(model, GeneratedQaModel) and (model.perplexity(rows) or 9) < 1.2
    difference, share, fuel, cause = model.answer([row.evidence for row in rows])
    assert (difference.program, difference.said) == ("subtract(1231, 1181)", 50)
    assert share.program == "divide(1262, 1231)" and min(difference.confidence, share.confidence) > 0.8
    assert (fuel.texts, fuel.solution.scale, cause.texts) == (("1,243",), "thousand", ("a storm",))


@pytest.mark.parametrize("model_type", ["t5", "llama"])
def test_the_loss_counts_the_answer_alone_and_all_of_it(model_type: str, writer_base, data: Path):
    import torch
    import transformers

    directory = writer_base(model_type)
    kind = "seq2seq" if model_type == "t5" else "causal"
    auto = transformers.AutoModelForSeq2SeqLM if kind == "seq2seq" else transformers.AutoModelForCausalLM
    model = auto.from_pretrained(directory).eval()
    tokens = Tokens(tokenizer_of(directory), kind)
    writer = Writer(tokens, window=512)
    prompts, targets, alone = [], [], []
    for example in read_rows([data]).examples[:3]:
        prompt = writer.write(example.evidence)
        target = told(example.solutions[0], prompt.layout, tokens, scaled=bool(example.scale))
        assert target is not None
        prompts.append(prompt)
        targets.append(target)
        ids, right = torch.tensor([prompt.ids]), torch.tensor(target.ids)
        with torch.inference_mode():
            if kind == "seq2seq":
                logits = model(input_ids=ids, labels=right[None]).logits[0]
            else:
                logits = model(input_ids=torch.cat([ids, right[None]], 1)).logits[0, len(prompt.ids) - 1 : -1]
        losses = torch.nn.functional.cross_entropy(logits, right, reduction="none")
        alone.append(float(losses[: target.counted].sum()))
    # the first two rows' data states no scale, so the loss leaves it out, and the end behind it
    assert [one.counted == len(one.ids) for one in targets] == [False, False, True]
    total, count = target_loss(model, kind, prompts, targets, tokens)
    assert count == sum(one.counted for one in targets) and total == pytest.approx(sum(alone), rel=1e-4)
    found = write_answers(model, kind, prompts, tokens, most=3)
    assert [one[0] for one in found] == [Found(Solution(Kind.REFUSAL), 0.0, 1.0)] * 3  # three tokens end nothing


def _train(data: Path, base: Path, folder: Path, *changes: str, recipe: str = "report-qa-llama-3.2-3b") -> TrainResult:
    return train_report_qa(
        [data],
        load_recipe(recipe, [*SMALL, "validation=0", *changes]),
        output=folder / "adapter",
        home=folder / "home",
        base=f"path:{base}",
        options=Options(threads=1, device="cpu"),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["prompt=columns"], "data.prompt: 'columns' is no form of a prompt; expected one of rows, cells"),
        (["max_length=64"], "data.max_length: prompts of 64 tokens hold no evidence"),
        (["quantise=nf4"], "adapter.quantise: nf4 needs bitsandbytes, which is not installed; pip install"),
        (["quantise=int4"], "adapter.quantise: expected one of nf4, int8"),
        (["quantise=nf4", "method=olora"], "adapter.quantise: expected a method of lora, dora, rslora"),
    ],
)
def test_a_recipe_that_cannot_be_run_is_refused(changes, said, writer_base, data: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("adapters.training.quantised.PACKAGE", "no_such_package_bitsandbytes")
    with pytest.raises(RecipeError) as caught:
        _train(data, writer_base("llama"), tmp_path, *changes)
    assert said in str(caught.value).replace("no_such_package_", "")


def test_a_base_without_a_tokenizer_is_refused(writer_base, data: Path, tmp_path: Path):
    import shutil

    shutil.copytree(writer_base("llama"), tmp_path / "bare", ignore=shutil.ignore_patterns("tokenizer*", "special*"))
    with pytest.raises(BaseModelError, match="there is no tokenizer"):
        _train(data, tmp_path / "bare", tmp_path)


def test_an_encoder_is_not_quantised(tiny_base, data: Path, tmp_path: Path):
    with pytest.raises(RecipeError, match="adapter.quantise: the base is an encoder"):
        _train(data, tiny_base.directory, tmp_path, "quantise=nf4", recipe="report-qa-minilm")


def test_an_adapter_that_writes_is_served_by_torch_in_the_form_of_its_card(trained, tmp_path: Path):
    import shutil

    result, home = trained("report-qa-llama-3.2-3b")
    with pytest.raises(EngineError, match="on the engine torch alone; not openvino"):
        open_report_qa(result.directory, home=home, engine="openvino")
    with pytest.raises(EngineError, match="no device 'tpu'"):
        open_report_qa(result.directory, home=home, device="tpu")
    other = shutil.copytree(result.directory, tmp_path / "other")
    card = read_card(other)
    write_card(replace(card, input=replace(card.input, prompt="columns")), other)
    with pytest.raises(AdapterFilesError, match=r"`input.prompt`: 'columns' is no form"):
        open_report_qa(other, home=home)


@pytest.mark.skipif(find_spec("bitsandbytes") is None, reason="needs bitsandbytes")
@pytest.mark.parametrize("bits", ["nf4", "int8"])
def test_a_base_in_few_bits_is_trained_under_its_adapter(bits: str, writer_base, data: Path, tmp_path: Path):
    result = _train(data, writer_base("llama"), tmp_path, f"quantise={bits}")
    assert result.card.recipe["adapter"]["quantise"] == bits
    assert len(open_report_qa(result.directory, home=tmp_path / "home").answer([Evidence("Why?")])) == 1
