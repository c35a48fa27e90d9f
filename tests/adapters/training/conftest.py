"""Labelled files and tiny models of several families, for training tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.training.config import load_recipe
from adapters.training.sentiment import TrainResult, train_sentiment

WORDS = {
    "negative": ("falls", "slumps", "warns", "misses", "cuts"),
    "neutral": ("holds", "meets", "names", "files", "moves"),
    "positive": ("rises", "soars", "beats", "lifts", "wins"),
}
SUBJECTS = ("profit", "revenue", "sales", "margin", "output", "guidance", "demand", "orders")


def labelled_rows(count: int, *, entities: bool = False) -> list[dict[str, Any]]:
    """Rows whose label is decided by one word; no text occurs twice."""
    rows = []
    for number in range(count):
        label = list(WORDS)[number % 3]
        text = f"{SUBJECTS[number // 15 % 8]} {WORDS[label][number // 3 % 5]} on day {number}"
        rows.append({"text": text, "label": label} | ({"entity": SUBJECTS[number % 8]} if entities else {}))
    return rows


@pytest.fixture(scope="session")
def labelled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 rows as JSONL, a third of them with an entity."""
    rows = [row if number % 3 else {**row, "entity": "nokia"} for number, row in enumerate(labelled_rows(120))]
    path = tmp_path_factory.mktemp("labelled") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes the directory of a tiny model of a type: its config at small dimensions, its weights, a word tokenizer."""
    made: dict[str, Path] = {}

    def make(model_type: str) -> Path:
        if model_type not in made:
            made[model_type] = _save(model_type, tmp_path_factory.mktemp(model_type) / "base")
        return made[model_type]

    return make


_SMALL: dict[str, dict[str, Any]] = {
    "roberta": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64},
    "deberta-v2": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
        "relative_attention": True, "position_buckets": 8, "pos_att_type": ["p2c", "c2p"], "pooler_hidden_size": 32,
    },
    "mt5": {
        "d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2, "num_heads": 2,
        "decoder_start_token_id": 0,
    },
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64},
    "qwen3": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
        "intermediate_size": 64, "max_position_embeddings": 256,
    },
}  # fmt: skip


def _save(model_type: str, directory: Path) -> Path:
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    from adapters.families import families

    words = sorted({word for row in labelled_rows(120) for word in row["text"].split()} | set(WORDS))
    words += ["news:", "how", "does", "this", "look", "for", "from", "an", "view:", "or", "answer:", "nokia"]
    vocabulary = ["<pad>", "<s>", "</s>", "<unk>", *dict.fromkeys(words)]
    kind = families()[model_type].kind
    backend = Tokenizer(models.WordLevel({word: number for number, word in enumerate(vocabulary)}, unk_token="<unk>"))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = decoders.WordPiece()
    if kind != "causal":
        pattern = ("<s> $A </s>", "<s> $A </s> $B </s>") if kind == "encoder" else ("$A </s>", "$A $B </s>")
        backend.post_processor = processors.TemplateProcessing(
            single=pattern[0], pair=pattern[1], special_tokens=[("<s>", 1), ("</s>", 2)]
        )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        cls_token="<s>", sep_token="</s>", model_input_names=["input_ids", "attention_mask"],
    )  # fmt: skip
    config = transformers.AutoConfig.for_model(
        model_type, vocab_size=len(vocabulary), pad_token_id=0, bos_token_id=1, eos_token_id=2,
        initializer_range=0.2, **_SMALL[model_type],
    )  # fmt: skip
    torch.manual_seed(0)
    torch.set_num_threads(1)
    auto = {
        "encoder": transformers.AutoModel,
        "seq2seq": transformers.AutoModelForSeq2SeqLM,
        "causal": transformers.AutoModelForCausalLM,
    }[kind]
    auto.from_config(config).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


QUICK = ("epochs=3", "batch=16", "max_length=32", "start=scratch", "news=0", "r=4", "learning_rate=5e-3", "ema=0.9")
LONGER = ("epochs=8", "base_dropout=0.05", "dropout=0.05")


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures and 8-bit ranges, which take longer than training here; `trained` has them."""
    from adapters.training import plots, sentiment_job

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)
    monkeypatch.setattr(sentiment_job.Job, "prepare", lambda *_: None)


@pytest.fixture(scope="session")
def train(tiny_base: Any, labelled_file: Path) -> Callable[..., TrainResult]:
    """Trains the default recipe on the tiny base, with changes."""

    def run(output: Path, *changes: str, **options: Any) -> TrainResult:
        data = options.pop("data", [labelled_file])
        recipe = load_recipe("minilm", [*QUICK, *changes])
        return train_sentiment(
            data, recipe, output=output, home=tiny_base.home, base=options.pop("base", tiny_base.name), **options
        )

    return run


@pytest.fixture(scope="session")
def trained(train: Callable[..., TrainResult], tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train(tmp_path_factory.mktemp("trained") / "first", *LONGER)


def weights_of(result: TrainResult) -> bytes:
    """The file of the weights that a run gave."""
    return (result.directory / "adapter_model.safetensors").read_bytes()
