"""Bytes to text: the encoding that a file states, else UTF-8, else Windows-1252, which old filings use."""

from __future__ import annotations

import codecs
import re

from ingest.errors import UnreadableFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STATED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE
)


def decode(data: bytes, name: str) -> str:
    """The text of a file, with "\\n" line ends.

    Raises:
        UnreadableFileError: the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _lines(data.decode(encoding, "replace"))
    head = data[:4096]
    if head.count(b"\x00") * 4 > len(head):
        wide = "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
        text = data.decode(wide, "replace")
        if _printable(text[:2048]) < 0.9:
            raise UnreadableFileError(f"{name}: binary data; expected text. Give the file its right suffix.")
        return _lines(text)
    if _control_share(head) > 0.02:
        raise UnreadableFileError(f"{name}: binary data; expected text. Give the file its right suffix.")
    stated = _STATED.search(head)
    for encoding in ((stated[1].decode("ascii"),) if stated else ()) + ("utf-8",):
        try:
            return _lines(data.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return _lines(data.decode("cp1252", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _control_share(head: bytes) -> float:
    control = sum(1 for byte in head if byte < 32 and byte not in (9, 10, 12, 13, 26, 27))
    return control / max(len(head), 1)


def _printable(text: str) -> float:
    return sum(1 for c in text if c.isprintable() or c in "\n\r\t") / max(len(text), 1)
