"""Adapters as they are copied into the data directory: with their card, or with one written for what others made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters import card as cards
from adapters.bases import Base, absolute_name, resolve_base
from adapters.card import Card, CardBase, CardInput, write_card
from adapters.disk import copy_files
from adapters.errors import AdapterFilesError
from adapters.files import CONFIG, TOKENIZER, WEIGHTS, read_config
from adapters.labels import LABELS, parse_label

_KINDS = {"SEQ_CLS": "encoder", "SEQ_2_SEQ_LM": "seq2seq", "CAUSAL_LM": "causal"}
_TOKENS = 128


@dataclass(frozen=True, slots=True)
class Foreign:
    """What has to be said of an adapter that comes without a card.

    `labels` are those of its outputs in their order; for a generating model LABEL=WORD where it writes another word.
    """

    base: str
    labels: tuple[str, ...]
    task: str = "sentiment"
    prompt: str | None = None


def copy_carded(source: Path, target: Path, card: Card, name: str, base: str | None = None) -> None:
    """Copy what the card names, and the card with another name, and with another place of its base if there is one.

    Raises:
        AdapterFilesError: a file changed since the card was checked.
    """
    copy_files(source, target, sorted(card.sha256))
    written = write_card(
        replace(card, name=name, base=replace(card.base, name=absolute_name(base or card.base.name))), target
    )
    if written.sha256 != card.sha256:
        raise AdapterFilesError(f"{source} changed while it was copied; add it again")


def copy_foreign(
    source: Path, target: Path, name: str, said: Foreign | None, *, home: Path, download: bool = False
) -> None:
    """Copy PEFT's two files and the tokenizer's, and write a card that says where they come from.

    Raises:
        AdapterFilesError: nothing is said of it, or what is said does not fit.
        BaseModelError: its base is not on this machine.
    """
    if said is None:
        raise AdapterFilesError(
            f"{source} holds no {cards.FILE}; expected an adapter that `finagent train` made, or say what it is: "
            f"--base NAME --task sentiment --labels {','.join(LABELS)} (in the order of its outputs)"
        )
    copy_files(source, target, [name for name in (CONFIG, WEIGHTS, *TOKENIZER) if (source / name).is_file()])
    base = resolve_base(said.base, home=home, download=download)
    write_card(foreign_card(target, name, base, said), target)


def foreign_card(directory: Path, name: str, base: Base, said: Foreign) -> Card:
    """The card of an adapter that others made, from PEFT's config and from what the user says of it.

    Raises:
        AdapterFilesError: its kind of task is none that is served, or the labels are not the task's.
    """
    from transformers import AutoConfig

    from adapters.serving.models import LOCAL

    if said.task != "sentiment":
        raise AdapterFilesError(f"task {said.task!r}: an adapter without a card can be added for sentiment only")
    config = AutoConfig.from_pretrained(base.directory, **LOCAL)
    method = read_config(directory / CONFIG)
    kind = _kind(directory, method.get("task_type"), config)
    labels, words = _labels(said.labels, generates=kind != "encoder")
    places = getattr(config, "max_position_embeddings", None)
    length = min(_TOKENS, places) if isinstance(places, int) and places > 0 else _TOKENS
    return Card(
        name=name,
        task=said.task,
        kind=kind,
        labels=labels,
        base=CardBase(base.name, base.sha256, config.model_type),
        input=CardInput("prompt" if said.prompt else "pair", length, said.prompt, words),
        recipe={"method": method["peft_type"].lower()},
        licence="unknown",
        created=datetime.now(UTC).date().isoformat(),
        notes="Made by others and added without a card: what it was trained on is not known, and it is not calibrated.",
    )


def _kind(directory: Path, task_type: Any, config: Any) -> str:
    from adapters.families import family_of

    if task_type is None:
        return family_of(config).kind
    kind = _KINDS.get(task_type) if isinstance(task_type, str) else None
    if kind is None:
        raise AdapterFilesError(
            f"{directory / CONFIG}: made for {str(task_type)[:40]}; expected one of {', '.join(_KINDS)}, whose outputs "
            "are labels or text"
        )
    return kind


def _labels(given: Sequence[str], *, generates: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """The labels in the order of the outputs, and the words of those that are written otherwise."""
    labels, words = [], {}
    for one in given:
        name, _, word = one.partition("=")
        label = parse_label(name)
        if label is None or (word and not generates):
            raise AdapterFilesError(
                f"--labels: {one[:40]!r} is none of {', '.join(LABELS)}; name the labels in the order of the model's "
                "outputs (a generating model: LABEL=WORD where it writes another word)"
            )
        labels.append(label)
        if generates:
            words[label] = word.strip() or name.strip()
    if sorted(labels) != sorted(LABELS):
        raise AdapterFilesError(
            f"--labels: {','.join(labels) or 'none'}; expected each of {', '.join(LABELS)} once, in the order of the "
            "model's outputs"
        )
    return tuple(labels), words
