"""Where the weights start, and which rows an earlier adapter has seen: validation must hold none of those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.bases import Base
from adapters.card import Card, CardData, text_id
from adapters.catalogue import DEFAULTS, Catalogue
from adapters.errors import AdapterError, RecipeError
from adapters.files import WEIGHTS, check_adapter
from adapters.training.config import START_CHOICES, Recipe
from adapters.training.data import Example, Labelled, split

SHIPPED = DEFAULTS["sentiment"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to start: from scratch (no directory) or from an earlier adapter."""

    name: str
    directory: Path | None = None
    card: Card | None = None

    @property
    def sha256(self) -> str:
        """The hash of the weights; empty for scratch."""
        return str(self.card.sha256[WEIGHTS]) if self.card else ""

    def data(self) -> list[CardData]:
        """What a card says of a start: the adapter itself, and all that it was trained on."""
        if self.card is None:
            return []
        return [CardData(f"adapter {self.card.name}", self.sha256, 0, self.card.licence), *self.card.data]


SCRATCH = Candidate("scratch")


def earlier_adapter(recipe: Recipe, base: Base, store: Catalogue, remarks: list[str]) -> Candidate | None:
    """The earlier adapter from which the recipe would start; None where it starts from scratch.

    Raises:
        RecipeError: the start is no adapter of this base.
    """
    start = recipe.start.start
    if start == "scratch":
        return None
    if start not in START_CHOICES:
        directory = Path(start).expanduser()
        if not directory.is_dir():
            raise RecipeError(
                f"start.start: {start!r} is no directory; expected {', '.join(START_CHOICES)} or an adapter"
            )
        return _usable("adapter", directory, base)
    try:
        return _usable("shipped", store.find(SHIPPED).directory, base)
    except AdapterError as error:
        if start == "shipped":
            raise RecipeError(
                f"start.start: the shipped adapter cannot be the start: {error}; take --set start=scratch"
            ) from error
        remarks.append(f"training starts from scratch alone: {error}")
        return None


def candidates(
    recipe: Recipe, earlier: Candidate | None, validation: Sequence[Example], remarks: list[str]
) -> list[Candidate]:
    """The starts to be trained. Only validation rows can choose between two."""
    if earlier is None:
        return [SCRATCH]
    if recipe.start.start != "auto":
        return [earlier]
    if not validation:
        remarks.append(
            "without a validation part nothing can choose between two starts: training starts from scratch alone"
        )
        return [SCRATCH]
    return [SCRATCH, earlier]


def _usable(name: str, directory: Path, base: Base) -> Candidate:
    """An earlier adapter, once it is known to be whole and of this base."""
    card = check_adapter(directory)
    if card.base.sha256 != base.sha256:
        raise RecipeError(f"the adapter {card.name} is for the base {card.base.name}, not for {base.name}")
    return Candidate(name, directory, card)


def rows_of(data: Labelled) -> list[Example]:
    """All rows that were read, those too that repeat or contradict another."""
    return list(dict.fromkeys((*data.examples, *data.duplicates, *data.contradictions)))


def was_trained_on(sha256: str, texts: Iterable[str], card: Card) -> bool:
    """Whether an adapter was trained on a file: its hash, or the texts (ids) of which some were held out and some not.

    The texts tell where the file was cut or sorted anew: a part of the training file has the same share held out. Less
    than a quarter of that share is chance, such as a headline that two files have.
    """
    if any(one.sha256 == sha256 for one in card.data):
        return True
    held = frozenset(card.split.validation_ids) if card.split else frozenset()
    ids = set(texts)
    known = len(ids & held)
    return bool(known) and known < len(ids) and known >= len(ids) * (card.split.share if card.split else 0) / 4


def seen_texts(data: Labelled, card: Card | None) -> set[str]:
    """The ids of the texts in those files that an earlier adapter was trained on; held out or not."""
    if card is None:
        return set()
    by_file: dict[str, set[str]] = {source.path.name: set() for source in data.sources}
    for row in rows_of(data):
        by_file.setdefault(row.source, set()).add(text_id(row.text))
    seen: set[str] = set()
    for source in data.sources:
        if was_trained_on(source.sha256, by_file[source.path.name], card):
            seen |= by_file[source.path.name]
    return seen


def unseen(rows: Sequence[Example], seen: set[str], card: Card | None) -> list[Example]:
    """The rows that an earlier adapter was not trained on: of other files, or held out."""
    held = frozenset(card.split.validation_ids) if card and card.split else frozenset()
    return [row for row in rows if text_id(row.text) not in seen or text_id(row.text) in held]


def divide(
    data: Labelled, share: float, seed: int, earlier: Candidate | None, remarks: list[str]
) -> tuple[list[Example], list[Example]]:
    """Training and validation part. Of a file that the earlier adapter knows, the texts that it held out validate.

    Of other files it is `split`'s share of the texts; 0 holds out nothing at all.
    """
    card = earlier.card if earlier else None
    seen = seen_texts(data, card) if share else set()
    if not seen or card is None:
        return split(data.examples, share, seed)
    fresh = [row for row in data.examples if text_id(row.text) not in seen]
    held = {text_id(row.text) for row in split(fresh, share, seed)[1]}
    again = {text_id(row.text) for row in unseen(data.examples, seen, card)} & seen
    remarks.append(
        f"the adapter {card.name}, from which training starts, was trained on this data: the {len(again):,} texts that "
        "it held out are the validation part" + (" beside the usual share of what it does not know" if fresh else "")
    )
    held |= again
    training = [row for row in data.examples if text_id(row.text) not in held]
    return training, [row for row in data.examples if text_id(row.text) in held]
