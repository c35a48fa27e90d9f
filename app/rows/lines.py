"""Bytes to lines of text, whatever the encoding, in constant memory."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from app.errors import AppError, CallError
from app.rows.forms import STANDARD, is_packed

BLOCK = 1 << 20
BATCH_CHARACTERS = 8 << 20  # a batch of rows is cut there, however few rows they are
LONGEST = 64 << 20  # bytes of one line; a longer one is no row of news but a file of another kind
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FALLBACK = "cp1252"


class LineReader:
    """The lines of a file or of standard input, each with its own line end.

    The encoding is that of the byte order mark, UTF-16 where every other byte of the first ones is null, or UTF-8,
    unless one is given. A line that is not in it is read as cp1252 and counted in `fallbacks`.
    """

    def __init__(self, path: str, *, encoding: str | None = None) -> None:
        self.name = "standard input" if path == STANDARD else path
        self.fallbacks = 0
        self.total: int | None = None
        self._file, self._under = self._open(path)
        self._block = self._read(BLOCK)
        mark, self.encoding = _encoding(self._block, encoding, self.name)
        self._block = self._block[mark:]
        self._newline = "\n".encode(self.encoding)
        self.only_cr = self._newline not in self._block and "\r".encode(self.encoding) in self._block
        if self.only_cr:
            self._newline = "\r".encode(self.encoding)

    @property
    def position(self) -> int:
        """Bytes of the input (as it lies on the disk) that were read."""
        return self._under.tell() if self.total is not None else 0

    def lines(self, *, universal: bool) -> Iterator[str]:
        """The lines. With `universal` a lone carriage return ends one too, as CSV has it."""
        newline = "" if universal else "\r" if self.only_cr else "\n"
        for block in self._blocks():
            yield from io.StringIO(self._decoded(block), newline=newline)

    def close(self) -> None:
        self._file.close()

    def _open(self, path: str) -> tuple[BinaryIO, BinaryIO]:
        """The file to read from and, where it is packed, the one under it."""
        if path == STANDARD:
            return sys.stdin.buffer, sys.stdin.buffer
        try:
            under = Path(path).open("rb")  # noqa: SIM115 - it lives as long as this object
        except OSError as error:
            raise CallError(f"{path}: {error.strerror}; expected a file with rows, or - for standard input") from error
        if under.seekable():
            self.total = Path(path).stat().st_size
        return (cast(BinaryIO, gzip.GzipFile(fileobj=under)) if is_packed(path) else under), under

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise AppError(f"{self.name}: not a whole gzip file ({error}); pack it anew") from error

    def _blocks(self) -> Iterator[bytes]:
        """The file in pieces that end with a line's end."""
        block = self._block
        self._block = b""
        more = self._read(BLOCK)
        while more:
            cut = self._last_newline(block)
            if cut:
                yield block[:cut]
                block = block[cut:] + more
            elif len(block) > LONGEST:
                raise AppError(
                    f"{self.name}: a line is longer than {LONGEST >> 20} MB; expected rows of text. "
                    "Is it a file of another kind?"
                )
            else:
                block += more
            more = self._read(BLOCK)
        if block:
            yield block

    def _last_newline(self, block: bytes) -> int:
        """Where the last line that is complete ends; 0 where none does."""
        width = len(self._newline)
        at = block.rfind(self._newline)
        while at > 0 and at % width:  # halves of two other characters
            at = block.rfind(self._newline, 0, at + width - 1)
        return 0 if at < 0 else at + width

    def _decoded(self, block: bytes) -> str:
        try:
            return block.decode(self.encoding)
        except UnicodeDecodeError:
            if len(self._newline) > 1:
                self.fallbacks += 1
                return block.decode(self.encoding, "replace")
        return ("\r" if self.only_cr else "\n").join(self._decoded_line(line) for line in block.split(self._newline))

    def _decoded_line(self, line: bytes) -> str:
        try:
            return line.decode(self.encoding)
        except UnicodeDecodeError:
            self.fallbacks += 1
        try:
            return line.decode(_FALLBACK)
        except UnicodeDecodeError:  # five bytes mean nothing in cp1252
            return line.decode("latin-1")


class LineRows:
    """What the rows of every form made of lines say of the file that they come from."""

    def __init__(self, reader: LineReader) -> None:
        self._source = reader

    @property
    def total(self) -> int | None:
        return self._source.total

    @property
    def fallbacks(self) -> int:
        return self._source.fallbacks

    @property
    def encoding(self) -> str:
        return self._source.encoding

    def close(self) -> None:
        self._source.close()


def _encoding(sample: bytes, given: str | None, name: str) -> tuple[int, str]:
    """The length of the byte order mark and the encoding."""
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return len(mark), encoding
    if given is not None:
        try:
            found = codecs.lookup(given).name
            "\n".encode(found)
        except (LookupError, UnicodeError, TypeError) as error:
            raise CallError(f"--encoding {given}: no such encoding; expected utf-8, cp1252, utf-16-le, ...") from error
        # Without a mark the byte order is that of most machines.
        return 0, {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}.get(found, found)
    head = sample[:4096]
    if head.count(0) * 5 > len(head) * 2:  # over 40 %: Latin letters in UTF-16
        if b"\n\x00" not in sample and b"\x00\n" not in sample and head.count(0) == len(head):
            raise CallError(f"{name}: holds null bytes only; expected rows of text")
        return 0, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return 0, "utf-8"
