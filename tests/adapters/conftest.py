"""A tiny base and tiny adapters for it: real models of transformers and PEFT, a few words and a few thousand weights."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardInput, write_card
from adapters.labels import LABELS
from adapters.store import Store

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

MakeAdapter = Callable[..., Path]
SIGNALS = {
    "negative": ("falls", "slumps", "warns", "misses", "cuts"),
    "neutral": ("holds", "meets", "names", "files", "moves"),
    "positive": ("rises", "soars", "beats", "lifts", "wins"),
}
STEPS = (0, 20, 50)
SUBJECTS = ("profit", "revenue", "sales", "margin", "output", "guidance", "demand", "orders", "nokia", "siemens")


def toy_rows(count: int, *, offset: int = 0) -> list[tuple[str, str]]:
    """Texts with labels, one word of each deciding it; no two are the same below 5,000."""
    labels = list(SIGNALS)
    rows = []
    for number in range(offset, offset + count):
        label = labels[number % 3]
        signal = SIGNALS[label][number // 3 % 5]
        subject, object_ = SUBJECTS[number // 15 % 10], SUBJECTS[number // 150 % 10]
        rows.append((f"{subject} {signal} as {object_} moves on day {number}", label))
    return rows


@dataclass(frozen=True)
class Tiny:
    """A base named `path:...`, with what makes adapters for it."""

    directory: Path
    name: str
    sha256: str
    home: Path


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A BERT encoder of two layers with 32 channels, saved without a head, as the bundled base is."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from adapters.bases import resolve_base

    torch.set_num_threads(1)  # so small that threads only wait for each other
    directory = tmp_path_factory.mktemp("tiny") / "base"
    words = sorted({word for row, _ in toy_rows(450) for word in row.split() if not word.isdigit()})
    letters = [f"{mark}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789.,%$-'" for mark in ("", "##")]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(w for w in words if len(w) > 1)]
    backend = Tokenizer(models.WordPiece({word: n for n, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=64, model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.2,
    )  # fmt: skip
    BertModel(config).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    name = f"path:{directory}"
    home = directory.parent / "hashes"
    return Tiny(directory, name, resolve_base(name, home=home).sha256, home)


def make_peft(
    base: Path, directory: Path, *, steps: int = 0, seed: int = 1, labels: int = 3, method: Any = None
) -> None:
    """A plain PEFT directory: a LoRA with a head, trained for some steps on the toy rows; no card."""
    import peft
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=labels)
    method = method or peft.LoraConfig(
        task_type="SEQ_CLS", r=4, lora_alpha=8, target_modules=["query", "key", "value"],
        modules_to_save=["classifier", "bert.pooler"], init_lora_weights="gaussian",
    )  # fmt: skip
    tuned = peft.get_peft_model(model, method)
    for name, weight in tuned.named_parameters():  # a fresh lora_B is zero, and would change nothing
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    if steps:
        tokenizer = AutoTokenizer.from_pretrained(base)
        rows = toy_rows(90)
        batch = tokenizer([text for text, _ in rows], padding=True, return_tensors="pt")
        wanted = torch.tensor([LABELS.index(label) for _, label in rows])
        optimiser = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=5e-3)
        for _ in range(steps):
            torch.nn.functional.cross_entropy(tuned(**batch).logits, wanted).backward()
            optimiser.step()
            optimiser.zero_grad()
    tuned.save_pretrained(directory)


def tiny_card(base: Tiny, name: str = "news-1", **changes: Any) -> Card:
    """A card for an adapter of the tiny base."""
    given: dict[str, Any] = {
        "name": name, "base": CardBase(base.name, base.sha256, "bert"), "input": CardInput("pair", 48),
        "metrics": {"macro_f1": 0.9, "accuracy": 0.91}, "created": "2026-11-22", "licence": "CC0-1.0",
    }  # fmt: skip
    return Card(**{**given, **changes})


MakeAdapter = Callable[..., Path]


@pytest.fixture(scope="session")
def trained_peft(tiny_base: Tiny, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Plain PEFT directories by the steps that they were trained: 0 knows nothing, 20 a little, 50 knows the toy rows."""
    folder = tmp_path_factory.mktemp("peft")
    for steps in STEPS:
        make_peft(tiny_base.directory, folder / str(steps), steps=steps)
    return {steps: folder / str(steps) for steps in STEPS}


@pytest.fixture
def make_adapter(tiny_base: Tiny, trained_peft: dict[int, Path], tmp_path: Path) -> MakeAdapter:
    """Makes a whole adapter with its card in the test's own folder: make_adapter("name", steps=50, temperature=2.0)."""
    import shutil

    def make(name: str = "news-1", *, steps: int = 50, without: Sequence[str] = (), **changes: Any) -> Path:
        directory = tmp_path / "made" / name
        directory.mkdir(parents=True)
        for file in ("adapter_config.json", "adapter_model.safetensors"):
            if file not in without:
                shutil.copyfile(trained_peft[steps] / file, directory / file)
        write_card(tiny_card(tiny_base, name, **changes), directory)
        return directory

    return make


def make_qa_peft(base: Path, directory: Path, *, seed: int = 1, **method: Any) -> None:
    """A plain PEFT directory of report QA: a LoRA and a decoder, both as chance made them; no card."""
    import peft
    import torch
    from transformers import AutoModel

    from adapters.report_qa.network import make_network

    torch.manual_seed(seed)
    given = {"r": 4, "lora_alpha": 8, "target_modules": ["query", "value"], "modules_to_save": ["head"], **method}
    network = make_network(AutoModel.from_pretrained(base, add_pooling_layer=False))
    tuned = peft.get_peft_model(network, peft.LoraConfig(**given))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    tuned.save_pretrained(directory)


@pytest.fixture(scope="session")
def qa_peft(tiny_base: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain PEFT directory of report QA, whose weights are chance."""
    directory = tmp_path_factory.mktemp("qa") / "peft"
    make_qa_peft(tiny_base.directory, directory)
    return directory


@pytest.fixture
def make_qa_adapter(tiny_base: Tiny, qa_peft: Path, tmp_path: Path) -> MakeAdapter:
    """Makes a whole report-QA adapter with its card in the test's own folder, of `qa_peft` or of another `source`."""
    import shutil

    def make(name: str = "qa-1", *, source: Path | None = None, **changes: Any) -> Path:
        directory = tmp_path / "made" / name
        directory.mkdir(parents=True)
        for file in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copyfile((source or qa_peft) / file, directory / file)
        metrics = {"execution_accuracy": 0.5, "exact_match": 0.4, "f1": 0.45, "n": 50}
        given = {"task": "report-qa", "labels": (), "input": CardInput(max_length=64), "metrics": metrics}
        write_card(replace(tiny_card(tiny_base, name), **{**given, **changes}), directory)
        return directory

    return make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def shipping(make_adapter: MakeAdapter, tmp_path: Path, home: Path) -> Store:
    """A store with a shipped adapter, under the name that is in use by default."""
    shipped = tmp_path / "shipped"
    shutil.copytree(make_adapter("sentiment-minilm"), shipped / "sentiment-minilm")
    return Store(home, shipped=shipped)


def files_in(folder: Path) -> list[str]:
    """The names in a folder, but for its lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock") if folder.is_dir() else []


def truncate(directory: Path) -> None:
    """Cut the end off an adapter's weights."""
    path = directory / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
