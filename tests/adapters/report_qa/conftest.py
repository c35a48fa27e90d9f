"""Evidence, a tokenizer of a few lines, and a reader over it: layouts need no model."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.card import CardInput, write_card
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Point, Source
from adapters.report_qa.layout import Reader
from tests.adapters.conftest import Tiny, tiny_card

SALES = (
    ("( in millions )", "2019", "2018"),
    ("Net sales", "$ 1,452.4", "$ 1,300.0"),
    ("Costs:", "", ""),
    ("Material", "(640.2)", "(600.0)"),
    ("Share of wages", "12.5 %", "11 %"),
    ("5.25 % notes due 2024", "-", "250.0"),
)
TEXT = (
    "Net sales rose to $ 1,452.4 million in 2019 from $ 1.3 billion in 2018 .",
    "The fleet in Bergen is led by Ana Lund and has 12 ships .",
)
HISTORY = ("What were net sales in 2018?", "And in twelve months?")


def tokenise(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Words and signs; the same word has the same id, from 10 on."""
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    return [10 + zlib.crc32(one[0].lower().encode("utf-8", "replace")) % 480 for one in found], [
        one.span() for one in found
    ]


def evidence(question: str = "What was the change in net sales from 2018 to 2019?", **changes: object) -> Evidence:
    """A question of a small report, with a table and two sentences."""
    return Evidence(**{"question": question, "table": SALES, "text": TEXT, **changes})  # type: ignore[arg-type]


def point(asked: Evidence, printed: str, source: Source = Source.TABLE, nth: int = 0) -> Point:
    """The nth candidate of a source that prints this."""
    found = [n for n, one in enumerate(candidates_of(asked)) if one.printed == printed and one.source is source]
    return Point(found[nth])


@pytest.fixture
def reader() -> Callable[..., Reader]:
    """Makes a reader: reader(window=256, budget=1024)."""

    def make(window: int = 256, budget: int = 1024) -> Reader:
        return Reader(tokenise, (1, 2), window, budget)

    return make


@pytest.fixture(scope="session")
def qa_base(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A BERT encoder of two layers with 32 channels that reads 256 tokens, and knows the words of a report."""
    return make_qa_base(tmp_path_factory.mktemp("qa") / "base")


def make_qa_base(directory: Path) -> Tiny:
    """See `qa_base`."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from adapters.bases import resolve_base

    torch.set_num_threads(1)  # so small that threads only wait for each other
    texts = [
        *sum(SALES, ()),
        *TEXT,
        *HISTORY,
        "what was the change in how many are costs of wages year percentage who which",
    ]
    words = sorted({word for text in texts for word in re.findall(r"[a-z]{2,}", text.lower())})
    letters = [f"{mark}{one}" for one in "abcdefghijklmnopqrstuvwxyz0123456789.,%$-()?:" for mark in ("", "##")]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *words]
    backend = Tokenizer(models.WordPiece({word: n for n, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=256, model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=256, initializer_range=0.2,
    )  # fmt: skip
    BertModel(config).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    name, home = f"path:{directory}", directory.parent / "hashes"
    return Tiny(directory, name, resolve_base(name, home=home).sha256, home)


@pytest.fixture(scope="module")
def qa_adapter(qa_base: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that learned nothing: what it says is random, and still has to hold."""
    import torch

    from adapters.training.config import AdapterRecipe
    from adapters.training.methods import attach
    from adapters.training.report_qa.strategy import PointerStrategy
    from adapters.training.saving import save_weights

    directory = tmp_path_factory.mktemp("adapter") / "qa-1"
    directory.mkdir()
    recipe = AdapterRecipe(r=4, modules_to_save=("head",))
    torch.manual_seed(5)
    strategy = PointerStrategy(None, 0)
    model = attach(strategy.load(qa_base.directory, recipe), recipe, None, steps=1, seed=0)
    for name, value in model.named_parameters():
        if "lora_B" in name or "modules_to_save" in name:
            torch.nn.init.normal_(value, std=0.1)
    model.peft_config["default"].base_model_name_or_path = "tiny"
    save_weights(model, directory)
    changes = {
        "task": "report-qa",
        "labels": (),
        "input": CardInput(max_length=256),
        "calibration": {"probability": 1.0},
    }
    write_card(tiny_card(qa_base, "qa-1", **changes), directory)
    return directory
