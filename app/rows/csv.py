"""CSV and TSV: rows are kept character for character, and what is added stands in the dialect of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO, Literal

from app.errors import AppError, CallError
from app.rows.forms import Batch, Tags, Writer
from app.rows.lines import BATCH_CHARACTERS, LineReader, LineRows

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 32 << 20
_MOST_LINES = 200  # of one row: a quoted cell over more of them is rather a quotation mark that is missing
_SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written."""

    delimiter: str
    quoting: bool  # whether quotation marks mean anything
    quoted: bool = False  # whether all cells stand in them
    newline: str = "\n"

    def reader(self, lines: Iterable[str]) -> Any:
        """A csv.reader of it."""
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self.delimiter, quoting=quoting)


class CsvRows(LineRows):
    """The rows of a CSV or TSV file; the first one names the columns."""

    def __init__(self, reader: LineReader, form: Literal["csv", "tsv"]) -> None:
        csv.field_size_limit(_LONGEST_CELL)
        self.form: Literal["csv", "tsv"] = form
        super().__init__(reader)
        self._lines = reader.lines(universal=True)
        sample = _sample(self._lines)
        if not sample:
            raise CallError(f"{reader.name}: is empty; expected a line with the names of the columns, then rows")
        self._dialect = _dialect(sample, form)
        self._held: list[str] = []  # the lines of the row that is being read
        self._ended = False
        self._reader = self._dialect.reader(self._tap(sample))
        cells: list[str] = []
        for cells in self._guarded():  # the first row that is not blank
            self._head = "".join(self._held)
            self._held.clear()
            if cells:
                break
        else:
            raise CallError(f"{reader.name}: holds blank lines only; expected the names of the columns, then rows")
        self.columns = tuple(self._unquoted(cell) for cell in cells)
        body = self._head.rstrip("\r\n")
        quoted = '"' + f'"{self._dialect.delimiter}"'.join(cell.replace('"', '""') for cell in cells) + '"'
        newline = self._head[len(body) :] or "\n"
        self._dialect = Dialect(self._dialect.delimiter, self._dialect.quoting, body == quoted, newline)

    def batches(self, wanted: Sequence[str], size: int) -> Iterator[Batch]:
        """Batches of `size` rows, or of fewer that hold 8 MB."""
        places = [self.columns.index(name) for name in wanted]
        raws: list[str] = []
        rows: list[list[str]] = []
        remarks: list[tuple[int, str]] = []
        width, characters, held = len(self.columns), 0, self._held
        for cells in self._guarded():
            lines = len(held)
            raw = held[0] if lines == 1 else "".join(held)
            held.clear()
            if not cells:  # a blank line
                continue
            if len(raws) == size or characters > BATCH_CHARACTERS:
                yield self._batch(wanted, places, raws, rows, remarks)
                raws, rows, remarks, characters = [], [], [], 0
            if len(cells) != width:
                said = f"{len(cells)} cells, where the first line has {width}"
                remarks.append((self._reader.line_num - lines + 1, said))
            if self._ended:  # the reader asked for more lines than there are
                raw = _joined(cells, self._dialect) + self._dialect.newline
                remarks.append((self._reader.line_num - lines + 1, "a quoted cell is not closed; the file ends in it"))
            elif lines > _MOST_LINES:
                said = f"a quoted cell over {lines:,} lines; is a quotation mark missing?"
                remarks.append((self._reader.line_num - lines + 1, said))
            raws.append(raw)
            rows.append(cells)
            characters += len(raw)
        if raws:
            yield self._batch(wanted, places, raws, rows, remarks)

    def values(self, batch: Batch) -> Iterable[Sequence[Any]]:
        _, rows = batch.kept
        width = len(self.columns)
        for cells in rows:
            if len(cells) > width:
                raise AppError(
                    f"{self._source.name}: a row has {len(cells)} cells where the first line names {width}; "
                    f"only an output in the form of the input, {self.form}, can keep it"
                )
            yield [*map(self._unquoted, cells), *[""] * (width - len(cells))]

    def writer(self, file: BinaryIO, added: Sequence[str]) -> Writer:
        return _CsvWriter(file, self._head, self._dialect, len(self.columns), added)

    def _batch(
        self,
        wanted: Sequence[str],
        places: Sequence[int],
        raws: list[str],
        rows: list[list[str]],
        remarks: list[tuple[int, str]],
    ) -> Batch:
        cells: dict[str, list[Any]] = {}
        for name, place in zip(wanted, places, strict=True):
            column = [row[place] if place < len(row) else None for row in rows]
            cells[name] = column if self._dialect.quoting else [c if c is None else self._unquoted(c) for c in column]
        return Batch(len(raws), cells, (raws, rows), self._source.position, remarks)

    def _tap(self, sample: list[str]) -> Iterator[str]:
        """The lines for the CSV reader, which holds those of its row for us."""
        held = self._held
        for line in chain(sample, self._lines):
            held.append(line)
            yield line
        self._ended = True

    def _guarded(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except csv.Error as error:
            raise AppError(
                f"{self._source.name}, line {self._reader.line_num - len(self._held) + 1:,}: not CSV ({error}); "
                "is a quotation mark missing that should close a cell?"
            ) from error

    def _unquoted(self, cell: str) -> str:
        """What a cell says that stands in quotation marks though they are read as text."""
        if not self._dialect.quoting and len(cell) > 1 and cell[0] == cell[-1] == '"':
            return cell[1:-1].replace('""', '"')
        return cell


class _CsvWriter:
    """Rows as they were, with the added cells at their end."""

    def __init__(self, file: BinaryIO, head: str, dialect: Dialect, width: int, added: Sequence[str]) -> None:
        self._file, self._dialect, self._width = file, dialect, width
        between = dialect.delimiter
        quote = '"' if dialect.quoted else ""
        cells = f"{quote}{between}{quote}"
        number = cells.join(["%.6f"] * 4)
        self._template = f"{between}{quote}%s{cells}{number}{quote}"
        self._blank = f"{cells.join([between + quote, *[''] * 4])}{quote}"
        self._file.write(
            (head.rstrip("\r\n") + between + quote + cells.join(added) + quote + dialect.newline).encode(
                "utf-8", "replace"
            )
        )

    def write(self, batch: Batch, tags: Tags) -> None:
        out: list[str] = []
        template, newline, width = self._template, self._dialect.newline, self._width
        cut = len(newline)
        raws, rows = batch.kept
        for raw, cells, label, numbers in zip(raws, rows, tags.labels, tags.numbers, strict=True):
            added = self._blank if numbers is None else template % (label, *numbers)
            if raw.endswith(newline) and (cut == 2 or raw[-2:-1] != "\r"):
                body, end = raw[:-cut], newline
            else:
                body = raw.rstrip("\r\n")
                end = raw[len(body) :]
            if len(cells) != width:
                body, added = self._odd(body, cells, added)
            out += (body, added, end)
        self._file.write("".join(out).encode("utf-8", "replace"))

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass

    def _odd(self, body: str, cells: list[str], added: str) -> tuple[str, str]:
        """The row and what is added where it has too few cells or too many."""
        if len(cells) > self._width:  # what is beyond the columns stays beyond them
            inside, beyond = cells[: self._width], cells[self._width :]
            return _joined(inside, self._dialect) + added, self._dialect.delimiter + _joined(beyond, self._dialect)
        return body + self._dialect.delimiter * (self._width - len(cells)), added


def _joined(cells: Sequence[str], dialect: Dialect) -> str:
    """Cells as one row, without its line's end."""
    if not dialect.quoting:
        return dialect.delimiter.join(cells)
    special = (dialect.delimiter, '"', "\n", "\r")
    return dialect.delimiter.join(
        '"' + cell.replace('"', '""') + '"' if dialect.quoted or any(mark in cell for mark in special) else cell
        for cell in cells
    )


def _sample(lines: Iterator[str]) -> list[str]:
    sample: list[str] = []
    for line in lines:
        sample.append(line)
        if len(sample) == _SAMPLE_ROWS:
            break
    return sample


def _dialect(sample: Sequence[str], form: Literal["csv", "tsv"]) -> Dialect:
    """How the file is written, by its first lines: for CSV the delimiter that splits its head into most columns."""
    head = next((line for line in sample if line.strip("\r\n")), "")
    if form == "csv":
        counts = {d: len(next(Dialect(d, quoting=True).reader([head]), [])) for d in _DELIMITERS}
        return Dialect(max(_DELIMITERS, key=lambda d: counts[d]), quoting=True)
    # Most TSV files hold quotation marks as text: they mean something only where that makes the rows even.
    plain = {line.rstrip("\r\n").count("\t") for line in sample if line.strip("\r\n")}
    if len(plain) > 1:
        quoted = {len(row) for row in Dialect("\t", quoting=True).reader(sample) if row}
        return Dialect("\t", quoting=len(quoted) == 1)
    return Dialect("\t", quoting=False)
