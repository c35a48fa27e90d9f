"""Readers: one file of any supported format to a `Reading`, chosen by what the file holds.

A suffix is only a hint: a PDF named `.html` is read as a PDF, with a warning. Formats: PDF, HTML and inline
XBRL, XBRL instances (.xml, .json, .zip), XLSX, CSV, DOCX, plain text and the SEC's full submissions.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.schema import Reading

SUFFIXES: dict[str, str] = {
    ".pdf": "pdf",
    ".htm": "html", ".html": "html", ".xhtml": "html",
    ".xml": "xml", ".xbrl": "xml", ".json": "json", ".zip": "zip",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".csv": "csv", ".tsv": "csv",
    ".docx": "docx",
    ".txt": "text", ".text": "text", ".md": "text", ".nc": "sgml", ".sgml": "sgml",
}  # fmt: skip
"""The supported suffixes and the format that each announces."""

_READERS: dict[str, tuple[str, str]] = {
    "pdf": ("ingest.readers.pdf", "read_pdf"),
    "html": ("ingest.readers.html", "read_html"),
    "viewer": ("ingest.readers.viewer", "read_viewer"),
    "xml": ("ingest.readers.xbrl", "read_xbrl"),
    "json": ("ingest.readers.companyfacts", "read_companyfacts"),
    "zip": ("ingest.readers.xbrl", "read_zip"),
    "xlsx": ("ingest.readers.xlsx", "read_xlsx"),
    "csv": ("ingest.readers.csv", "read_csv"),
    "docx": ("ingest.readers.docx", "read_docx"),
    "text": ("ingest.readers.text", "read_text"),
    "sgml": ("ingest.readers.sgml", "read_sgml"),
}
_BINARY = {".pdf", ".xlsx", ".xlsm", ".docx", ".zip"}
_SAME = {"viewer": "html", "sgml": "text"}

_SNIFFED_BYTES = 16 * 1024
_SGML = re.compile(
    r"\A\s*(?:-----BEGIN PRIVACY|<(?:SEC|IMS)-(?:DOCUMENT|HEADER)>|<SUBMISSION>|<DOCUMENT>\s*<TYPE>)", re.IGNORECASE
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>:]|<body[\s>]|<(?:td|tr|div|p|h[1-6]|font|center)[\s>/]", re.IGNORECASE)
_XML = re.compile(r"\A\s*<\?xml\b|\A\s*<(?:\w+:)?(?:xbrl|informationTable)\b", re.IGNORECASE)
_VIEWER = re.compile(r"Show\.(?:js|showAR)|<table class=\"report\"", re.IGNORECASE)
_MAGIC = (
    (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"), (b"\x1f\x8b", "a gzip archive"), (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"), (b"MZ", "a Windows program"), (b"\x7fELF", "a program"), (b"PAR1", "a Parquet file"),
    (b"II*\x00", "a TIFF image"), (b"MM\x00*", "a TIFF image"),
)  # fmt: skip


def read(path: Path) -> Reading:
    """Read one file as what it holds.

    Raises:
        UnreadableFileError: it is empty, damaged, encrypted, or of a format that is not supported.
        UnsafeFileError: it would harm the reader.
    """
    kind = sniff(path)
    module, function = _READERS[kind]
    reader: Callable[[Path], Reading] = getattr(import_module(module), function)
    reading = reader(path)
    announced = SUFFIXES.get(path.suffix.lower())
    if announced is not None and kind != "sgml" and _SAME.get(announced, announced) != _SAME.get(kind, kind):
        reading = replace(
            reading, warnings=(*reading.warnings, f"the suffix is {path.suffix}, but this is {kind}; read as {kind}")
        )
    return reading


def sniff(path: Path) -> str:
    """The format that a file holds, a key of the readers.

    Raises:
        UnreadableFileError: it is empty, missing, or of a format that is not supported; the known ones are listed.
    """
    from ingest.readers.encoding import decode

    suffix = path.suffix.lower()
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFFED_BYTES)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror}); check the path and its rights."
        ) from error
    if not head.strip(b"\x00 \t\r\n"):
        raise UnreadableFileError(f"{path.name}: the file is empty; expected a document.")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            f"{path.name}: an encrypted or old (97-2003) Office file; save it without a password as .xlsx or .docx."
        )
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFileError(f"{path.name}: {what}, which is not supported; {_known()}")
    try:
        kind = _sniff_text(decode(head, path.name), suffix)
    except UnreadableFileError:
        if suffix not in _BINARY:
            raise
        kind = None
    if kind is None:
        if suffix in _BINARY:
            raise UnreadableFileError(
                f"{path.name}: no {suffix[1:].upper()} file, or a damaged one; fetch the file again."
            )
        raise UnreadableFileError(f"{path.name}: unsupported suffix {suffix or '(none)'}; {_known()}")
    return kind


def _sniff_text(text: str, suffix: str) -> str | None:
    if _SGML.match(text):
        return "sgml"
    stripped = text.lstrip("\ufeff \t\n")
    if stripped.startswith(("{", "[")) and suffix not in {".txt", ".text", ".md", ".csv", ".tsv"}:
        return "json"
    announced = SUFFIXES.get(suffix)
    if stripped.startswith("<") or announced == "html":
        if _VIEWER.search(text) and _HTML.search(text):
            return "viewer"
        if _HTML.search(text) and not re.match(r"(?:<\?xml[^>]*>\s*)?<(?:\w+:)?xbrl\b", stripped):
            return "html"
        if _XML.match(text) or announced == "xml":
            return "xml"
        if announced == "html":
            return "html"
    return announced if announced in {"csv", "text", "sgml"} else None


def _sniff_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFileError(f"{path.name}: the archive is damaged or truncated; fetch the file again.") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if names & {"ppt/presentation.xml", "xl/workbook.bin", "content.xml", "EncryptedPackage"}:
        raise UnreadableFileError(f"{path.name}: an Office format that is not supported; {_known()}")
    return "zip"


def _known() -> str:
    return f"supported are {', '.join(sorted(SUFFIXES))}."
