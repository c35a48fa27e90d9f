"""What every reader checks before it trusts a file: size, archives, XML that would harm the machine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ingest.errors import UnreadableFileError, UnsafeFileError

if TYPE_CHECKING:
    from lxml import etree

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Larger files are refused: the largest annual reports with all exhibits are about a tenth of it."""
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_MEMBER_BYTES = 512 * 1024 * 1024
MAX_RATIO = 200
"""Unpacked to packed size. Spreadsheet XML reaches about 30; a bomb starts at 1,000."""
RATIO_FREE_BYTES = 10 * 1024 * 1024
"""Members below this size may compress as well as they like: a short sheet of zeros does."""
MAX_MEMBERS = 20_000
_CHUNK = 1 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROLOG_BYTES = 64 * 1024
_DECLARES_ENTITY = re.compile(rb"<!\s*ENTITY\b", re.IGNORECASE)
_EXTERNAL_DTD = re.compile(rb"<!DOCTYPE[^>\[]*\b(?:SYSTEM|PUBLIC)\b", re.IGNORECASE)


def brief(error: BaseException) -> str:
    """A library's error as part of one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        UnreadableFileError: it is missing, no file, not permitted or empty.
        UnsafeFileError: it is larger than `MAX_FILE_BYTES`.
    """
    try:
        if not path.is_file():
            raise UnreadableFileError(f"{path.name}: no such file; give the path of a document.")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnsafeFileError(
                f"{path.name}: {size / 2**20:,.0f} MB is over the limit of {MAX_FILE_BYTES / 2**20:,.0f} MB; split it."
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror}); check the file's rights."
        ) from error
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableFileError(f"{path.name}: the file is empty; expected a document.")
    return data


def open_zip(path: Path) -> zipfile.ZipFile:
    """A ZIP archive (XLSX and DOCX are ones) whose directory passed the checks of `check_zip`.

    Raises:
        UnreadableFileError: it is encrypted, damaged or no ZIP archive.
        UnsafeFileError: see `check_zip`.
    """
    with path.open("rb") as file:
        if file.read(8) == _OLE:
            raise UnreadableFileError(
                f"{path.name}: an encrypted or old (97-2003) Office file; expected OOXML. Save it without a password "
                "as .xlsx or .docx."
            )
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFileError(f"{path.name}: the archive is damaged or truncated; fetch the file again.") from error
    try:
        check_zip(archive, path.name)
    except UnreadableFileError:
        archive.close()
        raise
    return archive


def check_zip(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse bombs, nested archives and paths that leave the archive, from the archive's directory.

    Raises:
        UnreadableFileError: a member is encrypted.
        UnsafeFileError: too many members, too large, too well compressed, nested or with an unsafe path.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnsafeFileError(f"{name}: {len(members):,} files in the archive; at most {MAX_MEMBERS:,} are read.")
    total = 0
    for member in members:
        total += member.file_size
        if member.flag_bits & 1:
            raise UnreadableFileError(f"{name}: the archive is encrypted; save it without a password.")
        if _leaves(member.filename):
            raise UnsafeFileError(f"{name}: the archive names a path outside itself ({member.filename[:80]!r}).")
        if member.filename.lower().endswith((".zip", ".7z", ".rar", ".gz", ".bz2", ".xz")):
            raise UnsafeFileError(f"{name}: an archive inside the archive ({member.filename[:80]!r}); unpack it first.")
        packed = max(member.compress_size, 1)
        bomb = member.file_size > RATIO_FREE_BYTES and member.file_size / packed > MAX_RATIO
        if bomb or member.file_size > MAX_MEMBER_BYTES:
            raise UnsafeFileError(
                f"{name}: {member.filename[:80]!r} unpacks {packed:,} bytes to {member.file_size:,}, "
                "as a ZIP bomb does; refused."
            )
    if total > MAX_UNPACKED_BYTES:
        raise UnsafeFileError(
            f"{name}: unpacks to {total / 2**20:,.0f} MB; at most {MAX_UNPACKED_BYTES / 2**20:,.0f} MB are read."
        )


def verify_zip(archive: zipfile.ZipFile, name: str) -> None:
    """Unpack every member once, in pieces, hold it to the size that it states, and its XML to what is safe.

    A directory can lie, and the libraries that read Office files trust it.

    Raises:
        UnreadableFileError: a member is damaged.
        UnsafeFileError: a member is larger than it states, or declares entities.
    """
    for member in archive.infolist():
        markup = member.filename.lower().endswith((".xml", ".rels", ".vml"))
        for number, piece in enumerate(_pieces(archive, member, name)):
            if markup and number == 0:
                check_markup(piece, f"{name}: {member.filename[:80]!r}")


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """One member's bytes, never more than it states.

    Raises:
        UnreadableFileError: the member is damaged.
        UnsafeFileError: the member is larger than it states.
    """
    return b"".join(_pieces(archive, member, name))


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(member) as file:
            while piece := file.read(_CHUNK):
                size += len(piece)
                if size > member.file_size or size > MAX_MEMBER_BYTES:
                    raise UnsafeFileError(f"{name}: {member.filename[:80]!r} is larger than it states; refused.")
                yield piece
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{name}: {member.filename[:80]!r} in the archive is damaged; fetch the file again."
        ) from error
    except _zlib_error() as error:
        raise UnreadableFileError(f"{name}: {member.filename[:80]!r} in the archive is damaged.") from error


def _zlib_error() -> type[Exception]:
    import zlib

    return zlib.error


def _leaves(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or bool(re.match(r"^[A-Za-z]:", name)) or "\x00" in name


def check_markup(data: bytes, name: str) -> None:
    """Refuse XML or HTML that declares entities or asks for an outside DTD in XML.

    Raises:
        UnsafeFileError: the prolog declares entities (expansion bombs, external entities).
    """
    if _DECLARES_ENTITY.search(_prolog(data)):
        raise UnsafeFileError(f"{name}: its DTD declares entities, which can expand without end; refused.")


def _prolog(data: bytes) -> bytes:
    head = data[:_PROLOG_BYTES]
    return head.decode("utf-16", "replace").encode() if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root of an XML document, parsed without network, DTD or entities.

    Raises:
        UnreadableFileError: it is not well-formed.
        UnsafeFileError: it declares entities or refers to an outside DTD.
    """
    from lxml import etree

    check_markup(data, name)
    if _EXTERNAL_DTD.search(_prolog(data)):
        raise UnsafeFileError(f"{name}: refers to an outside DTD, which is never fetched; refused.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data.lstrip(b" \t\r\n"), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFileError(f"{name}: not well-formed XML ({brief(error)}); fetch the file again.") from error
    if root is None:
        raise UnreadableFileError(f"{name}: the XML has no content; fetch the file again.")
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(dtd.iterentities()):
        raise UnsafeFileError(f"{name}: its DTD declares entities, which can expand without end; refused.")
    return root
