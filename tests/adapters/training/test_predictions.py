"""Generating models measured: what they write, and their perplexity. Encoders: see tests/app/test_evaluate.py."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardInput, write_card
from adapters.labels import LABELS
from adapters.training.data import Example, read_labelled
from adapters.training.predictions import file_rows, predict
from tests.adapters.conftest import toy_rows

ROWS = [Example(text, None, label) for text, label in toy_rows(12)]


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A T5 with random weights that has words for the labels, and a LoRA for it: directories."""
    import peft
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    folder = tmp_path_factory.mktemp("t5")
    words = sorted({word for row in ROWS for word in row.text.split()} | set(LABELS) | {"bullish"})
    vocabulary = {word: number for number, word in enumerate(["<pad>", "</s>", "<unk>", *words])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder / "base")
    torch.manual_seed(0)
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2, "vocab_size": len(vocabulary)}
    config = T5Config(**sizes, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    model = T5ForConditionalGeneration(config)
    model.save_pretrained(folder / "base")
    method = peft.LoraConfig(task_type="SEQ_2_SEQ_LM", r=2, target_modules=["q", "v"])
    peft.get_peft_model(model, method).save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    return folder / "base", folder / "adapter"


def _opened(t5: tuple[Path, Path], home: Path, **words: str) -> Any:
    from adapters.bases import resolve_base
    from adapters.sentiment import open_sentiment

    base = resolve_base(f"path:{t5[0]}", home=home)
    how = CardInput("prompt", 48, "{text}", words)
    write_card(Card("t5", CardBase(base.name, base.sha256, "t5"), kind="seq2seq", input=how), t5[1])
    return open_sentiment(t5[1], home=home)


def test_what_a_random_model_writes_is_wrong_and_not_neutral(t5: tuple[Path, Path], tmp_path: Path):
    said = predict(_opened(t5, tmp_path), ROWS)
    assert said.written is not None and len(said.written) == 12
    assert said.parsed is not None and said.parsed.count(None) == 12
    report = said.evaluated()
    assert (report.accuracy, report.unparsed, report.confusion["neutral"]["neutral"]) == (0, 12, 0)
    assert report.ece is not None and report.nll is not None  # the words' likelihoods are still known
    assert said.probabilities.shape == (12, 3)


def test_perplexity_is_that_of_the_models_own_loss(t5: tuple[Path, Path], tmp_path: Path):
    import torch

    model = _opened(t5, tmp_path)
    found = predict(model, ROWS).perplexity
    inner, tokenizer = model._model._model, model._model._tokenizer
    inputs = tokenizer([row.text for row in ROWS], padding=True, return_tensors="pt")
    labels = tokenizer([row.label for row in ROWS], return_tensors="pt")["input_ids"]
    with torch.no_grad():
        loss = inner(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], labels=labels).loss
    assert found == pytest.approx(math.exp(loss), rel=1e-4)


def test_progress_is_told_for_the_rows_that_are_done(t5: tuple[Path, Path], tmp_path: Path, monkeypatch: Any):
    monkeypatch.setattr("adapters.training.predictions._WRITTEN_AT_ONCE", 5)
    told: list[int] = []
    predict(_opened(t5, tmp_path), ROWS, told.append)
    assert told == [5, 10, 12]


def test_rows_stand_as_in_the_files(tmp_path: Path):
    (tmp_path / "b.csv").write_text("text,label\nx,positive\ny,neutral\nx,positive\nx,negative\n")
    (tmp_path / "a.csv").write_text("text,label\nz,positive\n")
    rows = file_rows(read_labelled([tmp_path / "b.csv", tmp_path / "a.csv"]))
    assert [(row.text, row.label) for row in rows] == [
        ("x", "positive"), ("y", "neutral"), ("x", "positive"), ("x", "negative"), ("z", "positive"),
    ]  # fmt: skip
