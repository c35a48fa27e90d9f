"""The proof that a directory holds a whole adapter and nothing that runs code when it is read.

Weights are safetensors only: a pickle (.bin, .pt, .pkl, .ckpt) can run any program when it is loaded, so a directory
with one is refused even where nothing would load it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import card as cards
from adapters.bases import Base, resolve_base
from adapters.card import Card, read_card
from adapters.disk import file_sha256
from adapters.errors import AdapterFilesError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
READ = frozenset({".json", ".safetensors", ".model", ".txt", ".jinja"})
"""Suffixes of what loading an adapter may read: such a file must stand in the card, others are no part of it."""
TOKENIZER = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
    "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "chat_template.jinja",
)  # fmt: skip
"""What a tokenizer of transformers is saved as."""
PICKLED = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib"})
METHODS = frozenset({
    "LORA", "ADALORA", "IA3", "LOHA", "LOKR", "OFT", "BOFT", "VERA", "PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING",
})  # fmt: skip
"""PEFT's names of what `adapters.training.methods` trains. Others may open files or the network that no card names."""
_REACHING = ("prompt_tuning_init_state_dict_path", "megatron_config", "tokenizer_kwargs", "auto_map")
"""Keys of PEFT's config that make it open another file, or run another program's code, where they are set."""
_LARGE = (cards.FILE, "tokenizer.json", "vocab.json")  # no place for a config's keys, and slow to look through
_LARGEST_CONFIG = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tensor:
    """What the head of a safetensors file says of one tensor: its type ("F32") and shape."""

    dtype: str
    shape: tuple[int, ...]


def check_adapter(directory: Path) -> Card:
    """The card of the adapter in `directory`, once all files are there, whole, and as the card says.

    The base is not looked at: see `check_base`.

    Raises:
        AdapterFilesError: a file is missing, truncated, changed, pickled, or of another program.
    """
    files = check_weights(directory)
    card = read_card(directory)
    for name in (CONFIG, WEIGHTS):
        if name not in card.sha256:
            raise AdapterFilesError(f"{directory / cards.FILE}: no hash of {name}; expected one of every file")
    for name, expected in card.sha256.items():
        if name not in files:
            raise AdapterFilesError(f"{directory}: {name} is missing, which the card names; take a whole copy of it")
        found = file_sha256(files[name])
        if found != expected:
            raise AdapterFilesError(
                f"{files[name]}: not what the card says (SHA-256 {found[:12]}, expected {expected[:12]}); it was "
                "changed or damaged, take a whole copy of the adapter"
            )
    foreign = sorted(n for n, path in files.items() if path.suffix.lower() in READ and n not in card.sha256)
    foreign = [name for name in foreign if name != cards.FILE]
    if foreign:
        raise AdapterFilesError(
            f"{directory}: {', '.join(foreign[:5])} is not in the card, and would be read; expected the files that the "
            "card names, take out the others"
        )
    return card


def check_weights(directory: Path) -> dict[str, Path]:
    """The files of `directory` by name, once PEFT's two are there and whole and none is pickled. No card is needed.

    Raises:
        AdapterFilesError: they are not.
    """
    if not directory.is_dir():
        raise AdapterFilesError(f"there is no directory {directory}; expected one with {CONFIG} and {WEIGHTS}")
    files = {path.name: path for path in sorted(directory.iterdir()) if path.is_file() and path.name[0] != "."}
    pickled = [name for name, path in files.items() if path.suffix.lower() in PICKLED]
    if pickled:
        raise AdapterFilesError(
            f"{directory / pickled[0]}: weights that can run a program when they are read; expected safetensors only, "
            f"save the adapter as {WEIGHTS} and take the file out"
        )
    programs = [name for name, path in files.items() if path.suffix.lower() == ".py"]
    if programs:
        raise AdapterFilesError(
            f"{directory / programs[0]}: a program, which an adapter does not need; expected {CONFIG}, {WEIGHTS} and a "
            "tokenizer's files, take it out"
        )
    missing = [name for name in (CONFIG, WEIGHTS) if name not in files]
    if missing:
        raise AdapterFilesError(
            f"{directory} is no adapter: it holds no {' and no '.join(missing)}; expected what PEFT's save_pretrained "
            "writes"
        )
    read_config(files[CONFIG])
    for path in files.values():
        if path.suffix == ".json" and path.name not in _LARGE and b'"auto_map"' in path.read_bytes():
            raise AdapterFilesError(
                f"{path}: names a program to be run when it is loaded (`auto_map`); expected none, take the key out"
            )
    read_header(files[WEIGHTS])
    return files


def read_config(path: Path) -> dict[str, Any]:
    """PEFT's adapter_config.json.

    Raises:
        AdapterFilesError: it is not JSON, or does not name a method of PEFT's.
    """
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LARGEST_CONFIG).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AdapterFilesError(f"{path}: cannot be read as JSON; expected what PEFT writes") from error
    if not isinstance(value, dict) or not isinstance(value.get("peft_type"), str):
        raise AdapterFilesError(
            f"{path}: names no method of PEFT (`peft_type`); expected the adapter_config.json of one"
        )
    if value["peft_type"] not in METHODS:
        raise AdapterFilesError(
            f"{path}: its method {value['peft_type'][:40]} is none that is served; expected one of "
            f"{', '.join(sorted(METHODS))}"
        )
    reaching = [name for name in _REACHING if value.get(name)]
    if value.get("prompt_tuning_init", "RANDOM") not in (None, "RANDOM"):
        reaching.append("prompt_tuning_init")  # the tokenizer of a text is loaded by a name, perhaps from the network
    if reaching:
        raise AdapterFilesError(
            f"{path}: {', '.join(reaching)} would make PEFT open other files; expected none of it, for the trained "
            "weights need no start: take it out"
        )
    problems = [f"`{name}` is {value[name]!r:.40}, expected {what}" for name, what in _wrong(value)]
    if problems:
        raise AdapterFilesError(f"{path}: {'; '.join(problems)}; expected what PEFT writes")
    return value


def _wrong(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys of PEFT's config that are of another type than PEFT writes, each with what was expected."""
    for names, what, fits in _TYPES:
        for name in names:
            if value.get(name) is not None and not fits(value[name]):
                yield name, what


_MOST = 1_000_000_000


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST < value < _MOST


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _is_named(value: Any) -> bool:
    return _is_pattern(value) if isinstance(value, str) else _are_texts(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_pattern(value: str) -> bool:
    try:
        re.compile(rf"(.*\.)?({value})$")
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _are_patterns(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_pattern(key) and _is_number(one) for key, one in value.items())


_TYPES: tuple[tuple[tuple[str, ...], str, Callable[[Any], bool]], ...] = (
    (("r", "num_virtual_tokens", "token_dim", "num_layers", "num_attention_heads"), "a number", _is_count),
    (("lora_alpha", "alpha", "lora_dropout"), "a number", _is_number),
    (("alpha_pattern",), "a number for each module", _are_patterns),
    (("target_modules", "exclude_modules", "feedforward_modules"), "names of modules", _is_named),
    (("modules_to_save",), "names of modules", _are_texts),
    (("task_type", "bias"), "a word", lambda value: isinstance(value, str)),
    (("use_rslora", "use_dora", "fan_in_fan_out", "inference_mode"), "a yes or no", lambda v: isinstance(v, bool)),
    (("init_lora_weights",), "a yes, a no or a word", lambda value: isinstance(value, bool | str)),
)


def read_header(path: Path) -> Mapping[str, Tensor]:
    """The tensors of a safetensors file by name, from its head; that the file is as long as they need is checked.

    Raises:
        AdapterFilesError: the file is truncated, empty, or something else under this name.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            pieces = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
            tensors = {name: Tensor(piece.get_dtype(), tuple(piece.get_shape())) for name, piece in pieces.items()}
    except (SafetensorError, OSError) as error:
        raise AdapterFilesError(
            f"{path}: not a whole safetensors file ({error}); it is truncated or of another kind, take it again"
        ) from error
    if not tensors:
        raise AdapterFilesError(f"{path}: holds no weights; expected those of an adapter")
    return tensors


def check_numbers(path: Path) -> None:
    """Look at every weight of a safetensors file. bfloat16, which numpy does not know, is passed over.

    Raises:
        AdapterFilesError: one is NaN or infinite.
    """
    import numpy as np
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        for name in file.keys():  # noqa: SIM118 - it is no dictionary
            known = file.get_slice(name).get_dtype() in ("F64", "F32", "F16")
            if known and not np.isfinite(file.get_tensor(name)).all():
                raise AdapterFilesError(
                    f"{path}: {name} holds NaN or infinity: its training broke down; train it again with a lower rate"
                )


def check_base(card: Card, *, home: Path, download: bool = False) -> Base:
    """The base of an adapter on this machine, if it is the one that the adapter was trained on.

    Raises:
        AdapterFilesError: its hash differs from the card's.
        BaseModelError: it is not on this machine.
    """
    base = resolve_base(card.base.name, home=home, download=download)
    if base.sha256 != card.base.sha256:
        raise AdapterFilesError(
            f"the adapter {card.name} was trained on another base than {base.name} here: SHA-256 {base.sha256}, "
            f"expected {card.base.sha256}; get that base, or train again on this one"
        )
    return base
