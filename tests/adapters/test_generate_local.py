"""Models that write on this machine: tiny ones made here, with chat templates, limits and adapters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardInput, write_card
from adapters.errors import AdapterError, BaseModelError, EngineError, GeneratorError, PromptTooLongError
from adapters.generating.generator import open_generator

HELLO = [("system", "answer in json"), ("user", "what is the revenue")]
SCHEMA = {"type": "object", "properties": {"kind": {"type": "string"}}}
Make = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny_model(tiny_base: Any, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a random Llama or T5 with the tokenizer of the tiny base."""
    import torch
    import transformers

    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind in made:
            return made[kind]
        folder = tmp_path_factory.mktemp(kind)
        tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_base.directory)
        tokenizer.eos_token = "[SEP]"
        tokenizer.save_pretrained(folder)
        sizes = {"vocab_size": len(tokenizer), "pad_token_id": 0, "eos_token_id": 3}
        torch.manual_seed(3)
        if kind == "llama":
            config: Any = transformers.LlamaConfig(
                **sizes, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, bos_token_id=2,
                max_position_embeddings=256,
            )  # fmt: skip
            transformers.LlamaForCausalLM(config).save_pretrained(folder)
        else:
            config = transformers.T5Config(
                **sizes, d_model=32, d_ff=64, d_kv=8, num_layers=2, num_heads=4, decoder_start_token_id=0
            )
            transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
        made[kind] = folder
        return folder

    return make


@pytest.mark.parametrize("kind", ["llama", "t5"])
def test_a_local_model_writes_the_same_twice_and_no_more_than_asked(
    kind: str, tiny_model: Make, tmp_path: Path
) -> None:
    generator = open_generator(f"path:{tiny_model(kind)}", home=tmp_path, threads=1)
    hello = [("user", "revenue rises")]
    first = generator.complete(hello, schema=SCHEMA, max_tokens=6)
    assert first == generator.complete(hello, max_tokens=6)
    assert first  # random weights write random words
    assert len(first.split()) <= 6
    assert (generator.host, generator.name) == ("", f"path:{tiny_model(kind)}")


def test_a_chat_template_is_used_and_one_without_a_system_role_too(tiny_model: Make, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from adapters.generating.local import LocalGenerator, open_local

    generator: LocalGenerator = open_local(f"path:{tiny_model('llama')}", home=tmp_path, timeout=5.0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_model("llama"))
    assert generator._prompt(tokenizer, HELLO)[0] == "answer in json\n\nwhat is the revenue\n\nAnswer:"
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
    )
    text, special = generator._prompt(tokenizer, HELLO)
    assert text == "<user>answer in json\n\nwhat is the revenue<assistant>"
    assert not special


def test_a_prompt_longer_than_the_model_reads_is_refused_never_cut(tiny_model: Make, tmp_path: Path) -> None:
    generator = open_generator(f"path:{tiny_model('llama')}", home=tmp_path)
    with pytest.raises(PromptTooLongError, match=r"reads 192 tokens here, the question with its evidence has \d{3}"):
        generator.complete([("user", "profit " * 300)], max_tokens=64)


def test_a_local_model_that_takes_too_long_is_stopped(tiny_model: Make, tmp_path: Path) -> None:
    generator = open_generator(f"path:{tiny_model('t5')}", home=tmp_path, timeout=0.05)
    with pytest.raises(GeneratorError, match=r"did not finish within 0\.05 seconds"):
        generator.complete([("user", "profit")], max_tokens=100_000)


def test_a_device_that_is_not_there_is_told_at_once(tiny_model: Make, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no device 'npu' here"):
        open_generator(f"path:{tiny_model('t5')}", home=tmp_path, device="npu")


def test_an_encoder_writes_no_text(tiny_base: Any, tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match="is an encoder, which writes no text"):
        open_generator(tiny_base.name, home=tmp_path)


def test_an_adapter_changes_what_is_written_and_must_be_of_the_base(tiny_model: Make, tmp_path: Path) -> None:
    import peft
    import torch
    from transformers import AutoModelForCausalLM

    from adapters.bases import resolve_base

    base = tiny_model("llama")
    torch.manual_seed(5)
    tuned = peft.get_peft_model(
        AutoModelForCausalLM.from_pretrained(base),
        peft.LoraConfig(
            task_type="CAUSAL_LM", r=4, lora_alpha=64, target_modules=["q_proj", "v_proj", "o_proj", "down_proj"]
        ),
    )
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=1.0)
    directory = tmp_path / "adapter"
    tuned.save_pretrained(directory)
    sha256 = resolve_base(f"path:{base}", home=tmp_path).sha256
    card = Card(
        name="qa-1", base=CardBase(f"path:{base}", sha256, "llama"), task="report-qa", kind="causal",
        input=CardInput("prompt", 64, "{text}"), created="2026-11-22",
    )  # fmt: skip
    write_card(card, directory)
    hello = [("user", "revenue rises")]
    plain = open_generator(f"path:{base}", home=tmp_path).complete(hello, max_tokens=12)
    adapted = open_generator(f"path:{base}", home=tmp_path, adapter=directory)
    assert adapted.name.endswith("with qa-1")
    assert adapted.complete(hello, max_tokens=12) != plain
    with pytest.raises(AdapterError, match="was made for the causal base"):
        open_generator(f"path:{tiny_model('t5')}", home=tmp_path, adapter=directory)
    with pytest.raises(AdapterError, match="there is no adapter 'nobody'"):
        open_generator(f"path:{base}", home=tmp_path, adapter="nobody")
