"""Whether an adapter may take the place of the one in use.

The rule. Both adapters label the same held-out rows, or answer the same held-out questions. What is known from a card
to have trained either of them is left out. The new one is promoted if neither paired test (see `adapters.comparison`)
finds it significantly worse on the rest, and if its macro-F1, of report QA its exact match, rises: beyond chance, that
is with a 95 % interval above 0, or by 0.005 at least, which is worth having even where few rows leave it uncertain, and
then it is said. Any other is refused: a change has costs (what was tagged before is no longer comparable) and an equal
adapter brings nothing for them. Fewer than 50 rows, or rows of one label only, decide nothing. Whoever knows better
can force it.

The rows and models here are those of sentiment; for report QA see `adapters.training.report_qa.comparison`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from adapters.card import Card, text_id
from adapters.comparison import Paired, compare
from adapters.errors import PromotionError
from adapters.labels import LABELS

if TYPE_CHECKING:
    from adapters.engine.compiled import Matrix
    from adapters.training.data import Example, Labelled

LEAST_ROWS = 50
LEAST_GAIN = 0.005
"""The rise of macro-F1, or of exact match, that counts even if it may be chance."""


class Model(Protocol):
    """What gives probabilities (n, 3) in the order of LABELS, such as `adapters.sentiment.SentimentModel`."""

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> Matrix: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a comparison, with what has to be known of the rows that it was made on."""

    comparison: Paired
    remarks: tuple[str, ...]


def try_adapters(data: Labelled, current: Card, new: Card, open_model: Callable[[Card], Model]) -> Trial:
    """Compare two adapters on labelled data. `open_model` is called for one after the other.

    Raises:
        PromotionError: too few rows are left that neither was trained on.
    """
    rows, remarks = held_out(data, (current, new))
    if len(rows) < LEAST_ROWS or len({row.label for row in rows}) < 2:
        what = "rows" if len(rows) < LEAST_ROWS else "rows of more than one label"
        raise too_few(remarks, len(rows), "rows", f"{LEAST_ROWS} {what}")
    truth, texts = [row.label for row in rows], [row.text for row in rows]
    said = [_labels(open_model(card), rows) for card in (current, new)]
    found = compare(truth, said[0], said[1], [text_id(text) for text in texts])
    return trial_of(found, remarks)


def too_few(remarks: Sequence[str], count: int, what: str, expected: str) -> PromotionError:
    """The error that `count` things to compare on are left, with the remarks that say why."""
    few = (
        f"{count} {what} are too few to compare with: expected {expected} that neither adapter was trained on, give "
        "more with --data, or use --force"
    )
    return PromotionError("; ".join([*remarks, few]))


def trial_of(found: Paired, remarks: Sequence[str]) -> Trial:
    """The outcome of a comparison; a gain that may be chance is remarked upon."""
    if found.better and not found.significantly_better and not found.significantly_worse:
        remarks = [*remarks, "the gain may be chance: its 95 % interval holds 0; more rows would tell"]
    return Trial(found, tuple(remarks))


def judge(name: str, current: str, comparison: Paired) -> None:
    """Raise PromotionError if the comparison speaks against the adapter `name`."""
    if comparison.significantly_worse:
        raise PromotionError(f"{name} is significantly worse than {current}, which stays in use: {comparison}")
    if not comparison.better:
        raise PromotionError(
            f"{name} is not better than {current}, which stays in use: {comparison}; --force promotes it all the same"
        )
    if comparison.low <= 0 and comparison.difference < LEAST_GAIN:
        raise PromotionError(
            f"the difference between {name} and {current}, which stays in use, may be chance: {comparison}; expected "
            f"an interval above 0 or a gain of {LEAST_GAIN}: compare on more rows, or --force"
        )


def held_out(data: Labelled, cards: Sequence[Card]) -> tuple[list[Example], list[str]]:
    """The rows that none of the adapters is known to have been trained on, and remarks on the others.

    A card knows its training files by their hashes, and the texts that were held out of them. Of other files nothing is
    known, and their rows are kept.
    """
    hashes: dict[str, set[str]] = {}
    for source in data.sources:
        hashes.setdefault(source.path.name, set()).add(source.sha256)
    kept, remarks = list(data.examples), []
    for card in cards:
        files = {one.sha256 for one in card.data if one.sha256}
        apart = set(card.split.validation_ids) if card.split else set()
        theirs = {name for name, found in hashes.items() if found & files}
        trained = [row for row in kept if row.source in theirs and text_id(row.text) not in apart]
        if trained:
            gone = set(map(id, trained))
            kept = [row for row in kept if id(row) not in gone]
            remarks.append(
                f"{len(trained)} rows are left out: {card.name} was trained on them, or its card does not say which "
                "rows of the file were held out"
            )
        elif not card.data:
            remarks.append(f"the card of {card.name} does not say what it was trained on: some rows may be among it")
    return kept, remarks


def _labels(model: Model, rows: Sequence[Example]) -> list[str]:
    probabilities = model.probabilities([row.text for row in rows], [row.entity for row in rows])
    return [LABELS[number] for number in probabilities.argmax(axis=1)]
