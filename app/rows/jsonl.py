"""JSONL: every object is kept character for character; what is added stands at its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, Literal

from app.errors import CallError
from app.files import parse_object
from app.rows.forms import Batch, Tags, Writer
from app.rows.lines import BATCH_CHARACTERS, LineReader, LineRows

_SAMPLE_LINES = 200


class JsonlRows(LineRows):
    """The objects of a JSONL file. A line that holds none, or a key that is to be added, is rejected by its batch.

    `columns` are the keys of the first 200 objects; later ones may have others.
    """

    form: Literal["jsonl"] = "jsonl"

    def __init__(self, reader: LineReader, added: Sequence[str]) -> None:
        super().__init__(reader)
        self._added = frozenset(added)
        lines = reader.lines(universal=False)
        sample = [line for _, line in zip(range(_SAMPLE_LINES), lines, strict=False)]
        if not any(line.strip() for line in sample):
            raise CallError(f"{reader.name}: is empty; expected one JSON object a line")
        keys: dict[str, None] = {}
        for line in sample:
            value = parse_object(line) if line.strip() else ""
            if isinstance(value, dict):
                keys.update(dict.fromkeys(value))
        if not keys:
            said = parse_object(next(line for line in sample if line.strip()))
            found = said if isinstance(said, str) else "an object without keys"
            raise CallError(f"{reader.name}: {found}; expected JSONL, one JSON object a line")
        self.columns = tuple(keys)
        self._lines = chain(sample, lines)

    def batches(self, wanted: Sequence[str], size: int) -> Iterator[Batch]:
        """Batches of `size` objects, or of fewer that hold 8 MB."""
        columns: list[list[Any]] = [[] for _ in wanted]
        kept: list[tuple[str, str, dict[str, Any]]] = []
        rejected: list[tuple[int, str, str]] = []
        characters = 0
        for number, line in enumerate(self._lines, start=1):
            text = line.strip()
            if not text:
                continue
            value = parse_object(text)
            if isinstance(value, str):
                rejected.append((number, value, line))
            elif not self._added.isdisjoint(value):
                there = ", ".join(sorted(self._added & value.keys()))
                rejected.append((number, f"already has {there}; --prefix gives the added keys other names", line))
            else:
                for column, name in zip(columns, wanted, strict=True):
                    column.append(value.get(name))
                end = "\r\n" if line.endswith("\r\n") else line[-1] if line[-1] in "\r\n" else ""
                kept.append((text[:-1].rstrip(" \t") + (", " if value else ""), end, value))
            characters += len(text)
            if len(kept) + len(rejected) == size or characters > BATCH_CHARACTERS:
                yield self._batch(wanted, columns, kept, rejected)
                columns, kept, rejected, characters = [[] for _ in wanted], [], [], 0
        if kept or rejected:
            yield self._batch(wanted, columns, kept, rejected)

    def values(self, batch: Batch) -> Iterable[Sequence[Any]]:
        known = set(self.columns)
        for _, _, value in batch.kept:
            new = value.keys() - known
            if new:
                raise CallError(
                    f"{self._source.name}: an object has the key {min(new)!r}, which the first {_SAMPLE_LINES} lines "
                    "lack, so a table has no column for it; let --output name a .jsonl file"
                )
            yield [value.get(name) for name in self.columns]

    def writer(self, file: BinaryIO, added: Sequence[str]) -> Writer:
        return _JsonlWriter(file, added)

    def _batch(
        self, wanted: Sequence[str], columns: list[list[Any]], kept: list[Any], rejected: list[tuple[int, str, str]]
    ) -> Batch:
        cells = dict(zip(wanted, columns, strict=True))
        return Batch(len(kept), cells, kept, self._source.position, [], rejected)


class _JsonlWriter:
    """Objects as they were, with the added keys at their end."""

    def __init__(self, file: BinaryIO, added: Sequence[str]) -> None:
        self._file = file
        self._template, self._blank = json_templates(added)

    def write(self, batch: Batch, tags: Tags) -> None:
        template, blank = self._template, self._blank
        out: list[str] = []
        for (body, end, _), label, numbers in zip(batch.kept, tags.labels, tags.numbers, strict=True):
            out += (body, blank if numbers is None else template % (label, *numbers), "}", end or "\n")
        self._file.write("".join(out).encode("utf-8", "replace"))

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def json_templates(added: Sequence[str]) -> tuple[str, str]:
    """The added keys with places for a label and four numbers, and with nulls."""
    keys = [json.dumps(name).replace("%", "%%") for name in added]
    template = ", ".join([f'{keys[0]}: "%s"', *(f"{key}: %.6f" for key in keys[1:])])
    return template, ", ".join(f"{json.dumps(name)}: null" for name in added)
