"""The SEC's full-submission text: a header, then each document of the filing between <DOCUMENT> tags.

The form comes first, then its exhibits; what is no document to read (graphics, archives, XBRL files) is skipped.
Format: EDGAR Public Dissemination Service, Technical Specification.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.readers.encoding import decode
from ingest.readers.safety import check_markup, parse_xml, read_bytes
from ingest.readers.sections import join_readings
from ingest.schema import Reading

_HEADER = re.compile(r"<(?:SEC|IMS)-HEADER>(.*?)(?:</(?:SEC|IMS)-HEADER>|(?=<DOCUMENT>))", re.DOTALL | re.IGNORECASE)
_FIELD = re.compile(r"^\s*([A-Z][A-Z0-9 /&'().-]*[A-Z0-9)]):[ \t]+(\S.*?)\s*$", re.MULTILINE)
_TAG_FIELD = re.compile(r"^<([A-Z][A-Z-]+)>(\S.*?)\s*$", re.MULTILINE)
_DOCUMENT = re.compile(r"<DOCUMENT>(.*?)(?=</DOCUMENT>|<DOCUMENT>|\Z)", re.DOTALL | re.IGNORECASE)
_TEXT = re.compile(r"<TEXT>(.*?)(?:</TEXT>|\Z)", re.DOTALL | re.IGNORECASE)
_OPENED = re.compile(r"\A(?:</?(?:XBRL|XML|PDF|JSON)>\s*)+", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:XBRL|XML|PDF|JSON)>\Z", re.IGNORECASE)
_HTML = re.compile(r"<\s*(?:html|body|div|font|td|tr|p)[\s>]", re.IGNORECASE)
_UUENCODED = re.compile(r"^begin \d{3} \S", re.MULTILINE)
_INSTANCE = re.compile(r"<(?:\w+:)?xbrl[\s>]", re.IGNORECASE)
_SKIPPED_TYPES = (
    "GRAPHIC", "ZIP", "EXCEL", "XML", "JSON", "PDF", "COVER", "XBRL", "EX-101.SCH", "EX-101.CAL", "EX-101.DEF",
    "EX-101.LAB", "EX-101.PRE", "EX-101.REF",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a submission."""

    type: str
    filename: str
    description: str
    body: str

    @property
    def name(self) -> str:
        return self.filename or self.type or "document"


def read_sgml(path: Path) -> Reading:
    """A full submission, or one <DOCUMENT> of it.

    Raises:
        UnreadableFileError: no document in it can be read.
        UnsafeFileError: it is too large, or a part declares entities.
    """
    text = decode(read_bytes(path), path.name)
    found = parts(text)
    readings: list[Reading] = []
    skipped: list[str] = []
    instances: list[Part] = []
    for part in found:
        upper = part.type.upper()
        if _INSTANCE.search(part.body[:4000]):
            instances.append(part)
        elif upper.startswith(_SKIPPED_TYPES) or _UUENCODED.search(part.body[:4000]) or not part.body.strip():
            skipped.append(part.name)
        else:
            readings.append(_read(part))
    if not any(reading.facts for reading in readings):
        readings.extend(_instance(part) for part in instances)
    if not readings:
        raise UnreadableFileError(f"{path.name}: no readable document between <DOCUMENT> tags; fetch the file again.")
    warnings = (
        (f"{len(skipped)} parts are not documents and were skipped: {', '.join(skipped[:8])}",) if skipped else ()
    )
    stated = header(text)
    if found:
        stated.setdefault("sgml:TYPE", found[0].type)
    return join_readings(readings, stated, warnings)


def parts(text: str) -> list[Part]:
    """The documents of a submission in their order."""
    return [_part(match[1]) for match in _DOCUMENT.finditer(text)]


def _part(raw: str) -> Part:
    body = _TEXT.search(raw)
    head = raw[: body.start()] if body else raw[:2000]
    fields = {name.upper(): value for name, value in _TAG_FIELD.findall(head)}
    content = body[1] if body else raw[len(head) :]
    content = _CLOSED.sub("", _OPENED.sub("", content.strip("\n\r \t"))) if _OPENED.match(content.lstrip()) else content
    return Part(fields.get("TYPE", ""), fields.get("FILENAME", ""), fields.get("DESCRIPTION", ""), content)


def header(text: str) -> dict[str, str]:
    """The header's fields by name, each as `sgml:<NAME>`; the first filer's where there are several."""
    match = _HEADER.search(text)
    fields: dict[str, str] = {}
    if match:
        for name, value in [*_TAG_FIELD.findall(match[1]), *_FIELD.findall(match[1])]:
            fields.setdefault(f"sgml:{name}", html.unescape(value))
    return fields


def _read(part: Part) -> Reading:
    from ingest.readers.html import read_markup
    from ingest.readers.text import read_plain

    if _HTML.search(part.body[:20_000]):
        check_markup(part.body[:65536].encode(), part.name)
        return read_markup(part.body, part.name)
    return read_plain(html.unescape(part.body), part.name)


def _instance(part: Part) -> Reading:
    from ingest.readers.xbrl import read_instance

    return read_instance(parse_xml(part.body.strip().encode(), part.name), part.name)
