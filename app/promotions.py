"""What `finagent adapters promote` does before an adapter is put to use: rows, models, the comparison, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterFilesError, PromotionError, UnknownAdapterError
from adapters.report_qa.answering import TASK as REPORT_QA
from app.errors import CallError, show_error

if TYPE_CHECKING:
    from adapters.catalogue import Installed
    from adapters.comparison import Paired
    from adapters.promotion import Trial
    from adapters.store import Store
    from adapters.training.data import Labelled, Problem
    from adapters.training.report_qa.rows import Read
    from app.settings import Settings

_MOST = 20  # rows with a problem that are named
_NOTHING = "nothing to compare with: {}; or promote with --force"


@dataclass(frozen=True, slots=True)
class Rows:
    """Files of labelled rows, and how those of sentiment are read: names of columns, what numbers mean as labels."""

    files: tuple[Path, ...]
    text: str | None = None
    label: str | None = None
    entity: str | None = None
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an adapter may be put to use. `refusal` says why not; with `forced` it is put to use all the same."""

    name: str
    task: str
    previous: str | None
    comparison: Paired | None = None
    remarks: tuple[str, ...] = ()
    refusal: PromotionError | None = None
    forced: bool = False

    def record(self) -> dict[str, Any]:
        """The decision as plain data."""
        return {
            "name": self.name,
            "task": self.task,
            "previous": self.previous,
            "forced": self.forced,
            "comparison": self.comparison.record() if self.comparison else None,
            "remarks": list(self.remarks),
            "reason": str(self.refusal) if self.refusal else None,
        }


def current_adapter(store: Store, task: str, *, force: bool) -> Installed | None:
    """The adapter in use for a task; None where there is none yet, or, with `force`, where it is broken or gone.

    Raises:
        PromotionError: it is broken or gone.
    """
    if store.used_name(store.history(task), task) is None:
        return None
    try:
        return store.in_use(task)
    except (UnknownAdapterError, AdapterFilesError) as error:
        if force:
            return None
        raise PromotionError(_NOTHING.format(error)) from error


def decide(settings: Settings, current: Installed | None, new: Installed, rows: Rows, *, force: bool) -> Decision:
    """Compare `new` with the adapter in use, both as they would be served. The first of a task needs no comparison.

    Raises CallError where rows are needed and not given, or cannot be read.
    """
    from adapters.promotion import judge

    decided = Decision(new.name, new.card.task, current.name if current else None)
    if current is None:
        return replace(decided, forced=force)
    if not rows.files:
        if force:
            return replace(decided, forced=True)
        raise CallError(
            f"--data is missing: {new.name} is compared with {current.name}, which is in use, on labelled rows that "
            "neither was trained on; or promote it untried with --force"
        )
    try_both = _try_report_qa if new.card.task == REPORT_QA else _try_sentiment
    try:
        trial = try_both(settings, current, new, rows)
    except PromotionError as error:
        return replace(decided, refusal=error, forced=force)
    decided = replace(decided, comparison=trial.comparison, remarks=trial.remarks)
    try:
        judge(new.name, current.name, trial.comparison)
    except PromotionError as error:
        return replace(decided, refusal=error, forced=force)
    return decided


def _try_sentiment(settings: Settings, current: Installed, new: Installed, rows: Rows) -> Trial:
    from adapters.promotion import try_adapters
    from app.wiring import open_sentiment

    def opened(card: Any) -> Any:
        with _nothing_to_compare_with(card is current.card):
            return open_sentiment(settings, current if card is current.card else new)

    return try_adapters(_read(rows), current.card, new.card, opened)


def _try_report_qa(settings: Settings, current: Installed, new: Installed, rows: Rows) -> Trial:
    from adapters.training.report_qa.comparison import held_out, try_adapters
    from app.progress import count_progress
    from app.wiring import open_report_qa

    if any(one is not None for one in (rows.text, rows.label, rows.entity, rows.labels)):
        raise CallError(
            f"{new.name} is for {REPORT_QA}, whose rows have the columns question, table, text and answer; leave out "
            "--text-column, --label-column, --entity-column and --labels"
        )

    def opened(card: Any) -> Any:
        found = current if card is current.card else new
        # each on what its kind of model runs on: one of them may point and the other write
        device = settings.device if card.kind != "encoder" else None
        with _nothing_to_compare_with(found is current):
            return open_report_qa(replace(settings, engine="auto", device=device), found)

    asked, remarks = held_out(_read_report_qa(rows), (current.card, new.card))
    with count_progress(2 * len(asked), "questions", quiet=settings.json_output) as show:
        return try_adapters(asked, remarks, current.card, new.card, opened, show)


@contextmanager
def _nothing_to_compare_with(current: bool) -> Iterator[None]:
    """That the adapter in use cannot be served is no reason to keep it; of the new one it is."""
    try:
        yield
    except CallError as error:
        if not current:
            raise
        raise PromotionError(_NOTHING.format(error)) from error


def _read(rows: Rows) -> Labelled:
    from app.labelled import label_columns, read_labelled_files

    read = read_labelled_files(rows.files, label_columns(rows.text, rows.label, rows.entity, rows.labels))
    for remark in read.remarks:
        show_error(remark)
    _tell(read.problems)
    return read


def _read_report_qa(rows: Rows) -> list[Read]:
    from app.labelled import read_report_qa_file

    reads = [read_report_qa_file(path, labelled=True, repeated=False) for path in rows.files]
    _tell([problem for read in reads for problem in read.problems])
    return reads


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems[:_MOST]:
        show_error(str(problem))
    if len(problems) > _MOST:
        show_error(f"{len(problems) - _MOST:,} more rows cannot be used and were left out")
