"""News already tagged, for the agent: the files that `finagent tag` wrote, in one folder.

A file counts where it has a text, and the columns that `finagent tag` adds. What else of it is used (date, company,
ticker, source) stands in columns with usual names (`app/rows/columns.toml`). Files are read again when they changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from app.errors import AppError, one_line, show_error
from app.rowfiles import ADDED, open_rows
from app.rows.columns import text_column, usual_column
from app.rows.forms import suffix_form
from app.settings import Settings
from chains.agent.tools.read_news import NewsItem
from chains.news.news_dates import Ambiguous, DateReader, Ordered, day_first, settled
from chains.news.news_summary import entities_of

FOLDER = "news"
"""The folder in the data directory that is read where the setting `news` names none."""
MOST_ITEMS = 200_000
"""Items that are kept at hand, those of the newest files first."""
_BATCH = 4096
_LABEL, _CONFIDENCE = ADDED[0], ADDED[1]

_Key = tuple[str, int, int]


class NewsFiles:
    """The tagged files in a folder, or one file. Safe to use from several threads."""

    def __init__(self, path: Path, on_problem: Callable[[str], None] = show_error) -> None:
        """`on_problem` is told of a file that cannot be read, once for each state of it."""
        self._path = path
        self._on_problem = on_problem
        self._read: dict[_Key, list[NewsItem]] = {}
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        return f"the place that the setting news names (else the folder {FOLDER} of the data directory)"

    def items(self) -> list[NewsItem]:
        """All items, file by file, the newest file first."""
        with self._lock:
            keys = self._keys()
            self._read = {key: self._read[key] if key in self._read else self._items(Path(key[0])) for key in keys}
            return [item for key in keys for item in self._read[key]][:MOST_ITEMS]

    def _keys(self) -> list[_Key]:
        """The files with what tells whether they changed: path, time, size; the newest first."""
        files = [self._path] if self._path.is_file() else sorted(self._path.glob("*")) if self._path.is_dir() else []
        found = []
        for file in files:
            if file.is_file() and not file.name.startswith(".") and suffix_form(file.name) not in (None, "text"):
                told = file.stat()
                found.append((str(file), told.st_mtime_ns, told.st_size))
        return sorted(found, key=lambda key: -key[1])

    def _items(self, path: Path) -> list[NewsItem]:
        try:
            return list(_items_of(path))
        except (AppError, OSError) as error:
            self._on_problem(f"note: the news of {path.name} is left out: {one_line(error)}")
            return []


def open_news(settings: Settings) -> NewsFiles:
    """The tagged news that the settings name; there need not be any yet."""
    return NewsFiles(Path(settings.news).expanduser() if settings.news else settings.home / FOLDER)


def _items_of(path: Path) -> Iterator[NewsItem]:
    """The items of one file, in its order. Raises AppError where it was not tagged or is damaged."""
    rows = open_rows(str(path), form=None, encoding=None, added=())
    try:
        columns = rows.columns
        prefix = next((c.removesuffix(_LABEL) for c in columns if c.endswith(_LABEL)), None)
        if prefix is None or f"{prefix}{_CONFIDENCE}" not in columns:
            raise AppError(f"it has no column {_LABEL}; expected a file that finagent tag wrote")
        text = text_column([c for c in columns if not c.startswith(prefix) or not prefix], None, path.name)
        kinds = {kind: usual_column(columns, kind) for kind in ("date", "entity", "ticker", "source")}
        label, confidence = f"{prefix}{_LABEL}", f"{prefix}{_CONFIDENCE}"
        wanted = list(dict.fromkeys([text, label, confidence, *filter(None, kinds.values())]))
        made = list(_read(rows, wanted, text, label, confidence, kinds, path.name))
    finally:
        rows.close()
    order = day_first({found.day_first for _, found in made if isinstance(found, Ordered)})
    for item, found in made:
        yield _dated(item, _day(found, order))


def _read(
    rows: Any, wanted: list[str], text: str, label: str, confidence: str, kinds: dict[str, str | None], name: str
) -> Iterator[tuple[NewsItem, Any]]:
    dates = DateReader()
    line = 0
    for batch in rows.batches(wanted, _BATCH):
        for place in range(batch.count):
            line += 1
            said, tagged = batch.cells[text][place], batch.cells[label][place]
            if not isinstance(said, str) or not said.strip() or not isinstance(tagged, str) or not tagged:
                continue
            cells = {kind: None if column is None else batch.cells[column][place] for kind, column in kinds.items()}
            named = (*entities_of("entity", cells["entity"]), *entities_of("ticker", cells["ticker"]))
            source = cells["source"]
            item = NewsItem(
                " ".join(said.split()),
                tagged,
                _number(batch.cells[confidence][place]),
                name,
                line,
                None,
                tuple(dict.fromkeys(named)),
                source if isinstance(source, str) else "",
            )
            yield item, dates.read(cells["date"])


def _dated(item: NewsItem, day: date | None) -> NewsItem:
    from dataclasses import replace

    return item if day is None else replace(item, date=day)


def _day(found: Any, order: bool | None) -> date | None:
    if isinstance(found, Ordered):
        return found.day
    if isinstance(found, Ambiguous):
        return None if order is None else settled(found, order)
    return found if isinstance(found, date) else None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
