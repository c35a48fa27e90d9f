"""Files of a multipart request, written as they arrive: nothing of them is held in memory, and all or none is kept."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from app.server.errors import ApiError
from app.server.names import safe_name
from app.server.work import ClientGoneError

FIELD = "file"
MOST_FILES = 200
_MOST_PARTS = 1000  # of a form, with those that are no files
_LONGEST_HEADER = 8192
_NAME_STAR = re.compile(rb"filename\*\s*=\s*UTF-8''([^;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived, synchronised to disk. `name` is safe; `path` is where it lies."""

    name: str
    path: Path
    size: int


async def receive_files(request: Request, folder: Path) -> list[Received]:
    """Write the files of the field `file` into a new folder each under `folder`, which exists.

    Raises ApiError where the request is no multipart form, is cut short, or holds no file. OSError where the disk is
    full. The caller deletes `folder` then.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise ApiError(415, f"expected multipart/form-data with files in the field `{FIELD}`")
    form = _Form(folder)
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
        if not form.ended:
            raise ApiError(400, "the form is cut short; send it again")
        for file in form.files:  # in a thread: a slow disk must not stop the others
            await asyncio.to_thread(_sync, file.path)
    except FormParserError as error:
        raise ApiError(400, "the form is damaged; send it as multipart/form-data") from error
    except ClientDisconnect as error:
        raise ClientGoneError from error
    finally:
        form.close()
    if not form.files:
        raise ApiError(400, f"the form holds no file; expected one or more in the field `{FIELD}`")
    return form.files


@dataclass(slots=True)
class _Form:
    """Takes what the parser finds, part by part."""

    folder: Path
    files: list[Received] = field(default_factory=list)
    ended: bool = False
    _header: bytes = b""
    _value: bytes = b""
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _file: BinaryIO | None = None
    _parts: int = 0
    _path: Path = Path()
    _size: int = 0

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise ApiError(413, f"the form holds more than {_MOST_PARTS} parts; send the files in several forms")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._check_header()

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._header) + len(self._value) > _LONGEST_HEADER or len(self._headers) > 20:
            raise ApiError(400, "the headers of a file are too long; send a shorter file name")

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _open(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        if options.get(b"name") != FIELD.encode() or (b"filename" not in options and b"filename*" not in options):
            return
        if len(self.files) >= MOST_FILES:
            raise ApiError(413, f"the form holds more than {MOST_FILES} files; send them in parts")
        name = safe_name(_file_name(options, disposition))
        folder = self.folder / str(len(self.files))
        folder.mkdir()
        self._path, self._size = folder / name, 0
        self._file = self._path.open("xb")

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            self._size += end - start

    def _end(self) -> None:
        if self._file is None:
            return
        self.close()
        self.files.append(Received(self._path.name, self._path, self._size))

    def _finish(self) -> None:
        self.ended = True


def _sync(path: Path) -> None:
    """Wait until the disk has a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _file_name(options: Mapping[bytes, bytes], disposition: bytes) -> str:
    from urllib.parse import unquote_to_bytes

    extended = _NAME_STAR.search(disposition)
    raw = unquote_to_bytes(extended[1].strip()) if extended else options.get(b"filename", b"")
    return raw.decode("utf-8", "replace")
