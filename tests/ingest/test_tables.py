"""Tables from page geometry, on pages drawn with characters of equal width."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.schema import Table
from ingest.tables import find_tables
from ingest.words import Line, Word, make_lines

CHAR, PITCH, HEIGHT = 5.0, 12.0, 9.0


def lines_of(drawing: str) -> list[Line]:
    """Words where they stand in `drawing`: five points a character, twelve a line."""
    words = []
    for number, row in enumerate(drawing.strip("\n").split("\n")):
        column = 0
        for part in row.split(" "):
            if part:
                top = 60 + number * PITCH
                words.append(Word(part, column * CHAR, top, (column + len(part)) * CHAR, top + HEIGHT))
            column += len(part) + 1
    return make_lines(words)


def tables_of(drawing: str) -> list[Table]:
    return find_tables(lines_of(drawing), 1, 612, 792)[0]


INCOME = """
                      Example Corp. and Subsidiaries
                     Consolidated Statements of Income
                (In millions, except per share amounts)

                                                   Years Ended December 31,
                                                 2022        2021        2020
Revenue:
  Products                                  $   1,204   $     998   $     875
  Services and other revenue, including
    amounts from related parties                  310         287         254
    Total revenue                               1,514       1,285       1,129
Cost of revenue                                  (822)       (701)       (640)
Gross profit                                      692         584         489
Impairment (1)                                     —          (12)          —
Net income attributable to Example          $     412   $     308   $     251
"""


@pytest.fixture(scope="module")
def income() -> Table:
    (table,) = tables_of(INCOME)
    return table


def row(table: Table, label: str) -> list[Decimal | None]:
    found = next(r for r in table.rows if r.label == label)
    return [cell.value if cell else None for cell in found.cells]


def test_headings_that_span_columns_are_given_to_each(income: Table) -> None:
    assert [c.headers for c in income.columns] == [
        ("Years Ended December 31,", "2022"),
        ("Years Ended December 31,", "2021"),
        ("Years Ended December 31,", "2020"),
    ]


def test_caption_holds_title_and_units(income: Table) -> None:
    assert "Consolidated Statements of Income" in income.caption
    assert any("In millions" in line for line in (*income.caption, income.stub))


def test_dollar_sign_in_its_own_column_joins_the_number(income: Table) -> None:
    products = next(r for r in income.rows if r.label == "Products")
    assert products.cells[0] is not None
    assert products.cells[0].symbol == "$"
    assert row(income, "Products") == [Decimal(1204), Decimal(998), Decimal(875)]


def test_a_label_over_two_lines_is_one_row(income: Table) -> None:
    label = "Services and other revenue, including amounts from related parties"
    assert row(income, label) == [Decimal(310), Decimal(287), Decimal(254)]


def test_brackets_are_negative_and_dashes_are_dashes(income: Table) -> None:
    assert row(income, "Cost of revenue") == [Decimal(-822), Decimal(-701), Decimal(-640)]
    impairment = next(r for r in income.rows if r.label == "Impairment")
    assert impairment.marks == ("1",)
    assert [cell.dash for cell in impairment.cells if cell] == [True, False, True]


def test_rows_know_the_headings_above_them_until_the_total(income: Table) -> None:
    assert next(r for r in income.rows if r.label == "Products").path == ("Revenue",)
    assert next(r for r in income.rows if r.label == "Cost of revenue").path == ()


def test_two_tables_on_a_page_are_two() -> None:
    found = tables_of(
        """
Net sales by region:
                                  2022      2021
Americas                           410       380
Europe                             220       215

The sentence between the two tables says, as sentences do, something of some length about what follows here.

                             March 31,   March 31,
                                  2022        2021
Trade receivables                1,310       1,280
Other receivables                  120         115
"""
    )
    assert [len(t.rows) for t in found] == [2, 2]
    assert found[1].columns[0].headers == ("March 31,", "2022")


def test_prose_with_numbers_is_no_table() -> None:
    assert not tables_of(
        """
Revenue grew by 12 percent to 1,514 million in 2022 from 1,285 million in the year before, mainly in
products, where we sold 204 more systems than in 2021. We expect growth of 5 to 7 percent in 2023.
"""
    )


def test_a_table_of_contents_is_no_table() -> None:
    assert not tables_of(
        """
Item 1.   Business                                        3
Item 1A.  Risk Factors                                   11
Item 2.   Properties                                     19
Item 7.   Management's Discussion                        25
"""
    )


def test_a_heading_with_its_items_is_not_taken_for_a_broken_label() -> None:
    (table,) = tables_of(
        """
                                                              2022       2021
Diluted earnings per share attributable to the shareholders
    Continuing operations                                     1.20       1.10
    Discontinued operations                                   0.05      (0.02)
    Diluted earnings per share                                1.25       1.08
"""
    )
    assert table.rows[1].label == "Continuing operations"
    assert table.rows[1].path == ("Diluted earnings per share attributable to the shareholders",)


def test_columns_under_two_headings_carry_both() -> None:
    (table,) = tables_of(
        """
                           Three Months Ended      Six Months Ended
                            2023       2022        2023       2022
Revenue                      100         90         210        180
Operating income              20         15          45         31
"""
    )
    assert table.columns[1].headers == ("Three Months Ended", "2022")
    assert table.columns[2].headers == ("Six Months Ended", "2023")


def test_units_between_the_headings_and_the_first_line_leave_the_headings() -> None:
    (table,) = tables_of("""
Abroad Segment
                                                       Domestic        Abroad
                                                      (in thousands)
Members at end of period                                 54,750        62,832
Revenues                                             $  153,025    $   89,191
Cost of revenues                                         19,230        37,911
""")
    assert [c.headers for c in table.columns] == [("Domestic",), ("Abroad",)]
    assert table.caption == ("Abroad Segment", "(in thousands)")


def test_years_behind_a_label_head_the_columns() -> None:
    first, second = tables_of("""
Revenue                                                    2016         2015
Americas                                             $   87,764   $   48,024
Japan                                                    12,371       40,020
Property and Equipment                                     2016         2015
Americas                                             $    2,823   $    1,122
India                                                       559          427
""")
    assert [c.headers for c in first.columns] == [("2016",), ("2015",)]
    assert first.stub == "Revenue"
    assert second.stub == "Property and Equipment"
    assert row(second, "India") == [Decimal(559), Decimal(427)]


def test_a_year_over_three_headings_heads_them_all_though_it_stands_close_to_the_middle_one() -> None:
    (table,) = tables_of("""
                             2018                           2017
                    Net      % of     Oper.        Net      % of     Oper.
                   Sales    Total    Income       Sales    Total    Income
Tools            $12,267     37.5   $ 2,737     $11,866     37.5   $ 2,490
Pumps              6,827     20.8     1,720       6,235     19.7     2,067
Total            $19,094      100   $ 4,457     $18,101      100   $ 4,557
""")
    assert table.columns[0].headers[0] == "2018"
    assert [c.headers[0] for c in table.columns] == ["2018"] * 3 + ["2017"] * 3
