"""What `finagent adapters promote` does before an adapter is put to use: rows, models, the comparison, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterFilesError, PromotionError, UnknownAdapterError
from app.errors import CallError, show_error

if TYPE_CHECKING:
    from adapters.catalogue import Installed
    from adapters.comparison import Comparison
    from adapters.store import Store
    from adapters.training.data import Labelled
    from app.settings import Settings

_MOST = 20  # rows with a problem that are named


@dataclass(frozen=True, slots=True)
class Rows:
    """Files of labelled rows, and how they are read: names of columns, and what numbers mean as labels."""

    files: tuple[Path, ...]
    text: str | None = None
    label: str | None = None
    entity: str | None = None
    labels: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an adapter may be put to use. `refusal` says why not; with `forced` it is put to use all the same."""

    name: str
    previous: str | None
    comparison: Comparison | None = None
    remarks: tuple[str, ...] = ()
    refusal: PromotionError | None = None
    forced: bool = False

    def record(self) -> dict[str, Any]:
        """The decision as plain data."""
        return {
            "name": self.name,
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
        raise PromotionError(f"nothing to compare with: {error}; or promote with --force") from error


def decide(settings: Settings, current: Installed | None, new: Installed, rows: Rows, *, force: bool) -> Decision:
    """Compare `new` with the adapter in use, both as they would be served. The first of a task needs no comparison.

    Raises CallError where rows are needed and not given, or cannot be read.
    """
    from adapters.promotion import judge, try_adapters
    from app.wiring import open_sentiment

    if current is None:
        return Decision(new.name, None, forced=force)
    if not rows.files:
        if force:
            return Decision(new.name, current.name, forced=True)
        raise CallError(
            f"--data is missing: {new.name} is compared with {current.name}, which is in use, on labelled rows that "
            "neither was trained on; or promote it untried with --force"
        )

    def opened(card: Any) -> Any:
        return open_sentiment(settings, current if card is current.card else new)

    data = _read(rows)
    try:
        trial = try_adapters(data, current.card, new.card, opened)
    except PromotionError as error:
        return Decision(new.name, current.name, refusal=error, forced=force)
    try:
        judge(new.name, current.name, trial.comparison)
    except PromotionError as error:
        return Decision(new.name, current.name, trial.comparison, trial.remarks, error, force)
    return Decision(new.name, current.name, trial.comparison, trial.remarks)


def _read(rows: Rows) -> Labelled:
    from app.labelled import label_columns, read_labelled_files

    read = read_labelled_files(rows.files, label_columns(rows.text, rows.label, rows.entity, rows.labels))
    for problem in [*read.remarks, *map(str, read.problems[:_MOST])]:
        show_error(problem)
    if len(read.problems) > _MOST:
        show_error(f"{len(read.problems) - _MOST:,} more rows cannot be used and were left out")
    return read
