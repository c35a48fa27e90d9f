"""Full submissions: header fields, main document and exhibits, parts that are skipped."""

import pytest

from ingest.errors import UnreadableFileError, UnsafeFileError
from ingest.readers.sgml import header, parts, read_sgml

HEADER = """-----BEGIN PRIVACY-ENHANCED MESSAGE-----
<SEC-DOCUMENT>0001.txt : 20240830
<SEC-HEADER>0001.hdr.sgml : 20240830
<ACCEPTANCE-DATETIME>20240830162940
CONFORMED SUBMISSION TYPE:	10-K
CONFORMED PERIOD OF REPORT:	20240630

FILER:
	COMPANY DATA:
		COMPANY CONFORMED NAME:			ACME &amp; SONS CORP
		FISCAL YEAR END:			0630
</SEC-HEADER>
"""


def document(kind, body, name="a.htm"):
    return f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>1\n<FILENAME>{name}\n<TEXT>\n{body}\n</TEXT>\n</DOCUMENT>\n"


def write(tmp_path, text):
    path = tmp_path / "acme.txt"
    path.write_text(text)
    return path


MAIN = "<html><body><p>Main report</p><table><tr><td></td><td>2024</td></tr><tr><td>Sales</td><td>1,000</td></tr></table></body></html>"
EXHIBIT = "EXHIBIT\n\n               2024      2023\nSales        1,500       900\nCosts        (400)     (300)\n"


def test_header_fields_become_properties(tmp_path):
    stated = read_sgml(write(tmp_path, HEADER + document("10-K", MAIN))).properties
    assert stated["sgml:COMPANY CONFORMED NAME"] == "ACME & SONS CORP"
    assert stated["sgml:CONFORMED PERIOD OF REPORT"] == "20240630"
    assert stated["sgml:ACCEPTANCE-DATETIME"] == "20240830162940"
    assert stated["sgml:TYPE"] == "10-K"


def test_exhibits_follow_the_main_document_on_later_pages(tmp_path):
    reading = read_sgml(write(tmp_path, HEADER + document("10-K", MAIN) + document("EX-13", EXHIBIT, "e.txt")))
    assert [p.number for p in reading.pages] == [1, 2]
    assert [(t.page, t.rows[0].cells[0].value) for t in reading.tables] == [(1, 1000), (2, 1500)]


def test_facts_move_with_their_pages(tmp_path):
    inline = (
        "<html><body><ix:header></ix:header><table><tr><td>Sales</td><td>"
        '<ix:nonFraction name="us-gaap:Revenues" contextRef="c" unitRef="u">1,000</ix:nonFraction></td></tr></table></body></html>'
    )
    units = '<xbrli:unit id="u"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
    reading = read_sgml(
        write(
            tmp_path,
            HEADER + document("8-K", MAIN) + document("EX-99", inline.replace("</ix:header>", units + "</ix:header>")),
        )
    )
    (fact,) = reading.facts
    assert fact.page == 2
    assert reading.tables[1].rows[0].cells[0].fact == fact


def test_binary_and_viewer_parts_are_skipped_with_one_warning(tmp_path):
    image = document("GRAPHIC", "begin 644 logo.jpg\nM_]C_X``02D9)1@\nend", "logo.jpg")
    data = document("EX-96", "begin 644 x.bin\nM_]C_X``02D9)1@\nend", "x.bin")
    reading = read_sgml(write(tmp_path, HEADER + document("10-K", MAIN) + image + data))
    assert len(reading.pages) == 1
    assert reading.warnings == ("2 parts are not documents and were skipped: logo.jpg, x.bin",)


def test_missing_end_tags_are_forgiven():
    found = parts("<DOCUMENT>\n<TYPE>10-Q\n<TEXT>\none\n<DOCUMENT>\n<TYPE>EX-1\n<TEXT>\ntwo\n")
    assert [(p.type, p.body.strip()) for p in found] == [("10-Q", "one"), ("EX-1", "two")]


def test_submission_without_header_still_reads(tmp_path):
    assert header("nothing") == {}
    assert read_sgml(write(tmp_path, document("10-K", MAIN))).pages[0].text.startswith("Main report")


def test_wrapped_inline_document_is_unwrapped():
    (part,) = parts(document("8-K", "<XBRL>\n<html><p>x</p></html>\n</XBRL>"))
    assert part.body.strip() == "<html><p>x</p></html>"


def test_nothing_readable(tmp_path):
    with pytest.raises(UnreadableFileError, match="no readable document"):
        read_sgml(write(tmp_path, HEADER + document("GRAPHIC", "begin 644 a\nx\nend")))


def test_entities_in_a_part_are_refused(tmp_path):
    with pytest.raises(UnsafeFileError, match="entities"):
        read_sgml(write(tmp_path, document("10-K", '<!DOCTYPE html [<!ENTITY a "b">]><html><p>&a;</p></html>')))
