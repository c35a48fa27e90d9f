"""An adapter merged into its base, for other programs: as a Hugging Face directory, or as ONNX.

Each export is read again and asked about the probes; what differs from the adapter by more than the format's tolerance
is refused, and nothing is left behind. A merged model costs no time beyond its base's. An encoder's calibrating
temperature is folded into its last layer, so the softmax of what it gives is the adapter's own probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from adapters.card import Card, write_card
from adapters.disk import draft_folder, new_parents
from adapters.errors import ExportError
from adapters.files import CONFIG, check_adapter, check_base, read_config
from adapters.inputs import encode
from adapters.merged import Merged
from adapters.probes import EIGHT_BIT, EXACT, MEASURED, Agreement, Tolerance, agreement, as_pairs, check, read_probes
from adapters.serving.models import LOCAL, PROMPTING, quiet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Probabilities = NDArray[np.float32]

FORMATS = ("hf", "onnx", "onnx-int8")
ONNX_FILE = "model.onnx"
CALIBRATION, CALIBRATION_SEED = 200, 0  # sentences from forms of our own that 8-bit ranges are measured on


class Located(Protocol):
    """An adapter that was found, such as `adapters.store.Installed`."""

    @property
    def directory(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: where, in which format and by which way, how many bytes, and how it agrees with the adapter."""

    name: str
    task: str
    directory: Path
    format: str
    way: str
    bytes: int
    agreement: Agreement

    def record(self) -> dict[str, Any]:
        """The export as plain data."""
        return {
            "adapter": self.name,
            "task": self.task,
            "output": str(self.directory),
            "format": self.format,
            "way": self.way,
            "bytes": self.bytes,
            **self.agreement.record(),
        }


def export_adapter(
    adapter: Located | Path,
    output: Path,
    *,
    to: str = "hf",
    home: Path,
    download: bool = False,
) -> Exported:
    """Write an adapter with its base to the new folder `output`, as one of FORMATS, with the tokenizer and a card.

    "hf" is read by transformers' Auto classes; "onnx" and "onnx-int8" hold model.onnx (see `adapters.onnx_model`). The
    folder appears whole, or not at all.

    Raises:
        AdapterFilesError: the adapter is broken or made for another base.
        BaseModelError: its base is not here.
        ExportError: the format does not fit the adapter, the folder is there already, or the export does not give what
            the adapter gives.
    """
    from adapters.sentiment import open_sentiment

    card = check_export(adapter, output, to)
    directory, output = _directory(adapter), output.expanduser().absolute()
    base = check_base(card, home=home, download=download)
    probes = read_probes()
    expected = open_sentiment(directory, home=home, engine="torch", download=download).probabilities(*as_pairs(probes))
    merged = Merged(directory, base, card)
    with new_parents(output), draft_folder(output) as draft:
        merged.write_small_files(draft)
        way, found = _WRITERS[to](merged, draft, probes, expected)
        write_card(merged.card, draft)
        size = sum(path.stat().st_size for path in draft.iterdir())
        if output.exists():
            output.rmdir()
        draft.replace(output)
    return Exported(card.name, card.task, output, to, way, size, found)


Rows = list[tuple[str, "str | None"]]


def _write_hf(merged: Merged, draft: Path, probes: Rows, expected: Probabilities) -> tuple[str, Agreement]:
    """Safetensors, read again by the Auto class of the kind."""
    import torch
    import transformers
    from safetensors import SafetensorError

    from adapters.onnx_model import batches
    from adapters.serving.words import WordModel

    classes = {"encoder": "AutoModelForSequenceClassification", "seq2seq": "AutoModelForSeq2SeqLM"}
    card = merged.card
    with quiet():
        try:
            merged.model.save_pretrained(draft)
        except SafetensorError as error:  # what safetensors makes of a full disk
            raise ExportError(f"{draft.parent}: {error}; free some space or choose another place") from error
        loaded = getattr(transformers, classes.get(card.kind, "AutoModelForCausalLM")).from_pretrained(
            draft, **LOCAL, use_safetensors=True, dtype=torch.float32
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(draft, **LOCAL)
    loaded.eval()
    if card.kind == "encoder":
        rows = [encode(tokenizer, text, entity, merged.how) for text, entity in probes]
        with torch.inference_mode():
            parts = [
                loaded(**{name: torch.from_numpy(array) for name, array in batch.items()}).logits
                for batch in batches(tokenizer, rows)
            ]
        logits = torch.cat(parts).float().numpy()
    else:
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        logits = WordModel(loaded, tokenizer, card.kind, card.labels, merged.how).scores(probes)
    found = agreement(expected, merged.probabilities(logits))
    check(found, EXACT, "the merged model")
    return "merged", found


def _write_onnx(merged: Merged, draft: Path, probes: Rows, expected: Probabilities) -> tuple[str, Agreement]:
    from adapters.onnx_model import batches, export_onnx, run_onnx

    rows = merged.features(probes)
    example = next(batches(merged.tokenizer, rows[:2]))
    export_onnx(merged.model, example, draft / ONNX_FILE)
    logits = run_onnx(draft / ONNX_FILE, batches(merged.tokenizer, rows))
    found = agreement(expected, merged.probabilities(logits))
    check(found, EXACT, "the ONNX graph")
    return "float32", found


def _write_onnx_int8(merged: Merged, draft: Path, probes: Rows, expected: Probabilities) -> tuple[str, Agreement]:
    """Ranges that were measured where they keep the labels, for they are faster; else ranges found for each input.

    The latter keep more labels where a few channels have far greater activations than the rest, as in small encoders.
    """
    from adapters.onnx_model import batches, quantise_dynamic, quantise_static, run_onnx
    from adapters.training.news import generate_news

    _write_onnx(merged, draft, probes, expected)
    whole, made = draft / "whole.onnx", draft / ONNX_FILE
    made.replace(whole)
    news = [(one.text, one.entity) for one in generate_news(CALIBRATION, CALIBRATION_SEED)]
    shown = list(batches(merged.tokenizer, merged.features(news)))
    ways: dict[str, tuple[Callable[[], None], Tolerance]] = {
        "int8, calibrated": (lambda: quantise_static(whole, made, shown), MEASURED),
        "int8, dynamic": (lambda: quantise_dynamic(whole, made), EIGHT_BIT),
    }
    rows, refusal = merged.features(probes), ExportError("no way to 8 bits was tried")
    for way, (quantise, tolerance) in ways.items():
        try:
            quantise()
            found = agreement(expected, merged.probabilities(run_onnx(made, batches(merged.tokenizer, rows))))
            check(found, tolerance, f"the 8-bit ONNX graph ({way})")
        except ExportError as error:
            refusal = error
            continue
        whole.unlink()
        return way, found
    raise refusal


_WRITERS = {"hf": _write_hf, "onnx": _write_onnx, "onnx-int8": _write_onnx_int8}


def _directory(adapter: Located | Path) -> Path:
    return adapter if isinstance(adapter, Path) else adapter.directory


def check_export(adapter: Located | Path, output: Path, to: str) -> Card:
    """The adapter's card, if it can be written to `output` in this format at all; `export_adapter` checks it too.

    Raises:
        AdapterFilesError: the adapter is broken.
        ExportError: the folder is there already, or the format does not fit the adapter.
    """
    if to not in FORMATS:
        raise ExportError(f"unknown format {to[:40]!r}; expected one of {', '.join(FORMATS)}")
    output = output.expanduser()
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise ExportError(f"{output} is there already; expected a new folder, choose another or remove it")
    directory = _directory(adapter)
    card = check_adapter(directory)
    if card.task != "sentiment":
        raise ExportError(
            f"the adapter {card.name} is for {card.task}: its answers are found by finagent's own search over the "
            "evidence, which no merged model holds, so it is neither merged nor exported; pass on the adapter's "
            "directory as it is, and `finagent adapters add` it there"
        )
    if card.kind != "encoder" and to != "hf":
        raise ExportError(
            f"the adapter {card.name} generates text ({card.kind}), which ONNX export does not cover; use --format hf"
        )
    method = read_config(directory / CONFIG)["peft_type"]
    if method in PROMPTING:
        raise ExportError(
            f"the adapter {card.name} adds tokens instead of changing weights ({method}), so it cannot be merged; "
            "use it as it is, or train one with LoRA"
        )
    return card
