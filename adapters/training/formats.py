"""Rows out of files of labelled data: CSV, TSV, JSONL, Parquet, `sentence@label` text, Hugging Face data sets."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.errors import DataError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet", ".txt")
_EXPECTED = f"expected {', '.join(SUFFIXES)} or a Hugging Face data set directory"
_LEGACY = "cp1252"
_MOST_LINES = 100  # of a cell
_MOST_KEYS = 200  # JSONL lines are free to have other keys each; this many are remembered for a message


@dataclass(slots=True)
class Table:
    """The rows of one file.

    rows: the line (for Parquet and data sets the row, from 1) with its cells by column, or with what is wrong in it.
    columns: the names of the columns; of JSONL known only after the rows were read.
    remarks: what the reader noticed about the file as a whole.
    """

    rows: Iterator[tuple[int, dict[str, Any] | str]]
    columns: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def open_table(path: Path) -> Table:
    """The rows of a file, by its suffix.

    Raises:
        DataError: there is no such file, its format is not known, or it cannot be read at all.
    """
    if path.is_dir():
        return _data_set(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: the format {path.suffix or 'without a suffix'} is not read; {_EXPECTED}")
    try:
        return reader(path)
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file; {_EXPECTED}") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}; {_EXPECTED}") from error


def read_text(path: Path, remarks: list[str]) -> str:
    """A file's text with lines that end in `\\n`, also where they end in a carriage return alone; see `_decoded`."""
    text = _decoded(path, remarks)
    return text if "\n" in text else text.replace("\r", "\n")


def _decoded(path: Path, remarks: list[str]) -> str:
    """A file's text: UTF-8, UTF-16 with its mark, or line by line UTF-8 where it can be and else Windows-1252."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines, legacy = [], []
        for number, line in enumerate(content.split(b"\n"), start=1):
            try:
                lines.append(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                lines.append(line.decode(_LEGACY, "replace"))
                legacy.append(number)
        remarks.append(
            f"{path}: {len(legacy)} of {len(lines)} lines are not UTF-8 (the first is line {legacy[0]}); "
            "they are read as Windows-1252"
        )
        return "\n".join(lines)


def _separated(path: Path) -> Table:
    remarks: list[str] = []
    lines = read_text(path, remarks).split("\n")
    head = lines[0] if lines else ""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ";" if ";" in head and "," not in head else ","
    csv.field_size_limit(2**31 - 1)  # a cell of a megabyte is no error of the file
    plain = delimiter == "\t" and _quotes_are_text(lines)
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=delimiter,
        skipinitialspace=True,
        quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
    )
    try:
        columns = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path}: the header line cannot be read ({error}); expected names of columns") from error

    def rows() -> Iterator[tuple[int, dict[str, Any] | str]]:
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield line, f"not readable as {path.suffix} ({error})"
                cells = []
            if cells is None:
                return
            spanned = lines[line - 1 : reader.line_num]
            if len(spanned) > 1 and _swallowed(spanned, delimiter, len(columns)):
                yield (
                    line,
                    f"lines {line:,} to {reader.line_num:,} are one cell, by a quotation mark that opens and does not "
                    'close where it should; close it, or double a mark that is text ("")',
                )
            elif len(cells) > len(columns):
                yield (
                    line,
                    f"{len(cells)} cells under {len(columns)} columns; a cell that holds {delimiter!r} needs quotes",
                )
            elif any(cell.strip() for cell in cells):
                yield line, dict(zip(columns, cells, strict=False))
            line = reader.line_num + 1

    return Table(rows(), columns, remarks)


def _swallowed(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether a row of several lines comes from a quotation mark that was not meant to open a cell.

    So it is where the quotation marks do not balance, where each line would be a row by itself, or where there are
    very many.
    """
    rows = [line for line in lines if line.strip()]
    if len(rows) > _MOST_LINES or (width > 1 and all(line.count(delimiter) == width - 1 for line in rows)):
        return True
    try:
        list(csv.reader([line + "\n" for line in lines], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return True
    return False


def _quotes_are_text(lines: list[str]) -> bool:
    """Whether quotation marks in a file with tabs quote nothing: each line is a row, and read as quotes they err."""
    filled = [line for line in lines if line.strip()]
    if not any('"' in line for line in filled) or len({line.count("\t") for line in filled}) > 1:
        return False
    try:
        parsed = list(csv.reader((line + "\n" for line in filled), delimiter="\t", strict=True))
    except csv.Error:
        return True
    return len(parsed) != len(filled)


def _jsonl(path: Path) -> Table:
    table = Table(iter(()))
    text = read_text(path, table.remarks)

    def rows() -> Iterator[tuple[int, dict[str, Any] | str]]:
        for number, line in enumerate(text.split("\n"), start=1):  # not splitlines(): JSON may hold U+2028 unescaped
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                cause = error.msg if isinstance(error, json.JSONDecodeError) else "too deep or too large a number"
                yield number, f"not JSON ({cause})"
                continue
            if not isinstance(value, dict):
                yield number, f"expected a JSON object, found {type(value).__name__}"
                continue
            if len(table.columns) < _MOST_KEYS:
                table.columns.extend(key for key in value if key not in table.columns)
            yield number, value

    table.rows = rows()
    return table


def _sentences(path: Path) -> Table:
    """PhraseBank's files: one `sentence@label` a line."""
    remarks: list[str] = []
    lines = read_text(path, remarks).split("\n")

    def rows() -> Iterator[tuple[int, dict[str, Any] | str]]:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                text, at, label = line.rpartition("@")
                yield number, {"text": text, "label": label} if at else "no @; expected sentence@label"

    return Table(rows(), ["text", "label"], remarks)


def _parquet(path: Path) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as error:
        raise DataError(f"{path}: not a whole Parquet file ({str(error).splitlines()[0][:100]})") from error

    names = _class_names(file.schema_arrow.metadata or {})

    def rows() -> Iterator[tuple[int, dict[str, Any] | str]]:
        number = 0
        try:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    number += 1
                    yield number, row | {key: _class_name(row.get(key), known) for key, known in names.items()}
        except (OSError, pyarrow.ArrowException) as error:
            raise DataError(f"{path}: damaged after row {number} ({str(error).splitlines()[0][:100]})") from error

    return Table(rows(), list(file.schema_arrow.names))


def _class_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """The names of the classes by column, as `datasets` writes them into the schema of a Parquet file."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        found = {key: kind.get("names") for key, kind in features.items() if kind.get("_type") == "ClassLabel"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {key: [str(name) for name in names] for key, names in found.items() if isinstance(names, list)}


def _class_name(value: Any, names: list[str]) -> Any:
    """The name of a class by its number; None for what is no such number."""
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None


def _data_set(path: Path) -> Table:
    """A directory that `datasets` saved: of a split, or of several, of which `train` is taken."""
    from datasets import ClassLabel, DatasetDict, load_from_disk

    remarks = []
    try:
        data = load_from_disk(str(path))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: is a folder, but no Hugging Face data set; {_EXPECTED}") from error
    if isinstance(data, DatasetDict):
        name = "train" if "train" in data else next(iter(data), "")
        others = [f"{path}/{other}" for other in data if other != name]
        if others:
            remarks.append(f"{path}: the split {name} is read; left out: {', '.join(others)} (name one to read it)")
        data = data[name] if name else []
    names = {key: kind for key, kind in getattr(data, "features", {}).items() if isinstance(kind, ClassLabel)}

    def rows() -> Iterator[tuple[int, dict[str, Any] | str]]:
        for number, row in enumerate(data, start=1):
            for key, kind in names.items():
                value = row[key]
                row[key] = kind.int2str(value) if isinstance(value, int) and 0 <= value < kind.num_classes else None
            yield number, row

    return Table(rows(), list(getattr(data, "column_names", [])), remarks)


_READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _separated,
    ".tsv": _separated,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
    ".txt": _sentences,
}
