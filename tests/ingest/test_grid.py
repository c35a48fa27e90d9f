"""Grids of cells to tables: columns, headings, labels, paths, marks and layout grids."""

from decimal import Decimal

from ingest.grid import GridCell, build_tables, render
from ingest.grid_cells import clean_label
from ingest.schema import Table


def grid(*rows):
    return [[cell if isinstance(cell, GridCell) else GridCell(cell) for cell in row] for row in rows]


def one(*rows, caption=()) -> Table:
    tables = build_tables(grid(*rows), page=3, number=2, caption=caption)
    assert len(tables) == 1
    return tables[0]


def values(table: Table):
    return [[None if c is None else c.value for c in row.cells] for row in table.rows]


def wide(text, span):
    return GridCell(text, colspan=span)


def test_dollar_number_and_bracket_cells_join_into_one_column():
    table = one(
        ["", "", wide("2024", 3), "", wide("2023", 3)],
        ["Revenue", "", "$", "1,250", "", "", "$", "1,100", ""],
        ["Loss on sale", "", "", "(40", ")", "", "", "(1,577", ")"],
    )
    assert [c.headers for c in table.columns] == [("2024",), ("2023",)]
    assert values(table) == [[1250, 1100], [-40, -1577]]
    assert table.rows[0].cells[0].text == "$ 1,250"
    assert table.rows[0].cells[0].symbol == "$"
    assert table.rows[1].cells[1].text == "(1,577)"


def test_percent_sign_in_its_own_cell_belongs_to_the_number():
    table = one(["", "2024", "", "Change", ""], ["Sales", "1,250", "", "(12", ")%"], ["Costs", "900", "", "3", "%"])
    assert values(table) == [[1250, -12], [900, 3]]
    assert [row.cells[1].symbol for row in table.rows] == ["%", "%"]


def test_page_and_number_are_kept_and_the_caption_is_passed_on():
    table = one(["", "2024"], ["Assets", "5,000"], caption=("Acme Corp.", "(in millions)"))
    assert (table.page, table.number, table.caption) == (3, 2, ("Acme Corp.", "(in millions)"))


def test_spanning_heading_is_repeated_over_its_columns():
    table = one(
        ["(In millions)", wide("Three months ended June 30,", 2), wide("Six months ended June 30,", 2)],
        ["", "2024", "2023", "2024", "2023"],
        ["Revenue", "10", "9", "21", "18"],
    )
    assert table.stub == "(In millions)"
    assert [c.headers[0] for c in table.columns] == ["Three months ended June 30,"] * 2 + [
        "Six months ended June 30,"
    ] * 2
    assert [c.headers[1] for c in table.columns] == ["2024", "2023", "2024", "2023"]


def test_dash_is_no_value_and_a_blank_cell_is_none():
    table = one(["", "2024", "2023"], ["Impairment", "—", "12"], ["Gain", "", "3"], ["Tax", "5", "6"])
    assert table.rows[0].cells[0].dash
    assert table.rows[0].cells[0].value is None
    assert table.rows[1].cells[0] is None


def test_year_column_is_a_heading_but_a_year_label_is_a_label():
    table = one(["", "2024", "2023"], ["2025", "1,200", "1,000"], ["2026", "800", "700"])
    assert [row.label for row in table.rows] == ["2025", "2026"]
    assert [c.headers for c in table.columns] == [("2024",), ("2023",)]


def test_indented_items_get_the_headings_above_them():
    table = one(
        ["", "2024"],
        ["Current assets:", ""],
        [GridCell("Cash", indent=10), "5"],
        [GridCell("Receivables:", indent=10), ""],
        [GridCell("Trade", indent=20), "7"],
        ["Goodwill", "9"],
    )
    paths = {row.label: row.path for row in table.rows}
    assert paths["Cash"] == ("Current assets:",)
    assert paths["Trade"] == ("Current assets:", "Receivables:")
    assert paths["Goodwill"] == ()
    assert [row.indent for row in table.rows] == [0, 1, 1, 2, 0]


def test_flat_table_heading_ends_at_its_total():
    table = one(
        ["", "2024"],
        ["ASSETS", ""],
        ["Current assets:", ""],
        ["Cash", "5"],
        ["Total current assets", "5"],
        ["Land", "7"],
    )
    paths = {row.label: row.path for row in table.rows}
    assert paths["Cash"] == ("ASSETS", "Current assets:")
    assert paths["Land"] == ("ASSETS",)


def test_label_over_two_rows_becomes_whole():
    table = one(
        ["", "2024"],
        ["Cash, cash equivalents and", ""],
        ["restricted cash", "55"],
        ["Property, plant and", "66"],
        ["equipment", ""],
    )
    assert [row.label for row in table.rows] == [
        "Cash, cash equivalents and restricted cash",
        "Property, plant and equipment",
    ]
    assert values(table) == [[55], [66]]


def test_footnote_marks_leave_label_and_value():
    table = one(["", "2024", ""], ["Net sales (1)", "1,044", "(a)"], ["Costs*", "900", ""], ["Rent", "30", ""])
    assert (table.rows[0].label, table.rows[0].marks) == ("Net sales", ("1",))
    assert (table.rows[0].cells[0].value, table.rows[0].cells[0].marks) == (1044, ("a",))
    assert table.rows[1].marks == ("*",)


def test_bracketed_one_in_a_value_column_is_minus_one_and_beside_it_a_mark():
    table = one(["", "2024", "", "2023", ""], ["Other", "(1)", "", "120", "(1)"], ["Rent", "230", "", "80", ""])
    assert values(table) == [[-1, 120], [230, 80]]
    assert table.rows[0].cells[1].marks == ("1",)


def test_outer_label_carries_down_to_inner_labels():
    table = one(
        ["", "", "Sales"],
        ["Beauty", "2025", "3,490"],
        ["", "2024", "3,550"],
        ["Grooming", "2025", "1,505"],
        ["", "2024", "1,539"],
    )
    assert [(row.path, row.label) for row in table.rows] == [
        (("Beauty",), "2025"), (("Beauty",), "2024"), (("Grooming",), "2025"), (("Grooming",), "2024"),
    ]  # fmt: skip


def test_new_column_headings_start_a_new_table():
    tables = build_tables(
        grid(
            ["", "2024", "2023"],
            ["Sales", "10", "9"],
            ["Segments"],
            ["", "June 30, 2024", "June 30, 2023"],
            ["North", "4", "3"],
        ),
        page=1,
        number=1,
    )
    assert [t.number for t in tables] == [1, 2]
    assert tables[1].columns[0].headers == ("June 30, 2024",)


def test_full_width_title_rows_join_the_caption():
    table = one([wide("BALANCE SHEETS", 3)], [wide("(In millions)", 3)], ["", "2024", "2023"], ["Cash", "5", "4"])
    assert table.caption == ("BALANCE SHEETS", "(In millions)")


def test_units_above_line_items_without_headings_join_the_caption():
    table = one(["(In millions)", ""], ["Goodwill", "$ 1,250"], ["Total", "$ 1,250"])
    assert table.caption == ("(In millions)",)
    assert [row.label for row in table.rows] == ["Goodwill", "Total"]


def test_rowspan_keeps_later_rows_aligned():
    table = one([GridCell("Item", rowspan=2), wide("Year ended", 2)], ["2024", "2023"], ["Sales", "10", "9"])
    assert [c.headers for c in table.columns] == [("Year ended", "2024"), ("Year ended", "2023")]


def test_votes_without_labels_are_values():
    table = one(["For", "Against", "Abstain"], ["292,485,982", "659,149", "32,364"])
    assert values(table) == [[Decimal(292485982), Decimal(659149), Decimal(32364)]]
    assert [c.headers for c in table.columns] == [("For",), ("Against",), ("Abstain",)]


def test_bullets_contents_and_page_furniture_are_no_tables():
    assert not build_tables(grid(["•", "We grew"], ["•", "We hired"]), page=1, number=1)
    assert not build_tables(grid(["", "Page"], ["Item 1. Business", "3"], ["Item 2. Risks", "14"]), page=1, number=1)
    assert not build_tables(grid(["Acme Corp. | 2024 Form 10-K", "28"]), page=1, number=1)
    assert not build_tables([], page=1, number=1)


def test_no_number_is_lost_when_two_share_a_layout_column():
    tables = build_tables(
        [
            [GridCell("A"), GridCell("1,000", colspan=2), GridCell("2,000")],
            [GridCell("B"), GridCell("3,000"), GridCell("4,000")],
        ],
        page=1,
        number=1,
    )
    found = {c.value for t in tables for row in t.rows for c in row.cells if c is not None}
    assert found == {1000, 2000, 3000, 4000}


def test_render_prints_rows_as_lines():
    assert render(grid(["Sales", "$", "10"], ["", "", ""], ["Costs", "", "(4"])) == "Sales  $ 10\nCosts  (4"


def test_clean_label_is_linear_on_long_leaders():
    assert clean_label("Cash" + "." * 200_000)[0] == "Cash"
    assert clean_label("(Loss) income") == ("(Loss) income", ())
