"""A base with its adapter in torch: what serves where torch is asked for, and what other engines are converted from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.bases import Base
from adapters.card import Card
from adapters.errors import AdapterFilesError, BaseModelError, EngineError
from adapters.files import CONFIG, read_config

_CLASSES = {
    "encoder": "AutoModelForSequenceClassification",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "causal": "AutoModelForCausalLM",
}
LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
"""What every load of transformers is told: no network, no program that comes with a model."""
UNFIT = (
    OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, NotImplementedError, ImportError,
    AssertionError, ArithmeticError,
)  # fmt: skip
"""What PEFT raises of an adapter that does not fit, or whose config makes no sense."""
PROMPTING = ("PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CARTRIDGE", "ADAPTION_PROMPT")
"""PEFT's methods that add tokens or layers instead of changing weights: nothing can be merged."""


def load_model(directory: Path, base: Base, card: Card, *, attention: str | None = None, merge: bool = True) -> Any:
    """The base with the adapter of `directory`, float32, on the CPU, ready to infer: merged where the method allows it.

    `attention` names an attention implementation of transformers.

    Raises:
        BaseModelError: the base's files cannot be loaded as the kind of model that the card names.
        AdapterFilesError: the adapter does not fit the base.
    """
    import peft
    import torch
    import transformers
    from safetensors import SafetensorError

    options: dict[str, Any] = {"dtype": torch.float32, "use_safetensors": True, **LOCAL}
    if attention:
        options["attn_implementation"] = attention
    if card.kind == "encoder":
        labels = dict(enumerate(card.labels))
        options |= {
            "num_labels": len(labels),
            "id2label": labels,
            "label2id": {label: number for number, label in labels.items()},
            "ignore_mismatched_sizes": True,  # a base may have had a head of its own; the adapter brings another
        }
    with quiet():
        try:
            model = getattr(transformers, _CLASSES[card.kind]).from_pretrained(base.directory, **options)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise BaseModelError(
                f"the base {base.name} cannot be loaded as {card.kind} ({_first_line(error)}); expected a model of "
                f"transformers with safetensors in {base.directory}"
            ) from error
        try:
            tuned = peft.PeftModel.from_pretrained(model, str(directory), is_trainable=False, local_files_only=True)
            if merge and read_config(directory / CONFIG).get("peft_type") not in PROMPTING:
                tuned = tuned.merge_and_unload()
        except (*UNFIT, SafetensorError) as error:
            raise AdapterFilesError(
                f"{directory}: PEFT cannot put it on the base {base.name} ({_first_line(error)}); expected an adapter "
                "of this base"
            ) from error
    return tuned.eval()


def load_tokenizer(base: Base, directory: Path) -> Any:
    """The tokenizer of transformers: the adapter's where it brings one, else the base's.

    Raises:
        BaseModelError: neither has one.
    """
    from transformers import AutoTokenizer

    source = directory if (directory / "tokenizer_config.json").is_file() else base.directory
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, **LOCAL)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise BaseModelError(
                f"the tokenizer in {source} cannot be loaded ({_first_line(error)}); expected the files that a model "
                "is saved with"
            ) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return tokenizer


def on_device(model: Any, device: str | None, threads: int | None) -> Any:
    """The model on "cpu" (or None), "cuda" or "mps"; `threads` limits the cores used.

    Raises:
        EngineError: there is no such device here.
    """
    import torch

    if threads:
        torch.set_num_threads(threads)
    wanted = torch_device(device)
    if wanted == "cuda":
        torch.set_float32_matmul_precision("high")
    return model.to(wanted)


def torch_device(device: str | None) -> str:
    """The device's name as torch takes it. Raises EngineError, naming those that are there."""
    import torch

    known = ["cpu"]
    if torch.cuda.is_available():
        known.append("cuda")
    if torch.backends.mps.is_available():
        known.append("mps")
    wanted = device or "cpu"
    if wanted.partition(":")[0] not in known:
        raise EngineError(f"there is no device {wanted[:40]!r} here; expected {' or '.join(known)}")
    return wanted


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars and reports of transformers, which say nothing of what the user asked for."""
    import warnings

    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
