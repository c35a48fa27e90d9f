"""HTML reports: pages, blocks, tables, hidden text, broken markup."""

import time

import pytest

from ingest.errors import UnreadableFileError, UnsafeFileError
from ingest.readers.html import read_html, read_markup
from ingest.schema import BlockKind

PAGE_BREAK = '<hr style="page-break-after:always"/>'
STATEMENT = """
<p style="font-weight:bold">BALANCE SHEETS</p><p>(In millions)</p>
<table><tr><td></td><td></td><td>June 30, 2024</td></tr>
<tr><td>Cash<sup>(2)</sup></td><td>$</td><td>1,250</td></tr>
<tr><td style="padding-left:12pt">Restricted<sup>1</sup></td><td></td><td>50<sup>3</sup></td></tr></table>
"""


def test_pages_are_cut_at_page_breaks():
    reading = read_markup(f"<html><body><p>One</p>{PAGE_BREAK}<p>Two</p><p>more</p></body></html>", "a.htm")
    assert [(p.number, p.text) for p in reading.pages] == [(1, "One"), (2, "Two\nmore")]


def test_break_before_counts_too():
    reading = read_markup('<p>One</p><div style="break-before: page"><p>Two</p></div>', "a.htm")
    assert [p.text for p in reading.pages] == ["One", "Two"]


def test_report_without_breaks_is_cut_into_bounded_sections():
    body = "".join(f"<p>{'word ' * 100}{n}</p>" for n in range(60))
    reading = read_markup(f"<html><body>{body}</body></html>", "a.htm")
    assert len(reading.pages) > 3
    assert max(len(p.text) for p in reading.pages) < 8000
    assert " ".join(p.text for p in reading.pages).count("word") == 6000


def test_table_has_caption_indent_marks_and_its_block():
    reading = read_markup(f"<html><body><p>Acme Corp.</p>{STATEMENT}</body></html>", "a.htm")
    (table,) = reading.tables
    assert table.caption == ("Acme Corp.", "BALANCE SHEETS", "(In millions)")
    assert [(r.label, r.marks, r.indent, r.cells[0].value) for r in table.rows] == [
        ("Cash", ("2",), 0, 1250), ("Restricted", ("1",), 1, 50),
    ]  # fmt: skip
    block = next(b for b in reading.pages[0].blocks if b.kind is BlockKind.TABLE)
    assert block.table == table.number == 1
    assert "$ 1,250" in block.text


def test_ordinals_stay_in_the_text():
    reading = read_markup("<table><tr><td>On the 24<sup>th</sup> day</td><td>1,000</td></tr></table>", "a.htm")
    assert reading.tables[0].rows[0].label == "On the 24th day"


def test_hidden_text_scripts_and_comments_are_left_out():
    html = (
        '<body><p>seen</p><div style="display: none">x1</div><script>x2</script><!-- x3 --><p hidden>x4</p>tail</body>'
    )
    assert read_markup(html, "a.htm").pages[0].text == "seen\ntail"


def test_layout_table_gives_text_but_no_table():
    reading = read_markup("<table><tr><td>•</td><td>We grew in every region</td></tr></table>", "a.htm")
    assert reading.tables == ()
    assert "We grew in every region" in reading.pages[0].text


def test_nested_table_is_read_and_its_frame_is_not():
    reading = read_markup(f"<table><tr><td>{STATEMENT}</td></tr></table>", "a.htm")
    assert len(reading.tables) == 1
    assert reading.tables[0].rows[0].label == "Cash"


def test_headings_are_told_from_paragraphs():
    reading = read_markup("<p><b>Item 7. Results</b></p><p>Sales rose by a tenth because prices rose.</p>", "a.htm")
    assert [b.kind for b in reading.pages[0].blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_broken_markup_keeps_its_text_and_numbers():
    reading = read_markup(
        "<table><tr><td>Sales<td>1,000<tr><td>Costs<td>(900<b></table><p>End &nbsp; &bogus; text", "a.htm"
    )
    assert [r.cells[0].value for r in reading.tables[0].rows] == [1000, -900]
    assert "End" in reading.pages[0].text


def test_pre_is_read_as_fixed_width_text():
    text = "            2024      2023\nSales      1,000       900\nCosts       (400)     (300)\n"
    reading = read_markup(f"<html><body><pre>{text}</pre></body></html>", "a.htm")
    assert [[c.value for c in r.cells] for r in reading.tables[0].rows] == [[1000, 900], [-400, -300]]


def test_title_becomes_a_property():
    assert read_markup("<head><title>Acme  10-K</title></head><p>x</p>", "a.htm").properties["title"] == "Acme 10-K"


def test_deep_nesting_and_huge_spans_are_harmless():
    start = time.monotonic()
    deep = "<div>" * 1500 + "deep" + "</div>" * 1500
    spans = "<table>" + '<tr><td colspan="99999" rowspan="99999">a</td><td>1,000</td></tr>' * 50 + "</table>"
    reading = read_markup(f"<body>{deep}{spans}<p>end</p></body>", "a.htm")
    assert "end" in reading.pages[-1].text
    assert time.monotonic() - start < 5


def test_nesting_beyond_the_parser_is_refused_rather_than_cut_off():
    with pytest.raises(UnsafeFileError, match="nested"):
        read_markup("<body>" + "<div>" * 5000 + "deep" + "</div>" * 5000 + "<p>end</p></body>", "a.htm")


def test_large_report_is_fast():
    row = "".join(f'<td style="padding:2px"><span style="font-size:9pt">{n},000</span></td>' for n in range(1, 9))
    table = "<table><tr><td></td>" + "<td>2024</td>" * 8 + "</tr>" + f"<tr><td>Item</td>{row}</tr>" * 30 + "</table>"
    html = f"<html><body>{(table + PAGE_BREAK) * 80}</body></html>"
    assert len(html) > 1_000_000
    start = time.monotonic()
    assert len(read_markup(html, "a.htm").tables) == 80
    assert time.monotonic() - start < 6


def test_no_text_is_refused_with_one_line(tmp_path):
    path = tmp_path / "a.htm"
    path.write_text("<html><body><script>1</script></body></html>")
    with pytest.raises(UnreadableFileError, match=r"^a\.htm: no text"):
        read_html(path)


def test_entities_are_refused(tmp_path):
    path = tmp_path / "a.htm"
    path.write_text('<!DOCTYPE html [<!ENTITY a "x">]><html><body>&a;</body></html>')
    with pytest.raises(UnsafeFileError, match="entities"):
        read_html(path)
