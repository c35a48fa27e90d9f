"""Files that would harm the reader, or cannot be read: each refused with one clear line."""

import io
import struct
import zipfile

import pytest

from ingest.errors import UnreadableFileError, UnsafeFileError
from ingest.readers import read, safety
from ingest.readers.encoding import decode
from ingest.readers.safety import open_zip, parse_xml, read_bytes, read_member, verify_zip


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_zip_bomb_is_refused_by_its_directory(tmp_path):
    path = zipped(tmp_path / "bomb.xlsx", {"xl/workbook.xml": b"<a/>", "xl/sheet.xml": b"\0" * 30_000_000})
    with pytest.raises(UnsafeFileError, match="ZIP bomb"):
        read(path)


@pytest.mark.parametrize(("suffix", "member"), [(".xlsx", "xl/workbook.xml"), (".docx", "word/document.xml")])
def test_office_files_that_declare_entities_are_refused(tmp_path, suffix, member):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    with pytest.raises(UnsafeFileError, match="declares entities"):
        read(zipped(tmp_path / f"a{suffix}", {member: bomb}))


@pytest.mark.parametrize("suffix", [".docx", ".zip"])
def test_bombs_are_refused_in_every_archive_format(tmp_path, suffix):
    inner = "word/document.xml" if suffix == ".docx" else "a.htm"
    with pytest.raises(UnsafeFileError):
        read(zipped(tmp_path / f"b{suffix}", {inner: b" " * 30_000_000}))


def test_archive_that_lies_about_sizes_is_refused(tmp_path):
    path = zipped(tmp_path / "lie.zip", {"a.htm": b"x" * 5_000_000})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(signature)
        data[at + offset : at + offset + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    with open_zip(path) as archive, pytest.raises(UnreadableFileError):
        verify_zip(archive, path.name)


def test_total_size_and_member_count_are_limited(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", {f"{n}.htm": b"abc" for n in range(10)})
    monkeypatch.setattr(safety, "MAX_MEMBERS", 5)
    with pytest.raises(UnsafeFileError, match="10 files"):
        open_zip(path)
    monkeypatch.setattr(safety, "MAX_MEMBERS", 50)
    monkeypatch.setattr(safety, "MAX_UNPACKED_BYTES", 20)
    with pytest.raises(UnsafeFileError, match="unpacks to"):
        open_zip(path)


@pytest.mark.parametrize("name", ["../evil.htm", "/etc/passwd", "a/../../b.htm", "C:\\x.htm", "..\\x.htm"])
def test_paths_that_leave_the_archive_are_refused(tmp_path, name):
    with pytest.raises(UnsafeFileError, match="outside itself"):
        open_zip(zipped(tmp_path / "a.zip", {name: b"x"}))


def test_archive_inside_an_archive_is_refused(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(UnsafeFileError, match="archive inside"):
        read(zipped(tmp_path / "a.zip", {"b.zip": inner.getvalue()}))


def test_damaged_member_is_unreadable(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.htm": bytes(range(256)) * 400}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[2000] ^= 0xFF
    path.write_bytes(data)
    with open_zip(path) as archive, pytest.raises(UnreadableFileError, match="damaged"):
        read_member(archive, archive.infolist()[0], path.name)


def test_truncated_archive_is_unreadable(tmp_path):
    path = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<a/>" * 100})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UnreadableFileError, match="damaged or truncated"):
        read(path)


def test_encrypted_office_file_is_named_as_such(tmp_path):
    path = tmp_path / "secret.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(UnreadableFileError, match="encrypted or old"):
        read(path)


BILLION = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xbrl>&b;</xbrl>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xbrl>&a;</xbrl>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://example.com/x.dtd"><xbrl/>'


@pytest.mark.parametrize("text", [BILLION, EXTERNAL, OUTSIDE])
def test_entities_and_outside_dtds_are_refused(tmp_path, text):
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(UnsafeFileError):
        read(path)
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(UnsafeFileError):
        read(path)


def test_entities_in_a_docx_part_are_refused(tmp_path):
    path = zipped(tmp_path / "a.docx", {"word/document.xml": BILLION})
    with pytest.raises(UnsafeFileError, match="entities"):
        read(path)


def test_malformed_xml_is_unreadable():
    with pytest.raises(UnreadableFileError, match="not well-formed"):
        parse_xml(b"<a><b></a>", "a.xml")


def test_empty_missing_and_oversized_files(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b" \n\n")
    with pytest.raises(UnreadableFileError, match="empty"):
        read_bytes(path)
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_bytes(tmp_path / "none.txt")
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_bytes(tmp_path)
    path.write_text("hello")
    monkeypatch.setattr(safety, "MAX_FILE_BYTES", 3)
    with pytest.raises(UnsafeFileError, match="limit"):
        read_bytes(path)


def test_binary_data_is_no_text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(UnreadableFileError, match="binary"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding):
    assert decode("Umsatz € 5 – Erlöse\r\n".encode(encoding), "a.txt") == "Umsatz € 5 – Erlöse\n"


def test_stated_encoding_is_used():
    assert (
        decode("<meta charset='iso-8859-2'><p>Łódź</p>".encode("iso-8859-2"), "a")
        == "<meta charset='iso-8859-2'><p>Łódź</p>"
    )
