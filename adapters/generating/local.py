"""A generating model of transformers on this machine, with or without an adapter: greedy, from safetensors alone."""

from __future__ import annotations

import copy
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.bases import Base, resolve_base
from adapters.catalogue import Catalogue
from adapters.errors import AdapterFilesError, BaseModelError, GeneratorError, PromptTooLongError
from adapters.families import family_of
from adapters.generating.generator import MAX_TOKENS, Message, Schema
from adapters.serving.models import LOCAL, load_model, load_tokenizer, on_device, quiet, torch_device
from adapters.store import Installed

_CLASSES = {"seq2seq": "AutoModelForSeq2SeqLM", "causal": "AutoModelForCausalLM"}
_NO_LIMIT = 10**6  # tokenizers that know no longest input name a number with many zeros
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SAID = {"system": "", "user": "", "assistant": "Answer: "}


def open_local(
    name: str,
    *,
    home: Path,
    device: str | None = None,
    threads: int | None = None,
    download: bool = False,
    adapter: str | Path | None = None,
    timeout: float,
) -> LocalGenerator:
    """Find the base and the adapter, and check that they write text; nothing heavy is loaded.

    Raises:
        BaseModelError: there is no such base, or it writes no text.
        AdapterError: there is no such adapter, or it was made for another base.
        EngineError: there is no such device here.
    """
    base = resolve_base(name, home=home, download=download)
    kind = _kind(base)
    if device is not None:
        torch_device(device)
    found = Catalogue(home).find(adapter) if adapter is not None else None
    if found is not None and (found.card.base.sha256 != base.sha256 or found.card.kind != kind):
        raise AdapterFilesError(
            f"the adapter {found.name} was made for the {found.card.kind} base {found.card.base.name}, not for {name}; "
            "expected an adapter of this base"
        )
    return LocalGenerator(base, kind, found, device=device, threads=threads, timeout=timeout)


def _kind(base: Base) -> str:
    from transformers import AutoConfig

    with quiet():
        try:
            kind = family_of(AutoConfig.from_pretrained(base.directory, **LOCAL)).kind
        except (OSError, ValueError, KeyError) as error:
            raise BaseModelError(
                f"the base {base.name} cannot be read ({_first_line(error)}); expected a model of transformers"
            ) from error
    if kind not in _CLASSES:
        raise BaseModelError(
            f"the base {base.name} is an {kind}, which writes no text; expected one of the T5 family, or a causal "
            "model such as Qwen or Llama"
        )
    return kind


class LocalGenerator:
    """A model in this process; loaded at the first reply, one reply at a time."""

    host, encrypted = "", True

    def __init__(
        self,
        base: Base,
        kind: str,
        adapter: Installed | None = None,
        *,
        device: str | None = None,
        threads: int | None = None,
        timeout: float,
    ) -> None:
        self.name = base.name if adapter is None else f"{base.name} with {adapter.name}"
        self._base, self._kind, self._adapter = base, kind, adapter
        self._device, self._threads, self._timeout = device, threads, timeout
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def complete(
        self, messages: Sequence[Message], *, schema: Schema | None = None, max_tokens: int = MAX_TOKENS
    ) -> str:
        """See `Generator`. `schema` is not enforced: the prompt has to say what is wanted."""
        import torch

        with self._lock:
            model, tokenizer = self._load()
            text, special = self._prompt(tokenizer, messages)
            inputs = tokenizer(text, return_tensors="pt", add_special_tokens=special, return_token_type_ids=False)
            length = int(inputs["input_ids"].shape[1])
            longest = self._longest(model, tokenizer, max_tokens)
            if length > longest:
                raise PromptTooLongError(
                    f"{self.name} reads {longest} tokens here, the question with its evidence has {length}; "
                    "expected a shorter question or a model that reads more"
                )
            started = time.monotonic()
            try:
                with torch.inference_mode(), quiet():
                    made = model.generate(
                        **inputs.to(model.device),
                        generation_config=_greedy(model, tokenizer, max_tokens),
                        max_time=self._timeout,
                    )
            except (RuntimeError, ValueError, IndexError) as error:
                raise GeneratorError(
                    f"{self.name} failed while it wrote ({_first_line(error)}); expected a whole model, and room for it"
                ) from error
            new = made[0] if self._kind == "seq2seq" else made[0][length:]
            if time.monotonic() - started >= self._timeout and int(new[-1]) not in _ends(model, tokenizer):
                raise GeneratorError(
                    f"{self.name} did not finish within {self._timeout:g} seconds; set llm_timeout higher, or take a "
                    "smaller model"
                )
            return _THINKING.sub("", tokenizer.decode(new, skip_special_tokens=True)).strip()

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            if self._adapter is not None:
                model = load_model(self._adapter.directory, self._base, self._adapter.card)
                tokenizer = load_tokenizer(self._base, self._adapter.directory)
            else:
                model, tokenizer = self._bare(), load_tokenizer(self._base, self._base.directory)
            try:
                self._loaded = on_device(model.eval(), self._device, self._threads), tokenizer
            except RuntimeError as error:
                raise GeneratorError(
                    f"{self.name} does not fit on {self._device} ({_first_line(error)}); take a smaller one, or cpu"
                ) from error
        return self._loaded

    def _bare(self) -> Any:
        """The base alone: on a GPU in the type it is saved in, on the CPU in float32."""
        import torch
        import transformers

        kind = "auto" if torch_device(self._device) != "cpu" else torch.float32
        with quiet():
            try:
                return getattr(transformers, _CLASSES[self._kind]).from_pretrained(
                    self._base.directory, dtype=kind, use_safetensors=True, **LOCAL
                )
            except (OSError, ValueError, RuntimeError, KeyError) as error:
                raise BaseModelError(
                    f"the base {self._base.name} cannot be loaded ({_first_line(error)}); expected a model of "
                    f"transformers with safetensors in {self._base.directory}"
                ) from error

    def _prompt(self, tokenizer: Any, messages: Sequence[Message]) -> tuple[str, bool]:
        """The conversation as one text, and whether the tokenizer has to add its special tokens."""
        if self._kind == "causal" and getattr(tokenizer, "chat_template", None):
            from jinja2 import TemplateError

            for told in (list(messages), _without_system(messages)):
                said = [{"role": role, "content": text} for role, text in told]
                try:
                    text: str = tokenizer.apply_chat_template(
                        said, tokenize=False, add_generation_prompt=True, enable_thinking=False
                    )
                    return text, False
                except TemplateError:
                    continue  # some templates know no system role, the second try has none
        return "\n\n".join(f"{_SAID[role]}{text}" for role, text in messages) + "\n\nAnswer:", True

    def _longest(self, model: Any, tokenizer: Any, max_tokens: int) -> int:
        """The tokens of a prompt that the model reads with room left for the reply."""
        if self._kind == "seq2seq":
            return int(min(getattr(tokenizer, "model_max_length", _NO_LIMIT), _NO_LIMIT))
        places = getattr(model.config, "max_position_embeddings", None) or getattr(model.config, "n_positions", None)
        return (int(places) if places else _NO_LIMIT) - max_tokens


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The conversation with what the system says put before the first turn of the user."""
    system = "\n\n".join(text for role, text in messages if role == "system")
    rest = [m for m in messages if m[0] != "system"]
    if not system or not rest:
        return rest
    return [(rest[0][0], f"{system}\n\n{rest[0][1]}"), *rest[1:]]


def _greedy(model: Any, tokenizer: Any, max_tokens: int) -> Any:
    """How the model generates: its own end tokens, no sampling, so that a question gets the same answer twice."""
    config = copy.deepcopy(model.generation_config)
    config.update(
        do_sample=False, num_beams=1, temperature=None, top_p=None, top_k=None, max_length=None,
        max_new_tokens=max_tokens, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    if config.eos_token_id is None:
        config.eos_token_id = tokenizer.eos_token_id
    return config


def _ends(model: Any, tokenizer: Any) -> set[int]:
    ends = model.generation_config.eos_token_id or tokenizer.eos_token_id
    return set(ends) if isinstance(ends, list) else {ends}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
