"""CSV and TSV: rows stay as they were written, tags stand in their columns, odd rows are told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from app.errors import AppError
from app.rowfiles import ADDED, open_rows, open_writer
from app.rows.forms import Tags

NUMBERS = (0.5, 0.125, 0.375, 0.5)
TAG = ",positive,0.500000,0.125000,0.375000,0.500000"
HEAD = "," + ",".join(ADDED)


def tagged(tmp_path: Path, content: str | bytes, name: str = "n.csv", size: int = 100) -> tuple[str, list[str]]:
    """The output with every row tagged the same, and the remarks with their line numbers."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = open_rows(str(path), form=None, encoding=None, added=ADDED)
    out = io.BytesIO()
    writer = open_writer(rows, rows.form, out, ADDED)
    remarks = []
    for batch in rows.batches([rows.columns[0]], size):
        writer.write(batch, Tags(["positive"] * batch.count, [NUMBERS] * batch.count))
        remarks += [f"{line}: {said}" for line, said in batch.remarks]
    writer.close()
    return out.getvalue().decode(), remarks


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('a,b\n1,"x, ""y"" "\n', f'a,b{HEAD}\n1,"x, ""y"" "{TAG}\n'),
        ("a,b\r\n1,2\r\n", f"a,b{HEAD}\r\n1,2{TAG}\r\n"),
        ("a,b\r1,2\r", f"a,b{HEAD}\r1,2{TAG}\r"),
        ("a,b\r\n1,2\n3,4\r\n5,6", f"a,b{HEAD}\r\n1,2{TAG}\n3,4{TAG}\r\n5,6{TAG}"),
        ('a,b\n"one\r\n\r\ntwo\n",2\n', f'a,b{HEAD}\n"one\r\n\r\ntwo\n",2{TAG}\n'),
        ('a,b\n1,"two\n"\n', f'a,b{HEAD}\n1,"two\n"{TAG}\n'),
        ("a;b\n1,5;x, y\n", (f"a;b{HEAD}\n1,5;x, y{TAG}\n").replace(",", ";").replace("1;5;x; y", "1,5;x, y")),
        ("a,b\n\n1,2\n\n\n", f"a,b{HEAD}\n1,2{TAG}\n"),
        ("\n\na,b\n1,2\n", f"a,b{HEAD}\n1,2{TAG}\n"),
        ("a\nx\ny\n", f"a{HEAD}\nx{TAG}\ny{TAG}\n"),
        ("a,b\n", f"a,b{HEAD}\n"),
        ("a,b", f"a,b{HEAD}\n"),
        ("a,a\n1,2\n", f"a,a{HEAD}\n1,2{TAG}\n".replace("a,a", "a,a")),
        ("a,b\n  1 , 2 \n", f"a,b{HEAD}\n  1 , 2 {TAG}\n"),
        ("a,b\n1,n\x00l\u2028\x85\n", f"a,b{HEAD}\n1,n\x00l\u2028\x85{TAG}\n"),
    ],
)
def test_rows_stay_as_they_were_written(tmp_path: Path, content: str, expected: str):
    if content.startswith("a,a"):  # which of two columns is meant, the command asks; here the first is taken
        assert tagged(tmp_path, content)[0] == expected
        return
    for size in (1, 100):
        assert tagged(tmp_path, content, size=size) == (expected, [])


def test_what_is_added_is_quoted_where_everything_is(tmp_path: Path):
    out, _ = tagged(tmp_path, '"a","b"\n"1",""\n')
    assert out.splitlines() == [
        '"a","b","sentiment","confidence","p_negative","p_neutral","p_positive"',
        '"1","","positive","0.500000","0.125000","0.375000","0.500000"',
    ]


def test_ragged_rows_are_told_and_their_tags_stand_in_their_columns(tmp_path: Path):
    out, remarks = tagged(tmp_path, 'a,b\n1,"x\ny"\nshort\n1,2,"t,o",o\nlast', size=2)
    assert remarks == [
        "4: 1 cells, where the first line has 2", "5: 4 cells, where the first line has 2",
        "6: 1 cells, where the first line has 2",
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [row["sentiment"] for row in rows] == ["positive"] * 4
    assert [(row["a"], row["b"], row.get(None)) for row in rows] == [
        ("1", "x\ny", None), ("short", "", None), ("1", "2", ["t,o", "o"]), ("last", "", None),
    ]  # fmt: skip


def test_a_quote_that_is_never_closed_is_told_and_the_output_can_be_read(tmp_path: Path):
    out, remarks = tagged(tmp_path, 'a,b\n1,2\n3,"open\n5,6\n')
    assert remarks == ["3: a quoted cell is not closed; the file ends in it"]
    rows = list(csv.reader(io.StringIO(out, newline=""), strict=True))
    assert rows[2][:3] == ["3", "open\n5,6\n", "positive"]


def test_a_quoted_cell_over_very_many_lines_is_told(tmp_path: Path):
    _, remarks = tagged(tmp_path, 'a,b\n1,"' + "x\n" * 500 + '"\n')
    assert remarks == ["2: a quoted cell over 501 lines; is a quotation mark missing?"]


def test_a_cell_without_end_is_an_error_not_a_full_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.rows.csv._LONGEST_CELL", 1000)
    with pytest.raises(AppError, match="line 2: not CSV"):
        tagged(tmp_path, 'a,b\n1,"' + "x\n" * 2000)


def test_tsv_takes_quotation_marks_as_text_unless_they_make_the_rows_even(tmp_path: Path):
    out, remarks = tagged(tmp_path, 'a\tb\n"Up" it says\t1\n"open\t2\n"whole ""q"""\t3\n', "n.tsv")
    assert remarks == []
    assert out.splitlines()[2].startswith('"open\t2\tpositive\t')
    out, remarks = tagged(tmp_path, 'a\tb\n"two\nlines\tand tab"\t1\n', "n.tsv")
    assert remarks == []
    assert len(list(csv.reader(io.StringIO(out), delimiter="\t"))) == 2


def test_the_cells_of_a_tsv_are_given_without_their_quotation_marks(tmp_path: Path):
    (tmp_path / "n.tsv").write_text('text\tb\n"say ""x"""\t1\n')
    rows = open_rows(str(tmp_path / "n.tsv"), form=None, encoding=None, added=ADDED)
    assert next(iter(rows.batches(["text"], 9))).cells == {"text": ['say "x"']}


def test_lines_that_cross_the_blocks_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.rows.lines.BLOCK", 7)
    content = "a,b\n" + "".join(f'{i},"é 🚀\n{i}"\n' for i in range(50))
    expected = tagged(tmp_path, content)[0]
    for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32"):
        mark = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
        assert tagged(tmp_path, (mark + content).encode(encoding))[0] == expected
    assert expected.count("positive") == 51


def test_a_line_that_never_ends_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.rows.lines.BLOCK", 100)
    monkeypatch.setattr("app.rows.lines.LONGEST", 1000)
    with pytest.raises(AppError, match="a line is longer"):
        tagged(tmp_path, "a,b\n" + "x" * 5000)
