"""One text a line: line n of the input is row n, blank ones included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Literal

from app.errors import AppError, CallError
from app.rows.forms import Batch, Writer
from app.rows.lines import BATCH_CHARACTERS, LineReader, LineRows

COLUMN = "text"


class TextRows(LineRows):
    """The lines of a text file, in one column named `text`."""

    form: Literal["text"] = "text"
    columns = (COLUMN,)

    def __init__(self, reader: LineReader) -> None:
        super().__init__(reader)
        self._lines = reader.lines(universal=False)
        first = next(self._lines, None)
        if first is None:
            raise CallError(f"{reader.name}: is empty; expected one text a line")
        self._first = first

    def batches(self, wanted: Sequence[str], size: int) -> Iterator[Batch]:
        """Batches of `size` lines, or of fewer that hold 8 MB."""
        texts, characters = [self._first.rstrip("\r\n")], len(self._first)
        for line in self._lines:
            if len(texts) == size or characters > BATCH_CHARACTERS:
                yield self._batch(wanted, texts)
                texts, characters = [], 0
            texts.append(line.rstrip("\r\n"))
            characters += len(line)
        yield self._batch(wanted, texts)

    def values(self, batch: Batch) -> Iterable[Sequence[Any]]:
        return ((text,) for text in batch.kept)

    def writer(self, file: BinaryIO, added: Sequence[str]) -> Writer:
        raise AppError("a text line has no place for tags; expected an output in another form")

    def _batch(self, wanted: Sequence[str], texts: list[str]) -> Batch:
        return Batch(len(texts), {name: list(texts) for name in wanted}, texts, self._source.position)
