"""Labelled data as a call names it: the files, the columns, and what numbers mean as labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import CallError

if TYPE_CHECKING:
    from adapters.training.data import Columns, Labelled
    from adapters.training.report_qa.rows import Read


def label_columns(text: str | None, label: str | None, entity: str | None, labels: str | None) -> Columns:
    """The columns to read, None for the usual names. Raises CallError where `labels` is no scheme of numbers."""
    from adapters.labels import parse_scheme
    from adapters.training.data import Columns

    try:
        return Columns(text, label, entity, parse_scheme(labels) if labels else None)
    except ValueError as error:
        raise CallError(f"--labels: {error}") from error


def read_labelled_files(files: Sequence[Path], columns: Columns) -> Labelled:
    """Read labelled rows. Raises CallError where a file cannot be used."""
    from adapters.errors import DataError
    from adapters.training.data import read_labelled

    try:
        return read_labelled(files, columns)
    except DataError as error:
        raise CallError(str(error)) from error


def read_report_qa_file(data: Path, *, labelled: bool = False, repeated: bool = True) -> Read:
    """Read report-QA rows as they stand, with or without answers. Raises CallError where the file cannot be used.

    `labelled` and `repeated` are those of `read_rows`.
    """
    from adapters.errors import DataError
    from adapters.training.report_qa.rows import read_rows

    try:
        return read_rows([data], labelled=labelled, repeated=repeated)
    except DataError as error:
        raise CallError(str(error)) from error
