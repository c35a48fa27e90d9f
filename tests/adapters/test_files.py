import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.card import CardBase, read_card, write_card
from adapters.errors import AdapterFilesError, BaseModelError
from adapters.files import check_adapter, check_base, check_weights, read_header

MakeAdapter = Callable[..., Path]


def test_a_whole_adapter_gives_its_card(make_adapter: MakeAdapter) -> None:
    directory = make_adapter("news-1")
    assert check_adapter(directory).name == "news-1"
    assert read_header(directory / "adapter_model.safetensors")["base_model.model.classifier.weight"].shape == (3, 32)


@pytest.mark.parametrize("name", ["adapter_model.bin", "training_args.bin", "x.pt", "x.PKL", "x.ckpt", "optimizer.pth"])
def test_pickled_files_are_refused_by_name(make_adapter: MakeAdapter, name: str) -> None:
    directory = make_adapter()
    (directory / name).write_bytes(b"\x80\x04")
    with pytest.raises(AdapterFilesError, match="can run a program when they are read; expected safetensors only"):
        check_adapter(directory)


def test_a_pickle_under_the_name_of_safetensors_is_refused(make_adapter: MakeAdapter) -> None:
    directory = make_adapter()
    (directory / "adapter_model.safetensors").write_bytes(b"\x80\x04\x95" + b"x" * 100)
    with pytest.raises(AdapterFilesError, match="not a whole safetensors file"):
        check_adapter(directory)


def _cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda d: _cut(d / "adapter_model.safetensors", 0.9), "not a whole safetensors file"),
        (lambda d: _cut(d / "adapter_model.safetensors", 0), "not a whole safetensors file"),
        (lambda d: (d / "adapter_model.safetensors").unlink(), "it holds no adapter_model.safetensors"),
        (lambda d: (d / "adapter_config.json").unlink(), "it holds no adapter_config.json"),
        (lambda d: (d / "adapter_config.json").write_text("{"), "cannot be read as JSON"),
        (lambda d: (d / "adapter_config.json").write_text("[]"), "names no method of PEFT"),
        (lambda d: (d / "adapter_config.json").write_text('{"peft_type": "LORA"}'), "not what the card says"),
        (lambda d: (d / "card.json").unlink(), "holds no card.json; expected an adapter that `finagent train` made"),
        (lambda d: (d / "engine.json").write_text("{}"), "engine.json is not in the card, and would be read"),
        (lambda d: (d / "tokenizer.json").write_text("{}"), "tokenizer.json is not in the card"),
        (lambda d: [p.unlink() for p in d.iterdir()], "is no adapter"),
        (shutil.rmtree, "there is no directory"),
    ],
)
def test_a_broken_adapter_is_refused_with_what_is_wrong(
    make_adapter: MakeAdapter, harm: Callable[[Path], Any], says: str
) -> None:
    directory = make_adapter()
    harm(directory)
    with pytest.raises(AdapterFilesError, match=says):
        check_adapter(directory)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"peft_type": "XLORA", "adapters": {"0": "/etc"}}, "its method XLORA is none that is served"),
        ({"peft_type": "MULTITASK_PROMPT_TUNING"}, "its method MULTITASK_PROMPT_TUNING is none"),
        ({"peft_type": "PROMPT_TUNING", "prompt_tuning_init": "TEXT"}, "prompt_tuning_init would make PEFT open"),
        ({"prompt_tuning_init_state_dict_path": "/x"}, "prompt_tuning_init_state_dict_path would make"),
        ({"megatron_config": {"a": 1}}, "megatron_config would make"),
        ({"lora_alpha": "16"}, "`lora_alpha` is '16', expected a number"),
        ({"lora_alpha": float("nan")}, "`lora_alpha` is nan"),
        ({"lora_alpha": 10**400}, "`lora_alpha` is 1000"),
        ({"r": -1, "target_modules": 3}, "`r` is -1, expected a number; `target_modules` is 3, expected names"),
        ({"alpha_pattern": {"(": 1}}, "`alpha_pattern` is"),
        ({"alpha_pattern": ["x"]}, "`alpha_pattern` is"),
        ({"init_lora_weights": ["x"]}, "`init_lora_weights` is"),
        ({"auto_map": {"AutoConfig": "evil.Config"}}, "auto_map"),
    ],
)
def test_a_config_that_reaches_out_or_makes_no_sense_is_refused(
    make_adapter: MakeAdapter, change: dict[str, Any], says: str
) -> None:
    path = make_adapter() / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(AdapterFilesError, match=re.escape(says)):
        check_weights(path.parent)


def test_a_program_in_the_directory_is_refused(make_adapter: MakeAdapter) -> None:
    directory = make_adapter()
    (directory / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": "evil.Tokenizer"}}')
    with pytest.raises(AdapterFilesError, match="names a program to be run"):
        check_weights(directory)
    (directory / "evil.py").write_text("")
    with pytest.raises(AdapterFilesError, match="evil.py: a program, which an adapter does not need"):
        check_weights(directory)


def test_one_changed_weight_is_noticed(make_adapter: MakeAdapter) -> None:
    path = make_adapter() / "adapter_model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(AdapterFilesError, match=r"not what the card says \(SHA-256 .*changed or damaged"):
        check_adapter(path.parent)


def test_a_card_must_name_the_weights_and_what_it_names_must_be_there(make_adapter: MakeAdapter) -> None:
    directory = make_adapter()
    value = json.loads((directory / "card.json").read_text())
    (directory / "card.json").write_text(json.dumps({**value, "sha256": {}}))
    with pytest.raises(AdapterFilesError, match="no hash of adapter_config.json"):
        check_adapter(directory)
    value["sha256"]["engine.json"] = "a" * 64
    (directory / "card.json").write_text(json.dumps(value))
    with pytest.raises(AdapterFilesError, match="engine.json is missing, which the card names"):
        check_adapter(directory)


def test_curves_and_checkpoints_beside_the_adapter_are_no_part_of_it(make_adapter: MakeAdapter) -> None:
    directory = make_adapter()
    (directory / "curves.png").write_bytes(b"")
    (directory / "checkpoints").mkdir()
    (directory / "checkpoints" / "optimizer.pt").write_bytes(b"")
    assert check_weights(directory).keys() >= {"curves.png"}
    check_adapter(directory)


def test_a_base_with_another_hash_is_refused_with_both(make_adapter: MakeAdapter, tmp_path: Path) -> None:
    card = read_card(make_adapter())
    assert check_base(card, home=tmp_path).sha256 == card.base.sha256
    other = replace(card, base=replace(card.base, sha256="0" * 64))
    with pytest.raises(AdapterFilesError, match=f"SHA-256 {card.base.sha256}, expected {'0' * 64}"):
        check_base(other, home=tmp_path)
    with pytest.raises(BaseModelError, match="there is no directory"):
        check_base(replace(card, base=CardBase("path:/nowhere", "0" * 64, "bert")), home=tmp_path)


def test_a_written_card_seals_what_is_there(make_adapter: MakeAdapter) -> None:
    directory = make_adapter()
    (directory / "engine.json").write_text("{}")
    write_card(read_card(directory), directory)
    assert "engine.json" in check_adapter(directory).sha256
