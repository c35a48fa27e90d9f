"""Word documents: order, headings, page breaks, merged cells."""

import docx
import pytest
from docx.enum.text import WD_BREAK

from ingest.errors import UnreadableFileError
from ingest.readers.docx import read_docx
from ingest.schema import BlockKind


@pytest.fixture
def document():
    return docx.Document()


def saved(document, tmp_path):
    path = tmp_path / "acme.docx"
    document.save(str(path))
    return path


def add_table(document, rows):
    table = document.add_table(len(rows), len(rows[0]))
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    return table


def test_blocks_keep_their_order_and_tables_their_caption(document, tmp_path):
    document.add_heading("Results", 1)
    document.add_paragraph("Sales rose because prices rose, as in the year before.")
    document.add_paragraph("(In millions)")
    add_table(document, [["", "2024", "2023"], ["Sales", "$1,250", "$1,100"], ["Loss", "(40)", "—"]])
    document.add_paragraph("After the table.")
    reading = read_docx(saved(document, tmp_path))
    assert [b.kind for b in reading.pages[0].blocks][:1] == [BlockKind.HEADING]
    assert reading.pages[0].text.endswith("After the table.")
    (table,) = reading.tables
    assert table.caption[-1] == "(In millions)"
    assert [[c.value for c in r.cells] for r in table.rows] == [[1250, 1100], [-40, None]]


def test_spanning_headings(document, tmp_path):
    table = add_table(document, [["", "Years ended", ""], ["", "2024", "2023"], ["Sales", "10", "9"]])
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    (found,) = read_docx(saved(document, tmp_path)).tables
    assert [c.headers for c in found.columns] == [("Years ended", "2024"), ("Years ended", "2023")]


def test_page_breaks_cut_pages(document, tmp_path):
    document.add_paragraph("one").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("two")
    document.add_paragraph("three").paragraph_format.page_break_before = True
    assert [p.text for p in read_docx(saved(document, tmp_path)).pages] == ["one", "two", "three"]


def test_indented_labels_get_a_path(document, tmp_path):
    table = add_table(document, [["", "2024"], ["Current assets:", ""], ["Cash", "5"], ["Land", "7"]])
    table.cell(2, 0).paragraphs[0].paragraph_format.left_indent = docx.shared.Pt(12)
    rows = read_docx(saved(document, tmp_path)).tables[0].rows
    assert [r.path for r in rows] == [(), ("Current assets:",), ()]


def test_title_is_a_property(document, tmp_path):
    document.core_properties.title = "Acme annual report"
    document.add_paragraph("x")
    assert read_docx(saved(document, tmp_path)).properties["title"] == "Acme annual report"


def test_empty_document_is_unreadable(document, tmp_path):
    with pytest.raises(UnreadableFileError, match="no text"):
        read_docx(saved(document, tmp_path))


def test_damaged_document_is_unreadable(tmp_path):
    import zipfile

    path = tmp_path / "bad.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<broken")
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_docx(path)
