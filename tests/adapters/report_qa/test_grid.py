"""Heads, headings and names of columns, whatever a table looks like."""

from __future__ import annotations

from adapters.report_qa.grid import read_grid
from tests.adapters.report_qa.conftest import SALES


def test_one_head_row_and_a_heading_inside() -> None:
    grid = read_grid(SALES)
    assert grid.heads == 1 and grid.columns == ("( in millions )", "2019", "2018")
    assert grid.labels[3] == "Material" and grid.headings == ("", "", "", "Costs", "Costs", "Costs")


def test_several_head_rows_and_a_head_that_spans_columns() -> None:
    grid = read_grid((
        ("", "Year ended December 31 ,", "", "Change"),
        ("", "2019", "2018", "%"),
        ("Sales", "5", "4", "25"),
    ))  # fmt: skip
    assert grid.heads == 2
    assert grid.columns == (
        "", "Year ended December 31 , 2019", "Year ended December 31 , 2018", "Change %",
    )  # fmt: skip


def test_a_table_without_a_head() -> None:
    grid = read_grid((("Sales", "5.1", "4.2"), ("Costs", "3", "2")))
    assert grid.heads == 0 and grid.columns == ("", "", "")


def test_years_as_rows() -> None:
    grid = read_grid((("Year", "Rent"), ("2019", "$ 5"), ("2020", "4"), ("Total", "9")))
    assert grid.heads == 1 and grid.labels == ("Year", "2019", "2020", "Total") and grid.columns == ("Year", "Rent")


def test_a_dash_is_a_figure_and_a_year_is_none() -> None:
    assert read_grid((("", "2019", "2018"), ("Gains", "-", "\u2014"))).heads == 1
    assert read_grid((("", "Cost"), ("Rent", "-"), ("Wages", "5"))).heads == 1


def test_rows_of_different_length_and_cells_with_blanks() -> None:
    grid = read_grid(((" ", "2019"), ("Sales ", " 5", "4", ""), (), ("Costs",)))
    assert {len(row) for row in grid.rows} == {4} and grid.rows[1][:2] == ("Sales", "5")
    assert grid.headings[3] == "", "the last row is a heading itself"


def test_no_table_and_tables_of_nothing() -> None:
    assert read_grid(()).rows == () and read_grid(()).heads == 0
    assert read_grid(((), ())).columns == ()
    assert read_grid((("", ""), ("", ""))).labels == ("", "")
    assert read_grid((("5",),)).heads == 1, "a lone row names its columns"


def test_a_table_of_words_alone_has_one_head_row() -> None:
    grid = read_grid((("Name", "Role"), ("Ana Lund", "Chair"), ("Bo Ek", "Clerk")))
    assert grid.heads == 1 and grid.columns == ("Name", "Role")


def test_a_table_of_two_hundred_columns() -> None:
    grid = read_grid((("", *(f"Store {n}" for n in range(200))), ("Sales", *("7" for _ in range(200)))))
    assert len(grid.columns) == 201 and grid.columns[200] == "Store 199"


def test_years_in_brackets_are_a_head() -> None:
    grid = read_grid((("", "( 2018 )", "( 2017 )"), ("sales", "5", "4")))
    assert grid.heads == 1 and grid.columns[1:] == ("( 2018 )", "( 2017 )")
