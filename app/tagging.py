"""The loop of `finagent tag`: batches of rows through the model, into the output."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.rows.forms import Batch, Rows, Tags, Writer
from app.rows.journal import Journal, texts_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chains.news.news_summary import NewsSummary

ABSTAIN = "abstain"
_MOST_REMARKS = 10
_NOTHING = "\x00\ufeff\u200b \t\r\n"  # what a text of nothing else does not say


class Model(Protocol):
    """What `adapters.sentiment.SentimentModel` offers here."""

    @property
    def name(self) -> str: ...

    @property
    def engine(self) -> str: ...

    @property
    def precision(self) -> str: ...

    def probabilities(
        self, texts: Sequence[str], entities: Sequence[str | None] | None = None
    ) -> NDArray[np.float32]: ...


@dataclass(slots=True)
class Outcome:
    """What a run did. `rows` counts all rows of the input: tagged, abstained, empty and rejected ones."""

    rows: int = 0
    empty: int = 0
    rejected: int = 0
    resumed: int = 0
    odd_entities: int = 0
    remarked: int = 0
    remarks: list[str] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def abstained(self) -> int:
        return self.labels[ABSTAIN]

    @property
    def tagged(self) -> int:
        return self.labels.total() - self.abstained

    @property
    def rows_per_second(self) -> float:
        """Rows that were worked out in this run, by its seconds with the model."""
        return (self.rows - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    def remark(self, line: int, said: str) -> None:
        """Count an odd row, and keep the words of the first ones."""
        self.remarked += 1
        if self.remarked <= _MOST_REMARKS:
            self.remarks.append(f"line {line:,}: {said}")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns are read, and what is made of them."""

    text: str
    entity: str | None = None
    min_confidence: float = 0.0
    batch_rows: int = 4096
    groups: dict[str, str] = field(default_factory=dict)  # kind of group of the summary -> column


def tag_rows(
    rows: Rows,
    plan: Plan,
    model: Model,
    writer: Writer,
    *,
    journal: Journal | None = None,
    reject: Callable[[str], None] | None = None,
    summary: NewsSummary | None = None,
    on_progress: Callable[[Outcome, int], None] | None = None,
) -> Outcome:
    """Tag all rows. `reject` is given the lines that are no rows; `on_progress` what was done and the position."""
    outcome = Outcome()
    try:
        _tag_all(outcome, rows, plan, model, writer, journal, reject, summary, on_progress)
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return outcome


def _tag_all(
    outcome: Outcome,
    rows: Rows,
    plan: Plan,
    model: Model,
    writer: Writer,
    journal: Journal | None,
    reject: Callable[[str], None] | None,
    summary: NewsSummary | None,
    on_progress: Callable[[Outcome, int], None] | None,
) -> None:
    started = time.perf_counter()
    wanted = list(dict.fromkeys([plan.text, *([plan.entity] if plan.entity else []), *plan.groups.values()]))
    for batch in rows.batches(wanted, plan.batch_rows):
        texts = [_clean(value) for value in batch.cells[plan.text]]
        entities = [_entity(value) for value in batch.cells[plan.entity]] if plan.entity else None
        if plan.entity:
            outcome.odd_entities += sum(_is_odd(value) for value in batch.cells[plan.entity])
        probabilities, replayed = _worked_out(model, journal, texts, entities)
        tags = tags_of(texts, probabilities, plan.min_confidence)
        writer.write(batch, tags)
        for line, said, content in batch.rejected:
            outcome.remark(line, said)
            if reject is not None:
                reject(content)
        _count(outcome, batch, tags, replayed)
        if summary is not None:
            summary.add({kind: batch.cells[column] for kind, column in plan.groups.items()}, tags.labels, tags.numbers)
        outcome.seconds = time.perf_counter() - started
        if on_progress is not None:
            on_progress(outcome, batch.position)
        if replayed:  # what is replayed is no measure of speed
            started = time.perf_counter()


def tags_of(texts: Sequence[str | None], probabilities: NDArray[np.float32], least: float) -> Tags:
    """The tags of rows from their (n, 3) probabilities: the likeliest label, or `abstain` below `least`."""
    from adapters.labels import LABELS

    best = probabilities.argmax(axis=1).tolist()
    labels: list[str | None] = []
    numbers: list[tuple[float, float, float, float] | None] = []
    for text, at, each in zip(texts, best, probabilities.tolist(), strict=True):
        if text is None:
            labels.append(None)
            numbers.append(None)
        else:
            confidence = each[at]
            labels.append(LABELS[at] if confidence >= least else ABSTAIN)
            numbers.append((confidence, *each))
    return Tags(labels, numbers)


def _worked_out(
    model: Model, journal: Journal | None, texts: Sequence[str | None], entities: Sequence[str | None] | None
) -> tuple[NDArray[np.float32], bool]:
    """The (n, 3) probabilities of a batch, and whether they are from the journal."""
    if journal is None or not texts:
        return _probabilities(model, texts, entities), False
    hashed = texts_of(texts, entities)
    kept = journal.kept(hashed, len(texts))
    if kept is not None:
        return kept, True
    made = _probabilities(model, texts, entities)
    journal.keep(hashed, made)
    return made, False


def _probabilities(
    model: Model, texts: Sequence[str | None], entities: Sequence[str | None] | None
) -> NDArray[np.float32]:
    """The (n, 3) probabilities of a batch, NaN for rows without a text."""
    import numpy as np

    made = np.full((len(texts), 3), np.nan, dtype=np.float32)
    places = [place for place, text in enumerate(texts) if text is not None]
    if places:
        asked = [text for text in texts if text is not None]
        named = None if entities is None else [entities[place] for place in places]
        made[places] = model.probabilities(asked, named)
    return made


def _clean(value: Any) -> str | None:
    """A cell as a model is given it; None where it holds no text."""
    if not isinstance(value, str):
        return None
    return value if value.strip() and value.strip(_NOTHING) else None


def _entity(value: Any) -> str | None:
    """An entity as a model is given it: that of a list of one is taken, other values name none."""
    return _clean(value[0] if isinstance(value, list) and len(value) == 1 else value)


def _is_odd(value: Any) -> bool:
    """Whether a value that is there names no entity: a number, an object, a list of several."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return value is not None and value != [] and not isinstance(value, str)


def _count(outcome: Outcome, batch: Batch, tags: Tags, replayed: bool) -> None:
    rows = batch.count + len(batch.rejected)
    outcome.rows += rows
    outcome.rejected += len(batch.rejected)
    outcome.resumed += rows if replayed else 0
    counted = Counter(tags.labels)
    outcome.empty += counted.pop(None, 0)
    outcome.labels.update({label: count for label, count in counted.items() if label is not None})
    for line, said in batch.remarks:
        outcome.remark(line, said)
