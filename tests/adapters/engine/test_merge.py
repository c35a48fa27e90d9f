"""The merge in numpy gives what PEFT's merge gives, and leaves to PEFT what it does not know."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.engine.merge import merged
from adapters.engine.weights import read_weights
from adapters.errors import AdapterFilesError

HEAD = ["classifier", "bert.pooler"]


def _tuned(base: Path, directory: Path, **changes: Any) -> Any:
    import peft
    import torch
    from transformers import AutoModelForSequenceClassification

    torch.manual_seed(3)
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=3)
    given = {"task_type": "SEQ_CLS", "r": 4, "target_modules": ["query", "output.dense"], "modules_to_save": HEAD}
    tuned = peft.get_peft_model(model, peft.LoraConfig(**{**given, **changes}))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name or "classifier" in name:
            torch.nn.init.normal_(weight, std=0.1)
    tuned.save_pretrained(directory)
    return tuned


@pytest.mark.parametrize(
    "changes",
    [
        {"lora_alpha": 16},
        {"lora_alpha": 16, "use_rslora": True},
        {"rank_pattern": {"layer.0.attention.self.query": 2}, "alpha_pattern": {"query": 3}},
        {"layers_to_transform": [1]},
    ],
)
def test_plain_lora_is_merged_as_peft_merges_it(tiny_base: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    expected = _tuned(tiny_base.directory, tmp_path, **changes).merge_and_unload().state_dict()
    found = merged(read_weights(tiny_base.directory), tmp_path)
    assert found is not None
    names = {name.removeprefix("bert."): name for name in expected}
    assert found.keys() >= {"classifier.weight", "pooler.dense.bias"}
    for name, array in found.items():
        assert np.allclose(array, expected[names[name]].numpy(), atol=1e-6), name


@pytest.mark.parametrize(
    "changes", [{"use_dora": True}, {"bias": "lora_only"}, {"lora_bias": True}, {"init_lora_weights": "pissa"}]
)
def test_other_methods_are_left_to_peft(tiny_base: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    _tuned(tiny_base.directory, tmp_path, **changes)
    assert merged(read_weights(tiny_base.directory), tmp_path) is None


def test_a_delta_that_fits_nothing_is_refused(tiny_base: Any, tmp_path: Path) -> None:
    _tuned(tiny_base.directory, tmp_path)
    weights = dict(read_weights(tiny_base.directory))
    smaller = {**weights, "encoder.layer.0.attention.self.query.weight": np.zeros((8, 8), dtype=np.float32)}
    with pytest.raises(AdapterFilesError, match=r"is \(32, 32\), the base's weight \(8, 8\)"):
        merged(smaller, tmp_path)
    del weights["encoder.layer.1.attention.self.query.weight"]
    with pytest.raises(AdapterFilesError, match="fits nothing in the base"):
        merged(weights, tmp_path)
