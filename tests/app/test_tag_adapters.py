"""`finagent tag` with real adapters: whole, broken and senseless ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.card import read_card, write_card
from tests.adapters.conftest import toy_rows
from tests.app.tag_calls import Call, one_line


def test_a_real_adapter_tags(finagent: Call, make_adapter: Call, tmp_path: Path):
    directory = make_adapter("toy")
    rows = toy_rows(60)
    odd = ["", "\x00", "🚀" * 3, "\ud83d", "x" * 1_000_000, "利润上升", "…", "a " * 50_000]
    lines = [{"text": text, "who": "nokia"} for text, _ in rows] + [{"text": text, "who": None} for text in odd]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    call = ("tag", "n.jsonl", "--adapter", directory, "--batch-rows", "16", "--json")
    result = finagent(*call, "--output", "o.jsonl")
    assert (result.code, result.err) == (0, "")
    said = json.loads(result.out)
    assert (said["adapter"], said["engine"], said["rows"], said["empty"]) == ("toy", "openvino", 68, 2)
    tagged = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    right = sum(row["sentiment"] == label for row, (_, label) in zip(tagged, rows, strict=False))
    assert right > 48
    result = finagent(*call, "--output", "e.jsonl", "--entity-column", "who", "--engine", "torch", "--threads", "1")
    assert json.loads(result.out)["engine"] == "torch"


def test_an_adapter_that_is_not_there_or_broken_is_one_line(finagent: Call, make_adapter: Call, tmp_path: Path):
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", "nowhere")
    assert result.code == 2 and "there is no adapter 'nowhere'" in one_line(result.err)
    directory = make_adapter("toy")
    weights = directory / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", directory)
    assert result.code == 2 and str(directory) in one_line(result.err)
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", make_adapter("b"), "--engine", "steam")
    assert result.code == 2 and "unknown engine 'steam'" in one_line(result.err)
    assert not list(tmp_path.glob("*o.csv*"))


@pytest.mark.parametrize("engine", ["openvino", "onnx"])
def test_a_cache_that_cannot_be_written_is_no_wrong_call(
    finagent: Call, make_adapter: Call, tmp_path: Path, engine: str
):
    (tmp_path / "home" / "cache").mkdir(parents=True)
    (tmp_path / "home" / "cache" / {"openvino": "engines"}.get(engine, engine)).write_text("")
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", make_adapter("toy"), "--engine", engine)
    assert result.code == 1 and "internal" not in one_line(result.err)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
@pytest.mark.parametrize(
    "harm",
    [
        {"lora_alpha": [1]}, {"lora_alpha": None}, {"r": "x"}, {"target_modules": {"a": 1}}, {"task_type": "EVIL"},
        {"peft_type": "NONE"}, {"peft_type": "VERA"}, {"peft_type": "PREFIX_TUNING"}, {"alpha_pattern": {"[": 1}},
        {"modules_to_save": 3}, {"layers_to_transform": "x"}, {"bias": "?"}, {"init_lora_weights": "evil"},
        {"rank_pattern": 3}, {"unknown": 1},
        {"classifier.weight": (2, 32)}, {"classifier.bias": (4,)}, {"classifier.bias": ()}, {"dense.bias": (3,)},
        {"dense.weight": (32,)}, {"lora_A.weight": (3, 32)}, {"lora_A.weight": (4,)}, {"lora_B.weight": (32, 4, 1)},
    ],
    ids=str,
)  # fmt: skip
def test_an_adapter_that_makes_no_sense_is_one_line(
    finagent: Call, make_adapter: Call, tmp_path: Path, harm: dict[str, Any], engine: str
):
    from safetensors.numpy import load_file, save_file

    directory = make_adapter("toy")
    path, config = directory / "adapter_model.safetensors", directory / "adapter_config.json"
    weights = load_file(path)
    for name, value in harm.items():
        if isinstance(value, tuple):
            weights |= {key: np.ones(value, dtype=np.float32) for key in weights if key.endswith(name)}
        else:
            config.write_text(json.dumps({**json.loads(config.read_text()), name: value}))
    save_file(weights, path)
    write_card(read_card(directory), directory)
    (tmp_path / "n.txt").write_text("x\n")
    result = finagent("tag", "n.txt", "--output", "o.csv", "--adapter", directory, "--engine", engine)
    assert result.code in (0, 2), result.err
    if result.code:
        assert "internal error" not in one_line(result.err)
