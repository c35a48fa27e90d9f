"""Rows of a file in, the same rows with their tags out, in constant memory.

Which form a file has, its suffix says (`app.rows.forms`); each form is a module of `app.rows`. In the form of the
input, rows are written as they were, character for character, in UTF-8; in another form, value by value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from app.errors import CallError
from app.rows.forms import STANDARD, Form, Rows, Writer, form_of, suffix_form

ADDED = ("sentiment", "confidence", "p_negative", "p_neutral", "p_positive")


def open_rows(path: str, *, form: str | None, encoding: str | None, added: Sequence[str]) -> Rows:
    """Open the rows of a file, or of standard input for `-`.

    `added` are the names of the columns that will be added, in the order of `ADDED`.

    Raises:
        CallError: the file is not there, is empty, or its form is not known or cannot be streamed.
        AppError: the file is damaged.
    """
    kind = form_of(path, "INPUT", form)
    if kind == "parquet":
        from app.rows.parquet import ParquetRows

        if path == STANDARD:
            raise CallError("INPUT -: Parquet is not read from standard input (its index is at its end); name the file")
        if encoding is not None:
            raise CallError("--encoding: Parquet has only one; leave it out")
        return ParquetRows(path)
    from app.rows.csv import CsvRows
    from app.rows.jsonl import JsonlRows
    from app.rows.lines import LineReader
    from app.rows.text import TextRows

    reader = LineReader(path, encoding=encoding)
    if kind == "jsonl":
        return JsonlRows(reader, added)
    if kind == "text":
        return TextRows(reader)
    return CsvRows(reader, kind)


def output_form(rows: Rows, output: str) -> Form:
    """The form of the output: by its suffix, else that of the input; lines of text become TSV.

    Raises CallError for a Parquet output of rows that have no schema.
    """
    form = (None if output == STANDARD else suffix_form(output)) or rows.form
    if form == "parquet" and rows.form != "parquet":
        raise CallError(
            f"--output {output}: Parquet is written from Parquet only; expected a .csv, .tsv or .jsonl file"
        )
    return "tsv" if form == "text" else form


def open_writer(rows: Rows, form: Form, file: Any, added: Sequence[str]) -> Writer:
    """A writer of the rows in `form` to a binary file. Raises CallError where they do not go into it."""
    target: BinaryIO = file
    if form == rows.form:
        return rows.writer(target, added)
    from app.rows.convert import other_writer

    return other_writer(rows, form, target, added)
