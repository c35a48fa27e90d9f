"""The card of an adapter: what made it, how its input is written, what it measured, and the hashes of its files.

A card is `card.json` in the adapter's directory. Training writes it, serving obeys it, and nothing is run that it
does not describe.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.disk import file_sha256, write_whole
from adapters.errors import AdapterFilesError
from adapters.fields import Fields
from adapters.labels import LABELS

FILE = "card.json"
FORMAT = 1
TASKS = ("sentiment", "report-qa")
KINDS = ("encoder", "seq2seq", "causal")
ENTITIES = ("pair", "mark", "mask", "prompt")
LARGEST = 16 * 1024 * 1024
"""Bytes of a card that are read: the ids of 700,000 validation texts fit, a file meant to harm does not."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CardBase:
    """The base that the adapter was trained on: its name as `resolve_base` takes it, the hash of its weights."""

    name: str
    sha256: str
    model_type: str


@dataclass(frozen=True, slots=True)
class CardInput:
    """How (text, entity) becomes the model's input.

    `entity` is "pair" (two segments, the text first), "mark" (the entity's mentions in the text stand between signs),
    "mask" (they are replaced by a marker) or "prompt" (`prompt` holds `{text}`, and perhaps `{entity}`). `max_length`
    counts tokens: the text is cut, never the entity. `words` maps a label to what a generating model writes.
    """

    entity: str = "pair"
    max_length: int = 128
    prompt: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CardData:
    """One file of the training data: its name without a path, hash, rows and licence."""

    name: str
    sha256: str
    rows: int
    licence: str


@dataclass(frozen=True, slots=True)
class CardSplit:
    """Texts held out: `validation_ids` are their `text_id`s and `validation_ids_sha256` is `ids_sha256` of them.

    The ids may be left out where there are too many; the hash of them stays.
    """

    seed: int = 0
    share: float = 0.0
    validation_ids_sha256: str = ""
    validation_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """An adapter's manifest. `labels` are in the order of the model's outputs; `metrics` are fractions of 1.

    `sha256` maps the name of each other file in the directory to its hash; `temperature` divides the logits.
    `calibration` holds the weights by which a report-QA adapter's probabilities become confidences.
    """

    name: str
    base: CardBase
    labels: tuple[str, ...] = LABELS
    task: str = "sentiment"
    kind: str = "encoder"
    input: CardInput = field(default_factory=CardInput)
    data: tuple[CardData, ...] = ()
    split: CardSplit | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    temperature: float = 1.0
    calibration: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    notes: str = ""

    def record(self) -> dict[str, Any]:
        """The card as plain data, as `card.json` holds it."""
        return {"format": FORMAT, **asdict(self)}


def parse_card(value: Any, where: str) -> Card:
    """The card that plain data states; `where` names it in the error. Unknown keys are left out.

    Raises:
        AdapterFilesError: it is no card, or of another format; all problems are named at once.
    """
    if not isinstance(value, dict):
        raise AdapterFilesError(f"{where}: no card; expected a JSON object")
    if value.get("format") != FORMAT:
        raise AdapterFilesError(
            f"{where}: a card of format {value.get('format')!r}, expected {FORMAT}; a newer finagent may have made it"
        )
    problems: list[str] = []
    base = Fields(value.get("base"), "base.", problems)
    given = Fields(value.get("input", {}), "input.", problems)
    own = Fields(value, "", problems)
    card = Card(
        name=own.matching("name", _NAME, "letters, digits, dots and dashes"),
        task=own.one_of("task", TASKS),
        kind=own.one_of("kind", KINDS),
        labels=own.texts("labels", None if value.get("task") == "sentiment" else ()),
        base=CardBase(base.text("name"), base.matching("sha256", _SHA256, "a SHA-256"), base.text("model_type")),
        input=CardInput(
            given.one_of("entity", ENTITIES, "pair"),
            given.whole("max_length", 128, least=4),
            given.optional("prompt"),
            given.mapping("words"),
        ),
        data=tuple(_data(row, number, problems) for number, row in enumerate(own.rows("data"))),
        split=None if value.get("split") is None else _split(value["split"], problems),
        recipe=own.mapping("recipe"),
        seed=own.whole("seed", 0),
        versions=own.mapping("versions"),
        metrics=own.mapping("metrics"),
        temperature=own.number("temperature", 1.0),
        calibration=own.mapping("calibration"),
        licence=own.text("licence", ""),
        sha256=own.mapping("sha256"),
        created=own.text("created", ""),
        notes=own.text("notes", ""),
    )
    problems.extend(_unfit(card))
    if problems:
        raise AdapterFilesError(f"{where}: " + "; ".join(dict.fromkeys(problems)))
    return card


def _unfit(card: Card) -> list[str]:
    """What of a card whose fields are each of their type does not fit together."""
    problems = []
    if card.task == "sentiment" and card.labels and sorted(card.labels) != sorted(LABELS):
        problems.append(f"`labels`: expected each of {', '.join(LABELS)} once")
    if not 0 < card.temperature < float("inf"):
        problems.append("`temperature`: expected a number above 0")
    if card.input.entity == "prompt" and "{text}" not in (card.input.prompt or ""):
        problems.append("`input.prompt`: expected a text with {text} in it")
    if not all(_is_finite(weight) for weight in card.calibration.values()):
        problems.append("`calibration`: expected a number for each of its names")
    if not _all_texts(card.input.words):
        problems.append("`input.words`: expected a word for each label")
    for name, digest in card.sha256.items():
        if not _SHA256.fullmatch(str(digest)):
            problems.append(f"`sha256.{name[:40]}`: expected a SHA-256")
        if not name or Path(name).name != name or "\\" in name:
            problems.append(f"`sha256`: {name[:40]!r} is no name of a file in the adapter's own directory")
    return problems


def _all_texts(mapping: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) and value for value in mapping.values())


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _data(value: Any, number: int, problems: list[str]) -> CardData:
    row = Fields(value, f"data[{number}].", problems)
    return CardData(row.text("name"), row.text("sha256", ""), row.whole("rows", 0), row.text("licence", ""))


def _split(value: Any, problems: list[str]) -> CardSplit:
    row = Fields(value, "split.", problems)
    return CardSplit(
        row.whole("seed", 0),
        row.number("share", 0.0),
        row.text("validation_ids_sha256", ""),
        row.texts("validation_ids", ()),
    )


def read_card(directory: Path) -> Card:
    """The card of the adapter in `directory`. The files that it names are not looked at: see `adapters.files`.

    Raises:
        AdapterFilesError: there is none, or it cannot be read.
    """
    path = directory / FILE
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise AdapterFilesError(f"{path}: over {LARGEST >> 20} MiB; expected the card of an adapter")
        value = json.loads(content.decode("utf-8"))
    except FileNotFoundError as error:
        raise AdapterFilesError(
            f"{directory} holds no {FILE}; expected an adapter that `finagent train` made, or add it with --base, "
            "--task and --labels, which write its card"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        cause = error.strerror if isinstance(error, OSError) else "not JSON"
        raise AdapterFilesError(f"{path}: {cause}; expected the card of an adapter, take a whole copy of it") from error
    return parse_card(value, str(path))


def write_card(card: Card, directory: Path) -> Card:
    """Write the card last, with the hashes of all other files in `directory`; it appears whole or not at all.

    Returns the card as written. Subdirectories (checkpoints) are no part of an adapter and are not hashed.

    Raises:
        AdapterFilesError: a field of the card does not fit (a name with a slash, a temperature of 0).
    """
    others = (path for path in directory.iterdir() if path.is_file() and path.name != FILE)
    hashes = {path.name: file_sha256(path) for path in sorted(others) if not path.name.startswith(".")}
    sealed = replace(card, sha256=hashes)
    text = json.dumps(_finite(sealed.record()), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    parse_card(json.loads(text), str(directory / FILE))  # what cannot be read again is not written
    write_whole(directory / FILE, text)
    return sealed


def _finite(value: Any) -> Any:
    """Plain data without NaN and infinities, which JSON does not know: a metric that has no value is null."""
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def valid_name(name: str) -> bool:
    """Whether an adapter may have this name: up to 64 letters, digits, dots and dashes, safe as a folder's name."""
    return _NAME.fullmatch(name) is not None


def text_id(text: str) -> str:
    """What stands for a text in a split: 16 digits of the SHA-256 of its words, whatever the case and spaces."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def ids_sha256(ids: tuple[str, ...]) -> str:
    """The SHA-256 of a set of text ids."""
    return hashlib.sha256("\n".join(sorted(set(ids))).encode()).hexdigest()
