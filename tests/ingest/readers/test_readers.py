"""The choice of a reader by what a file holds."""

import subprocess
import sys

import openpyxl
import pytest

from ingest.errors import UnreadableFileError
from ingest.readers import SUFFIXES, read, sniff

HTML = "<html><body><p>Acme Corp. annual report</p></body></html>"


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7\n", "pdf"),
        ("a.html", b"junk before %PDF-1.4\n", "pdf"),
        ("a.htm", HTML, "html"),
        ("a.xml", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "html"),
        ("a.xml", '<?xml version="1.0"?><xbrl xmlns="http://www.xbrl.org/2003/instance"/>', "xml"),
        ("a.txt", "<SEC-DOCUMENT>0001.txt : 20240101\n<SEC-HEADER>", "sgml"),
        ("a.html", "<DOCUMENT>\n<TYPE>EX-99.1\n<TEXT>", "sgml"),
        ("a.txt", "ANNUAL REPORT\n\nSales rose.", "text"),
        ("a.txt", "<PAGE>\n<TABLE>\n<S> <C>\n", "text"),
        ("a.csv", "a,b\n1,2", "csv"),
        ("a.json", '{"facts": {}}', "json"),
        (
            "R2.htm",
            '<html><script src="Show.js"></script><table class="report"><tr><td>x</td></tr></table></html>',
            "viewer",
        ),
    ],
)
def test_content_decides(tmp_path, name, content, kind):
    assert sniff(write(tmp_path / name, content)) == kind


def test_wrong_suffix_is_read_as_what_it_is_with_a_warning(tmp_path):
    reading = read(write(tmp_path / "a.csv", HTML))
    assert reading.pages[0].text == "Acme Corp. annual report"
    assert reading.warnings == ("the suffix is .csv, but this is html; read as html",)


@pytest.mark.parametrize("suffix", [".pdf", ".htm", ".csv"])
def test_a_workbook_under_another_suffix_is_read(tmp_path, suffix):
    book = openpyxl.Workbook()
    book.active.append(["Net sales", 412])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / f"a{suffix}")
    reading = read(tmp_path / f"a{suffix}")
    assert "Net sales" in reading.pages[0].text
    assert reading.warnings == (f"the suffix is {suffix}, but this is xlsx; read as xlsx",)


def test_garbage_with_the_suffix_of_a_binary_format_is_called_damaged(tmp_path):
    with pytest.raises(UnreadableFileError, match="no PDF file, or a damaged one"):
        read(write(tmp_path / "a.pdf", bytes(range(256)) * 40))


def test_right_suffix_has_no_warning(tmp_path):
    assert read(write(tmp_path / "a.htm", HTML)).warnings == ()


def test_unsupported_suffix_lists_the_supported_ones(tmp_path):
    with pytest.raises(UnreadableFileError) as raised:
        read(write(tmp_path / "a.xyz", "hello"))
    assert "'.xyz'" in str(raised.value) or ".xyz" in str(raised.value)
    assert all(suffix in str(raised.value) for suffix in SUFFIXES)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG image"),
        ("a.docx", b"{\\rtf1 hello}", "RTF"),
        ("a.pdf", b"just some words", "no PDF file"),
        ("a.xlsx", b"a,b\n1,2\n", "no XLSX file"),
        ("a.html", b"", "empty"),
        ("a.json", b"not json at all", "unsupported"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, content, message):
    with pytest.raises(UnreadableFileError, match=message) as raised:
        read(write(tmp_path / name, content))
    assert str(raised.value).startswith(name)
    assert "\n" not in str(raised.value)


def test_missing_file(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"no\.pdf: cannot be read"):
        read(tmp_path / "no.pdf")


def test_heavy_libraries_are_imported_on_use_only():
    modules = "ingest.readers, ingest.readers.html, ingest.readers.xlsx, ingest.readers.docx, ingest.readers.xbrl"
    check = "print([m for m in ('lxml', 'openpyxl', 'docx') if m in sys.modules])"
    code = f"import sys, {modules}; {check}"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
