"""Tagged news as files of a folder: sent ones are tagged where they are not, kept whole, and told by day and group."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.rowfiles import ADDED, open_rows, open_writer, output_form
from app.rows.columns import named_column, text_column, usual_column
from app.rows.forms import suffix_form
from app.rows.whole import whole_output
from app.server.errors import ApiError
from app.server.upload_records import new_identity
from app.server.work import Stop

if TYPE_CHECKING:
    from app.tagging import Model
    from chains.news.news_summary import NewsSummary

_BATCH = 4096
_LABEL, _CONFIDENCE = ADDED[0], ADDED[1]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a client names, None for those with a usual name."""

    text: str | None = None
    entity: str | None = None


def check_form(name: str) -> None:
    """Raise ApiError for a name whose suffix is of no form that rows come in."""
    if suffix_form(name) is None:
        raise ApiError(415, f"{name}: its form is not known by its suffix; expected .csv, .tsv, .jsonl, .parquet, .txt")


def tagged(source: Path, folder: Path, columns: Columns, model: Any, stop: Stop) -> Path:
    """The file in `folder` that an arrived file becomes: itself where it is tagged, else with its tags.

    `model` opens the model. An existing file is not touched: the new one takes a free name.
    """
    rows = open_rows(str(source), form=None, encoding=None, added=ADDED)
    try:
        made = source if _prefix(rows.columns) is not None else _tag(rows, source, columns, model(), stop)
    finally:
        rows.close()
    draft = folder / f".{new_identity()}.part"
    try:
        shutil.move(made, draft)  # the folder may be on another disk
        target = _taken(folder, made.name)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _tag(rows: Any, source: Path, columns: Columns, model: Model, stop: Stop) -> Path:
    """The rows of an arrived file with their tags, as a file in a folder beside it."""
    from app.tagging import Plan, tag_rows

    name = source.name
    text = text_column(rows.columns, columns.text, name)
    entity = named_column(rows.columns, columns.entity, "entity_column", name) if columns.entity else None
    form = output_form(rows, name)
    stem = name.removesuffix(".gz")
    folder = source.parent / "tagged"
    folder.mkdir()
    target = folder / (name if form == rows.form else f"{Path(stem).stem}.{form}")
    with whole_output(target) as file:
        tag_rows(
            rows,
            Plan(text, entity, batch_rows=_BATCH),
            model,
            open_writer(rows, form, file, list(ADDED)),
            on_progress=lambda outcome, position: stop.check(),
        )
    return target


def _taken(folder: Path, name: str) -> Path:
    """An empty file of a name that no other had, `name` or `name~2` and so on: two at once get two names."""
    stem, suffix = name, ""
    while suffix_form(name) is not None and Path(stem).suffix and suffix_form(stem) is not None:
        suffix = Path(stem).suffix + suffix
        stem = Path(stem).stem
    path, number = folder / name, 1
    while True:
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            path = folder / f"{stem}~{number}{suffix}"
        else:
            return path


def files_of(folder: Path) -> list[Path]:
    """The tagged files, the newest first; of a path to one file that one."""
    if folder.is_file():
        return [folder]
    found = [p for p in folder.glob("*") if p.is_file() and not p.name.startswith(".") and suffix_form(p.name)]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def summary(path: Path) -> dict[str, Any]:
    """Counts of a tagged file by day, entity, ticker and source; raises ApiError where it was not tagged."""
    state = path.stat()
    return _summary(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=32)
def _summary(path: Path, size: int, mtime_ns: int) -> dict[str, Any]:
    from chains.news.news_groups import day_records
    from chains.news.news_summary import FILES, KINDS, NewsSummary

    rows = open_rows(str(path), form=None, encoding=None, added=())
    try:
        prefix = _prefix(rows.columns)
        if prefix is None:
            raise ApiError(409, f"{path.name} is not tagged: it has no columns {_LABEL} and {_CONFIDENCE}")
        own = [column for column in rows.columns if column not in {prefix + name for name in ADDED}]
        groups = {kind: found for kind in KINDS if (found := usual_column(own, kind)) is not None}
        made = NewsSummary(list(groups))
        counted = _count(rows, prefix, groups, made)
    finally:
        rows.close()
    told: dict[str, Any] = {"name": path.name, "rows": counted}
    for kind in KINDS:
        if kind not in groups:
            told[FILES[kind]] = []
        elif kind == "date":
            told[FILES[kind]] = day_records(made.days()[0])
        else:
            told[FILES[kind]] = [{kind: name, **group.record()} for name, group in made.groups(kind).items()]
    return told


def _count(rows: Any, prefix: str, groups: dict[str, str], made: NewsSummary) -> int:
    tags = [prefix + name for name in ADDED]
    tags = [column for column in tags if column in rows.columns]
    counted = 0
    for batch in rows.batches(list(dict.fromkeys([*tags, *groups.values()])), _BATCH):
        labels = [value if isinstance(value, str) and value else None for value in batch.cells[prefix + _LABEL]]
        several = [batch.cells.get(prefix + name, [None] * batch.count) for name in ADDED[1:]]
        numbers = [_numbers(values) for values in zip(*several, strict=True)]
        made.add({kind: batch.cells[column] for kind, column in groups.items()}, labels, numbers)
        counted += batch.count
    return counted


def _numbers(values: Any) -> tuple[float, float, float, float]:
    made = []
    for value in values:
        try:
            made.append(float(value))
        except (TypeError, ValueError):
            made.append(0.0)
    return made[0], made[1], made[2], made[3]


def _prefix(columns: Any) -> str | None:
    """What stands before the names of the added columns; None where the rows are not tagged."""
    found = (c.removesuffix(_LABEL) for c in columns if c.endswith(_LABEL))
    return next((prefix for prefix in found if prefix + _CONFIDENCE in columns), None)
