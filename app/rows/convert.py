"""Rows of one form written in another: a table or JSONL."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any, BinaryIO

from app.errors import CallError
from app.rows.forms import Batch, Form, Rows, Tags, Writer
from app.rows.jsonl import json_templates


def other_writer(rows: Rows, form: Form, file: BinaryIO, added: Sequence[str]) -> Writer:
    """A writer of `form` for rows of another one. Raises CallError where they do not go into it."""
    twice = sorted({name for name in rows.columns if rows.columns.count(name) > 1})
    if twice:
        raise CallError(f"--output: several columns are named {twice[0]!r}; only the form of the input can keep them")
    if form == "jsonl":
        return _ToJsonl(rows, file, added)
    return _ToTable(rows, file, added, "," if form == "csv" else "\t")


class _ToJsonl:
    def __init__(self, rows: Rows, file: BinaryIO, added: Sequence[str]) -> None:
        self._rows, self._file = rows, file
        self._template, self._blank = json_templates(added)

    def write(self, batch: Batch, tags: Tags) -> None:
        out: list[str] = []
        for values, label, numbers in zip(self._rows.values(batch), tags.labels, tags.numbers, strict=True):
            body = json.dumps(
                dict(zip(self._rows.columns, map(_plain, values), strict=False)), ensure_ascii=False, allow_nan=False
            )
            out += (body[:-1], ", ", self._blank if numbers is None else self._template % (label, *numbers), "}\n")
        self._file.write("".join(out).encode("utf-8", "replace"))

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class _ToTable:
    def __init__(self, rows: Rows, file: BinaryIO, added: Sequence[str], delimiter: str) -> None:
        self._rows, self._file, self._delimiter = rows, file, delimiter
        self._put([[*rows.columns, *added]])

    def write(self, batch: Batch, tags: Tags) -> None:
        lines: list[list[Any]] = []
        for values, label, numbers in zip(self._rows.values(batch), tags.labels, tags.numbers, strict=True):
            added = [""] * 5 if numbers is None else [label, *(f"{number:.6f}" for number in numbers)]
            lines.append([*map(_cell, values), *added])
        self._put(lines)

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass

    def _put(self, lines: Sequence[Sequence[Any]]) -> None:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n").writerows(lines)
        self._file.write(buffer.getvalue().encode("utf-8", "replace"))


def _cell(value: Any) -> str:
    """A value as one cell: nested ones as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    value = _plain(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """A value of a column as JSON has it; what JSON has not, as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
