"""Whether an adapter fits a base.

The fit is tried on a model without weights (torch's meta device): names and shapes decide it, so a base of many
gigabytes costs no more than a small one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.bases import Base
from adapters.card import Card
from adapters.errors import AdapterFilesError
from adapters.files import CONFIG, WEIGHTS, Tensor, read_config, read_header
from adapters.report_qa.answering import TASK as REPORT_QA
from adapters.serving.models import LOCAL, UNFIT, quiet

_CLASSES = {
    "encoder": "AutoModelForSequenceClassification",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "causal": "AutoModelForCausalLM",
}
_KINDS = {"encoder": "an encoder", "seq2seq": "a seq2seq model", "causal": "a causal model"}
_DECODER = "base_model.model.head."
"""What PEFT puts before the names of the weights that report QA's decoder brings."""
_SHOWN = 3


def check_fit(directory: Path, card: Card, base: Base) -> None:
    """Hold the adapter's weights against the model that they are for: every one of them must have its place.

    Raises:
        AdapterFilesError: one is missing, too many, or of another shape; the task does not run on such a model.
    """
    found = read_header(directory / WEIGHTS)
    points = _points(card)
    if points:
        _check_pointing(directory, card, base, found)
    elif card.task == REPORT_QA:
        _check_writing(card)
    try:
        expected = _expected(directory, card, base)
    except UNFIT as error:
        said = " ".join(str(error).split())[:300].rstrip(".")
        raise AdapterFilesError(
            f"the adapter {card.name} does not fit the base {base.name}: {said}; expected one that PEFT made for it"
        ) from error
    missing, foreign = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    # AdaLoRA prunes ranks while it trains, and PEFT takes up what is left when it loads
    pruned = read_config(directory / CONFIG)["peft_type"] == "ADALORA"
    other = [
        name
        for name, shape in expected.items()
        if name in found and found[name].shape != shape and not (pruned and ".lora_" in name)
    ]
    unfit = [*missing, *foreign, *other]
    if points and unfit and all(_is_decoders(name) for name in unfit) and any(map(_is_decoders, found)):
        raise AdapterFilesError(
            f"the adapter {card.name} brings another decoder than this finagent has ({len(unfit)} of its weights "
            f"differ, such as {unfit[0].removeprefix(_DECODER)}); expected one that this version trained: train it "
            "again"
        )
    if missing or foreign:
        parts = [_some("lacks", missing)] * bool(missing) + [_some("has no place for", foreign)] * bool(foreign)
        raise AdapterFilesError(
            f"the adapter {card.name} does not fit the base {base.name} as {_KINDS[card.kind]} for {card.task}: it "
            f"{', and '.join(parts)}; expected one that was made for this base and task"
        )
    for name in other:
        shape = expected[name]
        labels = " and as many labels" if shape[:1] == (len(card.labels),) else ""
        raise AdapterFilesError(
            f"the adapter {card.name} does not fit the base {base.name}: {name} is {found[name].shape}, expected "
            f"{shape}; it needs the base{labels} that it was made for"
        )


def _points(card: Card) -> bool:
    """Whether the adapter answers by pointing: with a decoder of its own over an encoder."""
    return card.task == REPORT_QA and card.kind == "encoder"


def _is_decoders(name: str) -> bool:
    return name.startswith(_DECODER)


def _check_pointing(directory: Path, card: Card, base: Base, found: Mapping[str, Tensor]) -> None:
    """What the engine of the decoder needs: a BERT encoder, and a LoRA that is merged without torch."""
    from adapters.engine.merge import is_plain_lora
    from adapters.serving.encoders import builds_without_torch

    if not builds_without_torch(base):
        raise AdapterFilesError(
            f"the adapter {card.name} is for {base.name}, a {card.base.model_type}; report QA runs on BERT encoders "
            "and on models that write: train one on such a base"
        )
    other = sorted({one.dtype for one in found.values()} - {"F64", "F32", "F16"})
    if other or not is_plain_lora(read_config(directory / CONFIG)):
        said = f"its weights are {other[0]}" if other else "its method is no plain LoRA"
        raise AdapterFilesError(
            f"the adapter {card.name} cannot be served: {said}; report QA on an encoder needs plain LoRA in float32, "
            "train it again with adapter.method lora"
        )


def _check_writing(card: Card) -> None:
    """What tells a model that writes answers from one that writes labels: the card's form of a prompt."""
    from adapters.report_qa.prompts import form_of

    try:
        form_of(card.input.prompt)
    except ValueError as error:
        raise AdapterFilesError(
            f"the adapter {card.name}: `input.prompt`: {error}; `finagent train report-qa` writes it"
        ) from error


def _expected(directory: Path, card: Card, base: Base) -> Mapping[str, tuple[int, ...]]:
    """The names and shapes of the weights that PEFT would save of this adapter on this base."""
    import torch
    import transformers
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict

    config = transformers.AutoConfig.from_pretrained(base.directory, **LOCAL)
    if config.model_type != card.base.model_type:
        raise ValueError(f"it is for a {card.base.model_type}, the base is a {config.model_type}")
    with quiet():
        method = PeftConfig.from_pretrained(str(directory), local_files_only=True)
        method.inference_mode = True
        if hasattr(method, "init_lora_weights"):
            method.init_lora_weights = True  # the starts of PiSSA and its like compute with weights; here are none
        with torch.device("meta"):
            model = _model(card, config)
        adapted = get_peft_model(model, method)  # not on the meta device: BOFT computes the places of its blocks
        saved = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    return {name: tuple(weight.shape) for name, weight in saved.items()}


def _model(card: Card, config: Any) -> Any:
    """The model that the adapter goes on, with new weights, made of a config of transformers."""
    import transformers

    if _points(card):
        from adapters.report_qa.network import make_network

        encoder = transformers.AutoModel.from_config(config, add_pooling_layer=False, trust_remote_code=False)
        return make_network(encoder)
    if card.kind == "encoder":
        config.num_labels = len(card.labels)
    return getattr(transformers, _CLASSES[card.kind]).from_config(config, trust_remote_code=False)


def _some(verb: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{verb} {', '.join(names[:_SHOWN])}{more}"
