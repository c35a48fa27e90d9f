"""Whether an adapter fits a base.

The fit is tried on a model without weights (torch's meta device): names and shapes decide it, so a base of many
gigabytes costs no more than a small one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.bases import Base
from adapters.card import Card
from adapters.errors import AdapterFilesError
from adapters.files import CONFIG, WEIGHTS, read_config, read_header
from adapters.serving.models import LOCAL, UNFIT, quiet

_CLASSES = {
    "encoder": "AutoModelForSequenceClassification",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "causal": "AutoModelForCausalLM",
}
_SHOWN = 3


def check_fit(directory: Path, card: Card, base: Base) -> None:
    """Hold the adapter's weights against the model that they are for: every one of them must have its place.

    Raises:
        AdapterFilesError: one is missing, too many, or of another shape.
    """
    found = read_header(directory / WEIGHTS)
    try:
        expected = _expected(directory, card, base)
    except UNFIT as error:
        said = " ".join(str(error).split())[:300].rstrip(".")
        raise AdapterFilesError(
            f"the adapter {card.name} does not fit the base {base.name}: {said}; expected one that PEFT made for it"
        ) from error
    missing, foreign = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    if missing or foreign:
        parts = [_some("lacks", missing)] * bool(missing) + [_some("has no place for", foreign)] * bool(foreign)
        raise AdapterFilesError(
            f"the adapter {card.name} does not fit the base {base.name} as a {card.kind}: it {', and '.join(parts)}; "
            "expected one that was made for this base"
        )
    # AdaLoRA prunes ranks while it trains, and PEFT takes up what is left when it loads
    pruned = read_config(directory / CONFIG)["peft_type"] == "ADALORA"
    for name, shape in expected.items():
        if found[name].shape != shape and not (pruned and ".lora_" in name):
            labels = " and as many labels" if shape[:1] == (len(card.labels),) else ""
            raise AdapterFilesError(
                f"the adapter {card.name} does not fit the base {base.name}: {name} is {found[name].shape}, expected "
                f"{shape}; it needs the base{labels} that it was made for"
            )


def _expected(directory: Path, card: Card, base: Base) -> Mapping[str, tuple[int, ...]]:
    """The names and shapes of the weights that PEFT would save of this adapter on this base."""
    import torch
    import transformers
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict

    config = transformers.AutoConfig.from_pretrained(base.directory, **LOCAL)
    if config.model_type != card.base.model_type:
        raise ValueError(f"it is for a {card.base.model_type}, the base is a {config.model_type}")
    if card.kind == "encoder":
        config.num_labels = len(card.labels)
    with quiet():
        method = PeftConfig.from_pretrained(str(directory), local_files_only=True)
        method.inference_mode = True
        if hasattr(method, "init_lora_weights"):
            method.init_lora_weights = True  # the starts of PiSSA and its like compute with weights; here are none
        with torch.device("meta"):
            model = getattr(transformers, _CLASSES[card.kind]).from_config(config, trust_remote_code=False)
        adapted = get_peft_model(model, method)  # not on the meta device: BOFT computes the places of its blocks
        saved = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    return {name: tuple(weight.shape) for name, weight in saved.items()}


def _some(verb: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{verb} {', '.join(names[:_SHOWN])}{more}"
