"""Plain text: fixed-width tables by character positions, pages, prose."""

import time

import pytest

from ingest.errors import UnreadableFileError
from ingest.readers.text import read_plain, segments

STATEMENT = """\
                         ACME CORP.
                  CONSOLIDATED BALANCE SHEETS
                       (in thousands)

                                    June 30,     June 30,
                                      1995         1994
                                    --------     --------
ASSETS
Current assets:
  Cash and cash equivalents.......  $  1,250     $  1,100
  Accounts receivable, net
    of allowance..................     2,400        2,300
  Other...........................       (40)          --
                                    --------     --------
    Total current assets..........  $  3,610     $  3,400
                                    ========     ========
"""


def test_statement_by_character_positions():
    (table,) = read_plain(STATEMENT, "a.txt").tables
    assert [c.headers for c in table.columns] == [("June 30,", "1995"), ("June 30,", "1994")]
    found = {r.label: [c.value for c in r.cells] for r in table.rows if any(r.cells)}
    assert found == {
        "Cash and cash equivalents": [1250, 1100],
        "Accounts receivable, net of allowance": [2400, 2300],
        "Other": [-40, None],
        "Total current assets": [3610, 3400],
    }
    assert table.rows[2].path == ("ASSETS", "Current assets:")
    assert table.rows[-2].cells[1].dash


def test_edgar_table_tags():
    text = """\
<TABLE>
<CAPTION>
                             1995          1994
<S>                          <C>           <C>
Sales                        $ 1,000       $  900
Costs                           (400)        (300)
</TABLE>
The notes are part of these statements.
"""
    reading = read_plain(text, "a.txt")
    assert [[c.value for c in r.cells] for r in reading.tables[0].rows] == [[1000, 900], [-400, -300]]
    assert "<S>" not in reading.pages[0].text
    assert "The notes are part" in reading.pages[0].text


def test_form_feeds_and_page_tags_break_pages():
    reading = read_plain("one\n<PAGE>   2\ntwo\n\fthree\n", "a.txt")
    assert [p.text for p in reading.pages] == ["one", "two", "three"]


def test_wrapped_prose_is_one_paragraph():
    text = "The Company sells anvils in twelve countries and has done so\nsince it was founded in the year 1920 in the city of Acme.\n"
    (page,) = read_plain(text, "a.txt").pages
    assert len(page.blocks) == 1
    assert "\n" not in page.text


def test_prose_with_numbers_is_no_table():
    text = "Sales were 1,000 in 1995 and 900 in 1994, and the Company\nexpects about 1,100 in 1996.\n"
    assert read_plain(text, "a.txt").tables == ()


def test_misaligned_numbers_stay_in_their_column():
    text = "Smith, J.          1,313             0             0\nJones, A.            890            0             0\nLee, K.            10,948           0            0\n"
    (table,) = read_plain(text, "a.txt").tables
    assert len(table.columns) == 3
    assert [[c.value for c in r.cells] for r in table.rows] == [[1313, 0, 0], [890, 0, 0], [10948, 0, 0]]


def test_dollar_sign_joins_its_number():
    assert [s.text for s in segments("Fee due             $      41,071.08")] == ["Fee due", "$ 41,071.08"]


@pytest.mark.parametrize(
    "line", [" " * 200_000 + "x", "-" * 200_000 + "x", ". " * 100_000, "." * 200_000, "_" * 200_000]
)
def test_long_lines_take_no_time(line):
    start = time.monotonic()
    segments(line)
    assert time.monotonic() - start < 1


def test_nothing_printed_is_unreadable():
    with pytest.raises(UnreadableFileError, match="no text"):
        read_plain("-----\n\f\n", "a.txt")
